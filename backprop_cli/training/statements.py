"""Steps as straight-line Python statements.

They do, in float64, the very operations of ``arithmetic.Exact`` in the same order, so what they
compute agrees with the printed working to the last bit. An operation on the same operands is done
once, however many steps ask for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    ZERO,
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
    substitute,
)
from backprop_cli.algebra.writer import Binding
from backprop_cli.derivation.steps import Step
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import computed
from backprop_cli.functions.elementary import ELEMENTARY

_, CHOICE, SUM, NEGATIVE, PRODUCT, POWER, ATOM = Binding

# Longer sums and deeper nesting are split over several statements: the depth of an expression that
# Python's compiler takes is limited.
TERMS_PER_STATEMENT = 50
DEEPEST_NESTING = 10


class Code(NamedTuple):
    """The source of a value.

    ``binding`` is how tightly it holds together (see ``algebra.writer``), ``reads`` are the
    variables in it that an update changes.
    """

    text: str
    binding: int = ATOM
    reads: frozenset[str] = frozenset()
    nesting: int = 0


class Operation(NamedTuple):
    """An operation on the values numbered ``operands``.

    ``kind`` is a type of expression; ``detail`` tells apart those of the same kind.
    """

    kind: type[Expression]
    operands: tuple[int, ...]
    detail: object = None

    @property
    def always(self) -> tuple[int, ...]:
        """The operands that are evaluated whenever the operation is."""
        return self.operands[:2] if self.kind is Choice else self.operands

    @property
    def repeated(self) -> tuple[int, ...]:
        """The operands that its source repeats."""
        return self.operands if self.kind is Power and isinstance(self.detail, int) else ()


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
        self._known, self._changing = known, changing
        self._operations: list[Operation] = []
        self._numbers: dict[Operation, int] = {}
        self._values: dict[str, int] = {}  # from a quantity to the number of its value
        self._one = self._number(ONE)
        for step in steps:
            self._values[step.defines.name] = self._number(step.computed or step.expression)
        self._codes: dict[int, Code] = {}
        self._locals = 0
        self._write([self._number(symbol) for symbol in wanted])

    def code(self, symbol: Symbol, binding: int = CHOICE) -> str:
        """The source of a wanted quantity, to stand where so tight a binding is required."""
        return _within(self._codes[self._number(symbol)], binding)

    def reads(self, symbol: Symbol) -> frozenset[str]:
        """The changing variables that the source of a wanted quantity reads."""
        return self._codes[self._number(symbol)].reads

    def local(self, text: str) -> str:
        """A new local variable that holds the value of some source."""
        self.lines.append(f"v{self._locals} = {text}")
        self._locals += 1
        return f"v{self._locals - 1}"

    def _number(self, expression: Expression) -> int:
        """The number of an expression's value; the same operation has the same number."""
        kind = type(expression)
        detail: object = None
        match expression:
            case Symbol(name):
                if name in self._values:
                    return self._values[name]
                return self._numbered(Operation(Symbol, (), self._known[name]))
            case Number(digits):
                return self._numbered(Operation(Symbol, (), literal(digits)))
            case Product(found):
                return self._product([*map(self._number, found)])
            case Sum(found):
                detail = tuple(isinstance(term, Negative) for term in found)
                parts: Sequence[Expression] = [
                    term.operand if isinstance(term, Negative) else term for term in found
                ]
            case Negative(operand):
                parts = [operand]
            case Quotient(numerator, denominator):
                if denominator == ONE:
                    return self._number(numerator)
                parts = [numerator, denominator]
            case Power(base, int(exponent)):
                parts, detail = [base], exponent
            case Power(base, Expression() as exponent):
                parts = [base, exponent]
            case Call(function, argument, settings):
                formula = computed(function, settings)
                if formula is not None:
                    return self._number(substitute(formula, {Z.name: argument}))
                parts, detail = [argument], ELEMENTARY[function].python
            case Largest(parts):
                pass
            case Choice(test, holds, otherwise, or_zero):
                parts, detail = [*_compared(test), holds, otherwise], or_zero
            case _:
                raise TypeError(f"not an expression: {expression!r}")
        return self._numbered(Operation(kind, tuple(map(self._number, parts)), detail))

    def _product(self, factors: Sequence[int]) -> int:
        # By 1 every product is what it was, to the last bit.
        kept = tuple(factor for factor in factors if factor != self._one) or (self._one,)
        return kept[0] if len(kept) == 1 else self._numbered(Operation(Product, kept))

    def _numbered(self, operation: Operation) -> int:
        kind, operands, detail = operation
        if len(operands) == 2 and (kind is Product or (kind is Sum and detail == (False, False))):
            # The order of two operands changes no bit of their product or sum.
            turned = Operation(kind, operands[::-1], detail)
            if turned in self._numbers:
                return self._numbers[turned]
        if operation not in self._numbers:
            self._numbers[operation] = len(self._operations)
            self._operations.append(operation)
        return self._numbers[operation]

    def _write(self, wanted: Sequence[int]) -> None:
        """Write the source of all values that the wanted ones rest on, operands first."""
        # A step is worked whatever is made of it; within one, only the branch that is taken is.
        uses, eager = [0] * len(self._operations), {*wanted, *self._values.values()}
        repeated = set[int]()
        for number in wanted:
            uses[number] += 1
        for number in range(len(self._operations) - 1, -1, -1):
            operation = self._operations[number]
            if not uses[number]:
                continue
            # What stands in a branch alone is written wherever it is used, its operands with it.
            times = 1 if number in eager else uses[number]
            for operand in operation.operands:
                uses[operand] += times
            if number in eager:
                eager.update(operation.always)
                repeated.update(operation.repeated)
        for number, operation in enumerate(self._operations):
            if not uses[number]:
                continue
            code = self._code(operation, split=number in eager)
            # Nothing is computed beforehand that may not be needed: it could be out of range.
            if number in eager and operation.operands:
                named = uses[number] > 1 or number in repeated
                if named or code.nesting > DEEPEST_NESTING:
                    code = Code(self.local(code.text))
            self._codes[number] = code

    def _code(self, operation: Operation, *, split: bool) -> Code:
        """The source of an operation; ``split`` says that statements may go before it."""
        kind, operands, detail = operation
        if not operands:
            text = str(detail)
            return Code(text, reads=frozenset((text,)) & self._changing)
        codes = [self._codes[operand] for operand in operands]
        if kind is Sum:
            assert isinstance(detail, tuple)
            text, binding = self._sum(codes, detail, split=split), int(SUM)
        else:
            text, binding = WRITTEN[kind](codes, detail)
        nesting = 1 + max(code.nesting for code in codes)
        return Code(text, binding, frozenset().union(*(code.reads for code in codes)), nesting)

    def _sum(self, codes: Sequence[Code], taken_off: tuple[bool, ...], *, split: bool) -> str:
        text = ""
        for at, (code, minus) in enumerate(zip(codes, taken_off, strict=True)):
            if split and at and at % TERMS_PER_STATEMENT == 0:
                text = self.local(text)
            if at:
                text += f" {'-' if minus else '+'} {_within(code, PRODUCT)}"
            else:
                text = f"-{_within(code, POWER)}" if minus else _within(code, SUM)
        return text


def _compared(test: Expression) -> tuple[Expression, Expression]:
    """The sides of ``test``, the greater first if it is > 0, as no two numbers count as equal."""
    match test:
        case Sum((left, Negative(right))):
            return left, right
        case Sum((left, Number(digits))):
            return left, Number(-digits)
        case _:
            return test, ZERO


def _within(code: Code, binding: int) -> str:
    return code.text if code.binding >= binding else f"({code.text})"


def _product(codes: Sequence[Code], _: object) -> tuple[str, int]:
    first, *rest = codes
    factors = [_within(first, PRODUCT), *(_within(code, POWER) for code in rest)]
    return " * ".join(factors), PRODUCT


def _quotient(codes: Sequence[Code], _: object) -> tuple[str, int]:
    numerator, denominator = codes
    return f"{_within(numerator, PRODUCT)} / {_within(denominator, POWER)}", PRODUCT


def _power(codes: Sequence[Code], exponent: object) -> tuple[str, int]:
    if isinstance(exponent, int):
        base = _within(codes[0], POWER)
        return " * ".join([base] * exponent), PRODUCT
    # Of a negative base, Python's own ** is a complex number.
    return f"pow({', '.join(code.text for code in codes)})", ATOM


def _negative(codes: Sequence[Code], _: object) -> tuple[str, int]:
    return f"-{_within(codes[0], POWER)}", NEGATIVE


def _call(codes: Sequence[Code], function: object) -> tuple[str, int]:
    return f"{function}({codes[0].text})", ATOM


def _largest(codes: Sequence[Code], _: object) -> tuple[str, int]:
    if len(codes) == 1:
        return codes[0].text, codes[0].binding
    return f"max({', '.join(code.text for code in codes)})", ATOM


def _choice(codes: Sequence[Code], or_zero: object) -> tuple[str, int]:
    left, right, holds, otherwise = codes
    relation = ">=" if or_zero else ">"
    test = f"{_within(left, SUM)} {relation} {_within(right, SUM)}"
    return f"{_within(holds, SUM)} if {test} else {_within(otherwise, CHOICE)}", CHOICE


WRITTEN: Mapping[type[Expression], Callable[[Sequence[Code], object], tuple[str, int]]] = {
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Negative: _negative,
    Call: _call,
    Largest: _largest,
    Choice: _choice,
}


def literal(number: Decimal | float) -> str:
    """A number's source."""
    text = repr(float(number)).replace("inf", "1e999")  # which Python reads as infinite
    return f"({text})" if text.startswith("-") else text
