"""Printed lines read again: their sides evaluated from the text, and how each follows."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath  # type: ignore[import-untyped]

from support.reference import FUNCTIONS

NUMBERS_ALONE = re.compile(r"[0-9.()\s+*/−^]+")


def value(side: str) -> Fraction:
    """The exact value of one printed side, read by Python's own rules."""
    python = side.replace("−", "-")
    python = re.sub(r"\d+(\.\d+)?", lambda number: f"Fraction('{number[0]}')", python)
    python = re.sub(r"\^Fraction\('(\d+)'\)", r"**\1", python)
    result: Fraction = eval(python, {"Fraction": Fraction})
    return result


def relations(text: str) -> Iterator[tuple[str, str, str]]:
    """Neighbouring sides in numbers alone, with the relation between them."""
    for line in text.splitlines():
        equation = re.sub(r"^\d+\. |\s{4,}(∂|\().*$", "", line.strip())
        sides = re.split(r" ([=≈]) ", equation)
        for left, relation, right in zip(sides[::2], sides[1::2], sides[2::2], strict=False):
            if NUMBERS_ALONE.fullmatch(left.strip()) and NUMBERS_ALONE.fullmatch(right.strip()):
                yield left, relation, right


NAME = re.compile(r"∂\w+(\[\d+\])?/∂\w+|[^\W\d_]\w*(\[\d+\])?")
FIGURE = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)?")
CALLED: Mapping[str, Any] = {
    **FUNCTIONS,
    "abs": abs,
    "exp": mpmath.exp,
    "ln": mpmath.log,
    "sqrt": mpmath.sqrt,
    "Φ": lambda z: mpmath.erfc(-z / mpmath.sqrt(2)) / 2,
    "φ": lambda z: mpmath.exp(-(z**2) / 2) / mpmath.sqrt(2 * mpmath.pi),
    "max": max,
}


def evaluated(side: str, figures: Mapping[str, Any]) -> Any:
    """The value of a printed side in sixty digits; KeyError where a name has no figure yet."""
    # Names and numbers are taken out first, so that no name is looked for inside another.
    found: list[Any] = []

    def put(value: Any) -> str:
        found.append(value)
        return f"_[{len(found) - 1}]"

    def look_up(match: re.Match[str]) -> str:
        name = match[0]
        if name in ("if", "else"):
            return name
        # ∂Loss/∂w^2 would be a derivative by w^2.
        assert not (name.startswith("∂") and match.string[match.end() :].startswith("**")), side
        calls = name in CALLED and match.string[match.end() :].startswith("(")
        return put(CALLED[name] if calls else figures[name])

    text = side.replace("−", "-").replace(", else", " else").replace("^", "**")
    text = text.replace("≥", ">=").replace("≤", "<=")
    token = re.compile(f"(?P<name>{NAME.pattern})|(?P<figure>{FIGURE.pattern})")
    python = token.sub(lambda m: look_up(m) if m["name"] else put(mpmath.mpf(m["figure"])), text)
    return eval(python, {"_": found})


# Formulas of any parameter or function, and the settings of an optimizer, in a sentence.
OF_ANY = re.compile(r"^Here |\bin update t\b|′\(z\)|^new_|^w_new")


def lines(text: str) -> Iterator[tuple[str, list[str], str]]:
    """Every printed equation that ends in a figure: its name, its sides, and what stands between.

    What stands between the sides is one character each, = or ≈. The name of a running product
    stands behind it. One without a name is called by nothing.
    """
    for line in text.splitlines():
        numbered = re.sub(r"^\d+\. ", "", line.strip())
        equation, *note = re.split(r"\s{4,}(?=[∂(])", numbered)
        first, *rest = re.split(r" ([=≈]) ", equation)
        if OF_ANY.search(equation):
            continue
        # With a full stop behind it, a figure ends a sentence.
        if not rest or not re.fullmatch(r"−?\d+(\.\d+)?(e−?\d+)?", rest[-1].strip()):
            continue
        sides = [side.strip() for side in rest[1::2]]
        if NAME.fullmatch(first.strip()):
            yield first.strip(), sides, "".join(rest[2::2])
        else:
            yield "".join(note), [first, *sides], "".join(rest[::2])


def exponent_of(figure: str) -> int:
    """Of the last digit that is written of a figure."""
    exponent = Decimal(figure.replace("−", "-")).as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


def follows(before: str, after: str, constants: Mapping[str, Any] | None = None) -> bool:
    """Whether a side of numbers comes from the one before it by rounding some of its parts.

    A part is one factor or several that stand beside each other, one term, or what a function is
    taken of. Each must be within half a unit of its last digit. ``constants`` are numbers that have
    a name, such as λ.
    """
    return _follows(_tree(before), _tree(after), constants or {})


def _tree(side: str) -> ast.expr:
    python = side.replace("−", "-").replace("^", "**")
    return ast.parse(python.strip(), mode="eval").body


def _follows(before: ast.expr, after: ast.expr, constants: Mapping[str, Any]) -> bool:
    digits = ast.unparse(after).replace(" ", "")
    if re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", digits):
        unit = mpmath.mpf(10) ** exponent_of(digits)
        apart = abs(_worth(before, constants) - mpmath.mpf(digits))
        return bool(apart <= unit / 2 * (1 + mpmath.mpf("1e-40")))
    if isinstance(after, ast.BinOp) and isinstance(after.op, ast.Mult):
        return _in_groups(_factors(before), _factors(after), constants)
    if isinstance(after, ast.Name):
        return ast.dump(before) == ast.dump(after)
    inner, outer = ([*ast.iter_child_nodes(node)] for node in (before, after))
    return (
        type(before) is type(after)
        and len(inner) == len(outer)
        and all(_follows_within(*pair, constants) for pair in zip(inner, outer, strict=True))
    )


def _follows_within(before: ast.AST, after: ast.AST, constants: Mapping[str, Any]) -> bool:
    """The same of parts, of which an operator must be the same."""
    if isinstance(before, ast.expr) and isinstance(after, ast.expr):
        return _follows(before, after, constants)
    return type(before) is type(after)


def _in_groups(
    before: Sequence[ast.expr], after: Sequence[ast.expr], constants: Mapping[str, Any]
) -> bool:
    """Whether factors follow from others, of which one may take several together."""
    if not after:
        return not before
    return any(
        _follows(_product(before[:taken]), after[0], constants)
        and _in_groups(before[taken:], after[1:], constants)
        for taken in range(1, len(before) - len(after) + 2)
    )


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), node.right]
    return [node]


def _product(found: Sequence[ast.expr]) -> ast.expr:
    first, *rest = found
    for one in rest:
        first = ast.BinOp(first, ast.Mult(), one)
    return first


def _worth(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    return evaluated(ast.unparse(node).replace("**", "^"), constants)
