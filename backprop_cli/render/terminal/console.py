"""A lesson on a terminal, in a pipe or in a text file. Only this module knows what those are."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import IO, Literal

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style as RichStyle
from rich.table import Table as RichTable
from rich.text import Text

from backprop_cli.lesson.blocks import (
    Block,
    ChainRule,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Picture,
    Plot,
    Table,
)
from backprop_cli.render.medium import Medium
from backprop_cli.render.terminal.equations import equation_lines
from backprop_cli.render.terminal.fractions import fraction_lines
from backprop_cli.render.terminal.matrices import has_matrices, matrix_lines
from backprop_cli.render.terminal.page import Line, Page, Span, Style, cell_len, width_of, wrapped
from backprop_cli.render.terminal.palette import Palette, palette_of

# Prose and rules are no wider than this, whatever the terminal; it is also a pipe's width for
# prose, while equations in a pipe are of any length.
WIDEST = 100
PIPE_WIDTH = 80
ANY_LENGTH = 1_000_000

STYLES = {
    Style.PLAIN: RichStyle(),
    Style.RESULT: RichStyle(bold=True),
    Style.ASIDE: RichStyle(dim=True),
    Style.SECTION: RichStyle(bold=True),
    Style.PART: RichStyle(italic=True),
}


# The texts of a table's cells, its columns' headings first.
Cells = Sequence[tuple[str, ...]]


class _Console(Console):
    """A console that leaves it to its user what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console_for(file: IO[str], color: str = "auto") -> Console:
    """A console that writes to ``file``; ``color`` says where with colours.

    That is on a terminal that wants them (auto), everywhere, as on a terminal (always), or never.
    """
    terminal = True if color == "always" else None
    return _console(file, terminal=terminal, color=color)


def plain_console(file: IO[str]) -> Console:
    """A console for a text file: as in a pipe, even where the user forces colours."""
    return _console(file, terminal=False)


def _console(file: IO[str], *, terminal: bool | None, color: str = "auto") -> Console:
    system: Literal["auto", "standard"] | None = None if color == "never" else "auto"
    if color == "always" and os.environ.get("TERM") in ("dumb", "unknown"):
        system = "standard"  # of such terminals Rich believes that they have no colours
    console = _Console(
        file=file,
        color_system=system,
        no_color=False if color == "always" else None,
        force_terminal=terminal,
        force_jupyter=False,  # or text would be shown in a notebook, and none of it written
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )
    if not console.is_terminal:
        console.width = ANY_LENGTH
    return console


def show(lesson: Lesson, console: Console) -> None:
    """Print a lesson."""
    console.print(_Laid(lesson, page_of(console)), end="", soft_wrap=True)


def plain_text(lesson: Lesson, *, unicode: bool | None = None) -> str:
    """A lesson as it stands in a text file, in the characters that the user's locale has.

    With ``unicode`` that does not matter.
    """
    text = StringIO()
    console = plain_console(text)
    page = page_of(console) if unicode is None else Page(PIPE_WIDTH, None, unicode)
    console.print(_Laid(lesson, page), end="", soft_wrap=True)
    return text.getvalue()


def page_of(console: Console) -> Page:
    """The page that fits a console: on a terminal its width, elsewhere equations of any length."""
    unicode = console.encoding.lower().startswith("utf") and not _plain_locale()
    if console.is_terminal:
        return Page(min(console.width, WIDEST), console.width, unicode)
    return Page(PIPE_WIDTH, None, unicode)


def _plain_locale() -> bool:
    """True if the user asked for the C locale: Python would still write UTF-8 there."""
    return os.environ.get("LC_ALL") in ("C", "POSIX")


class _Laid:
    """A lesson as something that Rich can print."""

    def __init__(self, lesson: Lesson, page: Page) -> None:
        self.lesson, self.page = lesson, page

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        palette = palette_of(console) if console.is_terminal else None
        medium = _Terminal(self.page, palette, console)
        before: Block | None = None
        for block in self.lesson:
            if before is not None and _apart(before, block):
                yield Segment.line()
            if isinstance(block, Heading):
                medium = replace(medium, indent=4 if block.level == 4 else 2)
            yield from medium.block(block)
            before = block


def _apart(before: Block, block: Block) -> bool:
    """True if a blank line stands between two blocks."""
    if isinstance(before, Heading):
        return isinstance(block, Heading) and block.level < 4 and before.level > 2
    if isinstance(before, Paragraph) and isinstance(block, Paragraph):
        return not (before.bullet and block.bullet)
    return True


@dataclass(frozen=True)
class _Terminal(Medium[Segment]):
    """Blocks as segments of lines; without a palette they have no styles.

    Equations are set in by ``indent``.
    """

    page: Page
    palette: Palette | None
    console: Console
    indent: int = 2

    def heading(self, heading: Heading) -> Iterator[Segment]:
        return self._segments(_heading(heading, self.page))

    def paragraph(self, paragraph: Paragraph) -> Iterator[Segment]:
        margin = "  "
        mark = self.page.text("• ") if paragraph.bullet else ""
        room = self.page.width - len(margin) - len(mark)
        for text in wrapped(paragraph.text, self.page, room):
            yield from self._segments([(Span(margin + mark + text),)])
            mark = " " * len(mark)

    def equations(self, equations: Equations) -> Iterator[Segment]:
        if any(map(has_matrices, equations.rows)):
            for row in equations.rows:
                yield from self._segments(matrix_lines(row, self.page, self.indent))
        else:
            yield from self._segments(equation_lines(equations, self.page, self.indent))

    def chain_rule(self, chain: ChainRule) -> Iterator[Segment]:
        return self._segments(fraction_lines(chain, self.page, self.indent))

    def table(self, table: Table) -> Iterator[Segment]:
        """A table as Rich draws it, set in by two, under its title; a wide one piece by piece."""
        page = self.page
        for text in wrapped(table.title, page, page.width - 2):
            yield from self._segments([(Span("  "), Span(text, Style.TITLE))])
        room = max((page.limit or ANY_LENGTH) - 2, 20)
        options = self.console.options.update(width=room)
        for piece in _pieces(table, page, room):
            drawn = _drawn(piece, page, room, numeric=table.numeric)
            for cells in Segment.split_lines(self.console.render(drawn, options)):
                yield Segment("  ")
                yield from cells
                yield Segment.line()

    def plot(self, plot: Plot) -> Iterator[Segment]:
        from backprop_cli.render.terminal.plot import plot_lines  # most lessons have none

        return self._segments(plot_lines(plot, self.page))

    def picture(self, picture: Picture) -> Iterator[Segment]:
        from backprop_cli.render.terminal.network import drawn  # most lessons have none

        room = self.page.limit or self.page.width
        return drawn(picture.diagram, room, self.palette, unicode=self.page.unicode)

    def new_page(self) -> Iterator[Segment]:
        return self._segments([(Span(self.page.text("─") * self.page.width, Style.ASIDE),)])

    def _segments(self, lines: Iterable[Line]) -> Iterator[Segment]:
        for line in lines:
            if self.palette is None:
                yield Segment("".join([span.text for span in line]))
            else:
                yield from (Segment(span.text, _look(span, self.palette)) for span in line)
            yield Segment.line()


def _look(span: Span, palette: Palette) -> RichStyle:
    style = palette.title if span.style is Style.TITLE else STYLES[span.style]
    if span.factor is not None:
        style += palette.factors[span.factor % len(palette.factors)]
    return style


def _heading(block: Heading, page: Page) -> Iterator[Line]:
    """A heading; the first two levels are underlined across the page."""
    margin = "  " if block.level == 4 else ""
    style = {1: Style.SECTION, 2: Style.SECTION, 3: Style.TITLE, 4: Style.PART}[block.level]
    *most, last = wrapped(block.text, page, page.width - len(margin))
    for text in most:
        yield Span(margin), Span(text, style)
    title, aside = Span(last, style), Span(page.prose(block.aside), Style.ASIDE)
    gap = page.width - width_of((title, aside))
    if block.aside and gap >= 3:
        yield title, Span(" " * gap), aside
    else:
        yield Span(margin), title
        if block.aside:
            yield Span("  "), aside
    if block.level <= 2:
        yield (Span(page.text("═" if block.level == 1 else "─") * page.width, Style.ASIDE),)


def _pieces(block: Table, page: Page, room: int) -> Iterator[Cells]:
    """The table in pieces with as many columns as there is room for, the first one in each."""
    titles = tuple(page.prose(column.title) for column in block.columns)
    rows = [titles, *(tuple(map(page.prose, row)) for row in block.rows)]
    if not block.numeric:
        yield rows  # its columns are wrapped
        return
    first, *widths = (max(map(cell_len, column)) + 3 for column in zip(*rows, strict=True))
    taken: list[int] = []
    used = start = first + 1
    for at, width in enumerate(widths, 1):
        if taken and used + width > room:
            yield _of_columns(rows, taken)
            taken, used = [], start
        taken.append(at)
        used += width
    yield _of_columns(rows, taken)


def _of_columns(rows: Cells, columns: Sequence[int]) -> Cells:
    return [(row[0], *(row[at] for at in columns)) for row in rows]


def _drawn(rows: Cells, page: Page, room: int, *, numeric: bool) -> RichTable:
    """The table as Rich draws it; figures too long for any line go on in the next, never cut."""
    widths = (max(map(cell_len, column)) + 3 for column in zip(*rows, strict=True))
    whole = numeric and sum(widths) + 1 <= room
    table = RichTable(
        box=box.ROUNDED if page.unicode else box.ASCII2,
        header_style="bold",
        border_style="dim",
        safe_box=False,
    )
    for at, column in enumerate(rows[0]):
        justify: Literal["left", "right"] = "right" if at and numeric else "left"
        table.add_column(Text(column), justify=justify, no_wrap=whole, overflow="fold")
    # Where every cell is one line, a whole column is drawn as one cell of many: Rich takes less
    # than half as long for a table of thousands of rows.
    drawn = ["\n".join(column) for column in zip(*rows[1:], strict=True)] if whole else None
    for row in [drawn] if drawn else rows[1:]:
        table.add_row(*map(Text, row))
    return table
