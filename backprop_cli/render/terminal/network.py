"""The picture of a network on a terminal, in a pipe or in a text file."""

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
    palette = palette_of(console)
    segments: list[Segment] = []
    for row in drawing(diagram, page.limit, unicode=page.unicode):
        segments += [
            Segment(run.text, _style(run, palette) if console.is_terminal else None) for run in row
        ]
        segments.append(Segment.line())
    console.print(Segments(segments), end="", soft_wrap=True)


def _style(run: Run, palette: Palette) -> Style:
    """How a run looks: a name, or a weight by its sign, which is said by its figure too."""
    signs = {1: palette.positive, -1: palette.negative, 0: Style()}
    return NAME if run.name else signs[run.sign]
