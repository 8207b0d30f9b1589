r"""Formulas as LaTeX writes them, in mathematics mode: ``\frac{a}{b}``.

What is written may stand in a line of text as well, where TeX breaks it at relations and at binary
operators: no formula is wrapped in braces as a whole, and parentheses are plain characters.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from backprop_cli.algebra.expression import BLANK, Expression, Number, Partial, Symbol
from backprop_cli.algebra.latex_characters import FUNCTIONS, SIGNS, in_text
from backprop_cli.algebra.names import Name, parts_of_name
from backprop_cli.algebra.paper import on_paper
from backprop_cli.algebra.writer import COLOURS, Writer


class Latex(Writer[str]):
    """The writer of formulas for TeX's mathematics mode."""

    stacks = True

    def symbol(self, symbol: Symbol) -> str:
        """A name with its index; a derivative as a fraction in one line."""
        if isinstance(symbol, Partial):
            return f"\\partial {latex_name(symbol.of)}/\\partial {latex_name(symbol.by)}"
        if symbol == BLANK:
            return r"\underline{\hspace{6em}\rule{0pt}{2.6ex}}"
        return latex_name(symbol.name)

    def number(self, number: Number) -> str:
        """Its name or its digits."""
        if number.name:
            return latex_name(number.name)
        return digits(number.value)

    def parenthesized(self, inner: str) -> str:
        """(…), which a line may be broken within."""
        return f"({inner})"

    def sum(self, first: str, rest: Sequence[tuple[bool, str]]) -> str:
        """Terms with + and − between them."""
        return first + "".join(f" {'-' if less else '+'} {term}" for less, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        r"""Factors with \cdot between them."""
        return r" \cdot ".join(factors)

    def quotient(self, numerator: str, denominator: str) -> str:
        """A fraction."""
        return f"\\frac{{{numerator}}}{{{denominator}}}"

    def in_line(self, numerator: str, denominator: str) -> str:
        """Numerator / denominator."""
        return f"{numerator} / {denominator}"

    def power(self, base: str, exponent: str) -> str:
        """The exponent raised."""
        return f"{base}^{{{exponent}}}" if base.endswith(")") else f"{{{base}}}^{{{exponent}}}"

    def negative(self, operand: str) -> str:
        """−operand."""
        return f"-{operand}"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """The function's name upright."""
        name, primes = function.rstrip("′"), "'" * function.count("′")
        return f"{FUNCTIONS.get(name, _upright(name))}{primes}({', '.join(arguments)})"

    def choice(self, holds: str, condition: str, otherwise: str) -> str:
        """Holds if condition, else otherwise."""
        return f"{holds}\\text{{ if }} {condition}\\text{{, else }} {otherwise}"

    def relation(self, left: str, sign: str, right: str) -> str:
        """Left sign right."""
        return f"{left} {SIGNS.get(sign, sign)} {right}"

    def derivative(self, sign: str, of: str, by: str, *, single: bool) -> str:
        """A fraction, or one that stands before what is differentiated."""
        d = SIGNS.get(sign, sign)
        if single:
            return f"\\frac{{{d}{of}}}{{{d}{by}}}"
        return f"\\frac{{{d}}}{{{d}{by}}}({of})"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        """An array in brackets, a wide one in small print: bmatrix has no more than ten columns."""
        array, across = _array(rows), sum(map(_widest, zip(*rows, strict=True)))
        size = next((size for least, size in SMALLER.items() if across > least), "")
        return f"\\text{{{size}$\\arraycolsep=2pt{array}$}}" if size else array

    def transposed(self, operand: str) -> str:
        """Raised T."""
        return f"{{{operand}}}^{{\\mathsf{{T}}}}"

    def beside(self, factors: Sequence[str]) -> str:
        """One beside the other."""
        return r" \,\allowbreak ".join(factors)

    def by_element(self, factors: Sequence[str]) -> str:
        """With a small circle between them."""
        return r" \circ ".join(factors)

    def marked(self, inner: str, factor: int) -> str:
        """In the colour of the factor, which the document declares."""
        return f"\\factor{{{factor % COLOURS}}}{{{inner}}}"


# By how many characters a matrix is wide, the size in which a line has room for it.
SMALLER: Mapping[int, str] = {70: r"\scriptsize", 36: r"\footnotesize"}


def _widest(column: Sequence[str]) -> int:
    """The characters of the longest element, without commands."""
    return max(len(re.sub(r"\\[A-Za-z]+|[{}$ ]", "", element)) for element in column)


def _array(rows: Sequence[Sequence[str]]) -> str:
    lines = r" \\ ".join(" & ".join(row) for row in rows)
    return f"\\left[\\begin{{array}}{{{'r' * len(rows[0])}}}{lines}\\end{{array}}\\right]"


class PlainLatex(Latex):
    """The same without colours, for what knows no macros of ours: Markdown and notebooks."""

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        """An array in brackets."""
        return _array(rows)

    def marked(self, inner: str, factor: int) -> str:  # noqa: ARG002 - the colour is left out
        """The formula as it is."""
        return inner


LATEX, PLAIN_LATEX = Latex(), PlainLatex()


def latex(expression: Expression) -> str:
    """A formula, its factors in their colours."""
    return LATEX.write(expression)


def stacked(derivative: Partial) -> str:
    """A derivative as a stacked fraction."""
    above, below = latex_name(derivative.of), latex_name(derivative.by)
    return f"\\frac{{\\partial {above}}}{{\\partial {below}}}"


def digits(value: Decimal) -> str:
    """A number; 1.2e-10 as 1.2 · 10^−10."""
    mantissa, _, exponent = on_paper(value).replace("−", "-").partition("e")
    return f"{mantissa} \\cdot 10^{{{exponent}}}" if exponent else mantissa


def latex_name(name: str) -> str:
    """A quantity's name: a letter with what belongs to it as its index."""
    return _written(parts_of_name(name))


def _written(name: Name) -> str:
    base = _base(name.base)
    if name.hat:
        base = f"\\hat{{{base}}}"
    index = ", ".join(
        [_written(part) if isinstance(part, Name) else _index(part) for part in name.below]
    )
    above = f"^{{\\text{{{name.above}}}}}" if name.above else ""
    return f"{base}{f'_{{{index}}}' if index else ''}{above}"


def _base(text: str) -> str:
    if len(text) == 1 and text.isascii() and text.isalpha():
        return text
    return SIGNS[text].strip() if text in SIGNS else _upright(text)


def _index(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z]?[0-9]*", text) else _upright(text)


def _upright(text: str) -> str:
    """A word, a name of the user's own or a function's, in upright letters.

    A sign in it stands outside of the letters: dollar signs within a formula end it in Markdown.
    """
    return "".join(map(_run, re.findall(f"[{''.join(SIGNS)}]|[^{''.join(SIGNS)}]+", text)))


def _run(text: str) -> str:
    if text in SIGNS:
        return f"{{{SIGNS[text].strip()}}}"
    plain = all(c.isascii() and c.isalnum() for c in text)
    return f"\\mathrm{{{text}}}" if plain else f"\\text{{{in_text(text)}}}"
