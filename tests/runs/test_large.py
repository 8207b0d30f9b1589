"""A network that is too large to read in full is abridged where nothing is lost by it."""

from io import StringIO

from support.networks import fully_connected

from backprop_cli.lesson.reports.training import MOST_SHOWN, training
from backprop_cli.network.structure import LOSS
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate


def test_of_very_many_weights_those_that_moved_farthest_are_shown_after_training() -> None:
    exercise = fully_connected(30, (20, 2))
    calculation = calculate(exercise, Plan(epochs=2))
    file = StringIO()
    show(training(calculation), plain_console(file))
    text = " ".join(file.getvalue().split())
    assert (
        "Weight values after 2 epochs, the 40 of 640 that moved farthest (--save writes all)"
        in text
    )
    assert text.count("│ w") == MOST_SHOWN
    moved = {
        name: abs(float(calculation.after[name]) - float(calculation.before[name]))
        for name in exercise.network.weights
    }
    assert f"│ {max(moved, key=lambda name: moved[name])} │" in text
    assert f"│ {min(moved, key=lambda name: moved[name])} │" not in text


def test_what_training_has_come_to_is_worked_forward_alone() -> None:
    calculation = calculate(fully_connected(3, (2, 1)), Plan(epochs=2))
    working = calculation.forward(calculation.after)
    assert working.values[LOSS] == calculation.history[-1][1]
    assert "∂Loss/∂w1" not in working.values
