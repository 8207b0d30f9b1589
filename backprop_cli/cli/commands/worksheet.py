"""``backprop worksheet``: a sheet for each student with numbers of its own, and the key to it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from random import randrange
from typing import TYPE_CHECKING

import typer

from backprop_cli.cli.destinations import Destination, destination
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.folders import see_that_it_is_free, write_all
from backprop_cli.cli.media import can_set, printed
from backprop_cli.cli.options import Config, Force
from backprop_cli.cli.printing import write
from backprop_cli.cli.worksheet_options import (
    Blank,
    Count,
    Folder,
    LeftBlank,
    Names,
    SheetFormat,
    SheetSeed,
    Together,
    WithSlip,
    WrittenAs,
)
from backprop_cli.cli.world import World
from backprop_cli.errors import UsageError
from backprop_cli.shipped import DEFAULT, examples
from backprop_cli.wording import counted

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Lesson
    from backprop_cli.lesson.worksheet import Head
    from backprop_cli.network.exercise import Exercise
    from backprop_cli.runs.worksheets.sheets import Worksheet

ENDINGS = {
    SheetFormat.text: ".txt",
    SheetFormat.markdown: ".md",
    SheetFormat.latex: ".tex",
    SheetFormat.html: ".html",
    SheetFormat.pdf: ".pdf",
}
# What `check` reads as it stands; of others, figures are typed.
READ = (SheetFormat.text, SheetFormat.markdown, SheetFormat.latex)
CLASS = 30
KEYS = "keys"
# A configuration that does not ship is put beside its sheets, where `check` finds it.
EXERCISE = "exercise.yaml"


def worksheet(
    ctx: typer.Context,
    output: Folder,
    config: Config = None,
    count: Count = None,
    seed: SheetSeed = None,
    blank: LeftBlank = Blank.results,
    slip: WithSlip = False,
    names: Names = None,
    output_format: WrittenAs = SheetFormat.text,
    together: Together = False,
    force: Force = False,
) -> None:
    """Make worksheets for a class: each with its own numbers, a line for every result, and a key.

    Each sheet has a code, by which `backprop check` knows its numbers again.
    """
    world: World = ctx.obj
    source: Path = config or DEFAULT
    drawn_with = randrange(1000) if seed is None else seed
    if output_format is SheetFormat.moodle:
        with complaints(None):
            for option, given in (("--slip", slip), ("--names", names), ("--together", together)):
                if given:
                    raise UsageError(
                        f"{option} cannot be used for a quiz; leave it, or --format, out"
                    )
            if blank is Blank.tables:
                raise UsageError("--blank tables: a quiz has a field in every line; leave it out")
            file = destination(output, force=force)
        _quiz(source, file, blank, drawn_with, count or CLASS, world)
        return
    with complaints(None):
        if slip and blank != Blank.results:
            raise UsageError(f"--blank {blank}: with --slip nothing is left blank")
        can_set(output_format)
        students = _students(names)
        several = count or len(students) or CLASS
        if len(students) > several:
            raise UsageError(f"--count {several}: there are {len(students)} names")
        places = _places(several, ENDINGS[output_format], together=together)
        see_that_it_is_free(output, [name for pair in places for name in pair], force=force)
    with complaints(source):
        from backprop_cli.cli.running import loaded

        exercise = loaded(source, {})
        made = _made(exercise, drawn_with, several)
        heads = _heads(exercise, made, students)
        pairs = _with_slips(made, heads) if slip else _with_blanks(made, heads, blank)
        files = _files(pairs, places, output_format)
        if not _is_at_hand(exercise, source, output):
            files[EXERCISE] = _exercise(exercise, output / EXERCISE)
            see_that_it_is_free(output, [EXERCISE], force=force)
        write_all(output, files, force=force)
    count = len(pairs)
    checked = f"{shlex.quote(str(output))}/*{ENDINGS[output_format]}"
    if together or output_format not in READ:
        checked = "--code CODE SHEET"
    world.tell(
        f"{output}: {counted(count, 'sheet')} and {'its key' if count == 1 else 'their keys'} are "
        f"written. For the same again: --seed {drawn_with}. To mark them: backprop check {checked}"
    )
    _tell_of_numbers(made, world)


Pair = tuple["Lesson", "Lesson"]  # a sheet and its key


def _places(count: int, ending: str, *, together: bool) -> list[tuple[str, str]]:
    """The names of sheets and keys: a file for each, or one for all of either kind."""
    if together:
        return [(f"sheets{ending}", f"{KEYS}{ending}")]
    width = max(2, len(str(count)))
    numbers = [f"{number:0{width}}{ending}" for number in range(1, count + 1)]
    return [(f"sheet-{number}", f"{KEYS}/key-{number}") for number in numbers]


def _students(names: Path | None) -> list[str]:
    """The names of a file, if one is given. Raises ConfigError."""
    if names is None:
        return []
    from backprop_cli.config.files.names import read_names

    return read_names(names, str(names))


def _made(exercise: "Exercise", seed: int, count: int) -> "list[Worksheet]":
    """So many worksheets. Raises WorkingError, and UsageError where there are not so many."""
    from backprop_cli.runs.worksheets.sheets import worksheets

    made = worksheets(exercise, seed, count)
    if len(made) < count:
        raise UsageError(f"there are numbers for {len(made)} different sheets, not for {count}")
    return made


def _tell_of_numbers(made: "Sequence[Worksheet]", world: World) -> None:
    """Say where no numbers were found that are worth working."""
    found = {
        at: "; ".join(one.lacks.sentences())
        for at, one in enumerate(made, 1)
        if one.lacks and any(one.lacks.sentences())
    }
    if found:
        first, what = next(iter(found.items()))
        world.tell(
            f"Of {counted(len(found), 'sheet')} no better numbers were found: on sheet {first}, "
            f"{what}"
        )


def _heads(
    exercise: "Exercise", made: "Sequence[Worksheet]", students: Sequence[str]
) -> "list[Head]":
    """The number, the code and the student of each."""
    from backprop_cli.cli.origins import mark
    from backprop_cli.lesson.worksheet import Head
    from backprop_cli.runs.worksheets.code import Code

    of = mark(exercise)
    names = (*students, *[""] * (len(made) - len(students)))
    return [Head(at, str(Code(of, one.seed)), names[at - 1]) for at, one in enumerate(made, 1)]


def _with_blanks(made: "Sequence[Worksheet]", heads: "Sequence[Head]", blank: str) -> list[Pair]:
    """Each sheet and its key."""
    from backprop_cli.lesson.worksheet import key, sheet

    return [
        (sheet(one.run, head, blank), key(one.run, head, blank))
        for one, head in zip(made, heads, strict=True)
    ]


def _with_slips(made: "Sequence[Worksheet]", heads: "Sequence[Head]") -> list[Pair]:
    """Each solution with a mistake in it, and its key. Raises UsageError where none shows."""
    from backprop_cli.lesson.slip_key import slip_key
    from backprop_cli.lesson.worksheet import NOTHING, sheet
    from backprop_cli.runs.worksheets.slip import slipped

    pairs = []
    for one, head in zip(made, heads, strict=True):
        slip = slipped(one.run, one.seed)
        if slip is None:
            raise UsageError("--slip: in this exercise no mistake can be told by its figure")
        pairs.append((sheet(slip.run, head, NOTHING), slip_key(one.run, head, slip)))
    return pairs


def _quiz(
    source: Path, file: Destination | None, blank: str, seed: int, count: int, world: World
) -> None:
    """Write a quiz for Moodle, a question for each sheet."""
    from backprop_cli.cli.running import loaded
    from backprop_cli.lesson.quiz import question
    from backprop_cli.render.moodle import moodle

    with complaints(source):
        exercise = loaded(source, {})
        made = _made(exercise, seed, count)
        heads = _heads(exercise, made, ())
        questions = [question(one.run, head, blank) for one, head in zip(made, heads, strict=True)]
        if not write(moodle(questions, f"backprop {source.stem}"), file, world):
            raise typer.Exit(FAILED)
    if file is not None:
        world.tell(
            f"{file.path}: {counted(len(questions), 'question')} to be imported into Moodle, as "
            f"Moodle XML. For the same again: --seed {seed}"
        )
    _tell_of_numbers(made, world)


def _files(
    pairs: Sequence[Pair], places: Sequence[tuple[str, str]], as_format: SheetFormat
) -> dict[str, str | bytes]:
    """The content of every file by its name."""
    if len(places) < len(pairs):
        sheets, keys = zip(*pairs, strict=True)
        pairs = [(_in_a_row(sheets), _in_a_row(keys))]
    return {
        name: printed(lesson, as_format)
        for names, lessons in zip(places, pairs, strict=True)
        for name, lesson in zip(names, lessons, strict=True)
    }


def _in_a_row(lessons: "Sequence[Lesson]") -> "Lesson":
    """Lessons one after the other, each on a page of its own."""
    from backprop_cli.lesson.blocks import NewPage

    first, *rest = lessons
    return (*first, *(block for lesson in rest for block in (NewPage(), *lesson)))


def _is_at_hand(exercise: "Exercise", source: Path, folder: Path) -> bool:
    """True if `check` finds the exercise: it ships, or it or a copy lies in the folder already."""
    from backprop_cli.cli.origins import mark as mark_of_exercise
    from backprop_cli.cli.origins import mark_of_file

    copy = folder / EXERCISE
    place = source.resolve()
    return (
        place in examples().values()
        or (place.is_file() and place.parent == folder.resolve())
        or (copy.exists() and mark_of_file(copy) == mark_of_exercise(exercise))
    )


def _exercise(exercise: "Exercise", path: Path) -> str:
    """The configuration of the sheets, with its own numbers, as it is written to a path."""
    from backprop_cli.config.writing.saved import configuration_text

    text = configuration_text(exercise, {}, exercise.trained, path)
    return f"# What the worksheets here are drawn from; backprop check knows them by it.\n{text}"


SETTINGS = {
    "epilog": "Examples:\n\nbackprop worksheet mine.yaml --count 30 -o class\n\n"
    "backprop worksheet mine.yaml --format pdf --together -o class"
}
