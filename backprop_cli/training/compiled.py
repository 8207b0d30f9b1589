"""A network's derivation compiled to plain Python, and from there on by numba if that repays."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from backprop_cli.derivation.derived import Derived
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.engines import (
    AUTO,
    NUMBA,
    PYTHON,
    Columns,
    EngineError,
    checked,
    compiled_by_numba,
    uses_numba,
)
from backprop_cli.training.executed import executed
from backprop_cli.training.source import (
    gradients_source,
    loss_source,
    outcomes_source,
    training_source,
    until_source,
)

State = tuple[float, ...]
Values = tuple[float, ...]  # of one example: the inputs, then the targets

Train = Callable[[int, State, Sequence[Any], float], State]
TrainUntil = Callable[[int, State, Sequence[Any], float, float], tuple[int, State]]
Loss = Callable[[State, Sequence[Values]], float]
Outcomes = Callable[[State, Sequence[Values]], Iterator[Values]]
Gradients = Callable[[State, Sequence[Values]], Values]

# What the compiled functions raise where a number does not exist or leaves the range of float64.
NO_NUMBER = (ValueError, ZeroDivisionError, OverflowError)

# Larger networks are not compiled. CPython takes larger sources, but their cost grows: for each
# number that is trained (a parameter, or a running quantity of the optimizer) some 0.2 ms and
# 13 KB to write and compile the source, so here about 12 s and 650 MB, whatever the shape.
MOST_VARIABLES = 50_000

# A run records no more losses than about this many.
MOST_LOSSES = 1000


class TooLargeError(UsageError):
    """A network is too large for its training to be compiled into straight-line code."""

    def __init__(self, variables: int) -> None:
        super().__init__(
            f"this network has {variables:,} numbers to train, the optimizer's among them; up to "
            f"{MOST_VARIABLES:,} are trained here; "
            "backprop export CONFIG --to pytorch writes a script that trains it"
        )


class Compiled:
    """The functions of an exercise, each compiled when it is first used.

    The state of training is a tuple of floats: see `optimizers.state_names`. Examples are tuples
    of inputs and targets, which are not changed afterwards. An exercise with one example has its
    numbers compiled in as constants, and the examples that are passed to its functions are not
    looked at. The learning rate is left open. ``derived`` are the steps of the exercise's network,
    where that is derived already.

    ``engine`` is one of `engines.ENGINES`; ``work`` is how many epochs are to be run, by which
    ``auto`` chooses; ``compiling`` is called before numba compiles. Raises
    EngineError, and where training is asked for TooLargeError.
    """

    def __init__(
        self,
        exercise: Exercise,
        engine: str = AUTO,
        work: int = 0,
        compiling: Callable[[], None] = lambda: None,
        derived: Derived | None = None,
    ) -> None:
        self._exercise = exercise
        self._engine, self._work, self._compiling = checked(engine), work, compiling
        self.derived = derived or Derived(exercise.network)

    @cached_property
    def train(self) -> Train:
        """So many epochs of training over the examples, or over batches of them, with a rate.

        All batches but the last are of the exercise's size; batches of one example are given as
        the examples alone.
        """
        check_size(self._exercise)
        source = training_source(self._exercise, self.derived.passes)
        run, columns = self._by_engine("train", source, self._work)

        def train(epochs: int, state: State, batches: Sequence[Any], rate: float) -> State:
            examples = columns.of(batches, batched=self._batched)
            return _plain(run(epochs, state, examples, rate))

        return train

    @cached_property
    def train_until(self) -> TrainUntil:
        """The same, which ends with the first epoch whose loss is at most the limit.

        The loss over all the examples, in the order in which they are given, is looked at
        between two epochs, neither before the first nor after the last. Returns how many epochs
        were done, and the state after them.
        """
        check_size(self._exercise)
        source = until_source(self._exercise, self.derived.passes)
        run, columns = self._by_engine("train_until", source, self._work)

        def train_until(
            epochs: int, state: State, batches: Sequence[Any], limit: float, rate: float
        ) -> tuple[int, State]:
            examples = columns.of(batches, batched=self._batched)
            done, trained = run(epochs, state, examples, limit, rate)
            return int(done), _plain(trained)

        return train_until

    @cached_property
    def loss(self) -> Loss:
        """The loss over all the examples: see `objective.loss_of_sums`."""
        source = loss_source(self._exercise, self.derived.passes)
        run, columns = self._by_engine("loss", source, min(self._work, MOST_LOSSES))

        def loss(state: State, examples: Sequence[Values]) -> float:
            return float(run(state, columns.of(examples)))

        return loss

    @cached_property
    def outcomes(self) -> Outcomes:
        """The predictions and the loss of each example."""
        source = outcomes_source(self._exercise, self.derived.passes)
        outcomes = executed(source)["outcomes"]
        return lambda state, examples: outcomes(state, Columns().of(examples))

    @cached_property
    def gradients(self) -> Gradients:
        """The sums over examples of what is derived and of its gradient by each parameter."""
        source = gradients_source(self._exercise, self.derived.passes)
        gradients = executed(source)["gradients"]
        return lambda state, examples: gradients(state, Columns().of(examples))

    @property
    def engine(self) -> str:
        """The engine that runs ``train``: python or numba."""
        return (
            NUMBA
            if self._uses_numba(training_source(self._exercise, self.derived.passes), self._work)
            else PYTHON
        )

    @property
    def _batched(self) -> bool:
        """True if training is given batches of examples, not the examples alone."""
        return bool(self._exercise.examples) and self._exercise.batches.size > 1

    def _by_engine(self, name: str, source: str, epochs: int) -> tuple[Any, Columns]:
        function = executed(source)[name]
        if self._uses_numba(source, epochs):
            try:
                compiled = compiled_by_numba(function)
            except ImportError as error:
                if self._engine == NUMBA:
                    why = " ".join(str(error).split())
                    raise EngineError(
                        f"--engine numba: numba is installed, but cannot be imported: {why}"
                    ) from None
                return function, Columns()
            self._compiling()
            return compiled, Columns(arrays=True)
        return function, Columns()

    def _uses_numba(self, source: str, epochs: int) -> bool:
        variables = len(state_names(self._exercise.network))
        passes = epochs * self._exercise.example_count
        return uses_numba(self._engine, source, passes, variables)


def check_size(exercise: Exercise) -> None:
    """Raises TooLargeError if training is not compiled for so many numbers."""
    variables = len(state_names(exercise.network))
    if variables > MOST_VARIABLES:
        raise TooLargeError(variables)


def _plain(state: Iterable[float]) -> State:
    """A state in Python's own floats, whatever it was computed with: NumPy's print otherwise."""
    # tuple(map(…)) makes a larger tuple and cuts it: of these, Python would keep one for each call.
    return (*map(float, state),)
