"""The row of an activation function: its formula, its derivative, and what else is known of it."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Expression,
    Number,
    Symbol,
    substitute,
    transform,
)
from backprop_cli.algebra.prose import Prose, prose, spans
from backprop_cli.functions.elementary import ARGUMENT
from backprop_cli.network.neurons import Settings

Z = ARGUMENT  # the weighted sum that an activation is applied to
A = Symbol("a")  # the activation itself, for derivatives that are simplest in terms of it
SLOPE = Symbol("slope")  # of leaky_relu and parametric_relu below 0


class Activation(NamedTuple):
    """One activation function of the weighted sum z.

    ``formula`` defines it in terms of z, ``derivative`` gives da/dz in terms of z and of its own
    value a. ``computed`` is the formula arranged so that float64 neither overflows nor cancels for
    any finite z; None where it does not as it is written. ``instead`` is what float64 works for
    parts of the derivative that cancel where a comes near to 1. ``source`` says where formula and
    derivative can be looked up, ``note`` what else a reader must know, ``convention`` what is taken
    for the derivative where there is none: always at z = 0.
    ``settings`` are symbols of the formula that a user may set, with their defaults, ``aliases``
    other names by which the function is known.
    ``by_slope`` is the derivative with respect to the slope, where that is a parameter which is
    trained. ``two`` are its values for the two classes that it tells apart, if it does.
    ``complement``, ``log`` and ``log_complement`` are 1 − a, ln(a) and ln(1 − a) in terms
    of z and a, to all digits where a is near 0 or 1; ``log_slope`` and ``log_complement_slope`` are
    the derivatives of these two logarithms by z, None where they are da/dz over a and over a − 1.
    """

    name: str
    formula: Expression
    derivative: Expression
    source: str
    note: Prose = ""
    convention: Prose = ""
    settings: Mapping[str, Decimal] = MappingProxyType({})
    by_slope: Expression | None = None
    computed: Expression | None = None
    instead: tuple[tuple[Expression, Expression], ...] = ()
    aliases: tuple[str, ...] = ()
    two: tuple[Decimal, Decimal] | None = None
    complement: Expression = ONE - A
    log: Expression = Call("ln", A)
    log_complement: Expression = Call("ln1p", -A)
    log_slope: Expression | None = None
    log_complement_slope: Expression | None = None

    @property
    def log_slopes(self) -> tuple[Expression, Expression]:
        """The derivatives of ln(a) and ln(1 − a) by z, in terms of z and a."""
        slope = self.computed_derivative or self.derivative
        return (
            self.log_slope or slope / A,
            self.log_complement_slope or -(slope / self.complement),
        )

    @property
    def has_log_slopes(self) -> bool:
        """True if ``log_slopes`` hold for every a, without a division by 0."""
        return None not in (self.log_slope, self.log_complement_slope)

    @property
    def computed_derivative(self) -> Expression | None:
        """The derivative arranged so that float64 does not cancel; None where it does not."""
        if not self.instead:
            return None

        def changed(part: Expression) -> Expression | None:
            return next((new for old, new in self.instead if part == old), None)

        return transform(self.derivative, changed)

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

    def with_settings(self, settings: Settings) -> "Activation":
        """The function with its settings put in: those given, else the defaults."""
        if not self.settings:
            return self
        chosen = {**self.settings, **dict(settings)}
        numbers = {symbol: Number(value) for symbol, value in chosen.items()}
        return self._with(numbers)._replace(settings=chosen)

    def with_slope(self, name: str) -> "Activation":
        """The function with a trained slope, which stands in it by its name."""
        named = {SLOPE.name: Symbol(name)}
        convention = (
            substitute(span, named) if isinstance(span, Expression) else span
            for span in spans(self.convention)
        )
        return self._with(named)._replace(convention=prose(*convention), settings={})

    def _with(self, put_in: Mapping[str, Expression]) -> "Activation":
        return self._replace(
            formula=substitute(self.formula, put_in),
            derivative=substitute(self.derivative, put_in),
            computed=self.computed and substitute(self.computed, put_in),
            instead=tuple(
                (substitute(old, put_in), substitute(new, put_in)) for old, new in self.instead
            ),
        )
