"""The findings of a gradient check: each gradient against a difference of the loss."""

from collections.abc import Iterable, Sequence

from backprop_cli.algebra.expression import ZERO, Call, Number, Relation, Symbol
from backprop_cli.algebra.paper import MINUS
from backprop_cli.algebra.prose import Prose, Span, enumerated, joined, prose
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.lesson.blocks import Column, Heading, Lesson, Paragraph, Role, Table
from backprop_cli.runs.gradient_check import TOLERANCE, Check

DECIMALS = 10  # printed where nothing else is asked for: the last digits are the point

# Of more gradients than this, those furthest from their difference are shown.
MOST_SHOWN = 40


def gradient_check(checks: Sequence[Check], decimals: int | None) -> Lesson:
    """The findings: a row for each gradient (of many, the worst), and the verdict."""
    shown = checks
    if len(checks) > MOST_SHOWN:
        shown = sorted(checks, key=lambda check: -check.disagreement)[:MOST_SHOWN]
    arithmetic = Exact(decimals or DECIMALS)
    worst = max(checks, key=lambda check: check.disagreement)
    return (
        Heading(2, "Gradient check"),
        Paragraph(_what_is_compared()),
        Table(
            "Gradients" if shown is checks else f"The {MOST_SHOWN} gradients furthest apart",
            (
                Column("Parameter", Role.QUANTITY),
                Column("Gradient", Role.RESULT),
                Column("Central difference", Role.RESULT),
                Column("Disagreement", Role.RESULT),
            ),
            tuple(
                (
                    Symbol(check.parameter),
                    Number(arithmetic.figure(check.gradient)),
                    Number(arithmetic.figure(check.difference)),
                    _short(check.disagreement),
                )
                for check in shown
            ),
        ),
        Paragraph(
            prose(
                *("The largest disagreement is ", _short(worst.disagreement), ", at "),
                *(Symbol(worst.parameter), ". ", *joined(_verdicts(checks), " ")),
            )
        ),
    )


def _what_is_compared() -> Prose:
    p, h = Symbol("p"), Symbol("h")
    difference = (Call("Loss", p + h) - Call("Loss", p - h)) / Symbol("2h")
    return prose(
        *("Each gradient of the backward pass is compared with ", difference, ", the central "),
        *("difference of the loss where the parameter ", p, " alone changes, by a small ", h, "."),
        *(" From two such differences follows the one for ", Relation(h, "=", ZERO), "."),
    )


def _verdicts(checks: Sequence[Check]) -> list[Prose]:
    within = prose("the tolerance of ", _short(TOLERANCE))
    failed = [check.parameter for check in checks if not check.passes]
    kinked = [check for check in checks if check.kinks]
    again = [check.parameter for check in checks if check.again and check.passes]
    verdicts: list[Prose] = []
    if failed:
        verdicts.append(prose("Outside ", within, ": ", _named(failed), "."))
    if kinked:
        neurons = dict.fromkeys(neuron for check in kinked for neuron in check.kinks)
        verdicts.append(
            prose(
                *("There is no derivative by ", *_named(check.parameter for check in kinked)),
                ", and nothing to check: exactly at these numbers the function of ",
                *_named(neurons),
                " bends or jumps.",
            )
        )
    rest = len(checks) - len(failed) - len(kinked)
    if rest == len(checks):
        all_agree = "The gradient agrees" if rest == 1 else f"All {rest} gradients agree"
        verdicts.append(prose(f"{all_agree} to within ", within, "."))
    elif rest and not failed:
        verdicts.append(prose("All other gradients agree to within ", within, "."))
    if again:
        verdicts.append(
            prose(
                *("For ", *_named(again), " the quick difference was off, by rounding or by a "),
                "bend near these numbers: gradient and difference were worked again in many more "
                "digits, with a far shorter step.",
            )
        )
    return verdicts


def _named(names: Iterable[str]) -> tuple[Span, ...]:
    return enumerated([*map(Symbol, names)])


def _short(value: float) -> str:
    """A disagreement or tolerance with two significant digits."""
    return f"{value:.1e}".replace("-", MINUS)
