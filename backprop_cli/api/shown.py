"""Results that can be read or looked at, in every medium; in a notebook it shows itself."""

from dataclasses import dataclass
from typing import Any

from backprop_cli.lesson.blocks import Lesson
from backprop_cli.lesson.diagram import Diagram


@dataclass(frozen=True, repr=False)
class Explanation:
    """Something to read, in every medium; in a notebook it shows itself."""

    lesson: Lesson
    diagram: Diagram | None = None

    @property
    def text(self) -> str:
        """As it stands in a pipe."""
        from backprop_cli.render.terminal.console import plain_text

        return plain_text(self.lesson)

    @property
    def markdown(self) -> str:
        """As GitHub's Markdown."""
        from backprop_cli.render.markdown import markdown

        return markdown(self.lesson)

    @property
    def latex(self) -> str:
        """As a whole document of LaTeX."""
        from backprop_cli.render.latex import document

        return document(self.lesson)

    @property
    def html(self) -> str:
        """As a whole page."""
        from backprop_cli.render.html.page import page

        return page(self.lesson, self.diagram)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_settings: Any) -> dict[str, str]:
        from backprop_cli.render.notebook import bundle

        return bundle(self.lesson)


@dataclass(frozen=True, repr=False)
class Picture:
    """The picture of a network."""

    diagram: Diagram

    @property
    def svg(self) -> str:
        """As a file of its own."""
        from backprop_cli.render.network_picture.svg import svg

        return svg(self.diagram)

    @property
    def text(self) -> str:
        """In characters."""
        from backprop_cli.render.network_picture.characters import drawing

        rows = drawing(self.diagram, None)
        return "\n".join("".join(run.text for run in row) for row in rows)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_settings: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}
