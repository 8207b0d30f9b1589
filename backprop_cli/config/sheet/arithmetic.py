"""Arithmetic as people write it, parsed into an expression: ``0.7514 * (1 - 0.7514)``."""

import re
from decimal import Decimal, InvalidOperation

from backprop_cli.algebra.expression import (
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Symbol,
)
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.elementary import ELEMENTARY

# Longer or deeper than anyone writes by hand.
LONGEST = 2_000
DEEPEST = 40
MOST_DIGITS = 60
LARGEST_POWER = 1_000
LARGEST_EXPONENT = 300  # of ten

NUMBER = r"(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
NAME = r"[^\W\d][\w'∂]*(?:/[∂d][^\W\d][\w']*)?|[∂δσ∇][\w'∂]*(?:/∂\w+)?"
TOKEN = re.compile(rf"\s*(?:({NUMBER})|({NAME})|(.))", re.DOTALL)

FUNCTIONS = {
    **{name: name for name in (*ELEMENTARY, *ACTIVATIONS)},
    "σ": "sigmoid",
    "sig": "sigmoid",
    "logistic": "sigmoid",
    "log": "ln",
    "exp": "exp",
}


class _NotArithmeticError(Exception):
    """The text is something else."""


def number(text: str) -> Decimal | None:
    """A number with the digits that were written; a comma may stand for the point.

    None for what is no finite number, or one of more digits than anybody works with.
    """
    text = text.strip().replace(",", ".")
    if not re.fullmatch(rf"[-+]?{NUMBER}", text) or len(text) > MOST_DIGITS:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    exponent = found.as_tuple().exponent
    far = abs(found.adjusted()) > LARGEST_EXPONENT or abs(int(exponent)) > LARGEST_EXPONENT
    return None if far else found


def arithmetic(text: str) -> Expression | None:
    """The expression that a text is; None if it is no arithmetic."""
    if len(text) > LONGEST:
        return None
    try:
        parser = _Parser(text)
        found = parser.sum(0)
        return found if parser.at_end else None
    except _NotArithmeticError:
        return None


class _Parser:
    """Recursive descent over the tokens: sums of products of powers."""

    def __init__(self, text: str) -> None:
        self.tokens = [match.groups() for match in TOKEN.finditer(text.strip())]
        self.at = 0

    @property
    def at_end(self) -> bool:
        """True if all tokens are used up."""
        return self.at >= len(self.tokens)

    def _sign(self) -> str:
        """The operator or parenthesis that comes next, "" for anything else."""
        return "" if self.at_end else (self.tokens[self.at][2] or "")

    def _taken(self, signs: str) -> str:
        sign = self._sign()
        if not sign or sign not in signs:
            return ""
        self.at += 1
        return sign

    def sum(self, depth: int) -> Expression:
        """Terms, added and subtracted."""
        if depth > DEEPEST:
            raise _NotArithmeticError
        found = self._product(depth)
        while sign := self._taken("+-"):
            term = self._product(depth)
            found = found + term if sign == "+" else found - term
        return found

    def _product(self, depth: int) -> Expression:
        if self._taken("-"):
            return Negative(self._product(depth + 1)) if depth < DEEPEST else self._fail()
        self._taken("+")
        found = self._power(depth)
        while True:
            if self._taken("/"):
                found = found / self._power(depth)
            elif self._taken("*") or self._sign() == "(":  # 0.5 (0.01 - 0.7514)
                found = found * self._power(depth)
            else:
                return found

    def _power(self, depth: int) -> Expression:
        base = self._atom(depth)
        if not self._taken("^"):
            return base
        negative = bool(self._taken("-"))
        exponent = self._atom(depth)
        if base == Symbol("e"):
            return Call("exp", Negative(exponent) if negative else exponent)
        if negative or not isinstance(exponent, Number):
            return self._fail()
        digits = exponent.value
        if digits != int(digits) or not 2 <= digits <= LARGEST_POWER:
            self._fail()
        return Power(base, int(digits))

    def _atom(self, depth: int) -> Expression:
        if self.at_end:
            self._fail()
        digits, name, _ = self.tokens[self.at]
        if digits is not None:
            self.at += 1
            value = number(digits)
            return Number(value) if value is not None else self._fail()
        if name is not None:
            self.at += 1
            if name.lower() in FUNCTIONS and self._sign() == "(":
                return Call(FUNCTIONS[name.lower()], self._grouped(depth))
            return Symbol(name)
        if self._sign() == "(":
            return self._grouped(depth)
        if self._taken("-"):
            return Negative(self._atom(depth + 1)) if depth < DEEPEST else self._fail()
        return self._fail()

    def _grouped(self, depth: int) -> Expression:
        if not self._taken("("):
            self._fail()
        found = self.sum(depth + 1)
        if not self._taken(")"):
            self._fail()
        return found

    @staticmethod
    def _fail() -> "Expression":
        raise _NotArithmeticError
