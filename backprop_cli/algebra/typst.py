"""Formulas as Typst writes them between dollar signs: ``frac(∂ "Loss", ∂ w_(1))``."""

import re
from collections.abc import Sequence

from backprop_cli.algebra.expression import BLANK, Expression, Number, Partial, Symbol
from backprop_cli.algebra.names import Name, parts_of_name
from backprop_cli.algebra.paper import on_paper
from backprop_cli.algebra.writer import COLOURS, Writer
from backprop_cli.wording import visible


def quoted(text: str) -> str:
    """A text as a string of Typst, whatever is in it: it is never read as markup."""
    return '"' + "".join(f"\\{c}" if c in '\\"' else c for c in visible(text)) + '"'


class Typst(Writer[str]):
    """The writer of formulas for Typst's mathematics mode.

    A space that stands beside a word is printed there, and any other is not.
    """

    stacks = True

    def symbol(self, symbol: Symbol) -> str:
        """A name with its index; a derivative in one line."""
        if isinstance(symbol, Partial):
            return f"∂{name(symbol.of)}\\/∂{name(symbol.by)}"
        if symbol == BLANK:
            return "#box(width: 7em, height: 0.8em, stroke: (bottom: 0.5pt));"
        return name(symbol.name)

    def number(self, number: Number) -> str:
        """Its name or its digits."""
        if number.name:
            return name(number.name)
        mantissa, _, exponent = on_paper(number.value).partition("e")
        return f"{mantissa} dot 10^({exponent})" if exponent else mantissa

    def parenthesized(self, inner: str) -> str:
        """(…)."""
        return f"({inner})"

    def sum(self, first: str, rest: Sequence[tuple[bool, str]]) -> str:
        """Terms with + and − between them."""
        return first + "".join(f" {'−' if less else '+'} {term}" for less, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        """Factors with · between them."""
        return " dot ".join(factors)

    def quotient(self, numerator: str, denominator: str) -> str:
        """A fraction."""
        return f"frac({numerator}, {denominator})"

    def in_line(self, numerator: str, denominator: str) -> str:
        """Numerator / denominator."""
        return f"{numerator} \\/ {denominator}"

    def power(self, base: str, exponent: str) -> str:
        """The exponent raised."""
        return f"{base}^({exponent})"

    def negative(self, operand: str) -> str:
        """−operand."""
        return f"−{operand}"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """The function's name upright."""
        return f"{quoted(function)}({', '.join(arguments)})"

    def choice(self, holds: str, condition: str, otherwise: str) -> str:
        """Holds if condition, else otherwise."""
        return f'{holds}" if "{condition}", else "{otherwise}'

    def relation(self, left: str, sign: str, right: str) -> str:
        """Left sign right."""
        return f"{left} {sign} {right}"

    def derivative(self, sign: str, of: str, by: str, *, single: bool) -> str:
        """A fraction, or one that stands before what is differentiated."""
        d = "dif" if sign == "d" else sign
        if single:
            return f"frac({d} {of}, {d} {by})"
        return f"frac({d}, {d} {by})({of})"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        """Elements in brackets, each a formula of its own, in which a comma parts nothing."""
        lines = (f"({''.join(f'${element}$, ' for element in row)})" for row in rows)
        return f'#math.mat(delim: "[", align: right, {", ".join(lines)});'

    def transposed(self, operand: str) -> str:
        """Raised T."""
        return f"{operand}^(sans(T))"

    def beside(self, factors: Sequence[str]) -> str:
        """One beside the other."""
        return " thin ".join(factors)

    def by_element(self, factors: Sequence[str]) -> str:
        """With a small circle between them."""
        return " compose ".join(factors)

    def marked(self, inner: str, factor: int) -> str:
        """In the colour of the factor, which the document declares."""
        return f"#factor({factor % COLOURS}, ${inner}$);"


TYPST = Typst()


def typst(expression: Expression) -> str:
    """A formula, without the dollar signs around it."""
    return TYPST.write(expression)


def stacked(derivative: Partial) -> str:
    """A derivative as a stacked fraction."""
    return f"frac(∂{name(derivative.of)}, ∂{name(derivative.by)})"


def name(text: str) -> str:
    """A quantity's name: a letter with what belongs to it as its index."""
    return _written(parts_of_name(text))


def _written(parts: Name) -> str:
    base = parts.base if re.fullmatch(r"[^\W\d_]", parts.base) else quoted(parts.base)
    if parts.hat:
        base = f"hat({base})"
    below = ", ".join(
        [_written(part) if isinstance(part, Name) else _index(part) for part in parts.below]
    )
    above = f"^({quoted(parts.above)})" if parts.above else ""
    return f"{base}{f'_({below})' if below else ''}{above}"


def _index(text: str) -> str:
    return text if text.isdecimal() else quoted(text)
