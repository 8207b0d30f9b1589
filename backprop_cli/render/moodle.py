"""Worksheets as Moodle XML: a Cloze question each, with a field for every blank.

The format is described at https://docs.moodle.org/en/Moodle_XML_format, the fields at
https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape

from backprop_cli.algebra.paper import text_of, written
from backprop_cli.lesson.blocks import (
    Block,
    Equation,
    Equations,
    Heading,
    Paragraph,
    Picture,
    Role,
    Table,
)
from backprop_cli.lesson.diagram import Diagram
from backprop_cli.lesson.quiz import Question, has_blank
from backprop_cli.render.network_picture.svg import svg
from backprop_cli.runs.worksheets.quiz import Answer

PICTURE = "network.svg"
# What is wrong once may be tried again for so much less, as Moodle has it by default.
PENALTY = "0.3333333"
RIGHT = "Right."
# In a field, these are signs of Cloze or of HTML, which Moodle reads in different ways from version
# to version: there stand characters that look like them.
LOOKALIKES = str.maketrans(
    {
        **{"{": "❴", "}": "❵", "~": "∼", "#": "♯", "\\": "∖"},
        **{"<": "‹", ">": "›", "&": "＆", '"': "″"},
    }
)


def moodle(questions: Iterable[Question], category: str) -> str:
    """The questions as one file to import, in a category of their own."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", *_category(category)]
    for one in questions:
        parts += _question(one)
    return "\n".join([*parts, "</quiz>"]) + "\n"


def _category(name: str) -> Iterator[str]:
    # A stroke would begin a category within the category.
    path = f"$course$/top/{name.replace('/', '//')}"
    yield '  <question type="category">'
    yield f"    <category><text>{escape(path, quote=False)}</text></category>"
    yield "  </question>"


def _question(one: Question) -> Iterator[str]:
    answers = iter(one.answers)
    pictures = [block.diagram for block in one.lesson if isinstance(block, Picture)]
    body = "\n".join(part for block in one.lesson for part in _block(block, answers))
    yield '  <question type="cloze">'
    yield f"    <name><text>{escape(one.name, quote=False)}</text></name>"
    yield '    <questiontext format="html">'
    yield f"      <text>{_cdata(body)}</text>"
    yield from map(_file, pictures)
    yield "    </questiontext>"
    yield '    <generalfeedback format="html"><text></text></generalfeedback>'
    yield f"    <penalty>{PENALTY}</penalty>"
    yield "    <hidden>0</hidden>"
    yield f"    <idnumber>{escape(one.code, quote=False)}</idnumber>"
    yield "  </question>"


def _cdata(text: str) -> str:
    """Text that may hold any character but the end of such a section, which is cut in two."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _file(diagram: Diagram) -> str:
    content = b64encode(svg(diagram).encode("utf-8")).decode("ascii")
    return f'      <file name="{PICTURE}" path="/" encoding="base64">{content}</file>'


# --- the text of a question ------------------------------------------------------------------


def _block(block: Block, answers: Iterator[Answer]) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"<h{level + 1}>{_safe(text_of(text))}</h{level + 1}>"
        case Paragraph(text):
            yield f"<p>{_safe(text_of(text))}</p>"
        case Equations(rows):
            yield from (f"<p>{_row(row, answers)}</p>" for row in rows)
        case Picture():
            yield f'<p><img src="@@PLUGINFILE@@/{PICTURE}" alt="The network"></p>'
        case Table():
            yield from _table(block)
        case _:
            raise TypeError(f"not a block of a worksheet: {block!r}")


def _row(row: Equation, answers: Iterator[Answer]) -> str:
    """A line; of one that is filled in, its formula and the field."""
    sides = [side for side in row.sides if not (has_blank(row) and side.role is Role.RESULT)]
    first, *rest = [_safe(written(side.formula)) for side in sides]
    relations = [_safe(side.relation) for side in sides[1:]]
    parts = [first, *(f"{sign} {side}" for sign, side in zip(relations, rest, strict=True))]
    if has_blank(row):
        parts.append(f"= {field(next(answers))}")
    if row.note:
        parts.append(_safe(text_of(row.note)))
    return " ".join(parts)


def _table(table: Table) -> Iterator[str]:
    yield f"<table><caption>{_safe(text_of(table.title))}</caption><tbody>"
    titles = "".join(f"<th>{_safe(text_of(column.title))}</th>" for column in table.columns)
    yield f"<tr>{titles}</tr>"
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{_safe(text_of(cell))}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"


def _safe(text: str) -> str:
    """Text within HTML that begins no field."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


# --- a field ---------------------------------------------------------------------------------


def field(answer: Answer) -> str:
    """The field of an answer, ``{1:NUMERICAL:=0.5933:0.0001#Right.~%0%0.4067:0.0001#…}``."""
    alternatives = [f"={_number(answer.figure)}:{_number(answer.tolerance)}#{RIGHT}"]
    for wrong in answer.wrong:
        unit = Decimal(1).scaleb(int(wrong.figure.as_tuple().exponent)) / 2
        alternatives.append(
            f"%0%{_number(wrong.figure)}:{_number(unit)}#{_feedback(wrong.sentences)}"
        )
    return f"{{1:NUMERICAL:{'~'.join(alternatives)}}}"


def _feedback(sentences: Sequence[str]) -> str:
    return f"Perhaps {', or '.join(sentences)}.".translate(LOOKALIKES)


def _number(figure: Decimal) -> str:
    return f"{figure:f}"
