"""A derivation compiled to plain, straight-line Python.

The compiled code does, in float64, the very operations of `arithmetic.Exact` in the same order,
so training and the printed working agree to the last bit.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, cast

from backprop_cli.activations import code_of
from backprop_cli.derivation import Derivation, Rule, Step, new
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
from backprop_cli.functions import MATH
from backprop_cli.network import LOSS

Parameters = tuple[float, ...]

# Longer sums and deeper nesting are split over several statements: the depth of an expression that
# Python's compiler takes is limited.
TERMS_PER_STATEMENT = 50
DEEPEST_NESTING = 10

UPDATES = (Rule.NEW_WEIGHT, Rule.BIAS_STEP, Rule.NEW_BIAS)


def compiled(
    derivation: Derivation, given: Mapping[str, Decimal | float]
) -> tuple[Callable[[int, Parameters], Parameters], Callable[[Parameters], float]]:
    """Two functions of a network's parameters: so many epochs of training, and the loss.

    ``given`` holds every input and target and the learning rate by name; they are constants in
    the functions, while the parameters go in and come out in the network's order.
    """
    namespace: dict[str, object] = dict(MATH)
    exec(source(derivation, given), namespace)
    train = cast("Callable[[int, Parameters], Parameters]", namespace["train"])
    return train, cast("Callable[[Parameters], float]", namespace["loss"])


def source(derivation: Derivation, given: Mapping[str, Decimal | float]) -> str:
    """The Python source of `compiled`. Its names are its own: p0, p1, … and v0, v1, …."""
    network = derivation.network
    variables = {name: f"p{at}" for at, name in enumerate(network.parameters)}
    unpacked = "".join(f"{variable}, " for variable in variables.values())
    updated = [name for name in network.parameters if name not in network.frozen]
    steps = derivation.needed_for(new(name).name for name in updated)
    epoch = _Statements(steps, given, variables)
    updates = [f"{variables[name]} = {epoch.code(new(name))}" for name in updated]
    forward = _Statements(derivation.needed_for(iter([LOSS])), given, variables)
    return "\n".join(
        (
            "def train(epochs, parameters):",
            f"    {unpacked}= parameters",
            "    for _ in range(epochs):",
            *(f"        {line}" for line in (*epoch.lines, *updates) or ["pass"]),
            f"    return {unpacked}",
            "def loss(parameters):",
            f"    {unpacked}= parameters",
            *(f"    {line}" for line in forward.lines),
            f"    return {forward.code(Symbol(LOSS))}",
        )
    )


class _Code(NamedTuple):
    """What stands for a quantity in the source: a name, a literal, or an expression."""

    text: str
    reads_parameters: bool = False
    nesting: int = 0


class _Statements:
    """Statements that compute steps. What is used once stands where it is used."""

    def __init__(
        self,
        steps: Iterable[Step],
        given: Mapping[str, Decimal | float],
        variables: Mapping[str, str],
    ) -> None:
        self.lines: list[str] = []
        self._codes = {name: _Code(_literal(number)) for name, number in given.items()}
        self._codes.update((name, _Code(text, True)) for name, text in variables.items())
        self._locals = 0
        steps = tuple(steps)
        users: dict[str, list[Rule]] = {}
        for step in reversed(steps):
            for symbol in symbols(step.expression):
                # A step that only passes a quantity on passes its users on too.
                passed_on = users.get(step.defines.name, []) if symbol is step.expression else []
                users.setdefault(symbol.name, []).extend(passed_on or [step.rule])
        for step in steps:
            self._codes[step.defines.name] = self._defined(step, users.get(step.defines.name, []))

    def code(self, expression: Expression) -> str:
        """The source of an expression, in parentheses if it has several parts."""
        match expression:
            case Symbol():
                return self._codes[expression.name].text
            case Number(digits):
                return _literal(digits)
            case Product(found):
                codes = [code for code in map(self.code, found) if code != "1.0"]
                return f"({' * '.join(codes)})" if len(codes) > 1 else (*codes, "1.0")[0]
            case Sum(found):
                return self._sum(found)
            case Negative(operand):
                return f"(-{self.code(operand)})"
            case Quotient(numerator, denominator):
                return f"({self.code(numerator)} / {self.code(denominator)})"
            case Power(base, exponent):
                name = self._local(self.code(base))
                return f"({' * '.join([name] * exponent)})"
            case Call():
                name = self._local(self.code(expression.argument))
                return f"({code_of(expression).format(z=name)})"
            case Largest(among):
                return f"max(({', '.join(map(self.code, among))},))"
            case Choice(test, holds, otherwise, or_zero):
                name = self._local(self.code(test))
                branches = f"{self.code(holds)} if {name} {'>=' if or_zero else '>'} 0.0"
                return f"({branches} else {self.code(otherwise)})"
            case _:
                raise TypeError(f"not an expression: {expression!r}")

    def _defined(self, step: Step, users: list[Rule]) -> _Code:
        """What stands for a step's quantity from here on."""
        if isinstance(step.expression, Symbol):
            return self._codes[step.expression.name]
        text = self.code(step.expression)
        used = [self._codes[symbol.name] for symbol in symbols(step.expression)]
        reads = any(code.reads_parameters for code in used)
        nesting = 1 + max((code.nesting for code in used), default=0)
        # Updates come one after another: what one of them reads must not be computed in it from
        # parameters, some of which would be updated already.
        if (
            len(users) > 1
            or nesting > DEEPEST_NESTING
            or (reads and any(rule in UPDATES for rule in users))
        ):
            return _Code(self._local(text))
        return _Code(text, reads, nesting)

    def _sum(self, terms: tuple[Expression, ...]) -> str:
        text = ""
        for at, term in enumerate(terms):
            if at and at % TERMS_PER_STATEMENT == 0:
                text = self._local(text)
            sign, part = (" - ", term.operand) if isinstance(term, Negative) else (" + ", term)
            if not text and sign == " - ":
                sign, part = "", term
            text += (sign if text else "") + self.code(part)
        return f"({text})"

    def _local(self, text: str) -> str:
        """A local variable that holds the value of some source."""
        if re.fullmatch(r"[pv]\d+", text):
            return text
        name = f"v{self._locals}"
        self._locals += 1
        self.lines.append(f"{name} = {text}")
        return name


def _literal(number: Decimal | float) -> str:
    text = repr(float(number))
    return f"({text})" if text.startswith("-") else text
