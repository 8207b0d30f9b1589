"""How long training will take: measured from a few epochs, before it starts."""

from time import perf_counter

from backprop_cli.compiler import MOST_LOSSES, Compiled
from backprop_cli.engines import PYTHON
from backprop_cli.network import Exercise
from backprop_cli.optimizers import state_names

# A measurement that took this long, or longer, is good enough.
SECONDS_MEASURED = 0.02
LOSSES_MEASURED = 3


def estimated_seconds(exercise: Exercise, epochs: int, compiled: Compiled | None = None) -> float:
    """About how many seconds so many epochs take in Python, the recorded losses included.

    ``compiled`` are the exercise's functions, if they are there already. Where the first epochs
    leave the range of float64 there is nothing to measure, and training will end as soon: 0.
    Raises TooLargeError.
    """
    compiled = compiled or Compiled(exercise, PYTHON)
    state = tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))
    rows = [example.floats for example in exercise.examples] or [()]
    batches = exercise.batches.of_epoch(1, exercise.example_count)
    arranged = [[rows[at] for at in batch] for batch in batches]
    try:
        compiled.loss(state, rows)  # which compiles it
        started = perf_counter()
        for _ in range(LOSSES_MEASURED):
            compiled.loss(state, rows)
        recording = (perf_counter() - started) / LOSSES_MEASURED * min(epochs, MOST_LOSSES)
        compiled.train(1, state, rows if exercise.batches.size == 1 else arranged)
        count, taken = 1, 0.0
        while taken < SECONDS_MEASURED:
            started = perf_counter()
            compiled.train(count, state, rows if exercise.batches.size == 1 else arranged)
            taken, counted = perf_counter() - started, count
            count *= 2
    except (ValueError, ZeroDivisionError, OverflowError):
        return 0.0
    return recording + taken / counted * epochs
