"""Expressions as Python source over arrays: ``beta1 * m + (1 - beta1) * g``."""

import re
from collections.abc import Mapping, Sequence

from backprop_cli.algebra.expression import (
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Sum,
    Symbol,
)
from backprop_cli.algebra.writer import Binding, Writer

# What a library of arrays calls our elementary functions.
FUNCTIONS = {"exp": "exp", "ln": "log", "sqrt": "sqrt", "abs": "abs", "sin": "sin", "cos": "cos"}
NAME = r"[\w.]+"  # or a number
RELATIONS = {"≥": ">=", "≤": "<="}


class Code(Writer[str]):
    """The writer for a library of arrays.

    ``library`` is what its functions are called by, as ``np``, ``named`` what stands for a symbol
    that has another name in the script, ``functions`` templates in ``{z}`` for functions that are
    no plain call of the library.
    """

    def __init__(
        self, library: str, named: Mapping[str, str], functions: Mapping[str, str] | None = None
    ) -> None:
        self._library = library
        self._named = named
        self._functions = functions or {}

    def symbol(self, symbol: Symbol) -> str:
        """Its name in the script."""
        return self._named.get(symbol.name, symbol.name)

    def number(self, number: Number) -> str:
        """Its digits."""
        return f"{number.value}"

    def parenthesized(self, inner: str) -> str:
        """(…)."""
        return f"({inner})"

    def sum(self, first: str, rest: Sequence[tuple[bool, str]]) -> str:
        """Terms with + and - between them."""
        return first + "".join(f" {'-' if minus else '+'} {term}" for minus, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        """Factors with * between them."""
        return " * ".join(factors)

    def quotient(self, numerator: str, denominator: str) -> str:
        """Numerator / denominator."""
        return f"{numerator} / {denominator}"

    def power(self, base: str, exponent: str) -> str:
        """Base**exponent, with spaces unless both are names or numbers, as ruff has it."""
        simple = all(re.fullmatch(NAME, part) for part in (base, exponent))
        return f"{base}**{exponent}" if simple else f"{base} ** {exponent}"

    def negative(self, operand: str) -> str:
        """-operand."""
        return f"-{operand}"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """A function of the library."""
        if function in self._functions:
            return self._functions[function].format(z=arguments[0])
        if function == "abs" and self._library == "jnp":
            # At 0, JAX takes 1 for its derivative, and of two that are equal half of each.
            (z,) = arguments
            return f"jnp.maximum({z}, -{z if re.fullmatch(NAME, z) else f'({z})'})"
        return f"{self._library}.{FUNCTIONS[function]}({', '.join(arguments)})"

    def choice(self, holds: str, condition: str, otherwise: str) -> str:
        """``where(condition, holds, otherwise)``."""
        return f"{self._library}.where({condition}, {holds}, {otherwise})"

    def relation(self, left: str, sign: str, right: str) -> str:
        """A comparison."""
        return f"{left} {RELATIONS.get(sign, sign)} {right}"

    def derivative(self, sign: str, of: str, by: str, *, single: bool) -> str:
        """No script has one."""
        raise TypeError(f"no code: {sign}{of}/{sign}{by} ({single})")

    def marked(self, inner: str, factor: int) -> str:
        """Nothing is set apart."""
        del factor
        return inner

    def terms(self, expression: Sum) -> list[str]:
        """The terms of a sum, each with the sign before it."""
        first, *rest = expression.terms
        lines = [self._within(first, Binding.PRODUCT, leading=True)]
        for term in rest:
            if isinstance(term, Negative):
                lines.append(f"- {self._within(term.operand, Binding.PRODUCT)}")
            else:
                lines.append(f"+ {self._within(term, Binding.PRODUCT)}")
        return lines

    def binding(self, expression: Expression) -> Binding:
        """A choice is a call here."""
        return Binding.ATOM if isinstance(expression, Choice) else super().binding(expression)


def without_largest(expression: Largest) -> Expression:
    """The largest of some expressions as choices: of several that are, the first.

    The libraries' own functions share the derivative among those that are the largest.
    """
    first, *others = expression.among
    if not others:
        return first
    rest = without_largest(Largest(tuple(others)))
    return Choice(first - rest, first, rest, or_zero=True)
