"""Every printed line of numbers is evaluated again, from its text, with exact fractions."""

import re
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from random import Random

import pytest

from backprop_cli import config, lesson
from backprop_cli.activations import ACTIVATIONS
from backprop_cli.calculation import calculate
from backprop_cli.losses import LOSSES
from backprop_cli.render.terminal import plain_console, show
from backprop_cli.template import template

NUMBERS_ALONE = re.compile(r"[0-9.()\s+*/−^]+")


def value(side: str) -> Fraction:
    """The exact value of one printed side, read by Python's own rules."""
    python = side.replace("−", "-")
    python = re.sub(r"\d+(\.\d+)?", lambda number: f"Fraction('{number[0]}')", python)
    python = re.sub(r"\^Fraction\('(\d+)'\)", r"**\1", python)
    result: Fraction = eval(python, {"Fraction": Fraction})
    return result


def relations(text: str) -> Iterator[tuple[str, str, str]]:
    """Neighbouring sides in numbers alone, with the relation between them."""
    for line in text.splitlines():
        equation = re.sub(r"^\s*\d+\. |\s{4,}(∂|\().*$", "", line).strip()
        sides = re.split(r" ([=≈]) ", equation)
        for left, relation, right in zip(sides[::2], sides[1::2], sides[2::2], strict=False):
            if NUMBERS_ALONE.fullmatch(left.strip()) and NUMBERS_ALONE.fullmatch(right.strip()):
                yield left, relation, right


def printed(seed: int, rounding: str) -> str:
    """The whole working of some network of up to four layers, as in a pipe."""
    random = Random(seed)
    sizes = [random.randint(1, 3) for _ in range(random.randint(2, 4))]
    activation = random.choice([*ACTIVATIONS])
    loss = random.choice([name for name, row in LOSSES.items() if not row.distribution])
    text = template(sizes, activation, loss, seed).replace("rounding: 4", rounding)
    exercise = config.parse(text, "drawn.yaml")
    file = StringIO()
    show(lesson.full(calculate(exercise)), plain_console(file))
    return file.getvalue()


@pytest.mark.parametrize("rounding", ["rounding: 4", "rounding: 2", "rounding: 9", ""])
@pytest.mark.parametrize("seed", range(10))
def test_a_line_has_an_equals_sign_exactly_where_its_figures_are_equal(
    seed: int, rounding: str
) -> None:
    found = list(relations(printed(seed, rounding)))
    assert len(found) > 10
    wrong = [
        (left, relation, right)
        for left, relation, right in found
        if (value(left) == value(right)) is not (relation == "=")
    ]
    assert wrong == []


@pytest.mark.parametrize("seed", range(10, 20))
def test_by_hand_a_running_product_is_rounded_from_its_printed_factors(seed: int) -> None:
    products = [
        (left, right)
        for left, relation, right in relations(printed(seed, "rounding: 4"))
        if relation == "≈" and left.count("*") == 1 and re.fullmatch(r"−?[0-9.]+", right.strip())
    ]
    for left, right in products:
        half = Fraction(1, 2 * 10 ** len(right.partition(".")[2]))
        assert abs(value(left) - value(right)) <= half, (left, right)
