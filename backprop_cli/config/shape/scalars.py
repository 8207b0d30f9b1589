"""Reading one scalar as it was typed: a number with all its digits, a count, a flag.

YAML's own notion of what is a number differs from a user's, so whatever could be taken for
another number than the one meant is refused, and the complaint says what to write.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from math import isinf

from pydantic_core import PydanticCustomError

from backprop_cli.config.files.yaml_source import Quoted
from backprop_cli.network.classes import MOST_COUNTED
from backprop_cli.wording import MOST_LISTED, shown

LONGEST_NUMBER = 1000
LARGEST = "1.797e308"
SMALLEST = Decimal("5e-324")
MOST_DECIMALS = 15

FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

COMPLAINT = "complaint"  # the type of the errors that carry our own wording


def complaint(message: str) -> PydanticCustomError:
    """An error that pydantic passes on word for word."""
    return PydanticCustomError(COMPLAINT, "{message}", {"message": message})


# --- numbers ---------------------------------------------------------------------------------

NUMBER = re.compile(r"[-+]?(?P<whole>[0-9]*)(\.[0-9]*)?(e[-+]?[0-9]+)?", re.I)

ONE_NUMBER = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?"

WORDS = "~|null|true|false|yes|no|on|off|y|n"

# What looks like a number to YAML or to people and is none here, and what to write instead. The
# patterns are compiled when they are needed: most runs find nothing wrong.
NOT_NUMBERS = (
    ("", "nothing is written here; write a number such as 0.5"),
    (WORDS, "is not a number; write one such as 0.5"),
    (r"[-+]?\.?(inf|infinity|nan)", "is not finite; only finite numbers can be worked with"),
    (r"[-+]?0[xob][0-9a-f_]+", "is not a decimal number; write it in base ten"),
    (r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?", "is a time of day; write one decimal number"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", "is a date; write a decimal number"),
    (r"[-+]?[0-9._]*_[0-9._e+-]*", "has underscores; write the digits without them"),
    (r"[-+]?[0-9]*,[0-9]+", "has a comma; write the decimals after a point, as in 0.5"),
    ("[“”„‘’‚«»].*", "has quotation marks of a word processor; write the number without any"),
    ("[−–].*", "does not begin with the keyboard's minus sign; write it as -"),
)


def read_number(value: object) -> Decimal:
    """The number that was typed, every digit kept."""
    if not isinstance(value, str):
        found = "a list" if isinstance(value, list) else "a mapping"
        raise complaint(f"a number belongs here, not {found}")
    text = str(value)
    match = NUMBER.fullmatch(text)
    # The pattern lets every part be empty; a digit before any exponent is what makes a number.
    is_number = match is not None and any(c.isdigit() for c in re.split("[eE]", text)[0])
    if isinstance(value, Quoted):
        mend = "remove the quotation marks" if is_number else "write a number such as 0.5"
        raise complaint(f"{shown(text)} is text, not a number; {mend}")
    if match is None or not is_number:
        several = re.split(r"[\s;]+", text[:LONGEST_NUMBER])
        if len(several) > 1 and all(re.fullmatch(ONE_NUMBER, part, re.I) for part in several):
            row = ", ".join(several[:MOST_LISTED]) + (", …" if several[MOST_LISTED:] else "")
            raise complaint(f"commas go between the numbers of a list, as in [{row}]")
        for pattern, mend in NOT_NUMBERS:
            # Some patterns try every way of splitting the text, so they get no long one.
            if len(text) <= LONGEST_NUMBER and re.fullmatch(pattern, text, re.I):
                raise complaint(f"{shown(text)} {mend}" if text else mend)
        raise complaint(f"{shown(text)} is not a number; write one such as 0.5 or 1e-3")
    whole = match["whole"]
    if len(whole) > 1 and whole.startswith("0"):
        raise complaint(f"{shown(text)} begins with a zero too many; write {unpadded(text)}")
    return in_range(text)


def is_number(value: object) -> bool:
    """True if a value is written as a number, and not as text."""
    if not isinstance(value, str) or isinstance(value, Quoted) or len(value) > LONGEST_NUMBER:
        return False
    return re.fullmatch(ONE_NUMBER, value, re.I) is not None


def unpadded(text: str) -> str:
    """The number that was probably meant: ``010`` is 10, or 0.10 with its point forgotten."""
    sign = "-" if text.startswith("-") else ""
    digits = text.lstrip("+-")
    whole = digits.lstrip("0")
    if not whole or not whole[0].isdigit():
        return f"{sign}{shown(f'0{whole}')}"
    plain = f"{sign}{shown(whole)}"
    return f"{plain} or {sign}0.{shown(digits[1:])}" if digits.isdigit() else plain


def in_range(text: str) -> Decimal:
    """The number, unless a float64 cannot hold it or its digits are beyond all use."""
    if len(text) > LONGEST_NUMBER:
        raise complaint(f"this number has {len(text)} characters; write at most {LONGEST_NUMBER}")
    mantissa, _, exponent = text.lower().partition("e")
    if isinf(float(text)):
        raise complaint(f"{shown(text)} is too large; the largest number is {LARGEST}")
    if not mantissa.strip("+-0."):
        if abs(int(exponent or 0)) > 308:
            raise complaint(f"{shown(text)} is zero; write 0")
        return Decimal(text)
    if float(text) == 0 or Decimal(text).copy_abs() < SMALLEST:
        raise complaint(f"{shown(text)} is too small; write 0, or at least {SMALLEST} in size")
    return Decimal(text)


def read_rate(value: object) -> Decimal:
    """A learning rate: with zero nothing is learnt, and below it the loss rises."""
    rate = read_number(value)
    if rate <= 0:
        raise complaint(
            f"a learning rate is greater than 0, such as 0.5; this is {shown(str(value))}"
        )
    return rate


def read_positive(value: object) -> Decimal:
    """A number above 0, as a distance is."""
    number = read_number(value)
    if number <= 0:
        raise complaint(f"this is greater than 0, such as 1, not {shown(str(value))}")
    return number


def read_decimals(value: object) -> int:
    """The number of decimals carried: a whole number, since nothing else can be counted."""
    if isinstance(value, str) and not isinstance(value, Quoted) and not value:
        raise complaint(
            f"nothing is written here; write 1 to {MOST_DECIMALS}, or leave rounding out"
        )
    if isinstance(value, str) and re.fullmatch(WORDS, value, re.I):
        raise complaint(
            f"{shown(value)} is not a number of decimals; write 1 to {MOST_DECIMALS}, or leave "
            "rounding out for full precision"
        )
    number = read_number(value)
    if number.as_tuple().exponent != 0 or not 1 <= number <= MOST_DECIMALS:
        message = f"a whole number of decimals from 1 to {MOST_DECIMALS} belongs here"
        raise complaint(f"{message}, not {shown(str(value))}")
    return int(number)


def within(least: int, below: int | None = None) -> Callable[[object], Decimal]:
    """A reader of numbers from ``least`` on, and less than ``below`` where that is given."""

    def read(value: object) -> Decimal:
        number = read_number(value)
        if number < least or (below is not None and number >= below):
            bound = "" if below is None else f" and is less than {below}"
            raise complaint(f"this is at least {least}{bound}; {shown(str(value))} is not")
        return number

    return read


def read_whole(value: object, least: int, otherwise: str = "") -> int:
    """A whole number, at least ``least``; ``otherwise`` says what else could be written."""
    wanted = f"a whole number from {least} on{otherwise} belongs here"
    if isinstance(value, str) and not value[:1].isdigit():
        raise complaint(f"{wanted}, not {shown(str(value))}" if value else wanted)
    number = read_number(value)
    if number.as_tuple().exponent != 0 or number < least:
        raise complaint(f"{wanted}, not {shown(str(value))}")
    return int(number)


def counted_from(least: int) -> Callable[[object], int]:
    """A reader of counts from ``least`` on, as far as a float64 counts."""

    def read(value: object) -> int:
        number = read_whole(value, least)
        if number > MOST_COUNTED:
            raise complaint(f"this is at most {MOST_COUNTED}; {shown(str(value))} is not")
        return number

    return read


def read_seed(value: object) -> int:
    """The seed that random numbers are drawn with."""
    return read_whole(value, 0)


def read_batch_size(value: object) -> int | None:
    """The number of examples to an update; None for ``all``."""
    return None if value == "all" else read_whole(value, 1, ", or all,")


def read_flag(value: object) -> bool:
    """``true`` or ``false``."""
    if isinstance(value, str) and not isinstance(value, Quoted) and value.lower() in FLAGS:
        return FLAGS[value.lower()]
    raise complaint("true or false belongs here")
