"""Nothing from a file is markup in any medium."""

from backprop_cli.algebra.expression import (
    Symbol,
)
from backprop_cli.lesson.blocks import Heading, Paragraph
from backprop_cli.render import latex, markdown
from backprop_cli.render.html.page import fragment, page

HOSTILE = (
    "</main><script>alert(1)</script> \\input{/etc/passwd} $x$ `y` | *z* [a](b) 100% #1 \x1b[31m"
)
LESSON = (Heading(1, HOSTILE), Paragraph(HOSTILE), Paragraph(Symbol(HOSTILE)))


def test_nothing_from_a_file_is_markup_of_a_page() -> None:
    text = page(LESSON)
    assert text.count("<script>") == 1  # the page's own
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text


def test_nothing_from_a_file_is_a_command_of_latex() -> None:
    text = latex.fragment(LESSON)
    assert "\\input" not in text
    assert text.count("\\textbackslash{}input\\{/etc/passwd\\}") == 3
    assert "\x1b" not in text


def test_nothing_from_a_file_is_markup_of_markdown() -> None:
    heading = markdown.markdown(LESSON[:1])
    assert "\\<script\\>" in heading
    assert "\\*z\\*" in heading
    assert "\x1b" not in heading


def test_a_fragment_is_the_lesson_without_a_page() -> None:
    assert fragment((Paragraph("one"), Paragraph("two", bullet=True))) == (
        '<p>one</p>\n<p class="item">two</p>\n'
    )
