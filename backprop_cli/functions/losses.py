"""The loss functions: one row each, an output's loss and its derivative side by side."""

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
    Symbol,
    substitute,
    symbols,
)
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.functions.activations import NEARLY_ONE
from backprop_cli.network.neurons import Settings
from backprop_cli.network.structure import Network

Y_TRUE = Symbol("y_true")  # an output's target
Y_HAT = Symbol("y_hat")  # an output's prediction
N = Symbol("n")  # the number of outputs

# 1 − y_hat, ln(y_hat) and ln(1 − y_hat), from what the prediction was made of: for float64, where
# the prediction is near 0 or 1.
COMPLEMENT, LOG, LOG_COMPLEMENT = Symbol("complement"), Symbol("log"), Symbol("log_complement")
# The derivatives of these two logarithms by what the prediction is made of.
LOG_SLOPE, LOG_COMPLEMENT_SLOPE = Symbol("log_slope"), Symbol("log_complement_slope")
# Above 0 where it is not: there the usual formulas are right to 1e-11.
BETWEEN = Y_HAT * (ONE - Y_HAT) - Number(Decimal("0.0001"))

IS_TARGET = -Call("abs", Y_HAT - Y_TRUE)  # from 0 on: their distance is not above 0
INFINITE = Number(Decimal("Infinity"))

ONE_HALF, TWO = Number(Decimal("0.5")), Number(Decimal(2))
DELTA = Symbol("delta")  # of huber: how far from the target the straight line begins


class Loss(NamedTuple):
    """One loss function, given for a single output; the outputs' losses are added.

    ``formula`` and ``derivative`` (with respect to the prediction) are in terms of y_true, y_hat
    and n, the number of outputs. ``computed`` and ``computed_derivative`` are the same so that
    float64 keeps their digits, for a prediction that is near 0 or 1 in terms of COMPLEMENT, LOG
    and LOG_COMPLEMENT; None where the formula itself does. ``through`` is its derivative by what
    the prediction is made of, in terms of LOG_SLOPE and LOG_COMPLEMENT_SLOPE: float64 holds it
    where the derivative by the prediction is infinite. ``title`` is what a lesson calls it.
    ``source`` says where both can be looked up. ``targets`` are the least and the greatest target
    it takes (None: any); ``distribution`` says that the targets must add up to 1, ``only_ends``
    that they must be the least or the greatest. ``settings`` are symbols of the formula that a
    user may set, with their defaults. ``convention`` is what is taken for the derivative where
    there is none: where ``kink`` is 0. ``aliases`` are other names by which it is known.
    """

    name: str
    title: Prose
    formula: Expression
    derivative: Expression
    source: str
    targets: tuple[Decimal, Decimal] | None = None
    distribution: bool = False
    computed: Expression | None = None
    computed_derivative: Expression | None = None
    through: Expression | None = None
    aliases: tuple[str, ...] = ()
    only_ends: bool = False
    settings: Mapping[str, Decimal] = MappingProxyType({})
    kink: Expression | None = None
    convention: Prose = ""

    @property
    def has_logarithms(self) -> bool:
        """True if it has no value where the prediction is 0 or 1."""
        if self.computed is None:
            return False
        return not {LOG, LOG_COMPLEMENT}.isdisjoint(symbols(self.computed))

    def configured(self, settings: Settings = ()) -> "Loss":
        """The same with its settings put in: those given, else the defaults."""
        if not self.settings:
            return self
        chosen = {**self.settings, **dict(settings)}
        numbers = {name: Number(value) for name, value in chosen.items()}
        return self.naming(numbers)._replace(settings=chosen)

    def put_in(
        self,
        target: Expression,
        prediction: Expression,
        outputs: int,
        made_of: Mapping[str, Expression] = MappingProxyType({}),
    ) -> "Loss":
        """The loss of one output among so many; ``made_of`` has what its prediction is made of."""
        named = {Y_TRUE.name: target, Y_HAT.name: prediction, N.name: Number(Decimal(outputs))}
        return self.naming({**named, **made_of})

    def slope(self, target: Expression, prediction: Expression, outputs: int) -> Expression:
        """Its derivative with respect to the prediction, of whatever that is made."""
        complement = {COMPLEMENT.name: ONE - prediction}
        return self.put_in(target, prediction, outputs, complement).derivative

    def naming(self, named: Mapping[str, Expression]) -> "Loss":
        """The same with symbols of its formulas replaced."""
        return self._replace(
            formula=substitute(self.formula, named),
            derivative=substitute(self.derivative, named),
            computed=self.computed and substitute(self.computed, named),
            computed_derivative=self.computed_derivative
            and substitute(self.computed_derivative, named),
            through=self.through and substitute(self.through, named),
            kink=self.kink and substitute(self.kink, named),
        )

    def takes(self, target: Decimal | float) -> bool:
        """True if it takes a target."""
        if self.targets is None:
            return True
        if self.only_ends:
            return target in self.targets
        return self.targets[0] <= target <= self.targets[1]

    def takes_total(self, total: float) -> bool:
        """True if it takes targets with a sum."""
        return not self.distribution or abs(total - 1) <= 1e-6


def _unless_perfect(usual: Expression, perfect: Expression, *what: str | Expression) -> Expression:
    """The usual formula, and another for a prediction of exactly 0 or 1 that is the target.

    A prediction that is so near to its target that no float64 lies between has a loss of 0. Of
    any other there, or one that is no probability, the usual formula tells what does not exist.
    """
    ends = Choice(IS_TARGET, perfect, usual, or_zero=True)
    return Choice(Y_HAT * COMPLEMENT, usual, ends, exception=what)


def _or_infinite(above: Expression, below: Expression) -> Expression:
    """A quotient that is infinite where float64 makes a 0 of what it is divided by."""
    not_above = Choice(below, above * INFINITE, above / below, or_zero=True)
    return Choice(below, above / below, not_above)


CROSS_ENTROPY = -(Y_TRUE * Call("ln", Y_HAT) + (ONE - Y_TRUE) * Call("ln", ONE - Y_HAT))
CROSS_ENTROPY_SLOPE = (Y_HAT - Y_TRUE) / (Y_HAT * (ONE - Y_HAT))
# y_hat − y_true
DISTANCE = Choice(NEARLY_ONE - Y_HAT, Y_HAT - Y_TRUE, ONE - Y_TRUE - COMPLEMENT)
WHY_ZERO = (
    "the prediction is the target, and ",
    ZERO * Call("ln", ZERO),
    " counts as ",
    ZERO,
)
WHY_LIMIT = "the prediction is the target; the limit from between 0 and 1"
LIMIT = ONE - TWO * Y_TRUE

ERROR = Y_HAT - Y_TRUE
FAR = Call("abs", ERROR)
MARGIN = ONE - Y_TRUE * Y_HAT  # of hinge: how much is missing
# ln(cosh(e)) is |e| − ln(2) + ln(1 + exp(−2 |e|)), where no exp is large; near 0, where that
# cancels, ln(1 + (exp(|e|) − 1)^2 / (2 exp(|e|))).
LOG_COSH = Choice(
    FAR - ONE,
    FAR + Call("ln1p", Call("exp", -(TWO * FAR))) - Call("ln", TWO),
    Call("ln1p", Call("expm1", FAR) ** 2 / (TWO * Call("exp", FAR))),
)

LOSSES: Mapping[str, Loss] = {
    row.name: row
    for row in (
        Loss(
            name="half_squared_error",
            aliases=("half_mse",),
            title="half the squared error",
            formula=Number(Decimal("0.5")) * (Y_TRUE - Y_HAT) ** 2,
            derivative=Y_HAT - Y_TRUE,
            source="https://en.wikipedia.org/wiki/Delta_rule",
        ),
        Loss(
            name="squared_error",
            aliases=("sse",),
            title="the squared error",
            formula=(Y_HAT - Y_TRUE) ** 2,
            derivative=TWO * (Y_HAT - Y_TRUE),
            source="https://www.3blue1brown.com/lessons/backpropagation-calculus",
        ),
        Loss(
            name="mean_squared_error",
            aliases=("mse",),
            title=prose("the squared error, divided by the number of outputs ", N),
            formula=(Y_TRUE - Y_HAT) ** 2 / N,
            derivative=TWO * (Y_HAT - Y_TRUE) / N,
            source="https://en.wikipedia.org/wiki/Mean_squared_error",
        ),
        Loss(
            name="binary_cross_entropy",
            aliases=("bce", "log_loss"),
            title="the binary cross-entropy",
            formula=_unless_perfect(CROSS_ENTROPY, ZERO, *WHY_ZERO),
            derivative=_unless_perfect(CROSS_ENTROPY_SLOPE, LIMIT, WHY_LIMIT),
            computed=Choice(
                BETWEEN,
                CROSS_ENTROPY,
                _unless_perfect(-(Y_TRUE * LOG + (ONE - Y_TRUE) * LOG_COMPLEMENT), ZERO, *WHY_ZERO),
            ),
            computed_derivative=Choice(
                Y_HAT * COMPLEMENT,
                DISTANCE / (Y_HAT * COMPLEMENT),
                Choice(IS_TARGET, LIMIT, _or_infinite(DISTANCE, Y_HAT * COMPLEMENT), or_zero=True),
            ),
            through=-(Y_TRUE * LOG_SLOPE + (ONE - Y_TRUE) * LOG_COMPLEMENT_SLOPE),
            source="https://en.wikipedia.org/wiki/Cross-entropy",
            targets=(Decimal(0), Decimal(1)),
        ),
        Loss(
            name="cross_entropy",
            aliases=("cce", "ce", "nll", "categorical_cross_entropy"),
            title="the cross-entropy",
            # Where the target is 0, so is the loss, whatever the prediction: 0 * ln(0) is 0 here.
            formula=Choice(Y_TRUE, -(Y_TRUE * Call("ln", Y_HAT)), ZERO),
            derivative=Choice(Y_TRUE, -(Y_TRUE / Y_HAT), ZERO),
            computed_derivative=Choice(Y_TRUE, -_or_infinite(Y_TRUE, Y_HAT), ZERO),
            through=Choice(Y_TRUE, -(Y_TRUE * LOG_SLOPE), ZERO),
            computed=Choice(Y_TRUE, -(Y_TRUE * Choice(BETWEEN, Call("ln", Y_HAT), LOG)), ZERO),
            source="https://en.wikipedia.org/wiki/Cross-entropy",
            targets=(Decimal(0), Decimal(1)),
            distribution=True,
        ),
        Loss(
            name="mean_absolute_error",
            aliases=("mae", "l1", "absolute_error"),
            title=prose("the distance from the target, divided by the number of outputs ", N),
            formula=Call("abs", Y_TRUE - Y_HAT) / N,
            derivative=Call("sign", ERROR) / N,
            source="https://en.wikipedia.org/wiki/Mean_absolute_error",
            kink=ERROR,
            convention=prose(
                "where the prediction is the target there is no derivative; ", ZERO, " is taken"
            ),
        ),
        Loss(
            name="huber",
            aliases=("huber_loss",),
            title="half the squared error near the target, and a straight line farther away",
            formula=Choice(
                DELTA - FAR,
                ONE_HALF * ERROR**2,
                DELTA * (FAR - ONE_HALF * DELTA),
                or_zero=True,
            ),
            derivative=Choice(DELTA - FAR, ERROR, DELTA * Call("sign", ERROR), or_zero=True),
            settings={DELTA.name: Decimal(1)},
            source="https://en.wikipedia.org/wiki/Huber_loss",
        ),
        Loss(
            name="log_cosh",
            title="the logarithm of the hyperbolic cosine of the error",
            formula=Call("ln", (Call("exp", ERROR) + Call("exp", -ERROR)) / TWO),
            derivative=Call("tanh", ERROR),
            computed=LOG_COSH,
            source="https://www.tensorflow.org/api_docs/python/tf/keras/losses/LogCosh",
        ),
        Loss(
            name="hinge",
            aliases=("hinge_loss", "svm"),
            title="1 minus the prediction times the target, or 0 where that is less than 0",
            formula=Choice(MARGIN, MARGIN, ZERO),
            derivative=Choice(MARGIN, -Y_TRUE, ZERO),
            source="https://en.wikipedia.org/wiki/Hinge_loss",
            targets=(Decimal(-1), Decimal(1)),
            only_ends=True,
            kink=MARGIN,
            convention=prose(
                "where the prediction times the target is 1 there is no derivative; ",
                *(ZERO, " is taken"),
            ),
        ),
    )
}

# A loss that is given by its formula, which the network has; its derivative follows by the rules.
OWN = "formula"
OWN_LOSS = Loss(OWN, title="the formula of the file", formula=ZERO, derivative=ZERO, source="")


def row_called(name: str) -> Loss:
    """The row of a loss by its name, or that of a formula."""
    return LOSSES.get(name, OWN_LOSS)


def loss_row(network: Network) -> Loss:
    """The loss of a network, with its settings put in."""
    row = row_called(network.loss)
    if network.loss_formula is not None:
        row = row._replace(formula=network.loss_formula)
    return row.configured(network.loss_settings)
