"""A formula as it is typed, ``q * z + 0.5``, to an expression.

A grammar of its own, from the loosest to the tightest: sums, products and quotients, a sign,
powers (from right to left), and what stands alone: a number, a name, a call, parentheses. Nothing
is ever run.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from math import isinf
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Expression,
    Largest,
    Negative,
    Number,
    Power,
    Quotient,
    Symbol,
)
from backprop_cli.functions.activations import ACTIVATIONS, configured
from backprop_cli.functions.names import by_spelling, spelling
from backprop_cli.wording import did_you_mean, listed, shown

LONGEST = 500  # characters
DEEPEST = 40  # parentheses, signs and powers in each other
LARGEST_POWER = 99  # that is written as a whole number

ELEMENTARY = ("exp", "ln", "sqrt", "abs", "sin", "cos")
OF_SEVERAL = ("min", "max")
FUNCTIONS = (*ELEMENTARY, *OF_SEVERAL, *ACTIVATIONS)
# By every spelling: ReLU is relu, logistic is sigmoid.
SPELLINGS = {**by_spelling(ACTIVATIONS.values(), *ELEMENTARY, *OF_SEVERAL), "σ": "sigmoid"}
OTHER_NAMES = {
    "log": "ln",
    "pow": "^",
    "square": "^2",
    "sum": "the terms with + between them",
    "softmax": "exp(x1) / (exp(x1) + exp(x2))",
}

TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<operator>\*\*|[-+*/^(),·×−÷])"
)
RAISED = {"²": 2, "³": 3}
SPELT = {"**": "^", "·": "*", "×": "*", "−": "-", "÷": "/"}


class FormulaError(Exception):
    """Something in a formula means nothing; ``at`` is its place, counted from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class Token(NamedTuple):
    """A piece of a formula: what kind it is (an operator is its own kind), its text and place."""

    kind: str
    text: str
    at: int


class Formula(NamedTuple):
    """An expression, and where each of its names stands first, counted from 0."""

    text: str
    expression: Expression
    names: dict[str, int]


def read_formula(text: str) -> Formula:
    """The formula that was typed. Raises FormulaError."""
    if len(text) > LONGEST:
        message = f"this formula has {len(text)} characters; write at most {LONGEST}"
        raise FormulaError(f"{message}, and the rest as a neuron of its own", 0)
    return _Parser(text).formula()


class _Parser:
    """Reads one formula; its state is the next token and what has been met so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [*_tokens(text)]
        self.next = 0
        self.depth = 0
        self.names: dict[str, int] = {}

    def formula(self) -> Formula:
        expression = self.sum()
        left = self.token
        if left.kind == ")":
            raise FormulaError("this ) closes nothing; write a ( before it", left.at)
        if left.kind == ",":
            raise FormulaError("a comma stands between the arguments of min and max alone", left.at)
        if left.kind != "end":
            message = f"an operator is missing before {shown(left.text)}"
            before = self.tokens[self.next - 1]
            if (before.kind, left.kind) == ("number", "name"):
                message += f"; write {before.text} * {shown(left.text)}"
            raise FormulaError(message, left.at)
        return Formula(self.text, expression, self.names)

    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    def take(self, *kinds: str) -> Token | None:
        """The next token, if it is of one of the kinds."""
        token = self.token
        if token.kind not in kinds:
            return None
        self.next += 1
        return token

    def sum(self) -> Expression:
        found = self.product()
        while operator := self.take("+", "-"):
            right = self.product()
            found = found + right if operator.kind == "+" else found - right
        return found

    def product(self) -> Expression:
        found = self.signed()
        while operator := self.take("*", "/"):
            right = self.signed()
            found = found * right if operator.kind == "*" else found / right
        return found

    def signed(self) -> Expression:
        self.deeper()
        if self.take("+"):
            found = self.signed()
        elif self.take("-"):
            found = Negative(self.signed())
        else:
            found = self.power()
        self.depth -= 1
        return found

    def power(self) -> Expression:
        base = self.alone()
        if not self.take("^"):
            return base
        exponent = self.signed()
        if isinstance(exponent, Negative) and isinstance(exponent.operand, Number):
            return Quotient(ONE, _power(base, exponent.operand))
        return _power(base, exponent)

    def alone(self) -> Expression:
        token = self.token
        self.next += 1
        if token.kind == "number":
            return _number(token)
        if token.kind == "name":
            return self.call(token) if self.take("(") else self.name(token)
        if token.kind == "(":
            found = self.sum()
            self.close(token)
            return found
        if token.kind == "end":
            message = "this formula ends too early; a number or a name is missing"
            raise FormulaError(
                message if self.text.strip() else "nothing is written here", token.at
            )
        raise FormulaError(f"a number or a name is missing before {token.text}", token.at)

    def name(self, token: Token) -> Expression:
        self.names.setdefault(token.text, token.at)
        return Symbol(token.text)

    def call(self, function: Token) -> Expression:
        name = SPELLINGS.get(spelling(function.text), function.text)
        if name not in FUNCTIONS:
            near = OTHER_NAMES.get(name) or did_you_mean(name, FUNCTIONS)
            hint = (
                f"write {near}" if name in OTHER_NAMES else near or f"there are {listed(FUNCTIONS)}"
            )
            raise FormulaError(f"there is no function called {shown(name)}; {hint}", function.at)
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.close(function)
        if name in OF_SEVERAL:
            if len(arguments) < 2:
                raise FormulaError(f"{name} takes two arguments or more", function.at)
            if name == "max":
                return Largest(tuple(arguments))
            return Negative(Largest(tuple(map(Negative, arguments))))
        if len(arguments) > 1:
            raise FormulaError(f"{name} takes one argument", function.at)
        if name in ELEMENTARY:
            return Call(name, arguments[0])
        return configured(name).applied(arguments[0])

    def close(self, opened: Token) -> None:
        if not self.take(")"):
            left = self.token
            if left.kind in ("end", ","):
                raise FormulaError("the ( that is opened here is not closed", opened.at)
            raise FormulaError(f"an operator or a ) is missing before {shown(left.text)}", left.at)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            message = "this formula is nested too deep; write its parts as neurons of their own"
            raise FormulaError(message, self.token.at)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise FormulaError(f"{text[at]!a} means nothing in a formula", at)
        kind, piece = str(match.lastgroup), match.group()
        if kind == "operator":
            kind = SPELT.get(piece, piece)
        raised = RAISED.get(piece[-1]) if kind == "name" else None
        base = piece if raised is None else piece[:-1]
        if kind != "space" and base:
            yield Token(kind, base, at)
        if raised is not None:
            yield Token("^", "^", at + len(base))
            yield Token("number", str(raised), at + len(base))
        at = match.end()
    yield Token("end", "", len(text))


def _number(token: Token) -> Number:
    mantissa = token.text.lower().partition("e")[0]
    value = float(token.text)
    if isinf(value) or (value == 0 and mantissa.strip("0.")):
        raise FormulaError(f"{shown(token.text)} is too large or too small", token.at)
    return Number(Decimal(token.text if value else mantissa))


def _power(base: Expression, exponent: Expression) -> Expression:
    whole = isinstance(exponent, Number) and exponent.value == exponent.value.to_integral_value()
    if not whole or not isinstance(exponent, Number) or exponent.value > LARGEST_POWER:
        return Power(base, exponent)
    times = int(exponent.value)
    return base if times == 1 else ONE if times == 0 else Power(base, times)
