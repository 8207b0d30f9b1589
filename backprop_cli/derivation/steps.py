"""The parts of a derivation: steps in symbols, each with the rule that makes it hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Partial, Symbol, partial, symbols
from backprop_cli.functions.activation import Activation
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.optimizers import Line
from backprop_cli.functions.penalties import Penalty
from backprop_cli.functions.reductions import Reduction
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import LOSS


class Rule(Enum):
    """The rule by which a step holds; ``reasons.py`` has the words for it."""

    WEIGHTED_SUM = auto()
    SOFTMAX_LARGEST = auto()
    SOFTMAX_EXPONENTIAL = auto()
    SOFTMAX_SUM = auto()
    SOFTMAX_REST = auto()
    ACTIVATION = auto()
    FORMULA = auto()
    PREDICTION = auto()
    LOSS = auto()
    LOSS_OF_OUTPUT = auto()
    SUM_OF_LOSSES = auto()
    DERIVATIVE_OF_LOSS = auto()
    DERIVATIVE_OF_ACTIVATION = auto()
    DERIVATIVE_OF_SOFTMAX = auto()
    SOFTMAX_MEAN = auto()
    THROUGH_SOFTMAX = auto()
    DERIVATIVE = auto()
    DERIVATIVE_BY_SLOPE = auto()
    CHAIN = auto()
    SUM_OF_PARTS = auto()
    SHORTCUT = auto()
    FEEDS_NOTHING = auto()
    OVER_BATCH = auto()
    PENALTY = auto()
    PENALIZED = auto()
    SPARED = auto()
    PULLED = auto()
    OPTIMIZER = auto()
    DECAYED = auto()
    ERROR = auto()
    STEP = auto()
    NEW_WEIGHT = auto()
    NEW_BIAS = auto()


class Kept(Enum):
    """The way to keep a step's result, if numbers are rounded, and the digits to print it with.

    RESULT is the usual way: rounded to so many decimals. CLOSER keeps one decimal more, RUNNING as
    many significant digits as decimals are kept, WHOLE all digits. APART is RESULT for what is
    neither 0 nor 1: it keeps the digits that tell it from these. COUNTED is a small whole number.
    UNBOUNDED is RESULT for a factor that may leave the range of float64 where its product does not.
    """

    RESULT = auto()
    CLOSER = auto()
    RUNNING = auto()
    WHOLE = auto()
    APART = auto()
    COUNTED = auto()
    UNBOUNDED = auto()


# The row of a table that a step applies.
Row = Activation | Loss | Line | Penalty | Reduction


class LogSlopes(NamedTuple):
    """The derivatives of ln(a) and ln(1 − a) by what a is made of.

    ``anywhere`` says that they hold for every a; else there may be a division by 0. ``beside`` are
    a and 1 − a, where these alone keep all digits next to 0 and 1.
    """

    of_log: Expression
    of_complement: Expression
    anywhere: bool = True
    beside: tuple[Expression, Expression] | None = None


class Local(NamedTuple):
    """The derivative of a step's quantity by the earlier quantity ``by``, because of ``rule``.

    ``neuron`` is the neuron at which it happens; None where that is the step's. ``because`` names
    the quantity whose formula it is derived from, where that is not the step's; ``row`` is the row
    that it is taken from. ``computed`` and ``kept`` are as in a `Step`. ``log_slopes`` are
    those of the logarithms of what the step defines, for losses that take them.

    Of a wide softmax, whose derivatives are too many to list, the expression is the activation,
    ``computed`` what is missing to 1 from it, ``share`` its part of what another leaves of 1, and
    ``mean`` names what the gradients by all its activations come to; see ``softmax_mean.py``.
    """

    by: str
    expression: Expression
    rule: Rule
    neuron: Neuron | None = None
    because: str = ""
    row: Row | None = None
    computed: Expression | None = None
    mean: str = ""
    share: Expression | None = None
    log_slopes: LogSlopes | None = None
    kept: Kept = Kept.RESULT


class Step(NamedTuple):
    """One line of the working: ``defines`` = ``expression``, because of ``rule``.

    ``neuron`` is the neuron at which it happens; None where it concerns no single one. ``locals``
    are the derivatives of what it defines, where they do not follow from its expression by
    ``rules.py``; it has none where the backward pass goes by another way. ``row`` is the row of a
    table that it applies. ``because`` names the quantity whose formula a local derivative is
    derived from, ``through`` what a part of a gradient comes through: a neuron, or a quantity.
    ``computed`` has the same value as the expression, arranged so that float64 loses no digits of
    it; None where the expression itself does not. ``longer`` is the same gradient by the chain
    rule, where a shorter formula stands for it.
    """

    defines: Symbol
    expression: Expression
    rule: Rule
    neuron: Neuron | None = None
    locals: tuple[Local, ...] | None = None
    row: Row | None = None
    because: str = ""
    through: str = ""
    computed: Expression | None = None
    kept: Kept = Kept.RESULT
    longer: "Step | None" = None

    @property
    def used(self) -> Iterator[str]:
        """The names of the quantities that it is worked out from, repeats included."""
        for expression in (self.expression, self.computed):
            if expression is not None:
                yield from (symbol.name for symbol in symbols(expression))


@dataclass(frozen=True)
class Derivation:
    """Steps in an order in which each uses only given quantities and earlier ones.

    ``of`` is the quantity that the backward pass derives, if there is one. ``batch`` are the
    numbers of the examples that an update is made for together (empty: it is made for one alone),
    and ``goal`` is what it lowers, if it is not ``of``: the loss of the batch, and its penalty.
    """

    steps: tuple[Step, ...]
    of: str = LOSS
    batch: tuple[int, ...] = ()
    goal: str = LOSS

    @cached_property
    def by_name(self) -> Mapping[str, Step]:
        """The step that defines a quantity, by the quantity's name."""
        return {step.defines.name: step for step in self.steps}

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of a quantity's step, by the quantity's name."""
        return {step.defines.name: at for at, step in enumerate(self.steps)}

    def gradient(self, quantity: str) -> Partial:
        """The derivative of what is derived by a quantity, e.g. ∂Loss/∂w1."""
        return partial(self.of, quantity)

    def update_gradient(self, parameter: str) -> Partial:
        """The gradient that a parameter's update goes by, e.g. ∂MeanLoss/∂w1."""
        return partial(self.goal, parameter)

    def needed_for(self, names: Iterable[str]) -> tuple[Step, ...]:
        """The steps that the named quantities rest on, themselves included, in order."""
        steps = self.by_name
        needed = reached(names, lambda name: steps[name].used if name in steps else ())
        return tuple(step for step in self.steps if step.defines.name in needed)


def reached(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    """The quantities that a walk from some comes to, these included, over those ``following``."""
    found, waiting = set[str](), [*start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(following(name))
    return found


def new(parameter: str) -> Symbol:
    """A parameter's value after the update, e.g. w1_new."""
    return Symbol(f"{parameter}_new")


def step_of(parameter: str) -> Symbol:
    """The amount that an update takes off a parameter, where that is a line of its own."""
    return Symbol(f"step_{parameter}")
