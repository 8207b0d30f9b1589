"""The short code on a worksheet, which says of which exercise it is and by which seed."""

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from typing import NamedTuple

# Crockford's digits, without I, L, O and U: https://www.crockford.com/base32.html
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")
EXERCISE_DIGITS, SEED_DIGITS, CHECK_DIGITS = 4, 6, 2
LENGTH = EXERCISE_DIGITS + SEED_DIGITS + CHECK_DIGITS
GROUP = 4
# The largest prime that two digits hold: with it, one wrong digit and two that are swapped with
# their neighbours always show.
MODULUS = 1021
# To be raised where the same seed gives other numbers than before.
DRAWING = 1

BITS = 5
SEEDS = 1 << (BITS * SEED_DIGITS)


class CodeError(ValueError):
    """A code that no worksheet has; ``str(error)`` says why."""


class Code(NamedTuple):
    """The code of a worksheet: the mark of its exercise, and the seed of its numbers."""

    exercise: int
    seed: int

    def __str__(self) -> str:
        number = self.exercise * SEEDS + self.seed
        digits = _digits(number, EXERCISE_DIGITS + SEED_DIGITS)
        digits += _digits(number % MODULUS, CHECK_DIGITS)
        return "-".join(digits[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def mark_of(text: str) -> int:
    """The mark by which an exercise is known, from its configuration as the program writes it.

    Remarks do not count.
    """
    lines = (re.sub(r"(^|\s+)#.*", "", line) for line in text.splitlines())
    content = f"{DRAWING}\n" + "\n".join(line for line in lines if line)
    return int.from_bytes(sha256(content.encode()).digest()) % (1 << (BITS * EXERCISE_DIGITS))


def seeds(seed: int) -> Iterator[int]:
    """The seeds of the sheets of a class, each another, without an end."""
    found: set[int] = set()
    for number in count(1):
        digest = sha256(f"{seed}/{number}".encode()).digest()
        own = int.from_bytes(digest) % SEEDS
        if own not in found:
            found.add(own)
            yield own


def read_code(text: str) -> Code:
    """The code that somebody has typed, in any case and with any hyphens. Raises CodeError."""
    digits = re.sub(r"[\s\-–—]", "", text).upper().translate(MISREAD)
    if len(digits) != LENGTH or not set(digits) <= set(DIGITS):
        raise CodeError("a code is three groups of four letters and digits, such as 7K2Q-0D4M-9XAB")
    number, check = _number(digits[:-CHECK_DIGITS]), _number(digits[-CHECK_DIGITS:])
    if number % MODULUS != check:
        raise CodeError("no worksheet has this code; a letter or a digit of it is wrong")
    return Code(*divmod(number, SEEDS))


def _digits(number: int, places: int) -> str:
    shifts = range(BITS * (places - 1), -1, -BITS)
    return "".join(DIGITS[number >> shift & (1 << BITS) - 1] for shift in shifts)


def _number(digits: str) -> int:
    return sum(
        DIGITS.index(digit) << (BITS * place) for place, digit in enumerate(reversed(digits))
    )
