"""Steps as straight-line Python statements.

They do, in float64, the very operations of ``arithmetic.Exact`` in the same order, so what they
compute agrees with the printed working to the last bit.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.activations import code_of
from backprop_cli.expression import (
    Call,
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    symbols,
)
from backprop_cli.steps import Step

# Longer sums and deeper nesting are split over several statements: the depth of an expression that
# Python's compiler takes is limited.
TERMS_PER_STATEMENT = 50
DEEPEST_NESTING = 10

NAME = re.compile(r"[a-z]\d+")


class Code(NamedTuple):
    """What stands for a quantity in the source: a name, a literal, or an expression.

    ``reads`` are the variables in it that an update changes.
    """

    text: str
    reads: frozenset[str] = frozenset()
    nesting: int = 0


class Statements:
    """The ``lines`` that compute steps. What is used once stands where it is used.

    ``known`` is the source of what is there before the first line: variables that an update
    changes (``changing``), others, and literals. ``wanted`` is what is asked for afterwards.
    """

    def __init__(
        self,
        steps: Iterable[Step],
        wanted: Iterable[Symbol],
        known: Mapping[str, str],
        changing: frozenset[str],
    ) -> None:
        self.lines: list[str] = []
        self._codes = {
            name: Code(text, frozenset((text,)) & changing) for name, text in known.items()
        }
        self._locals: dict[str, str] = {}  # from the source of a value to the local that holds it
        steps = tuple(steps)
        uses = dict.fromkeys((symbol.name for symbol in wanted), 1)
        for step in reversed(steps):
            for symbol in symbols(step.expression):
                # A step that only passes a quantity on passes on how often it is used.
                passed_on = uses.get(step.defines.name, 0) if symbol is step.expression else 1
                uses[symbol.name] = uses.get(symbol.name, 0) + passed_on
        for step in steps:
            self._codes[step.defines.name] = self._defined(step, uses.get(step.defines.name, 0))

    def code(self, expression: Expression) -> str:
        """The source of an expression, in parentheses if it has several parts."""
        match expression:
            case Symbol():
                return self._codes[expression.name].text
            case Number(digits):
                return literal(digits)
            case Product(found):
                codes = [code for code in map(self.code, found) if code != "1.0"]
                return f"({' * '.join(codes)})" if len(codes) > 1 else (*codes, "1.0")[0]
            case Sum(found):
                return self._sum(found)
            case Negative(operand):
                return f"(-{self.code(operand)})"
            case Quotient(numerator, denominator):
                return f"({self.code(numerator)} / {self.code(denominator)})"
            case Power(base, int(exponent)):
                name = self.local(self.code(base))
                return f"({' * '.join([name] * exponent)})"
            case Power(base, Expression() as exponent):
                return f"({self.code(base)} ** {self.code(exponent)})"
            case Call():
                name = self.local(self.code(expression.argument))
                return f"({code_of(expression).format(z=name)})"
            case Largest(among):
                return f"max(({', '.join(map(self.code, among))},))"
            case Choice(test, holds, otherwise, or_zero):
                name = self.local(self.code(test))
                branches = f"{self.code(holds)} if {name} {'>=' if or_zero else '>'} 0.0"
                return f"({branches} else {self.code(otherwise)})"
            case _:
                raise TypeError(f"not an expression: {expression!r}")

    def reads(self, symbol: Symbol) -> frozenset[str]:
        """The changing variables that the source of a quantity reads."""
        return self._codes[symbol.name].reads

    def local(self, text: str) -> str:
        """A local variable that holds the value of some source, one for all with that source."""
        if NAME.fullmatch(text):
            return text
        if text not in self._locals:
            self._locals[text] = f"v{len(self._locals)}"
            self.lines.append(f"{self._locals[text]} = {text}")
        return self._locals[text]

    def _defined(self, step: Step, uses: int) -> Code:
        """What stands for a step's quantity from here on."""
        if isinstance(step.expression, Symbol):
            return self._codes[step.expression.name]
        text = self.code(step.expression)
        used = [self._codes[symbol.name] for symbol in symbols(step.expression)]
        nesting = 1 + max((code.nesting for code in used), default=0)
        if uses > 1 or nesting > DEEPEST_NESTING:
            return Code(self.local(text))
        return Code(text, frozenset().union(*(code.reads for code in used)), nesting)

    def _sum(self, terms: tuple[Expression, ...]) -> str:
        text = ""
        for at, term in enumerate(terms):
            if at and at % TERMS_PER_STATEMENT == 0:
                text = self.local(text)
            sign, part = (" - ", term.operand) if isinstance(term, Negative) else (" + ", term)
            if not text and sign == " - ":
                sign, part = "", term
            text += (sign if text else "") + self.code(part)
        return f"({text})"


def literal(number: Decimal | float) -> str:
    """A number's source."""
    text = repr(float(number))
    return f"({text})" if text.startswith("-") else text
