"""The marks of a class: a row for each sheet, and which mistakes to teach again first."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from backprop_cli.algebra.prose import Code, Prose, prose
from backprop_cli.lesson.blocks import Block, Column, Heading, Lesson, Paragraph, Role, Table
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.slips import SLIPS
from backprop_cli.runs.mistakes.catalogue import MISTAKES
from backprop_cli.runs.worksheets.marking import Handed, frequent
from backprop_cli.wording import counted, printable

LONGEST_NAME = 28
MOST_TAUGHT = 8


def marked_class(handed: Sequence[Handed]) -> Lesson:
    """The whole report."""
    return (*_blocks(handed),)


def _blocks(handed: Sequence[Handed]) -> Iterator[Block]:
    yield Heading(2, "The class, checked", counted(len(handed), "sheet"))
    yield Paragraph(_summary(handed))
    marked = [one for one in handed if one.checked]
    if marked:
        yield _table(marked)
    for one in handed:
        if one.fault or one.remark:
            text = one.fault if one.fault else f"marked; {one.remark}"
            yield Paragraph(f"{_name(one)}: {text}.", bullet=True)
    taught = frequent(handed)
    if taught:
        columns = ("Mistake", "What was done", "Sheets", "Lines")
        rows = [
            (one.mistake, sentence(one.mistake), str(one.sheets), str(one.lines))
            for one in taught[:MOST_TAUGHT]
        ]
        yield _of_words("Teach again first", columns, rows)
    if marked:
        worst = max(marked, key=lambda one: one.count(Verdict.WRONG))
        command = Code(f"backprop check {shlex.quote(worst.file)}")
        yield Paragraph(prose("One sheet, line by line: ", command))


def _summary(handed: Sequence[Handed]) -> str:
    marked = [one for one in handed if one.checked]
    wrong = sum(one.count(Verdict.WRONG) > 0 for one in marked)
    unmarked = len(handed) - len(marked)
    if not marked:
        return "No sheet could be marked."
    verb = "has" if wrong == 1 else "have"
    said = f"{wrong} of {counted(len(marked), 'sheet')} {verb} something wrong"
    if not wrong:
        said = f"Nothing is wrong on {counted(len(marked), 'sheet')}"
    if unmarked:
        said += f"; {counted(unmarked, 'other')} could not be marked"
    return f"{said}."


def _table(marked: Sequence[Handed]) -> Table:
    """A row for each sheet; what is 0 on all of them, but for the usual verdicts, has no column."""
    counts: dict[str, Sequence[int]] = {
        verdict.value.capitalize(): [one.count(verdict) for one in marked] for verdict in Verdict
    }
    counts["Missing"] = [len(one.checked.missing) if one.checked else 0 for one in marked]
    shown = {
        title: found
        for title, found in counts.items()
        if any(found) or title not in ("Unclear", "Missing")
    }
    columns = ("Sheet", *shown, "First wrong", "Mistake")
    rows = [
        (_name(one), *map(str, numbers), _first(one), _mistake(one))
        for one, *numbers in zip(marked, *shown.values(), strict=True)
    ]
    return _of_words("Every sheet", columns, rows)


def _first(one: Handed) -> str:
    first = one.first_wrong
    return printable(f"{first.entry.written.line}: {one.name_of_first}") if first else ""


def _mistake(one: Handed) -> str:
    return one.mistake or ("none of the usual" if one.first_wrong else "")


def _of_words(title: str, columns: Sequence[str], rows: Sequence[tuple[Prose, ...]]) -> Table:
    heads = tuple(Column(one, Role.WORDS) for one in columns)
    return Table(title, heads, tuple(rows), numeric=False)


def _name(one: Handed) -> str:
    name = printable(PurePath(one.file).stem)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def sentence(mistake: str) -> str:
    """The mistake that was made, in general."""
    if mistake in MISTAKES:
        return MISTAKES[mistake].told("")
    return SLIPS.get(mistake, mistake)
