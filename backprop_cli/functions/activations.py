"""The activation functions: one row each, the formula and its derivative side by side."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from backprop_cli.algebra.expression import (
    ONE,
    ZERO,
    Call,
    Choice,
    Expression,
    Number,
    Relation,
    Symbol,
)
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.functions.activation import SLOPE, A, Activation, Z
from backprop_cli.functions.elementary import ELEMENTARY
from backprop_cli.network.neurons import Function, Settings

SCALE, STEEPNESS = Symbol("a"), Symbol("b")  # of scaled_tanh
ALPHA = Symbol("alpha")  # what elu falls to, far below 0
# Klambauer et al.'s constants, to the digits of float64.
SELU_SCALE = Number(Decimal("1.0507009873554805"), "λ")
SELU_ALPHA = Number(Decimal("1.6732632423543772"), "α")

THREE, SIX = Number(Decimal(3)), Number(Decimal(6))
HALF, TWO = Number(Decimal("0.5")), Number(Decimal(2))
# Up to here 1 − a and 1 − a^2 are right to 1e-12 if a is right to the last bit of float64.
NEARLY_ONE = Number(Decimal("0.9999"))
E_TO_MINUS_Z, E_TO_MINUS_2_Z = Call("exp", -Z), Call("exp", -(TWO * Call("abs", Z)))
FAR_BELOW = Number(Decimal(40))
# 1 − a of a sigmoid, 1 − a and 1 − a^2 of tanh.
SIGMOID_REST = Choice(NEARLY_ONE - A, ONE - A, E_TO_MINUS_Z * A)
TANH_REST = Choice(NEARLY_ONE - A, ONE - A, E_TO_MINUS_2_Z * (ONE + A))
TANH_SQUARE_REST = Choice(
    NEARLY_ONE - A**2, ONE - A**2, E_TO_MINUS_2_Z * (ONE + Call("abs", A)) ** 2
)

AT_ZERO = prose("at ", Relation(Z, "=", ZERO), " it has ")


def _constant(number: Number) -> Relation:
    """The value of a named constant."""
    return Relation(number, "=", Number(number.value))


def _rest(z: Expression) -> Expression:
    """1 − tanh(z / 2)^2, which keeps its digits where the tanh is near 1 or −1."""
    small = Call("exp", -Call("abs", z))
    return Number(Decimal(4)) * small / (ONE + small) ** 2


def _but_at_one(setting: Symbol) -> Prose:
    """The convention where only one value of a setting gives a derivative at 0."""
    only = Relation(setting, "=", ONE)
    return prose(AT_ZERO, "a derivative only if ", only, "; ", setting, " is taken")


ACTIVATIONS: Mapping[str, Activation] = {
    row.name: row
    for row in (
        Activation(
            name="sigmoid",
            aliases=("logistic", "sigma"),
            formula=ONE / (ONE + Call("exp", -Z)),
            derivative=A * (ONE - A),
            # Below −709, exp(−z) leaves float64; there sigmoid(z) and exp(z) are the same float.
            computed=Choice(Z + Number(Decimal(709)), ONE / (ONE + E_TO_MINUS_Z), Call("exp", Z)),
            instead=((ONE - A, SIGMOID_REST),),
            complement=SIGMOID_REST,
            log=-Call("softplus", -Z),
            log_complement=-Call("softplus", Z),
            log_slope=SIGMOID_REST,
            log_complement_slope=-A,
            source="https://en.wikipedia.org/wiki/Logistic_function#Derivative",
        ),
        Activation(
            name="linear",
            aliases=("identity",),
            formula=Z,
            derivative=ONE,
            source="https://en.wikipedia.org/wiki/Activation_function",
        ),
        Activation(
            name="tanh",
            formula=(Call("exp", Z) - Call("exp", -Z)) / (Call("exp", Z) + Call("exp", -Z)),
            derivative=ONE - A**2,
            computed=Call("hyperbolic_tangent", Z),
            instead=((ONE - A**2, TANH_SQUARE_REST),),
            complement=TANH_REST,
            log=Choice(HALF - A, Call("ln", A), Call("ln1p", -TANH_REST)),
            log_complement=Choice(
                HALF - A, Call("ln1p", -A), Call("ln", TWO) - Call("softplus", TWO * Z)
            ),
            log_complement_slope=-(ONE + A),
            source="https://en.wikipedia.org/wiki/Hyperbolic_functions#Derivatives",
        ),
        Activation(
            name="bipolar_sigmoid",
            formula=TWO / (ONE + Call("exp", -Z)) - ONE,
            derivative=HALF * (ONE - A**2),
            computed=Call("hyperbolic_tangent", HALF * Z),
            instead=((ONE - A**2, Choice(NEARLY_ONE - A**2, ONE - A**2, _rest(Z))),),
            complement=TWO * Call("sigmoid", -Z),
            log=Choice(HALF - A, Call("ln", A), Call("ln1p", -(TWO * Call("sigmoid", -Z)))),
            log_complement=Choice(
                HALF - A, Call("ln1p", -A), Call("ln", TWO) - Call("softplus", Z)
            ),
            log_complement_slope=-(HALF * (ONE + A)),
            source="L. Fausett, Fundamentals of Neural Networks (1994), section 2.2.4",
        ),
        Activation(
            name="scaled_tanh",
            aliases=("lecun_tanh",),
            formula=SCALE * Call("tanh", STEEPNESS * Z),
            derivative=SCALE * STEEPNESS * (ONE - Call("tanh", STEEPNESS * Z) ** 2),
            instead=(
                (
                    ONE - Call("tanh", STEEPNESS * Z) ** 2,
                    Choice(
                        NEARLY_ONE - Call("tanh", STEEPNESS * Z) ** 2,
                        ONE - Call("tanh", STEEPNESS * Z) ** 2,
                        _rest(TWO * STEEPNESS * Z),
                    ),
                ),
            ),
            settings={"a": Decimal("1.7159"), "b": Decimal("0.6667")},
            source="Y. LeCun et al., Efficient BackProp (1998), section 4.4",
        ),
        Activation(
            name="softsign",
            formula=Z / (ONE + Call("abs", Z)),
            derivative=ONE / (ONE + Call("abs", Z)) ** 2,
            source="https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html",
        ),
        Activation(
            name="hard_sigmoid",
            formula=Choice(
                Z + THREE, Choice(THREE - Z, (Z + THREE) / SIX, ONE, or_zero=True), ZERO
            ),
            derivative=Choice(Z + THREE, Choice(THREE - Z, ONE / SIX, ZERO), ZERO),
            source="https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html",
            note=prose("below −3 and above 3 it is level; there, ", ZERO, " is the derivative"),
        ),
        Activation(
            name="sign",
            aliases=("signum", "sgn"),
            formula=Choice(Z, ONE, Choice(-Z, -ONE, ZERO)),
            derivative=ZERO,
            two=(Decimal(-1), Decimal(1)),
            source="https://en.wikipedia.org/wiki/Sign_function",
            convention=prose(AT_ZERO, "no derivative; ", ZERO, " is taken, as everywhere else"),
        ),
        Activation(
            name="mish",
            formula=Z * Call("tanh", Call("softplus", Z)),
            derivative=Call("tanh", Call("softplus", Z))
            + Z * (ONE - Call("tanh", Call("softplus", Z)) ** 2) * Call("sigmoid", Z),
            source="https://arxiv.org/abs/1908.08681",
        ),
        Activation(
            name="softplus",
            formula=Call("ln", ONE + Call("exp", Z)),
            derivative=Call("sigmoid", Z),
            # The larger of 0 and z, and what is left: neither exp can overflow.
            computed=Choice(Z, Z + Call("ln1p", E_TO_MINUS_Z), Call("ln1p", Call("exp", Z))),
            # Far below 0, both are the same as exp(z).
            log_slope=Choice(Z + FAR_BELOW, Call("sigmoid", Z) / A, ONE),
            log=Choice(Z + FAR_BELOW, Call("ln", A), Z),
            source="https://en.wikipedia.org/wiki/Softplus",
        ),
        Activation(
            name="swish",
            aliases=("silu",),
            formula=Z * Call("sigmoid", Z),
            derivative=Call("sigmoid", Z) + A * (ONE - Call("sigmoid", Z)),
            source="https://arxiv.org/abs/1710.05941",
        ),
        Activation(
            name="binary_step",
            aliases=("step", "heaviside", "threshold"),
            formula=Choice(Z, ONE, ZERO, or_zero=True),
            derivative=ZERO,
            two=(Decimal(0), Decimal(1)),
            source="https://en.wikipedia.org/wiki/Heaviside_step_function",
            convention=prose(AT_ZERO, "no derivative; ", ZERO, " is taken, as everywhere else"),
        ),
        Activation(
            name="relu",
            aliases=("rectifier",),
            formula=Choice(Z, Z, ZERO),
            derivative=Choice(Z, ONE, ZERO),
            source="https://en.wikipedia.org/wiki/Rectifier_(neural_networks)",
            convention=prose(AT_ZERO, "no derivative; ", ZERO, " is taken"),
        ),
        Activation(
            name="leaky_relu",
            aliases=("lrelu",),
            formula=Choice(Z, Z, SLOPE * Z),
            derivative=Choice(Z, ONE, SLOPE),
            settings={"slope": Decimal("0.01")},
            source="https://en.wikipedia.org/wiki/Rectifier_(neural_networks)#Leaky_ReLU",
            convention=_but_at_one(SLOPE),
        ),
        Activation(
            name="parametric_relu",
            aliases=("prelu",),
            formula=Choice(Z, Z, SLOPE * Z),
            derivative=Choice(Z, ONE, SLOPE),
            by_slope=Choice(Z, ZERO, Z),
            # He et al. start the slope there.
            settings={"slope": Decimal("0.25")},
            source="https://arxiv.org/abs/1502.01852",
            convention=_but_at_one(SLOPE),
        ),
        Activation(
            name="elu",
            formula=Choice(Z, Z, ALPHA * (Call("exp", Z) - ONE)),
            derivative=Choice(Z, ONE, ALPHA * Call("exp", Z)),
            computed=Choice(Z, Z, ALPHA * Call("expm1", Z)),
            settings={"alpha": Decimal(1)},
            source="https://arxiv.org/abs/1511.07289",
            convention=_but_at_one(ALPHA),
        ),
        Activation(
            name="selu",
            formula=Choice(Z, SELU_SCALE * Z, SELU_SCALE * SELU_ALPHA * (Call("exp", Z) - ONE)),
            derivative=Choice(Z, SELU_SCALE, SELU_SCALE * SELU_ALPHA * Call("exp", Z)),
            computed=Choice(Z, SELU_SCALE * Z, SELU_SCALE * SELU_ALPHA * Call("expm1", Z)),
            source="https://arxiv.org/abs/1706.02515",
            note=prose(_constant(SELU_SCALE), ", ", _constant(SELU_ALPHA)),
            convention=prose(AT_ZERO, "no derivative; ", SELU_SCALE * SELU_ALPHA, " is taken"),
        ),
        Activation(
            name="gelu",
            formula=Z * Call("Φ", Z),
            derivative=Call("Φ", Z) + Z * Call("φ", Z),
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


def configured(name: str, settings: Settings = ()) -> Activation:
    """A row of ACTIVATIONS with its settings put in: those given, else the defaults."""
    return ACTIVATIONS[name].with_settings(settings)


def row_of(function: Function) -> Activation:
    """The row of an activation function; a trained slope stands in it by its name."""
    if function.slope is None:
        return configured(function.name, function.settings)
    return ACTIVATIONS[function.name].with_slope(function.slope)


@cache
def computed(function: str, settings: Settings = ()) -> Expression | None:
    """The expression that float64 works for a function of z, an activation or an elementary one.

    None for a function of Python's own.
    """
    if function in ELEMENTARY:
        return ELEMENTARY[function].computed
    row = configured(function, settings)
    return row.computed or row.formula
