"""The picture of a network on a terminal, in a pipe or in a text file."""

from collections.abc import Iterator

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from backprop_cli.lesson.diagram import Diagram
from backprop_cli.render.network_picture.characters import Run, drawing
from backprop_cli.render.terminal.console import page_of
from backprop_cli.render.terminal.palette import Palette, palette_of

NAME = Style(bold=True)


def show_network(diagram: Diagram, console: Console) -> None:
    """Print the picture, as wide as the terminal at most."""
    page = page_of(console)
    palette = palette_of(console) if console.is_terminal else None
    segments = drawn(diagram, page.limit, palette, unicode=page.unicode)
    console.print(Segments(segments), end="", soft_wrap=True)


def drawn(
    diagram: Diagram, width: int | None, palette: Palette | None, *, unicode: bool
) -> Iterator[Segment]:
    """The picture row by row, at most so many cells wide (None: of any width).

    Without a palette it has no styles.
    """
    for row in drawing(diagram, width, unicode=unicode):
        yield from (Segment(run.text, _style(run, palette) if palette else None) for run in row)
        yield Segment.line()


def _style(run: Run, palette: Palette) -> Style:
    """The look of a run: a name, or a weight by its sign, which is said by its figure too."""
    signs = {1: palette.positive, -1: palette.negative, 0: Style()}
    return NAME if run.name else signs[run.sign]
