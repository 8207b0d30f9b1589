"""The blocks of a lesson as elements of HTML, each step with the quantities that it is about."""

from collections.abc import Iterable, Iterator
from html import escape

from backprop_cli.algebra.expression import Expression, Marked, Number, Partial, Symbol, symbols
from backprop_cli.algebra.mathml import mathml, operator_between, pieces, stacked
from backprop_cli.algebra.matrices import Matrix
from backprop_cli.algebra.paper import text_of
from backprop_cli.algebra.prose import Prose, spans
from backprop_cli.algebra.writer import COLOURS
from backprop_cli.lesson.blocks import (
    ChainRule,
    Equation,
    Equations,
    Heading,
    Paragraph,
    Picture,
    Plot,
    Role,
    Side,
    Table,
)
from backprop_cli.render.html.plot import curves
from backprop_cli.render.medium import Markup
from backprop_cli.render.network_picture.svg import element, one_word
from backprop_cli.wording import visible


def safe(text: str) -> str:
    """Text as HTML shows it, whatever is in it."""
    return escape(visible(text))


class _Html(Markup):
    """A block as elements, one to a line."""

    def heading(self, heading: Heading) -> Iterator[str]:
        level, text, aside = heading
        beside = f' <small class="aside">{self.prose(aside)}</small>' if aside else ""
        yield f"<h{level}>{self.prose(text)}{beside}</h{level}>"

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        item = ' class="item"' if paragraph.bullet else ""
        yield f"<p{item}>{self.prose(paragraph.text)}</p>"

    def equations(self, equations: Equations) -> Iterator[str]:
        """Rows, of which each that comes to a result is a step; where none does, all are one."""
        rows, numbered = equations
        by_row = any(row.having(Role.RESULT) for row in rows)
        whole = "" if by_row else _step(name for row in rows for name in _names(row))
        yield f'<div class="equations{" step" if whole else ""}"{whole}>'
        for number, row in enumerate(rows, 1):
            mark = f"{number}. " if numbered else ""
            own = _step(_names(row), row.about) if by_row else ""
            first, *rest = row.sides
            left = f"{mark}<math>{mathml(first.formula)}</math>"
            right = "".join(map(_side, rest))
            note = f'<span class="note">{self.prose(row.note)}</span>' if row.note else ""
            reason = f'<span class="reason">{self.prose(row.reason)}</span>' if row.reason else ""
            yield (
                f'<div class="row{" step" if own else ""}"{own}><span class="left">{left}</span>'
                f'<span class="right">{right}{note}{reason}</span></div>'
            )
        yield "</div>"

    def chain_rule(self, chain: ChainRule) -> Iterator[str]:
        names = [name for part in (chain.of, *chain.parts) for name in _of_symbol(part)]
        sign = "+" if chain.added else "·"
        found = [f"<math><mrow>{stacked(chain.of)}<mo>=</mo></mrow></math>"]
        for at, part in enumerate(chain.parts):
            before = operator_between(sign) if at else ""
            kind = "" if chain.added else f' class="factor f{at % COLOURS}"'
            found.append(f"<math><mrow>{before}<mrow{kind}>{stacked(part)}</mrow></mrow></math>")
        yield f'<div class="chain step"{_step(names, None)}>{" ".join(found)}</div>'

    def table(self, table: Table) -> Iterator[str]:
        caption = f"<caption>{self.prose(table.title)}</caption>" if table.title else ""
        label = safe(text_of(table.title) or "Table")
        names = [name for column in table.columns for name in _of_prose(column.title)]
        names += [name for row in table.rows for cell in row[:1] for name in _of_prose(cell)]
        kind = "numeric" if table.numeric else "words"
        yield (
            f'<div class="table step"{_step(names)} tabindex="0" role="region" '
            f'aria-label="{label}"><table class="{kind}">{caption}'
        )
        titles = (self.prose(column.title) for column in table.columns)
        heads = "".join(f'<th scope="col">{title}</th>' for title in titles)
        yield f"<thead><tr>{heads}</tr></thead><tbody>"
        for first, *rest in table.rows:
            cells = "".join(f"<td>{self.prose(cell)}</td>" for cell in rest)
            yield f'<tr><th scope="row">{self.prose(first)}</th>{cells}</tr>'
        yield "</tbody></table></div>"

    def plot(self, plot: Plot) -> Iterator[str]:
        return curves(plot)

    def picture(self, picture: Picture) -> Iterator[str]:
        yield f'<figure class="picture">\n{element(picture.diagram)}\n</figure>'

    def new_page(self) -> Iterator[str]:
        yield '<div class="new-page"></div>'

    def text(self, text: str) -> str:
        return safe(text)

    def code(self, text: str) -> str:
        return f"<code>{safe(text)}</code>"

    def formula(self, formula: Expression) -> str:
        return " ".join(f"<math><mrow>{piece}</mrow></math>" for piece in pieces(formula))


HTML = _Html()


def _side(side: Side) -> str:
    """A side in pieces between which a line may be broken."""
    first, *rest = pieces(side.formula)
    kind = ' class="result"' if side.role is Role.RESULT else ""
    found = (f"<mo>{side.relation}</mo>{first}", *rest)
    return "".join(f"<math{kind}><mrow>{piece}</mrow></math> " for piece in found)


# --- what a step is about --------------------------------------------------------------------


def _step(names: Iterable[str], about: Symbol | None = None) -> str:
    """The attributes of a step: what it works out, and all that occurs in it."""
    found = " ".join(dict.fromkeys(map(one_word, names)))
    works_out = f' data-about="{safe(one_word(about.name))}"' if about is not None else ""
    return f'{works_out} data-quantities="{safe(found)}"'


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


def _of_prose(text: Prose) -> Iterator[str]:
    for span in spans(text):
        if isinstance(span, Expression) and not isinstance(span, Marked):
            for symbol in symbols(span):
                yield from _of_symbol(symbol)
