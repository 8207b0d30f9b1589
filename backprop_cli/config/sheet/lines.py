"""Lines of text of the form NAME = working = … = FIGURE."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, symbols
from backprop_cli.config.sheet.arithmetic import NUMBER, arithmetic, number

RELATION = re.compile(r"\s*(?::=|==|~=|=~|=|≈|~|≐|←)\s*|\s+<--?\s+")
# What separates statements on one line; only outside parentheses. A formula may say `…, else …`.
BETWEEN = re.compile(r"[→⇒⟶⟹⇨➔➜∴]|->|=>|\\\\|[,;](?=\s)(?!\s*else\b)|;")
FIGURE = re.compile(rf"\s*\(?\s*([-+]?\s*{NUMBER})\s*\)?(.*)$", re.DOTALL)
NOT_A_NUMBER = re.compile(
    r"\s*[-+]?(?:nan|inf|infinity|∞|\d{61,}\S*|[\d.]{61,}\S*)\b.*", re.I | re.S
)
COLON = re.compile(rf"^([^:=≈~]+):\s*([-+]?\s*{NUMBER}\s*(?:\(.*\))?)$", re.DOTALL)
CONTINUES = re.compile(r"^\s*(?:=|≈|~=|~)")
EXAMPLE = re.compile(r"^\W*(?:example|sample|row)\s*(?:no\.?|number|#)?\s*(\d{1,6})\b[^=≈]*$", re.I)
# What stands under it is of the whole batch again.
WHOLE = re.compile(r"^\W*(?:mean|average|batch|whole batch|all examples)\b[^=≈\d]*$", re.I)
IS = re.compile(
    rf"^(.{{1,60}}?)\s+is\s+(?:about\s+|approximately\s+)?([-+]?\s*{NUMBER}\s*%?)\s*[.!]?$"
)
# Other ways to write down a name and its figure, and nothing else on the line.
BARE_NAME = r"[^\W\d][\w'/∂^]{0,60}"
GIVES = re.compile(rf"^({BARE_NAME}|[∂δ][\w'/∂]*)\s*(?:->|→|⇒|=>)\s*([-+]?\s*{NUMBER}\s*%?)$")
BESIDE = re.compile(rf"^((?=\S*[_/∂δ])[^\W\d∂δ]?[\w'/∂δ]{{1,60}})\s+([-+]?{NUMBER}\s*%?)$")
# The title of a list on its own line: Gradients: w1: 0.5, w2: 0.6.
TITLED = re.compile(rf"^\s*[^\W\d]{{1,40}}:\s+(?={BARE_NAME}\s*:)")
# Several names with their figures on one line, without a comma between.
LISTED = re.compile(rf"(?:{BARE_NAME}\s*[=≈]\s*[-+]?{NUMBER}(?:\s+|$)){{2,}}")
NEXT = re.compile(rf"(?<=[\d.])\s+(?={BARE_NAME}\s*[=≈])")
IS_NAME = re.compile(r"\s*[^\W\d]|\s*[∂δσ∇]")
LONGEST_NAME = 80


class Statement(NamedTuple):
    """NAME = sides, the last of them a figure or, so far, none."""

    name: str
    text: str
    working: tuple[Expression, ...]
    figure: Decimal | None
    comma: bool
    no_number: bool = False


def statements(text: str, *, worked: bool = True) -> Iterator[Statement]:
    """The statements of one line of plain text, with their working if that is ``worked``."""
    text = TITLED.sub("", text)
    bare = GIVES.match(text.strip()) or BESIDE.match(text.strip())
    if bare:
        text = f"{bare[1]} = {bare[2]}"
    elif LISTED.fullmatch(text.strip()):
        text = NEXT.sub(", ", text.strip())
    for piece in _pieces(text):
        name, *sides = RELATION.split(piece)
        if not sides:
            colon = COLON.match(piece) or IS.match(piece.strip())
            if colon is None:
                continue
            name, sides = colon[1], [colon[2]]
        name = name.rpartition(": ")[2]  # Finally: dL/dw5 = 0.0822
        if (
            IS_NAME.match(name)
            and ":" not in name
            and len(name) <= LONGEST_NAME
            and sides[-1].strip()
        ):
            yield _statement(name.strip(), piece.strip(), sides, worked=worked)


def continued(before: Statement, text: str, *, worked: bool = True) -> Statement:
    """A statement with the line that goes on with it: ``≈ 0.5307``."""
    _, *sides = RELATION.split(text)
    after = _statement(before.name, f"{before.text} {text.strip()}", sides, worked=worked)
    return after._replace(working=before.working + after.working)


def _pieces(text: str) -> Iterator[str]:
    """The text cut where one statement ends and another begins."""
    start = depth = 0
    cuts = {found.start(): found.end() for found in BETWEEN.finditer(text)}
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if at in cuts and depth <= 0 and at >= start:
            yield text[start:at]
            start = cuts[at]
    yield text[start:]


def _statement(name: str, text: str, sides: list[str], *, worked: bool) -> Statement:
    *between, last = sides
    if NOT_A_NUMBER.fullmatch(last):
        return Statement(name, text, (), None, comma=False, no_number=True)
    found = FIGURE.match(last)
    figure = number(found[1].replace(" ", "")) if found and _is_remark(found[2]) else None
    if found and figure is not None and found[2].lstrip().startswith("%"):
        figure = figure.scaleb(-2)
    if figure is None:
        between = sides
    parsed = (arithmetic(side) for side in between if worked)
    working = tuple(side for side in parsed if side is not None and not any(symbols(side)))
    comma = bool(found and figure is not None and "," in found[1])
    return Statement(name, text, working, figure, comma)


def _is_remark(after: str) -> bool:
    """True if what follows a number is a remark on it, and not more arithmetic."""
    after = after.strip()
    if re.match(r"if\b.*\belse\b", after):
        return False
    if not after or re.fullmatch(r"[.,;:!?)]+", after):
        return True
    if after.startswith("("):
        inside = after[1:].rstrip(").;, ")
        return after.rstrip(".;, ").endswith(")") and not re.fullmatch(r"[\d\s.+*/^-]*", inside)
    return bool(re.match(r"[^\W\d]|[<#!✓✗←|%]|//|--", after)) and not re.match(
        r"[*/+^-]\s*\d", after
    )
