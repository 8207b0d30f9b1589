"""``backprop practice``: quantities are asked for one by one, each answer judged at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli.exits import complaints
from backprop_cli.cli.options import Config
from backprop_cli.cli.printing import show
from backprop_cli.cli.world import World
from backprop_cli.disk import write_whole
from backprop_cli.errors import UsageError
from backprop_cli.places import refusal
from backprop_cli.shipped import DEFAULT

if TYPE_CHECKING:
    from backprop_cli.algebra.sheet import Written
    from backprop_cli.runs.checking.practice import Practice, Question

STANDARD_INPUT = Path("-")


def practice(
    ctx: typer.Context,
    config: Config = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet",
            metavar="FILE",
            help="The file that keeps your answers, to go on from next time. "
            "Without it: NAME-practice.txt in the current folder.",
        ),
    ] = None,
) -> None:
    """Practise: work one quantity after another, told at once whether it is right."""
    source: Path = config or DEFAULT
    file = sheet or Path(f"{source.stem}-practice.txt")
    with complaints(None):
        if STANDARD_INPUT in (source, file):
            raise UsageError("practice reads your answers from standard input; name a file")
        if fault := refusal(file, force=True):
            raise UsageError(f"{file}: {fault}")
    with complaints(source):
        from backprop_cli.cli.running import loaded
        from backprop_cli.runs.checking.practice import practice as begun

        at = begun(loaded(source, {"--sheet": file}), str(file), _kept(file))
        _ask(at, file, ctx.obj)


def _kept(file: Path) -> "tuple[Written, ...]":
    """The answers of an earlier session. Raises ConfigError where the file is no sheet."""
    if not file.exists() or not file.stat().st_size:
        return ()
    from backprop_cli.config.sheet.reading import load_sheet

    return load_sheet(str(file)).lines


def _ask(at: "Practice", file: Path, world: World) -> None:
    """Ask until all is answered, or the student leaves; then show what there is."""
    from backprop_cli.lesson.reports import practice as said
    from backprop_cli.lesson.reports.marked_sheet import marked_sheet

    show(said.GREETING, None, world)
    waiting, count = at.open(), len(at.questions)
    if at.answers:
        world.out.write(f"\n  {count - len(waiting)} of {count} are on {file}; it goes on there.\n")
    left = False
    while waiting and not left:
        asked = waiting.pop(0)
        world.out.write("\n")
        show(said.question(asked, count - len(waiting), count), None, world)
        at, left = _asked(at, asked, file, world)
    if at.answers:
        world.out.write("\n")
        show(marked_sheet(at.checked()), None, world)
        world.out.write(f"\n  Your sheet is {file}; the same command goes on from it.\n")


def _asked(at: "Practice", asked: "Question", file: Path, world: World) -> "tuple[Practice, bool]":
    """One question until it is answered or skipped: what there is then, and whether to leave."""
    from backprop_cli.lesson.reports import practice as said
    from backprop_cli.runs.checking.entry import Verdict

    level = 0
    while True:
        typed = _line(f"    {asked.name} = ", world)
        match typed.strip().lower():
            case "quit" | "q" | "exit":
                return at, True
            case "skip" | "s" | "next" | "":
                return at, typed == END
            case "hint" | "h" | "?":
                level = min(level + 1, len(said.HINTS))
                show(said.hint(at.checked(), asked, level), None, world)
                continue
        answer = _answer(asked, typed)
        if answer is None:
            show(said.UNFINISHED if _is_working(typed) else said.UNREADABLE, None, world)
            continue
        at = at.answered(answer)
        write_whole(file, at.text())
        checked = at.checked()
        show(said.reply(checked), None, world)
        if checked.lines[-1].verdict is not Verdict.WRONG:
            return at, False


END = ""  # a line that was typed ends with a line break, but at the end of all


def _line(prompt: str, world: World) -> str:
    """The line that is typed next, with its line break; END at the end of standard input."""
    world.out.flush()
    try:
        return f"{input(prompt)}\n"
    except EOFError:
        world.out.write("\n")
        return END


def _answer(asked: "Question", typed: str) -> "Written | None":
    """An answer as a line of a sheet; None if it holds no number."""
    from backprop_cli.config.sheet.reading import parse_sheet
    from backprop_cli.errors import ConfigError

    text = typed.strip()
    if "=" not in text.removeprefix("=") and "≈" not in text:
        text = f"= {text.removeprefix('=')}"
    elif not text.startswith(("=", "≈")):
        text = f"= {text}" if text[:1].isdigit() or text[:1] in "-−(." else text
    try:
        lines = parse_sheet(f"{asked.name} {text}" if text[0] in "=≈" else text, "answer").lines
    except ConfigError:
        return None
    return lines[-1]._replace(name=asked.name, line=1)


def _is_working(typed: str) -> bool:
    """True if what was typed is arithmetic with numbers alone."""
    from backprop_cli.algebra.expression import symbols
    from backprop_cli.config.sheet.arithmetic import arithmetic
    from backprop_cli.config.sheet.plain import plain

    found = arithmetic(plain(typed).strip("=≈ "))
    return found is not None and not any(symbols(found))


SETTINGS = {"epilog": "Example: backprop practice mine.yaml"}
