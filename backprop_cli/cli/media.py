"""The medium of a lesson: by --format, or by the ending of the file that --output names."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_cli.cli.world import World
from backprop_cli.errors import NotInstalledError, UsageError
from backprop_cli.wording import printable

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Lesson
    from backprop_cli.lesson.diagram import Diagram


class Format(StrEnum):
    """The media that a lesson is written in; json is for programs.

    ``fragment`` is LaTeX without a document around it; an option of its own asks for it.
    """

    text = "text"
    markdown = "markdown"
    latex = "latex"
    fragment = "fragment"
    html = "html"
    pdf = "pdf"
    json = "json"


TYPED = tuple(one for one in Format if one is not Format.fragment)

# A file without an ending holds text.
ENDINGS: Mapping[str, Format] = {
    "": Format.text,
    ".txt": Format.text,
    ".md": Format.markdown,
    ".markdown": Format.markdown,
    ".tex": Format.latex,
    ".html": Format.html,
    ".htm": Format.html,
    ".pdf": Format.pdf,
    ".json": Format.json,
}


def format_of(
    given: Format | None, output: Path | None, world: World, *, fragment: bool = False
) -> Format:
    """The format that is asked for, or else that of the file's ending; of LaTeX the fragment.

    Raises UsageError for an ending that stands for none, for a fragment of anything else, and where
    a PDF cannot be made.
    """
    found = given or _by_ending(output)
    if fragment:
        if found is not Format.latex:
            raise UsageError("--fragment goes with --format latex or a file that ends in .tex")
        return Format.fragment
    if found is Format.pdf:
        if output is None and world.out.isatty():
            raise UsageError("--format pdf: a terminal cannot show a PDF; name a file, -o FILE.pdf")
        can_set(found)
    return found


def can_set(as_format: str) -> None:
    """See that a format can be written here. Raises NotInstalledError."""
    if as_format == Format.pdf:
        from backprop_cli.render.pdf import is_installed

        if not is_installed():
            raise NotInstalledError("a PDF is set by Typst, which is not installed", "typst")


def lesson_format(
    given: Format | None, output: Path | None, world: World, *, fragment: bool = False
) -> Format:
    """As `format_of`, of what can only be read. Raises UsageError for JSON too."""
    found = format_of(given, output, world, fragment=fragment)
    if found is Format.json:
        raise UsageError("only backprop run and backprop check print JSON")
    return found


def _by_ending(output: Path | None) -> Format:
    if output is None or output == Path("-") or _is_no_file(output):
        return Format.text
    found = ENDINGS.get(output.suffix.lower())
    if found is None:
        endings = ", ".join(ending for ending in ENDINGS if ending)
        raise UsageError(
            f"{printable(str(output))}: a file that ends in {printable(output.suffix)} cannot be "
            f"written; the endings are {endings}. --format text writes text to any file"
        )
    return found


def _is_no_file(path: Path) -> bool:
    """True if a path is that of a device or a pipe, whose name says nothing."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:
        return False


def written(
    lesson: "Lesson", diagram: "Callable[[], Diagram] | None", as_format: Format
) -> str | bytes:
    """A lesson in a format that is neither text nor JSON, beside the picture of its network."""
    drawn = diagram() if diagram and as_format in (Format.html, Format.pdf) else None
    match as_format:
        case Format.markdown:
            from backprop_cli.render.markdown import markdown

            return markdown(lesson)
        case Format.latex:
            from backprop_cli.render.latex import document

            return document(lesson)
        case Format.fragment:
            from backprop_cli.render.latex import fragment

            return fragment(lesson)
        case Format.html:
            from backprop_cli.render.html.page import page

            return page(lesson, drawn, steps=drawn is not None)
        case Format.pdf:
            from backprop_cli.render.pdf import pdf

            return pdf(lesson, drawn)
        case _:
            raise TypeError(f"{as_format} is written elsewhere")


def printed(lesson: "Lesson", as_format: str) -> str | bytes:
    """A lesson to be printed on paper: text stands as in a file, a page of HTML without steps."""
    match as_format:
        case Format.text:
            from backprop_cli.render.terminal.console import plain_text

            return plain_text(lesson, unicode=True)  # the same wherever it is made
        case Format.html:
            from backprop_cli.render.html.page import page

            return page(lesson, steps=False)
        case _:
            return written(lesson, None, Format(as_format))
