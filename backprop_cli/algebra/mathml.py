"""Formulas as MathML, the elements that every browser sets: ``<mi>w</mi>``.

Source of the elements: MathML Core, https://www.w3.org/TR/mathml-core/
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from backprop_cli.algebra.expression import (
    BLANK,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Relation,
    Sum,
    Symbol,
)
from backprop_cli.algebra.matrices import ElementProduct, MatrixProduct
from backprop_cli.algebra.names import Name, parts_of_name
from backprop_cli.algebra.paper import on_paper
from backprop_cli.algebra.writer import COLOURS, Binding, Writer
from backprop_cli.wording import visible


def operator_between(sign: str) -> str:
    """A sign that begins a row of elements, but stands between two: after a space, set apart."""
    return f'<mo form="infix" lspace="0">{sign}</mo>'


class MathML(Writer[str]):
    """The writer of formulas for browsers. Each result is a row of elements."""

    stacks = True

    def pieces(self, expression: Expression) -> list[str]:
        """Terms of a sum, factors of a product, sides of a relation, with the signs before them."""
        match expression:
            case Sum((first, *rest)):
                found = [self._within(first, Binding.PRODUCT, leading=True)]
                for term in rest:
                    less = isinstance(term, Negative)
                    inner = term.operand if isinstance(term, Negative) else term
                    sign = "−" if less else "+"
                    found.append(operator_between(sign) + self._within(inner, Binding.PRODUCT))
                return found
            case Product((first, *rest)):
                found = [self._within(first, Binding.PRODUCT, leading=True)]
                times = operator_between("·")
                return found + [times + self._within(factor, Binding.POWER) for factor in rest]
            case MatrixProduct((first, *rest)):
                found = [self._within(first, Binding.POWER)]
                return found + [self._within(factor, Binding.POWER) for factor in rest]
            case ElementProduct((first, *rest)):
                found = [self._within(first, Binding.POWER)]
                return found + [
                    operator_between("∘") + self._within(f, Binding.POWER) for f in rest
                ]
            case Relation(left, sign, right):
                beginning, *others = self.pieces(right)
                return [*self.pieces(left), f"<mo>{escape(sign)}</mo>{beginning}", *others]
            case _:
                return [self.write(expression)]

    def symbol(self, symbol: Symbol) -> str:
        """A name with its index; a derivative in one line."""
        if isinstance(symbol, Partial):
            return f"<mi>∂</mi>{name(symbol.of)}<mo>/</mo><mi>∂</mi>{name(symbol.by)}"
        if symbol == BLANK:
            return f'<mtext class="blank">{BLANK.name * 2}</mtext>'
        return name(symbol.name)

    def number(self, number: Number) -> str:
        """Its name or its digits."""
        return name(number.name) if number.name else digits(number)

    def parenthesized(self, inner: str) -> str:
        """(…) of the height of what stands within."""
        # Browsers put space around what could grow, also where there is nothing to grow for.
        high = "<mfrac>" in inner or "<mtable" in inner
        grows = "" if high else ' stretchy="false"'
        return f"<mrow><mo{grows}>(</mo>{inner}<mo{grows}>)</mo></mrow>"

    def sum(self, first: str, rest: Sequence[tuple[bool, str]]) -> str:
        """Terms with + and − between them."""
        return first + "".join(f"<mo>{'−' if less else '+'}</mo>{term}" for less, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        """Factors with · between them."""
        return "<mo>·</mo>".join(factors)

    def quotient(self, numerator: str, denominator: str) -> str:
        """A fraction."""
        return f"<mfrac><mrow>{numerator}</mrow><mrow>{denominator}</mrow></mfrac>"

    def in_line(self, numerator: str, denominator: str) -> str:
        """Numerator / denominator."""
        return f"{numerator}<mo>/</mo>{denominator}"

    def power(self, base: str, exponent: str) -> str:
        """The exponent raised."""
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def negative(self, operand: str) -> str:
        """−operand."""
        return f'<mo form="prefix">−</mo>{operand}'

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """function(argument, argument)."""
        inner = '<mo separator="true">,</mo>'.join(arguments)
        return identifier(function) + self.parenthesized(inner)

    def choice(self, holds: str, condition: str, otherwise: str) -> str:
        """Holds if condition, else otherwise."""
        return (
            f"{holds}<mtext>\N{NO-BREAK SPACE}if\N{NO-BREAK SPACE}</mtext>{condition}"
            f"<mtext>, else\N{NO-BREAK SPACE}</mtext>{otherwise}"
        )

    def relation(self, left: str, sign: str, right: str) -> str:
        """Left sign right."""
        return f"{left}<mo>{escape(sign)}</mo>{right}"

    def derivative(self, sign: str, of: str, by: str, *, single: bool) -> str:
        """A fraction, or one that stands before what is differentiated."""
        d = f"<mi>{sign}</mi>"
        if single:
            return self.quotient(d + of, d + by)
        return self.quotient(d, d + by) + self.parenthesized(of)

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        """A table between brackets of its height."""
        cells = "".join(
            f"<mtr>{''.join(f'<mtd><mrow>{cell}</mrow></mtd>' for cell in row)}</mtr>"
            for row in rows
        )
        return (
            f'<mrow><mo fence="true">[</mo><mtable>{cells}</mtable><mo fence="true">]</mo></mrow>'
        )

    def transposed(self, operand: str) -> str:
        """Raised T."""
        return f'<msup><mrow>{operand}</mrow><mi mathvariant="normal">T</mi></msup>'

    def beside(self, factors: Sequence[str]) -> str:
        """One beside the other."""
        return '<mspace width="0.2em"></mspace>'.join(factors)

    def by_element(self, factors: Sequence[str]) -> str:
        """With a small circle between them."""
        return "<mo>∘</mo>".join(factors)

    def marked(self, inner: str, factor: int) -> str:
        """In the colour of the factor, which the page's style gives."""
        return f'<mrow class="factor f{factor % COLOURS}">{inner}</mrow>'


MATHML = MathML()


def mathml(expression: Expression) -> str:
    """A formula as a row of elements, without the ``math`` element around it."""
    return MATHML.write(expression)


def pieces(expression: Expression) -> list[str]:
    """A formula in rows of elements between which a line may be broken.

    A browser breaks no line within a formula, so that terms and factors are such of their own.
    """
    return MATHML.pieces(expression)


def stacked(derivative: Partial) -> str:
    """A derivative as a stacked fraction."""
    return MATHML.quotient(f"<mi>∂</mi>{name(derivative.of)}", f"<mi>∂</mi>{name(derivative.by)}")


def digits(number: Number) -> str:
    """A number; 1.2e-10 as 1.2 · 10^−10."""
    mantissa, _, exponent = on_paper(number.value).replace("-", "−").partition("e")
    sign = '<mo form="prefix">−</mo>' if mantissa.startswith("−") else ""
    row = f"{sign}<mn>{mantissa.removeprefix('−')}</mn>"
    if not exponent:
        return row
    return f"{row}<mo>·</mo><msup><mn>10</mn><mn>{exponent}</mn></msup>"


def name(text: str) -> str:
    """A quantity's name: a letter with what belongs to it as its index."""
    return _written(parts_of_name(text))


def _written(parts: Name) -> str:
    base = identifier(parts.base)
    if parts.hat:
        base = f'<mover accent="true">{base}<mo stretchy="false">^</mo></mover>'
    below = '<mo separator="true">,</mo>'.join(
        [_written(part) if isinstance(part, Name) else identifier(part) for part in parts.below]
    )
    above = f"<mtext>{parts.above}</mtext>"
    if below and parts.above:
        return f"<msubsup>{base}<mrow>{below}</mrow>{above}</msubsup>"
    if below:
        return f"<msub>{base}<mrow>{below}</mrow></msub>"
    return f"<msup>{base}{above}</msup>" if parts.above else base


def identifier(text: str) -> str:
    """A name or a function's, as text that holds no markup; one letter is set in italics."""
    safe = escape(visible(text))
    return f"<mn>{safe}</mn>" if text.isdecimal() else f"<mi>{safe}</mi>"
