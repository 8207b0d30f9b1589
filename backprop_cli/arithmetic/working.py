"""A derivation worked through with numbers: every step with its value and its printed lines."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic

from backprop_cli.algebra.expression import (
    Call,
    Expression,
    Largest,
    Number,
    Partial,
    Product,
    Sum,
    Symbol,
    parts,
    symbols,
    transform,
)
from backprop_cli.arithmetic.evaluation import Arithmetic, DomainError, OutOfRangeError, V
from backprop_cli.arithmetic.figures import LOSSLESS, MOST_SIGNIFICANT, decimals_of, with_decimals
from backprop_cli.arithmetic.precise import Precise
from backprop_cli.arithmetic.rounded import FUNCTION_DIGITS, Rounded, Unrounded
from backprop_cli.derivation.steps import Derivation, Kept, Rule, Step

TOO_LARGE = (
    "the result is too large for float64 (over 1.8e308); "
    "smaller inputs, weights or learning rate would keep it in range"
)

# What to do where a formula is to blame.
IN_ITS_FORMULA = (
    "write in its formula what its neurons compute, such as sigmoid(w * x): "
    "the logarithm of that is known however near to 0 or 1 it is"
)
NEXT_TO_AN_END = (
    "a prediction is so near to 0 or 1 that the derivative by it leaves float64 (over 1.8e308); "
    f"where it is a formula, {IN_ITS_FORMULA}"
)
EXP = "; exp(z) is up to z = 709; sigmoid(z), for 1 / (1 + exp(-z)), holds for any z"
NOT_QUITE = f"; if the prediction is not quite 0 or 1, {IN_ITS_FORMULA}"

# By hand a prediction that is nearly 0 or 1 is rounded to it, and has no logarithm then.
ROUNDED_AWAY = "; numbers are rounded here, and --exact or more --decimals may keep what it needs"


class WorkingError(ArithmeticError):
    """A step has no value, or none that float64 holds: ``quantity`` is what it defines."""

    def __init__(self, quantity: str, why: str) -> None:
        super().__init__(f"{quantity}: {why}")
        self.quantity = quantity
        self.why = why


@dataclass(frozen=True)
class Working(Generic[V]):
    """A derivation with a value for every quantity in it.

    ``given`` holds the numbers that were put in: a `Decimal` with the digits that were typed, or
    a float that training arrived at. ``values`` holds those and the result of every step.
    """

    derivation: Derivation
    arithmetic: Arithmetic[V]
    given: Mapping[str, Decimal | float]
    values: Mapping[str, V]

    @property
    def is_batched(self) -> bool:
        """True if the update is made for several examples together."""
        return bool(self.derivation.batch)

    def update_gradient(self, parameter: str) -> str:
        """The name of the gradient that a parameter's update goes by."""
        return self.derivation.update_gradient(parameter).name

    @property
    def loss(self) -> V:
        """The goal of the update; without a target, what is derived."""
        return self.values[self.derivation.goal]

    def figure(self, name: str) -> Decimal:
        """A quantity's value with the digits in which it is printed.

        A given number keeps the digits that were typed, also under the name of a step that only
        passes it on.
        """
        given = self.given.get(name)
        if isinstance(given, Unrounded):
            return self.arithmetic.figure(self.values[name], Kept.WHOLE)
        if isinstance(given, Decimal):
            return given
        if name in self._in_decimals:
            by_hand, value = Rounded(self.arithmetic.decimals), self._in_decimals[name]
            if not value.is_finite():
                return value
            return by_hand.figure(by_hand.result(value, Kept.UNBOUNDED))
        step = self.derivation.by_name.get(name)
        if step is not None:
            match self.taken(step.expression):
                case Symbol(passed_on):
                    return self.figure(passed_on)
                case Number(digits, ""):
                    return digits
                case Largest(among) if all(isinstance(one, Symbol) for one in among):
                    names = (symbol.name for symbol in symbols(step.expression))
                    return self.figure(max(names, key=self.values.__getitem__))
            figure = self.arithmetic.figure(self.values[name], step.kept)
            return self._as_worked(step, figure) if step.kept is Kept.RUNNING else figure
        return self.arithmetic.figure(self.values[name])

    @cached_property
    def _in_decimals(self) -> Mapping[str, Decimal]:
        """The values that decimals hold, where a derivative by a prediction is infinite in float64.

        Of all that are infinite, of those that they are multiplied by, and of the predictions.
        """
        derivation, arithmetic = self.derivation, Precise(FUNCTION_DIGITS)
        unbounded = [step.defines for step in derivation.steps if step.kept is Kept.UNBOUNDED]
        infinite = [one for one in unbounded if not math.isfinite(self.values[one.name])]
        if not infinite:
            return {}
        by = {one.by for one in infinite if isinstance(one, Partial)}
        names = {one.name for one in infinite}
        names.update(
            one.name
            for one in unbounded
            if isinstance(one, Partial) and not by.isdisjoint((one.of, one.by))
        )
        for name in by & derivation.by_name.keys():
            names.add(name)
            match derivation.by_name[name].expression:
                case Symbol(passed_on):
                    names.add(passed_on)
        steps = tuple(
            step._replace(expression=step.computed or step.expression)
            for step in derivation.needed_for(names)
        )
        as_they_are = {one.name: Decimal(str(self.values[one.name])) for one in infinite}
        try:
            with arithmetic.context():
                values = work(replace(derivation, steps=steps), self.given, arithmetic).values
        except ArithmeticError:  # an exp(−1e300) is 0 in decimals as well
            return as_they_are
        found = {name: values[name] for name in names}
        return as_they_are if any(map(_is_too_far, found.values())) else found

    def _as_worked(self, step: Step, figure: Decimal) -> Decimal:
        """A small figure with no more digits than the figures of its line give."""
        value = self.values[step.defines.name]
        usual = self.arithmetic.figure(value)
        try:
            worked = Rounded().evaluate(self.with_figures(self.taken(step.expression)), {})
        except ArithmeticError:
            return figure
        for decimals in range(decimals_of(figure), decimals_of(usual), -1):
            shorter = with_decimals(Decimal(str(value)), decimals)
            if with_decimals(worked, decimals) == shorter:
                return shorter
        return usual

    def tested_figures(self, expression: Expression) -> Expression:
        """A condition with figures put in, with the digits that show what is not 0."""

        def put_in(part: Expression) -> Expression | None:
            if not isinstance(part, Symbol):
                return None
            figure, value = self.figure(part.name), self.values[part.name]
            if value and not figure:
                figure = self.arithmetic.figure(value, Kept.RUNNING).normalize()
            return Number(figure, of=part.name)

        return transform(expression, put_in)

    def is_given_as_shown(self, name: str) -> bool:
        """True if a given number has no more digits than its figure."""
        given = self.given[name]
        return self.figure(name) == (given if isinstance(given, Decimal) else Decimal(repr(given)))

    def taken(self, expression: Expression) -> Expression:
        """The branch of a choice that the values take; any other expression as it is."""
        return self.arithmetic.chosen(expression, self.values)

    def short_figure(self, name: str) -> Decimal:
        """A computed value with no more digits than any other result is printed with."""
        return self.arithmetic.figure(self.arithmetic.result(self.values[name]))

    def with_figures(self, expression: Expression) -> Expression:
        """The expression with the printed figure instead of every symbol."""

        def put_in(part: Expression) -> Expression | None:
            if not isinstance(part, Symbol):
                return None
            return Number(self.figure(part.name), of=part.name)

        return transform(expression, put_in)

    def with_sums_worked_out(self, expression: Expression) -> Expression:
        """The expression with figures put in and sums that are factors replaced by their results.

        0.5933 * (1 − 0.5933) becomes 0.5933 * 0.4067, the line that is written between.
        """

        def worked_out(factor: Expression) -> Expression:
            if not isinstance(factor, Sum):
                return self.with_figures(factor)
            value = self.arithmetic.evaluate(factor, self.values)
            if not Decimal(value).is_finite():
                return self.with_figures(factor)
            figure = self.arithmetic.figure(value)
            # A number near 1 may have hundreds of digits: it is no easier to read than the sum.
            too_long = len(figure.as_tuple().digits) > MOST_SIGNIFICANT
            return self.with_figures(factor) if too_long else Number(figure)

        if not isinstance(expression, Product):
            return self.with_figures(expression)
        return Product(tuple(map(worked_out, expression.factors)))


def _is_too_far(value: Decimal) -> bool:
    """True if a number is so large or small that it can't be rounded, as exp(−1e7)."""
    return bool(value) and abs(value.adjusted()) > LOSSLESS.Emax - LOSSLESS.prec


AnyWorking = Working[Any]  # in either arithmetic


def work(
    derivation: Derivation, given: Mapping[str, Decimal | float], arithmetic: Arithmetic[V]
) -> Working[V]:
    """Work every step of a derivation.

    ``given`` must hold every input, parameter and target and the learning rate, by name. Raises
    WorkingError at the first step that has no value or one that float64 cannot hold.
    """
    values = {name: arithmetic.number(number) for name, number in given.items()}
    for step in derivation.steps:
        values[step.defines.name] = _value(step, values, arithmetic)
    return Working(derivation, arithmetic, given, values)


def _value(step: Step, values: Mapping[str, V], arithmetic: Arithmetic[V]) -> V:
    """A step's value: kept as the step says, unless no arithmetic was done."""
    try:
        match arithmetic.chosen(step.expression, values):
            case Symbol() | Number(_, "") as passed_on:
                return arithmetic.evaluate(passed_on, values)
        return arithmetic.result(arithmetic.value(step, values), step.kept)
    except (OutOfRangeError, OverflowError):
        raise WorkingError(step.defines.name, _too_large(step)) from None
    except DomainError as error:
        at = f"at neuron {step.neuron.name} " if step.neuron else ""
        mend = NOT_QUITE if _is_loss_of_formula(step) else ""
        mend = ROUNDED_AWAY if isinstance(arithmetic, Rounded) else mend
        raise WorkingError(step.defines.name, f"{at}{error}{mend}") from None


def _too_large(step: Step) -> str:
    """The message about a step whose result float64 does not hold."""
    if step.rule is Rule.CHAIN and step.computed is not None:  # by way of logarithms
        return NEXT_TO_AN_END
    if step.rule is Rule.FORMULA and _calls("exp", step.expression):
        return TOO_LARGE + EXP
    return TOO_LARGE


def _calls(function: str, expression: Expression) -> bool:
    called = isinstance(expression, Call) and expression.function == function
    return called or any(_calls(function, part) for part in parts(expression))


def _is_loss_of_formula(step: Step) -> bool:
    by_loss = step.rule in (Rule.LOSS, Rule.LOSS_OF_OUTPUT)
    return by_loss and step.neuron is not None and step.neuron.formula is not None
