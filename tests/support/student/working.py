"""A student at work: lines written or skipped, one mistake made where it shows, and carried on."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from support.student.backward import task
from support.student.functions import Formula, Get
from support.student.hand import Student
from support.student.style import STYLES, Style
from support.student.task import Line, Task

NUMBER_SLIPS = (
    "arithmetic",
    "digits_swapped",
    "decimal_point",
    "misread_figure",
    "rounded_too_early",
)
TRIES = 60


@dataclass(frozen=True)
class Planted:
    """A mistake that was made: which, where, and the lines at which it is right to be found."""

    mistake: str
    quantity: str
    lines: frozenset[int]


@dataclass(frozen=True)
class Sheet:
    """What a student hands in: the task, the text, and what is wrong with it (None: nothing)."""

    task: Task
    style: str
    text: str
    planted: Planted | None


def right_sheet(random: Random) -> Sheet:
    """A sheet without a mistake."""
    while True:
        found = _sheet(random, planted=False)
        if found is not None:
            return found


def wrong_sheet(random: Random) -> Sheet:
    """A sheet with one mistake that shows, and whatever follows from it."""
    while True:
        found = _sheet(random, planted=True)
        if found is not None:
            return found


def _sheet(random: Random, *, planted: bool) -> Sheet | None:
    style_name = random.choice([*STYLES])
    style = STYLES[style_name]
    rounding = random.choice((None, 4)) if style.decimals != 2 else random.choice((None, 2))
    exercise = task(random, rounding)
    student = Student(exercise, style, random)
    try:
        true, values = student.true(), student.worked()
        share = random.choice((0.0, 0.0, 0.2, 0.5))
        written = [line.name for line in exercise.lines if random.random() >= share]
        if not planted:
            lines = _lines(student, style, written, values, random)
            return Sheet(exercise, style_name, "\n".join(lines) + "\n", None) if lines else None
        for _ in range(TRIES):
            found = _with_mistake(student, style, written, true, random)
            if found is not None:
                text, mistake = found
                return Sheet(exercise, style_name, text, mistake)
    except (ArithmeticError, ValueError, RecursionError):
        pass
    return None


def _with_mistake(
    student: Student, style: Style, written: list[str], true: Mapping[str, float], random: Random
) -> tuple[str, Planted] | None:
    line = random.choice(student.task.lines)
    kinds = [*line.wrong]
    if line.name in written and random.random() < 0.3:
        kinds += NUMBER_SLIPS
    if not kinds:
        return None
    mistake = random.choice(kinds)
    way, working = _way(student, style, line, mistake, {*written, *student.task.given}, random)
    if way is None:
        return None
    values = student.worked(line.name, way)
    order = [*written]
    if random.random() < 0.3:
        random.shuffle(order)
    figures = {name: Decimal(style.text(style.figure(values[name]))) for name in order}
    numbered = {name: at for at, name in enumerate(order, 1)}
    rests_on = _rests_on(student, line.name, set(written) - {line.name})
    expected = [
        name
        for name in order
        if name == line.name or (line.name not in written and name in rests_on)
    ]
    showing = [name for name in expected if _shows(student, name, figures, true)]
    # Later figures must be near enough to the mistake to be the student's own, and not right again.
    if not showing or numbered[showing[0]] != min(numbered[name] for name in expected):
        return None
    lines = []
    for name in order:
        shown = working if name == line.name else _working(student, style, name, figures, random)
        lines.append(f"{name} = {shown}{figures[name]}")
    places = frozenset(numbered[name] for name in expected)
    return "\n".join(lines) + "\n", Planted(mistake, line.name, places)


def _shows(
    student: Student,
    name: str,
    figures: Mapping[str, Decimal],
    true: Mapping[str, float],
) -> bool:
    """Whether a figure is none that is right, and none that right working leads to."""
    figure = float(figures[name])
    unit = max(10.0 ** int(figures[name].as_tuple().exponent), 1e-9 * max(abs(figure), 1e-9))
    low, high = student.reachable(name, {one: f for one, f in figures.items() if one != name})
    if low - 1.5 * unit <= figure <= high + 1.5 * unit:
        return False
    # A figure that may be anything tells nothing.
    if high - low > 0.5 * max(abs(low), abs(high)) and high - low > 2.5 * unit:
        return False
    return abs(figure - true[name]) > 2.5 * unit


def _rests_on(student: Student, name: str, written: set[str]) -> set[str]:
    """The written lines that are worked from a skipped one, maybe through other skipped ones."""
    users: dict[str, set[str]] = {}
    for line in student.task.lines:

        def get(used: str, user: str = line.name) -> float:
            users.setdefault(used, set()).add(user)
            return 0.5

        with suppress(ArithmeticError):
            line.formula(get)
    found, waiting = set[str](), [name]
    seen = {name}
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user in written:
                found.add(user)
            elif user not in seen:
                seen.add(user)
                waiting.append(user)
    return found


def _way(
    student: Student,
    style: Style,
    line: Line,
    mistake: str,
    seen: set[str],
    random: Random,
) -> tuple[Formula | None, str]:
    """How a line is worked with a mistake, and the working that is written where that shows it."""
    if mistake in line.wrong:
        return random.choice([*line.wrong[mistake]]), ""
    right = line.formula
    used: list[str] = []

    def noting(get: Get) -> Get:
        def noted(name: str) -> float:
            used.append(name)
            return get(name)

        return noted

    values = student.worked()
    right(noting(values.__getitem__))
    if not used:
        return None, ""
    if mistake == "misread_figure":
        name = random.choice(used)
        if name not in seen or style.decimals is None:
            return None, ""
        given = student.task.given
        digits = list(
            repr(given[name]) if name in given else style.text(style.figure(values[name]))
        )
        places = [at for at, digit in enumerate(digits) if digit.isdigit()]
        at = random.choice(places)
        digits[at] = random.choice([d for d in "0123456789" if d != digits[at]])
        try:
            misread = float("".join(digits))
        except ValueError:
            return None, ""
        return (lambda get: right(lambda one: misread if one == name else get(one))), ""
    if mistake == "rounded_too_early":
        if style.decimals is None or style.decimals < 4:
            return None, ""
        return (
            lambda get: right(
                lambda one: round(get(one), 2) if one in student.by_name else get(one)
            )
        ), ""
    figure = style.figure(values[line.name])
    if mistake == "decimal_point":
        by = random.choice((10.0, 0.1))
        return (lambda get: by * right(get)), ""
    if mistake == "digits_swapped":
        digits = [*style.text(figure)]
        places = [
            at for at in range(len(digits) - 1)
            if digits[at].isdigit() and digits[at + 1].isdigit() and digits[at] != digits[at + 1]
        ][:5]  # fmt: skip
        if not places or style.decimals is None:
            return None, ""
        at = random.choice(places)
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
        swapped = float("".join(digits))
        return (lambda _: swapped), ""
    assert mistake == "arithmetic"
    if not line.factors or style.decimals is None:
        return None, ""
    off = random.choice((1.1, 0.9, 1.05, 0.5, 2.0, 1.01))
    working = " * ".join(style.text(style.figure(values[factor])) for factor in line.factors)
    return (lambda get: off * right(get)), f"{working} = "


def _working(
    student: Student, style: Style, name: str, figures: Mapping[str, Decimal], random: Random
) -> str:
    factors = student.by_name[name].factors
    if not factors or random.random() < 0.5 or style.decimals is None:
        return ""
    known = {**{n: Decimal(repr(v)) for n, v in student.task.given.items()}, **figures}
    if not all(factor in known for factor in factors):
        return ""
    return " * ".join(str(known[factor]) for factor in factors) + " = "


def _lines(
    student: Student, style: Style, written: list[str], values: Mapping[str, float], random: Random
) -> list[str]:
    order = [*written]
    if random.random() < 0.3:
        random.shuffle(order)
    figures = {name: Decimal(style.text(style.figure(values[name]))) for name in order}
    return [
        f"{name} = {_working(student, style, name, figures, random)}{figures[name]}"
        for name in order
    ]
