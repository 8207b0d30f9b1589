"""The activation functions: one row each, the formula and its derivative side by side."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    ZERO,
    Call,
    Choice,
    Expression,
    Number,
    Relation,
    Symbol,
    substitute,
)
from backprop_cli.algebra.prose import Prose, prose, spans
from backprop_cli.functions.elementary import ELEMENTARY
from backprop_cli.network.structure import Function, Settings

Z = Symbol("z")  # the weighted sum that an activation is applied to
A = Symbol("a")  # the activation itself, for derivatives that are simplest in terms of it

SLOPE = Symbol("slope")  # of leaky_relu and parametric_relu below 0
ALPHA = Symbol("alpha")  # what elu falls to, far below 0
# Klambauer et al.'s constants, to the digits of float64.
SELU_SCALE = Number(Decimal("1.0507009873554805"), "λ")
SELU_ALPHA = Number(Decimal("1.6732632423543772"), "α")

HALF, TWO = Number(Decimal("0.5")), Number(Decimal(2))

AT_ZERO = prose("at ", Relation(Z, "=", ZERO), " it has ")


def _constant(number: Number) -> Relation:
    """What a named constant is."""
    return Relation(number, "=", Number(number.value))


def _but_at_one(setting: Symbol) -> Prose:
    """The convention where only one value of a setting gives a derivative at 0."""
    only = Relation(setting, "=", ONE)
    return prose(AT_ZERO, "a derivative only if ", only, "; ", setting, " is taken")


class Activation(NamedTuple):
    """One activation function of the weighted sum z.

    ``formula`` defines it in terms of z, ``derivative`` gives da/dz in terms of z and of its own
    value a. ``code`` is the formula in Python, in terms of ``functions.MATH`` and with ``{z}`` for
    the name of z, arranged so that float64 neither overflows nor cancels for any finite z;
    ``as_written`` says that it does the formula's own operations, so that a part of them may be
    shared with the derivative. ``source`` says
    where formula and derivative can be looked up, ``note`` what else a reader must know,
    ``convention`` what is taken for the derivative where there is none: always at z = 0.
    ``settings`` are symbols of the formula that a user may set, with their defaults; in ``code``
    they stand in braces too. ``by_slope`` is the derivative with respect to the slope, where that
    is a parameter which is trained.
    """

    name: str
    formula: Expression
    derivative: Expression
    code: str
    source: str
    note: Prose = ""
    convention: Prose = ""
    settings: Mapping[str, Decimal] = MappingProxyType({})
    by_slope: Expression | None = None
    as_written: bool = False

    def applied(self, weighted_sum: Expression) -> Expression:
        """The activation of ``weighted_sum``, written out where a trained slope enters."""
        if self.by_slope is not None and not self.settings:
            return substitute(self.formula, {Z.name: weighted_sum})
        return Call(self.name, weighted_sum, tuple(self.settings.items()))

    def slope(self, weighted_sum: Expression, activation: Expression) -> Expression:
        """The derivative, written with the given expressions for z and a."""
        return substitute(self.derivative, {Z.name: weighted_sum, A.name: activation})

    def slope_by_slope(self, weighted_sum: Expression) -> Expression:
        """The derivative by the slope that is trained, written with an expression for z."""
        assert self.by_slope is not None
        return substitute(self.by_slope, {Z.name: weighted_sum})


def configured(name: str, settings: Settings = ()) -> Activation:
    """A row of ACTIVATIONS with its settings put in: those given, else the defaults."""
    row = ACTIVATIONS[name]
    if not row.settings:
        return row
    chosen = {**row.settings, **dict(settings)}
    numbers = {symbol: Number(value) for symbol, value in chosen.items()}
    code = row.code
    for symbol, value in chosen.items():
        code = code.replace(f"{{{symbol}}}", f"({float(value)!r})")
    return row._replace(
        formula=substitute(row.formula, numbers),
        derivative=substitute(row.derivative, numbers),
        code=code,
        settings=chosen,
    )


def row_of(function: Function) -> Activation:
    """The row of an activation function; a trained slope stands in it by its name."""
    if function.slope is None:
        return configured(function.name, function.settings)
    row = ACTIVATIONS[function.name]
    named = {SLOPE.name: Symbol(function.slope)}
    convention = (
        substitute(span, named) if isinstance(span, Expression) else span
        for span in spans(row.convention)
    )
    return row._replace(
        formula=substitute(row.formula, named),
        derivative=substitute(row.derivative, named),
        convention=prose(*convention),
        settings={},
    )


def code_of(call: Call) -> str:
    """The code of the function that is called, an activation or an elementary one."""
    if call.function in ELEMENTARY:
        return ELEMENTARY[call.function].code
    return configured(call.function, call.settings).code


ACTIVATIONS: Mapping[str, Activation] = {
    row.name: row
    for row in (
        Activation(
            name="sigmoid",
            formula=ONE / (ONE + Call("exp", -Z)),
            derivative=A * (ONE - A),
            # Below −709, exp(−z) leaves float64; there sigmoid(z) and exp(z) are the same float.
            code="1.0 / (1.0 + exp(-{z})) if {z} > -709.0 else exp({z})",
            source="https://en.wikipedia.org/wiki/Logistic_function#Derivative",
        ),
        Activation(
            name="linear",
            formula=Z,
            derivative=ONE,
            code="{z}",
            source="https://en.wikipedia.org/wiki/Activation_function",
        ),
        Activation(
            name="tanh",
            formula=(Call("exp", Z) - Call("exp", -Z)) / (Call("exp", Z) + Call("exp", -Z)),
            derivative=ONE - A**2,
            code="tanh({z})",
            source="https://en.wikipedia.org/wiki/Hyperbolic_functions#Derivatives",
        ),
        Activation(
            name="softplus",
            formula=Call("ln", ONE + Call("exp", Z)),
            derivative=Call("sigmoid", Z),
            # The larger of 0 and z, and what is left: neither exp can overflow.
            code="{z} + log1p(exp(-{z})) if {z} > 0.0 else log1p(exp({z}))",
            source="https://en.wikipedia.org/wiki/Softplus",
        ),
        Activation(
            name="swish",
            formula=Z * Call("sigmoid", Z),
            derivative=Call("sigmoid", Z) + A * (ONE - Call("sigmoid", Z)),
            code="{z} * (1.0 / (1.0 + exp(-{z})) if {z} > -709.0 else exp({z}))",
            as_written=True,
            source="https://arxiv.org/abs/1710.05941",
        ),
        Activation(
            name="binary_step",
            formula=Choice(Z, ONE, ZERO, or_zero=True),
            derivative=ZERO,
            code="1.0 if {z} >= 0.0 else 0.0",
            source="https://en.wikipedia.org/wiki/Heaviside_step_function",
            convention=prose(AT_ZERO, "no derivative; ", ZERO, " is taken, as everywhere else"),
        ),
        Activation(
            name="relu",
            formula=Choice(Z, Z, ZERO),
            derivative=Choice(Z, ONE, ZERO),
            code="{z} if {z} > 0.0 else 0.0",
            source="https://en.wikipedia.org/wiki/Rectifier_(neural_networks)",
            convention=prose(AT_ZERO, "no derivative; ", ZERO, " is taken"),
        ),
        Activation(
            name="leaky_relu",
            formula=Choice(Z, Z, SLOPE * Z),
            derivative=Choice(Z, ONE, SLOPE),
            code="{z} if {z} > 0.0 else {slope} * {z}",
            settings={"slope": Decimal("0.01")},
            source="https://en.wikipedia.org/wiki/Rectifier_(neural_networks)#Leaky_ReLU",
            convention=_but_at_one(SLOPE),
        ),
        Activation(
            name="parametric_relu",
            formula=Choice(Z, Z, SLOPE * Z),
            derivative=Choice(Z, ONE, SLOPE),
            by_slope=Choice(Z, ZERO, Z),
            code="{z} if {z} > 0.0 else {slope} * {z}",
            # He et al. start the slope there.
            settings={"slope": Decimal("0.25")},
            source="https://arxiv.org/abs/1502.01852",
            convention=_but_at_one(SLOPE),
        ),
        Activation(
            name="elu",
            formula=Choice(Z, Z, ALPHA * (Call("exp", Z) - ONE)),
            derivative=Choice(Z, ONE, ALPHA * Call("exp", Z)),
            code="{z} if {z} > 0.0 else {alpha} * expm1({z})",
            settings={"alpha": Decimal(1)},
            source="https://arxiv.org/abs/1511.07289",
            convention=_but_at_one(ALPHA),
        ),
        Activation(
            name="selu",
            formula=Choice(Z, SELU_SCALE * Z, SELU_SCALE * SELU_ALPHA * (Call("exp", Z) - ONE)),
            derivative=Choice(Z, SELU_SCALE, SELU_SCALE * SELU_ALPHA * Call("exp", Z)),
            code="1.0507009873554805 * {z} if {z} > 0.0 "
            "else 1.0507009873554805 * 1.6732632423543772 * expm1({z})",
            source="https://arxiv.org/abs/1706.02515",
            note=prose(_constant(SELU_SCALE), ", ", _constant(SELU_ALPHA)),
            convention=prose(AT_ZERO, "no derivative; ", SELU_SCALE * SELU_ALPHA, " is taken"),
        ),
        Activation(
            name="gelu",
            formula=Z * Call("Φ", Z),
            derivative=Call("Φ", Z) + Z * Call("φ", Z),
            code="{z} * (0.5 * erfc(-0.7071067811865476 * {z}))",
            as_written=True,
            source="https://arxiv.org/abs/1606.08415",
            note=prose(
                Relation(Call("Φ", Z), "=", HALF * (ONE + Call("erf", Z / Call("sqrt", TWO)))),
                " is the normal distribution, ",
                Relation(
                    Call("φ", Z), "=", Call("exp", -(Z**2) / TWO) / Call("sqrt", Symbol("2π"))
                ),
                " its density",
            ),
        ),
    )
}
