"""Worksheets as a quiz for Moodle.

The reader of fields and the writer that gives the file again are the tests' own, after
https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type and
https://docs.moodle.org/en/Moodle_XML_format.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from support.program import CONFIGS, DEFAULT, Backprop

from backprop_cli.lesson.blocks import Heading, Paragraph
from backprop_cli.lesson.quiz import Question
from backprop_cli.render.moodle import field, moodle
from backprop_cli.runs.worksheets.quiz import Answer, Wrong

FIELD = re.compile(r"\{(\d*):(NUMERICAL|NM):")
NUMBER = r"-?\d+(?:\.\d+)?"
ALTERNATIVE = re.compile(rf"(=|%(-?\d+)%)?({NUMBER})(?::({NUMBER}))?(?:#(.*))?", re.DOTALL)


class Alternative(NamedTuple):
    percent: int
    number: Decimal
    tolerance: Decimal
    feedback: str


class Imported(NamedTuple):
    """A question as it is read; ``text`` has a mark in the place of each field."""

    name: str
    text: str
    fields: tuple[tuple[Alternative, ...], ...]
    files: tuple[tuple[str, str], ...]
    idnumber: str


def fields_in(text: str) -> Iterator[tuple[int, int, tuple[Alternative, ...]]]:
    """Where a field begins and ends, and its alternatives; } and ~ end one unless after a \\."""
    for start in FIELD.finditer(text):
        assert start[1] == "1"
        end = re.compile(r"(?<!\\)\}").search(text, start.end())
        assert end, "a field is closed"
        found = []
        for alternative in re.split(r"(?<!\\)~", text[start.end() : end.start()]):
            read = ALTERNATIVE.fullmatch(alternative)
            assert read, alternative
            percent = 100 if read[1] == "=" else int(read[2] or 0)
            found.append(
                Alternative(percent, Decimal(read[3]), Decimal(read[4] or 0), read[5] or "")
            )
        yield start.start(), end.end(), tuple(found)


def imported(xml: str) -> tuple[str, list[Imported]]:
    """The category and the questions of a file."""
    assert xml.startswith("<?xml"), "nothing stands before it"
    quiz = ElementTree.fromstring(xml)
    assert quiz.tag == "quiz"
    category, *rest = quiz
    assert (category.tag, category.attrib) == ("question", {"type": "category"})
    return category.findtext("category/text") or "", [*map(_question, rest)]


def _question(element: ElementTree.Element) -> Imported:
    assert (element.tag, element.attrib) == ("question", {"type": "cloze"})
    tags = [child.tag for child in element]
    assert tags == ["name", "questiontext", "generalfeedback", "penalty", "hidden", "idnumber"]
    assert 0 <= float(element.findtext("penalty") or -1) <= 1
    asked = element.find("questiontext")
    assert asked is not None
    assert asked.attrib == {"format": "html"}
    text, *files = asked
    assert text.tag == "text"
    for file in files:
        assert (file.tag, sorted(file.attrib)) == ("file", ["encoding", "name", "path"])
        assert (file.get("path"), file.get("encoding")) == ("/", "base64")
    whole = text.text or ""
    found = [*fields_in(whole)]
    plain = whole
    for start, end, _ in reversed(found):
        plain = f"{plain[:start]}\0{plain[end:]}"
    return Imported(
        element.findtext("name/text") or "",
        plain,
        tuple(alternatives for _, _, alternatives in found),
        tuple((file.get("name", ""), file.text or "") for file in files),
        element.findtext("idnumber") or "",
    )


def exported(category: str, questions: list[Imported]) -> ElementTree.Element:
    """The file again, from what was read."""
    quiz = ElementTree.Element("quiz")
    first = ElementTree.SubElement(quiz, "question", type="category")
    _text(first, "category", category)
    for one in questions:
        element = ElementTree.SubElement(quiz, "question", type="cloze")
        _text(element, "name", one.name)
        parts = one.text.split("\0")
        whole = parts[0]
        for alternatives, part in zip(one.fields, parts[1:], strict=True):
            inner = "~".join(
                f"{'=' if a.percent == 100 else f'%{a.percent}%'}"
                f"{a.number:f}:{a.tolerance:f}#{a.feedback}"
                for a in alternatives
            )
            whole += f"{{1:NUMERICAL:{inner}}}{part}"
        asked = _text(element, "questiontext", whole, format="html")
        for name, content in one.files:
            file = ElementTree.SubElement(asked, "file", name=name, path="/", encoding="base64")
            file.text = content
        _text(element, "generalfeedback", "", format="html")
        for tag, content in (("penalty", "0.3333333"), ("hidden", "0"), ("idnumber", one.idnumber)):
            ElementTree.SubElement(element, tag).text = content
    return quiz


def _text(parent: ElementTree.Element, tag: str, text: str, **more: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, tag, more)
    ElementTree.SubElement(element, "text").text = text
    return element


def canonical(xml: str) -> str:
    return ElementTree.canonicalize(xml, strip_text=True)


NAMES = ("default", "mazur", "softmax", "relu", "recurrent", "convolution", "houses", "perceptron")


@pytest.mark.parametrize("name", NAMES)
def test_a_quiz_is_imported_and_exported_again_to_the_same(backprop: Backprop, name: str) -> None:
    run = backprop(
        *("worksheet", CONFIGS / f"{name}.yaml", "--count", "2", "--seed", "3"),
        *("--format", "moodle", "-o", "-"),
    )
    assert run.returncode == 0, run.stderr
    category, questions = imported(run.stdout)
    assert category == f"$course$/top/backprop {name}"
    assert [one.name for one in questions] == ["Worksheet 01", "Worksheet 02"]
    again = ElementTree.tostring(exported(category, questions), encoding="unicode")
    assert canonical(again) == canonical(run.stdout)
    for one in questions:
        assert len(one.fields) >= 4
        assert [file for file, _ in one.files] == ["network.svg"]
        picture = ElementTree.fromstring(b64decode(one.files[0][1]))
        assert picture.tag.endswith("svg")
        assert 'src="@@PLUGINFILE@@/network.svg"' in one.text
        for alternatives in one.fields:
            right, *wrong = alternatives
            assert right.percent == 100
            assert right.tolerance > 0
            assert all(other.percent == 0 for other in wrong)
            assert all(abs(other.number - right.number) > right.tolerance for other in wrong)
            assert len({other.number for other in wrong}) == len(wrong), "a figure of its own"
            assert all(other.feedback.startswith("Perhaps ") for other in wrong)
            assert not any(set(other.feedback) & {*'{}~<>&"\\'} for other in alternatives)


def test_the_fields_are_answered_by_the_figures_of_the_keys(
    backprop: Backprop, tmp_path: Path
) -> None:
    drawn = ("worksheet", DEFAULT, "--count", "3", "--seed", "5")
    quiz = backprop(*drawn, "--format", "moodle", "-o", "-").stdout
    backprop(*drawn, "-o", "class", cwd=tmp_path)
    for at, one in enumerate(imported(quiz)[1], 1):
        key = (tmp_path / "class" / "keys" / f"key-0{at}.txt").read_text(encoding="utf-8")
        figures = re.findall(r"^  \S+ +=.*[=≈] (−?[\d.]+)$", key, re.MULTILINE)
        assert len(figures) == len(one.fields)
        for figure, (right, *_) in zip(figures, one.fields, strict=True):
            assert abs(Decimal(figure.replace("−", "-")) - right.number) <= right.tolerance
        assert one.idnumber in key


def test_a_usual_mistake_is_answered_with_its_explanation(backprop: Backprop) -> None:
    """The bias is left out of the first weighted sum, which is worked here from what is given."""
    run = backprop(
        *("worksheet", DEFAULT, "--count", "1", "--seed", "5", "--format", "moodle", "-o", "-")
    )
    (one,) = imported(run.stdout)[1]
    given = {
        name: Decimal(figure.replace("−", "-"))
        for name, figure in re.findall(r"(\w+) = (−?[\d.]+)", one.text)
    }
    without = given["w1"] * given["x1"] + given["w2"] * given["x2"]
    right, *wrong = one.fields[0]
    assert abs(right.number - without - given["b1"]) <= right.tolerance
    said = [other.feedback for other in wrong if abs(other.number - without) <= other.tolerance]
    assert said
    assert "the bias was left out" in said[0]


def test_text_from_a_file_begins_no_field_and_no_element() -> None:
    strange = '<b> & ]]> {1:NUMERICAL:=1} } # ~ = \\ / "'
    question = Question(strange, "A&B", (Heading(2, strange), Paragraph(strange)), ())
    category, (one,) = imported(moodle([question], f"a/b {strange}"))
    assert category.startswith("$course$/top/a//b <b> &")
    assert (one.name, one.idnumber, one.fields) == (strange, "A&B", ())
    assert "<b>" not in one.text


def test_an_explanation_stays_within_its_field() -> None:
    strange = 'a } b ~ c # d \\ e {1:NM:=2} <script> & "x"'
    answer = Answer(
        Decimal("-0.5933"), Decimal("0.0001"), (Wrong(Decimal("0.00134"), (strange, "or this")),)
    )
    ((_, _, (right, wrong)),) = fields_in(field(answer))
    assert right == Alternative(100, Decimal("-0.5933"), Decimal("0.0001"), "Right.")
    assert wrong[:3] == (0, Decimal("0.00134"), Decimal("0.000005"))
    assert wrong.feedback.endswith(", or or this.")
    assert not set(wrong.feedback) & {*'{}~<>&"\\#'}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--slip",), "--slip cannot be used for a quiz"),
        (("--together",), "--together cannot be used for a quiz"),
        (("--blank", "tables"), "--blank tables: a quiz has a field in every line"),
    ],
)
def test_what_goes_with_no_quiz_is_refused(
    backprop: Backprop, tmp_path: Path, options: tuple[str, ...], complaint: str
) -> None:
    run = backprop("worksheet", "--format", "moodle", "-o", "quiz.xml", *options, cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert complaint in run.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_quiz_is_one_file_that_replaces_none(backprop: Backprop, tmp_path: Path) -> None:
    drawn = ("worksheet", "--count", "1", "--seed", "1", "--format", "moodle", "-o", "quiz.xml")
    run = backprop(*drawn, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert "1 question to be imported into Moodle" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["quiz.xml"]
    assert backprop(*drawn, cwd=tmp_path).returncode == 2
    assert backprop(*drawn, "--force", cwd=tmp_path).returncode == 0
