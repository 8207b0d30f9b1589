"""The code on a worksheet: what is typed wrongly is noticed."""

from itertools import islice

import pytest

from backprop_cli.runs.worksheets.code import (
    DIGITS,
    Code,
    CodeError,
    mark_of,
    read_code,
    seeds,
)

CODES = [Code(0, 0), Code(1, 2), Code(2**20 - 1, 2**30 - 1), Code(123_456, 987_654_321)]


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_read_as_it_was_written(code: Code) -> None:
    text = str(code)
    assert [len(group) for group in text.split("-")] == [4, 4, 4]
    for typed in (text, text.lower(), text.replace("-", " "), f" {text.replace('-', '')} "):
        assert read_code(typed) == code


def test_letters_that_look_like_digits_are_read_as_these() -> None:
    text = str(Code(0, 0))
    assert set(text) <= {"0", "-"}
    assert read_code(text.replace("0", "O")) == Code(0, 0)


@pytest.mark.parametrize("code", CODES)
def test_every_wrong_digit_and_every_swap_of_neighbours_is_noticed(code: Code) -> None:
    digits = str(code).replace("-", "")
    wrong = {
        digits[:at] + other + digits[at + 1 :] for at in range(len(digits)) for other in DIGITS
    }
    wrong |= {
        digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        for at in range(len(digits) - 1)
    }
    for typed in wrong - {digits}:
        with pytest.raises(CodeError):
            read_code(typed)


@pytest.mark.parametrize(
    "typed", ["", "7K2Q", "7K2Q-0D4M-9XA", "7K2Q-0D4M-9XABCD", "7K2Q-0D4M-9XÄB"][:5]
)
def test_what_is_no_code_at_all_is_said(typed: str) -> None:
    with pytest.raises(CodeError, match="three groups of four"):
        read_code(typed)


def test_the_seeds_of_a_class_differ_and_are_the_same_again() -> None:
    found = [*islice(seeds(7), 1000)]
    assert len({*found}) == 1000
    assert found[:30] == [*islice(seeds(7), 30)]
    assert found[0] != next(seeds(8))


def test_remarks_change_nothing_of_the_mark_and_numbers_do() -> None:
    text = "inputs: [0.1]\nweights:  # by layer\n"
    assert mark_of(text) == mark_of("# a remark\ninputs: [0.1]  # more\nweights:\n")
    assert mark_of(text) != mark_of(text.replace("0.1", "0.2"))
