"""The blocks of a lesson as elements of HTML, each step with the quantities that it is about."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from backprop_cli.algebra.expression import Expression, Marked, Number, Partial, Symbol, symbols
from backprop_cli.algebra.mathml import COLOURS, mathml, operator_between, pieces, stacked
from backprop_cli.algebra.matrices import Matrix
from backprop_cli.algebra.paper import text_of
from backprop_cli.algebra.prose import Code, Prose, spans
from backprop_cli.lesson.blocks import (
    Block,
    ChainRule,
    Equation,
    Equations,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Plot,
    Role,
    Side,
    Table,
)
from backprop_cli.render.html.plot import curves
from backprop_cli.render.network_picture.svg import element

ITEM = ' class="item"'


def elements(block: Block) -> Iterator[str]:
    """A block as elements, one to a line."""
    match block:
        case Heading(level, text, aside):
            beside = f' <small class="aside">{prose(aside)}</small>' if aside else ""
            yield f"<h{level}>{prose(text)}{beside}</h{level}>"
        case Paragraph(text, bullet):
            yield f"<p{ITEM if bullet else ''}>{prose(text)}</p>"
        case Equations(rows, numbered):
            yield from _equations(rows, numbered=numbered)
        case ChainRule():
            yield _chain_rule(block)
        case Table():
            yield from _table(block)
        case Plot():
            yield from curves(block)
        case Picture(diagram):
            yield f'<figure class="picture">\n{element(diagram)}\n</figure>'
        case NewPage():
            yield '<div class="new-page"></div>'
        case _:
            raise TypeError(f"not a block: {block!r}")


def prose(text: Prose) -> str:
    """Prose as HTML, in which nothing that a user has typed is markup."""
    return "".join(map(_span, spans(text)))


def _span(span: str | Expression | Code) -> str:
    if isinstance(span, str):
        return safe(span)
    if isinstance(span, Code):
        return f"<code>{safe(span.text)}</code>"
    return " ".join(f"<math><mrow>{piece}</mrow></math>" for piece in pieces(span))


def safe(text: str) -> str:
    """Text as HTML shows it, whatever is in it."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


# --- equations -------------------------------------------------------------------------------


def _equations(rows: Sequence[Equation], *, numbered: bool) -> Iterator[str]:
    """Rows, of which each that comes to a result is a step; where none does, all are one."""
    by_row = any(row.having(Role.RESULT) for row in rows)
    whole = "" if by_row else _step(name for row in rows for name in _names(row))
    yield f'<div class="equations{" step" if whole else ""}"{whole}>'
    for number, row in enumerate(rows, 1):
        mark = f"{number}. " if numbered else ""
        own = _step(_names(row), row.about) if by_row else ""
        first, *rest = row.sides
        left = f"{mark}<math>{mathml(first.formula)}</math>"
        right = "".join(map(_side, rest))
        note = f'<span class="note">{prose(row.note)}</span>' if row.note else ""
        reason = f'<span class="reason">{prose(row.reason)}</span>' if row.reason else ""
        yield (
            f'<div class="row{" step" if own else ""}"{own}><span class="left">{left}</span>'
            f'<span class="right">{right}{note}{reason}</span></div>'
        )
    yield "</div>"


def _side(side: Side) -> str:
    """A side in pieces between which a line may be broken."""
    sign = f"<mo>{side.relation}</mo>"
    first, *rest = pieces(side.formula)
    kind = ' class="result"' if side.role is Role.RESULT else ""
    found = [f"<math{kind}><mrow>{sign}{first}</mrow></math>"]
    found += [f"<math{kind}><mrow>{piece}</mrow></math>" for piece in rest]
    return " ".join(found) + " "


def _chain_rule(block: ChainRule) -> str:
    names = [name for part in (block.of, *block.parts) for name in _of_symbol(part)]
    sign = "+" if block.added else "·"
    found = [f"<math><mrow>{stacked(block.of)}<mo>=</mo></mrow></math>"]
    for at, part in enumerate(block.parts):
        before = operator_between(sign) if at else ""
        kind = "" if block.added else f' class="factor f{at % COLOURS}"'
        found.append(f"<math><mrow>{before}<mrow{kind}>{stacked(part)}</mrow></mrow></math>")
    return f'<div class="chain step"{_step(names, None)}>{" ".join(found)}</div>'


# --- what a step is about --------------------------------------------------------------------


def _step(names: Iterable[str], about: Symbol | None = None) -> str:
    """The attributes of a step: what it works out, and all that occurs in it."""
    found = " ".join(dict.fromkeys(map(identifier, names)))
    works_out = f' data-about="{safe(identifier(about.name))}"' if about is not None else ""
    return f'{works_out} data-quantities="{safe(found)}"'


def identifier(name: str) -> str:
    """A quantity's name as one word of an attribute that lists several."""
    return name.replace("%", "%25").replace(" ", "%20")


def _names(row: Equation) -> Iterator[str]:
    if row.about is not None:
        yield from _of_symbol(row.about)
    for side in row.sides:
        if side.role in (Role.QUANTITY, Role.SYMBOLS):
            for symbol in symbols(side.formula):
                yield from _of_symbol(symbol)
        elif isinstance(side.formula, Matrix):  # its elements are what it is about
            yield from (one.of for one in side.formula.parts if isinstance(one, Number) and one.of)


def _of_symbol(symbol: Symbol) -> Iterator[str]:
    if isinstance(symbol, Partial):
        yield from (symbol.of, symbol.by)
    yield symbol.name


# --- tables ----------------------------------------------------------------------------------


def _table(table: Table) -> Iterator[str]:
    caption = f"<caption>{prose(table.title)}</caption>" if table.title else ""
    label = safe(text_of(table.title) or "Table")
    names = [name for column in table.columns for name in _of_prose(column.title)]
    names += [name for row in table.rows for cell in row[:1] for name in _of_prose(cell)]
    kind = "numeric" if table.numeric else "words"
    yield (
        f'<div class="table step"{_step(names)} tabindex="0" role="region" aria-label="{label}">'
        f'<table class="{kind}">{caption}'
    )
    heads = "".join(f'<th scope="col">{prose(column.title)}</th>' for column in table.columns)
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for first, *rest in table.rows:
        cells = "".join(f"<td>{prose(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{prose(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _of_prose(text: Prose) -> Iterator[str]:
    for span in spans(text):
        if isinstance(span, Expression) and not isinstance(span, Marked):
            for symbol in symbols(span):
                yield from _of_symbol(symbol)
