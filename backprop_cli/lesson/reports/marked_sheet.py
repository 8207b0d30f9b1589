"""A student's sheet with its marks: the first wrong line and what probably happened there first."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import PurePath

from backprop_cli.algebra.prose import Code, Prose, enumerated, joined, prose
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.reports.own_working import own_derivation, symbol_of
from backprop_cli.runs.checking.check import EXPLAINED, Checked
from backprop_cli.runs.checking.diagnosis import Cause
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.marking import Marked
from backprop_cli.runs.checking.together import Together
from backprop_cli.wording import counted, printable

MARKS = {
    Verdict.RIGHT: "✓",
    Verdict.FOLLOWS: "→",
    Verdict.WRONG: "✗",
    Verdict.UNCLEAR: "?",
}
VERDICTS = {
    Verdict.RIGHT: "right",
    Verdict.FOLLOWS: "follows",
    Verdict.WRONG: "wrong",
    Verdict.UNCLEAR: "unclear",
}
MOST_CAUSES = 3
MOST_EXPLAINED = 4  # wrong lines with a derivation of their own
MOST_NAMED = 8
LONGEST_LINE = 44
# Of a longer sheet, runs of right lines are drawn together.
MOST_LINES = 24
SHORTEST_RUN = 3
OFTEN = 3  # a remark on so many lines is made once


def marked_sheet(checked: Checked) -> Lesson:
    """The whole report: the answer, then every line with its mark, then what else there is."""
    return tuple(_blocks(checked))


def _blocks(checked: Checked) -> Iterator[Block]:
    yield Heading(
        2, "Your sheet, checked", printable(PurePath(checked.sheet.name).name)[-LONGEST_LINE:]
    )
    yield Paragraph(_summary(checked))
    wrong = [at for at, one in enumerate(checked.lines) if one.verdict is Verdict.WRONG]
    for group in checked.together:
        yield from _as_a_whole(checked, group)
    in_groups = {at for group in checked.together for at in group.lines}
    alone = [at for at in wrong if at not in in_groups]
    for at in alone[: 0 if in_groups else 1]:
        yield from _explained(checked, at)
    yield _table(checked)
    for at in alone[0 if in_groups else 1 : MOST_EXPLAINED]:
        yield from _explained(checked, at)
    yield from _endings(checked, len(alone))


def _summary(checked: Checked) -> Prose:
    first = checked.first_wrong
    if not checked.lines:
        return "No line is about a quantity of this network."
    if first is not None:
        return prose(
            f"Look at line {checked.lines[first].entry.written.line} first. ", _counts(checked), "."
        )
    follow = "" if not checked.count(Verdict.UNCLEAR) else " as far as can be told"
    return prose(f"Nothing is wrong{follow}: ", _counts(checked), ".")


def _counts(checked: Checked) -> Prose:
    """``4 lines are right, 3 follow from an earlier slip, 1 is wrong``."""
    said = {
        Verdict.RIGHT: ("is right", "are right"),
        Verdict.FOLLOWS: ("follows from an earlier slip", "follow from an earlier slip"),
        Verdict.WRONG: ("is wrong", "are wrong"),
        Verdict.UNCLEAR: ("cannot be judged", "cannot be judged"),
    }
    found: list[Prose] = []
    for verdict, (one, many) in said.items():
        count = checked.count(verdict)
        if count:
            noun = counted(count, "line") if not found else str(count)
            found.append(f"{noun} {one if count == 1 else many}")
    return enumerated(found)


# --- a wrong line ----------------------------------------------------------------------------


def _as_a_whole(checked: Checked, group: Together) -> Iterator[Block]:
    """Lines that one mistake explains together."""
    first = checked.lines[group.lines[0]].entry.written
    several = counted(len(group.lines), "figure")
    name = printable(group.name) if group.name else "the lines marked ✗"
    yield Heading(3, f"✗ Line {first.line}: {several} of {name}")
    yield Paragraph(f"One mistake gives all of them: {group.sentence}.")


def _explained(checked: Checked, at: int) -> Iterator[Block]:
    """A wrong line: as it was written, as it is with the student's own numbers, and why."""
    marked = checked.lines[at]
    yield Heading(3, f"✗ Line {marked.entry.written.line}: {_written(marked)}")
    causes = checked.causes.get(at, ())
    yield Heading(4, "With your own numbers")
    yield Equations(tuple(own_derivation(checked, marked, steps=not causes)))
    yield from cause_paragraphs(checked, at)
    if causes:
        yield from _ambiguity(checked, at, causes)
    else:
        yield Paragraph("No usual mistake gives this figure. Above is the line with your numbers.")


def cause_paragraphs(checked: Checked, at: int) -> Iterator[Paragraph]:
    """The probable causes of a wrong line, the likeliest first."""
    causes = checked.causes.get(at, ())
    for number, cause in enumerate(causes[:MOST_CAUSES]):
        lead = "Probably " if number == 0 else "Or "
        if cause.seen:
            lead = "Your working shows that "
        sentence = _sentence(checked, checked.lines[at], cause)
        yield Paragraph(prose(lead, sentence), bullet=len(causes) > 1)


def _sentence(checked: Checked, marked: Marked, cause: Cause) -> Prose:
    said = cause.sentence.replace("y_hat", "ŷ")
    if cause.quantity == marked.entry.quantity:
        return f"{said}."
    return prose(f"{said}, on the way in ", symbol_of(checked, cause.quantity), ".")


def _ambiguity(checked: Checked, at: int, causes: Sequence[Cause]) -> Iterator[Paragraph]:
    if len(causes) < 2 or causes[0].seen:
        return
    more = len(causes) - MOST_CAUSES
    others = f"{counted(more, 'other mistake')} would too. " if more > 0 else ""
    gives = "Each of these gives your figure. " if more <= 0 else "Each gives your figure; "
    teller = checked.teller.get(at)
    if teller:
        last = prose("A line for ", Code(teller), " would tell the first two apart.")
    else:
        last = prose("The numbers that you put in would tell them apart: write them down.")
    yield Paragraph(prose(gives, others, last))


# --- all lines -------------------------------------------------------------------------------


def _table(checked: Checked) -> Table:
    often = _often(checked)
    rows = [_row(marked, often) for marked in checked.lines]
    if len(rows) > MOST_LINES:
        rows = [*_drawn_together(checked.lines, often)]
    columns = ("", "Line", "What you wrote", "Verdict")
    return Table(
        "Every line",
        tuple(Column(title, Role.WORDS) for title in columns),
        tuple(rows),
        numeric=False,
    )


def _often(checked: Checked) -> Mapping[str, int]:
    """The remarks that would stand on several lines, and on how many: they are made once."""
    counts = Counter(_remark(marked) for marked in checked.lines)
    return {remark: count for remark, count in counts.items() if remark and count >= OFTEN}


def _remark(marked: Marked) -> str:
    return marked.remark or marked.entry.written.remark


def _row(marked: Marked, often: Container[str]) -> tuple[Prose, ...]:
    verdict = VERDICTS[marked.verdict]
    remark = "" if _remark(marked) in often else _remark(marked)
    return (
        MARKS[marked.verdict],
        str(marked.entry.written.line),
        _written(marked),
        f"{verdict} ({remark})" if remark else verdict,
    )


def _written(marked: Marked) -> str:
    text = " ".join(printable(marked.entry.written.text).split())
    if len(text) <= LONGEST_LINE:
        return text
    figure = f"{marked.entry.as_written}"
    room = LONGEST_LINE - len(figure) - 3
    return f"{text[:room]}… {figure}"


def _drawn_together(lines: Sequence[Marked], often: Container[str]) -> Iterator[tuple[Prose, ...]]:
    """The rows, runs of right lines without a remark as one."""
    run: list[Marked] = []
    for marked in (*lines, None):
        plain = (
            marked is not None
            and marked.verdict is Verdict.RIGHT
            and (not marked.remark or marked.remark in often)
        )
        if plain and marked is not None:
            run.append(marked)
            continue
        if len(run) >= SHORTEST_RUN:
            first, last = run[0].entry.written.line, run[-1].entry.written.line
            span = f"{first}–{last}" if first != last else str(first)
            yield MARKS[Verdict.RIGHT], span, f"{counted(len(run), 'figure')}", "right"
        else:
            yield from (_row(one, often) for one in run)
        run = []
        if marked is not None:
            yield _row(marked, often)


# --- what else there is ----------------------------------------------------------------------


def _endings(checked: Checked, wrong: int) -> Iterator[Paragraph]:
    for remark, count in _often(checked).items():
        yield Paragraph(f"Of {counted(count, 'line')}: {remark}.")
    if wrong > MOST_EXPLAINED:
        yield Paragraph(
            f"{counted(wrong - MOST_EXPLAINED, 'more line')} marked ✗ may have the same cause: "
            "correct the first, and check again."
        )
    if checked.count(Verdict.UNCLEAR):
        yield Paragraph(
            "A line that cannot be judged rests on figures with too few digits: "
            "write one or two more decimals."
        )
    for written, near in checked.unknown[:EXPLAINED]:
        name = printable(written.name[:40])
        yield Paragraph(
            prose(
                f"Line {written.line}: {name} is not a quantity of this network; the nearest are ",
                *joined([Code(one) for one in near]),
                ".",
            )
        )
    if others := checked.unknown[EXPLAINED:]:
        at = _lines([written.line for written, _ in others])
        yield Paragraph(prose(at, ": no quantity of this network has such a name either."))
    if checked.sheet.unread:
        yield Paragraph(prose(_lines(checked.sheet.unread), ": no number could be read."))
    if checked.missing:
        named = checked.missing[:MOST_NAMED]
        more = len(checked.missing) - len(named)
        yield Paragraph(
            prose(
                "Not on the sheet: ",
                *joined([Code(one) for one in named]),
                f" and {more} more." if more else ".",
            )
        )


def _lines(numbers: Sequence[int]) -> Prose:
    """``Line 4``, ``Lines 4 and 6``; of many the first, and how many more."""
    found: Sequence[Prose] = [*map(str, dict.fromkeys(numbers))]
    more = len(found) - MOST_NAMED
    first: Sequence[Prose] = found if more <= 0 else [joined(found[:MOST_NAMED]), f"{more} more"]
    return prose("Line " if len(found) == 1 else "Lines ", enumerated(first))
