"""Worksheets as Moodle XML: a Cloze question each, with a field for every blank.

The format is described at https://docs.moodle.org/en/Moodle_XML_format, the fields at
https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from typing import NoReturn

from backprop_cli.algebra.expression import Expression
from backprop_cli.algebra.paper import written
from backprop_cli.algebra.prose import Prose
from backprop_cli.arithmetic.figures import unit_of
from backprop_cli.lesson.blocks import (
    Block,
    ChainRule,
    Equation,
    Equations,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Plot,
    Role,
    Table,
)
from backprop_cli.lesson.diagram import Diagram
from backprop_cli.lesson.quiz import Question, has_blank
from backprop_cli.render.medium import Markup
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
    body = "\n".join(_Cloze(answers).blocks(one.lesson))
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


class _Cloze(Markup):
    """The blocks of a question; ``answers`` are those for its blanks, in their order."""

    def __init__(self, answers: Iterator[Answer]) -> None:
        self._answers = answers

    def heading(self, heading: Heading) -> Iterator[str]:
        level = heading.level + 1
        yield f"<h{level}>{self.prose(heading.text)}</h{level}>"

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        yield f"<p>{self.prose(paragraph.text)}</p>"

    def equations(self, equations: Equations) -> Iterator[str]:
        return (f"<p>{self._row(row)}</p>" for row in equations.rows)

    def _row(self, row: Equation) -> str:
        """A line; of one that is filled in, its formula and the field."""
        blank = has_blank(row)
        first, *rest = (side for side in row.sides if not (blank and side.role is Role.RESULT))
        parts = [self.formula(first.formula)]
        parts += (f"{_safe(side.relation)} {self.formula(side.formula)}" for side in rest)
        if blank:
            parts.append(f"= {field(next(self._answers))}")
        if row.note:
            parts.append(self.prose(row.note))
        return " ".join(parts)

    def picture(self, _picture: Picture) -> Iterator[str]:
        yield f'<p><img src="@@PLUGINFILE@@/{PICTURE}" alt="The network"></p>'

    def table(self, table: Table) -> Iterator[str]:
        yield f"<table><caption>{self.prose(table.title)}</caption><tbody>"
        yield self._cells("th", [column.title for column in table.columns])
        yield from (self._cells("td", row) for row in table.rows)
        yield "</tbody></table>"

    def _cells(self, kind: str, cells: Iterable[Prose]) -> str:
        return f"<tr>{''.join(f'<{kind}>{self.prose(cell)}</{kind}>' for cell in cells)}</tr>"

    def chain_rule(self, chain: ChainRule) -> NoReturn:
        raise _refused(chain)

    def plot(self, plot: Plot) -> NoReturn:
        raise _refused(plot)

    def new_page(self) -> NoReturn:
        raise _refused(NewPage())

    def text(self, text: str) -> str:
        return _safe(text)

    def code(self, text: str) -> str:
        return _safe(text)

    def formula(self, formula: Expression) -> str:
        return _safe(written(formula))


def _refused(block: Block) -> TypeError:
    return TypeError(f"a question has no such block: {block!r}")


def _safe(text: str) -> str:
    """Text within HTML that begins no field."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


# --- a field ---------------------------------------------------------------------------------


def field(answer: Answer) -> str:
    """The field of an answer, ``{1:NUMERICAL:=0.5933:0.0001#Right.~%0%0.4067:0.0001#…}``."""
    alternatives = [f"={_number(answer.figure)}:{_number(answer.tolerance)}#{RIGHT}"]
    for wrong in answer.wrong:
        unit = unit_of(wrong.figure) / 2
        alternatives.append(
            f"%0%{_number(wrong.figure)}:{_number(unit)}#{_feedback(wrong.sentences)}"
        )
    return f"{{1:NUMERICAL:{'~'.join(alternatives)}}}"


def _feedback(sentences: Sequence[str]) -> str:
    return f"Perhaps {', or '.join(sentences)}.".translate(LOOKALIKES)


def _number(figure: Decimal) -> str:
    return f"{figure:f}"
