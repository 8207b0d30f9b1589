"""``backprop help``: what takes more words than the line of an option has room for."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli.exits import complaints
from backprop_cli.cli.printing import show_page
from backprop_cli.errors import UsageError
from backprop_cli.wording import NEAREST, listed, nearest, printable

# A page is a Markdown file, called by its topic; its first line is its title.
FOLDER = Path(__file__).parents[2] / "help"


def topics() -> list[str]:
    """The topics that there are pages on, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def page(topic: str) -> str:
    """The page on a topic, in Markdown."""
    return (FOLDER / f"{topic}.md").read_text(encoding="utf-8")


def overview() -> str:
    """A page that lists all topics."""
    rows = "\n".join(f"| `{topic}` | {_title(topic)} |" for topic in topics())
    return (
        f"# Help by topic\n\n`backprop help TOPIC` shows a page, `backprop COMMAND --help` the "
        f"options of a command.\n\n| topic | what it is about |\n|---|---|\n{rows}\n"
    )


def _title(topic: str) -> str:
    """The subject of a page: its title, without the topic where it begins with that."""
    title = page(topic).partition("\n")[0].removeprefix("# ")
    return title.partition(": ")[2] or title


def not_a_topic(asked: str, commands: Iterable[str]) -> UsageError:
    """The message about a topic that is none: the nearest ones, or the pages that have the word."""
    known = topics()
    where = f"there is no help on {printable(asked) or repr(asked)}"
    if near := nearest(asked, [*known, *commands], NEAREST, likeness=0.7):
        return UsageError(f"{where}; did you mean {' or '.join(near)}?")
    word = re.compile(rf"\b{re.escape(asked)}\b", re.IGNORECASE)
    if having := [topic for topic in known if asked.strip() and word.search(page(topic))]:
        pages = "page" if len(having) == 1 else "pages"
        return UsageError(f"{where}; the word is on the {pages} {listed(having)}")
    return UsageError(f"{where}; backprop help lists the topics")


def _completed(incomplete: str) -> list[str]:
    return [topic for topic in topics() if topic.startswith(incomplete)]


def help(
    ctx: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            help="A topic, or a command; without it, all topics are listed.",
            autocompletion=_completed,
        ),
    ] = None,
) -> None:
    """Explain one topic, such as configuration, rounding or training."""
    group = ctx.find_root().command
    assert isinstance(group, typer.core.TyperGroup)
    asked = "-".join(topic or ()).lower().replace("_", "-")
    with complaints(None):
        if not topic:
            show_page(overview(), ctx.obj)
        elif asked in topics():
            show_page(page(asked), ctx.obj)
        elif asked in group.commands:
            group.main(
                [asked, "--help"], ctx.find_root().info_name, standalone_mode=False, obj=ctx.obj
            )
        else:
            raise not_a_topic(" ".join(topic).lower(), group.commands)


SETTINGS = {"epilog": "Examples:\n\nbackprop help\n\nbackprop help rounding"}
