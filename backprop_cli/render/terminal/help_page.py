"""A help page, written in Markdown, on a terminal or in a pipe: Rich's own, set as lessons are."""

from typing import ClassVar

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from backprop_cli.render.terminal.console import STYLES, page_of
from backprop_cli.render.terminal.page import Style as PageStyle
from backprop_cli.render.terminal.palette import palette_of


def _theme(console: Console) -> Theme:
    # Rich would set code in cyan on black, which on a light terminal is a black bar.
    return Theme(
        {
            "markdown.code": Style(bold=True),
            "markdown.h1": STYLES[PageStyle.SECTION],
            "markdown.h2": palette_of(console).title,
            "markdown.h3": Style(bold=True),
            "markdown.item.bullet": Style(),
            "markdown.item.number": Style(),
        }
    )


WIDEST_FIRST_COLUMN = 30  # a first column of names is not broken, one of sentences is


def show_page(markdown: str, console: Console) -> None:
    """Print a page: with colours on a terminal alone, in ASCII where that is all it can show."""
    page = page_of(console)
    with console.use_theme(_theme(console)):
        # Once before it is laid out, so that the widths are right, and once after, as Rich has
        # bullets of its own.
        laid = console.render(_Page(page.text(markdown), hyperlinks=False), page_options(console))
        segments = [Segment(page.text(piece.text), piece.style) for piece in laid]
        console.print(_Unfilled(segments, styled=console.is_terminal), end="", soft_wrap=True)


def page_options(console: Console) -> ConsoleOptions:
    """The console that lays out a page, as wide as prose is."""
    return console.options.update(width=page_of(console).width)


class _Unfilled:
    """Segments without the spaces that fill up their lines; without styles if not ``styled``."""

    def __init__(self, segments: list[Segment], *, styled: bool) -> None:
        self.segments = segments
        self.styled = styled

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console, options
        for line in Segment.split_lines(self.segments):
            written = len("".join(piece.text for piece in line).rstrip())
            for piece in line:
                yield Segment(piece.text[:written], piece.style if self.styled else None)
                written = max(written - len(piece.text), 0)
            yield Segment.line()


class _Heading(Heading):
    """A heading at the left margin; the title of a page is underlined."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        self.text.justify = "left"
        yield self.text
        if self.tag == "h1":
            yield Text("─" * options.max_width, STYLES[PageStyle.ASIDE])


class _Code(CodeBlock):
    """A block of code, set in and never broken."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console, options
        for line in str(self.text).rstrip().split("\n"):
            yield Segment(f"    {line}".rstrip())
            yield Segment.line()


class _Table(TableElement):
    """A table with a rule under its head; the names in a first column are left whole."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console, options
        assert self.header is not None
        assert self.header.row is not None
        assert self.body is not None
        rows = [[cell.content for cell in row.cells] for row in self.body.rows]
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, border_style="dim")
        for number, cell in enumerate(self.header.row.cells):
            widest = max((row[number].cell_len for row in rows), default=0)
            kept = number == 0 and widest <= WIDEST_FIRST_COLUMN
            table.add_column(cell.content, no_wrap=kept, header_style="bold", overflow="fold")
        for row in rows:
            table.add_row(*row)
        yield table


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "table_open": _Table,
    }
