"""What reads the media takes them: TeX, a parser of HTML5, one of GitHub's Markdown, Typst."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from unicodedata import normalize

import html5lib
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from support.shipped import PRINTED, SHIPPED, figures, formulas, lesson_of

from backprop_cli.algebra.expression import Symbol
from backprop_cli.algebra.latex import LATEX, PLAIN_LATEX
from backprop_cli.algebra.mathml import mathml
from backprop_cli.lesson.blocks import Equations, Heading, Lesson, Paragraph, Plot, Table
from backprop_cli.render.html.page import page
from backprop_cli.render.latex import document, fragment
from backprop_cli.render.markdown import markdown

needs_typst = pytest.mark.skipif(find_spec("typst") is None, reason="Typst is not installed")
OVERFULL = re.compile(r"Overfull \\hbox \((\d+\.\d+)pt too wide\)")


def needs(program: str) -> str:
    """The path of a program; the test is skipped without it."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


# --- LaTeX -----------------------------------------------------------------------------------


def compiled(engine: str, text: str, folder: Path) -> Path:
    """The PDF that an engine makes of a document, without an error or a line far too wide."""
    (folder / "x.tex").write_text(text, encoding="utf-8")
    command = (needs(engine), "-interaction=nonstopmode", "-halt-on-error", "x.tex")
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    log = (folder / "x.log").read_text(encoding="utf-8", errors="replace")
    assert max(map(float, OVERFULL.findall(log)), default=0.0) <= 5.0
    return folder / "x.pdf"


def text_of_pdf(path: Path) -> str:
    """The text of a PDF, in one line."""
    done = subprocess.run(
        (needs("pdftotext"), "-layout", path, "-"), capture_output=True, check=True, timeout=60
    )
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize(
    ("engine", "name"), [("lualatex", "default"), *(("pdflatex", name) for name in SHIPPED)]
)
def test_tex_sets_every_shipped_configuration(engine: str, name: str, tmp_path: Path) -> None:
    lesson, _ = lesson_of(name)
    text = text_of_pdf(compiled(engine, document(lesson), tmp_path))
    missing = [figure for figure in figures(lesson) if figure not in text]
    assert not missing


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_a_document_reads_what_every_command_prints_as_its_parts(
    engine: str, tmp_path: Path
) -> None:
    # LaTeX's own narrow page, and a name that is the document's own.
    whole = [
        "\\documentclass{article}",
        "\\usepackage{amsmath,amssymb,booktabs,longtable,xcolor}",
        "\\newcommand{\\reason}{OWN-MACRO}",
        "\\begin{document}",
    ]
    lessons = [lesson_of(name)[0] for name in PRINTED]
    for at, lesson in enumerate(lessons):
        (tmp_path / f"part{at}.tex").write_text(fragment(lesson), encoding="utf-8")
        whole.append(f"\\input{{part{at}}}\n\\clearpage")
    whole.append("\\reason\n\\end{document}\n")
    text = text_of_pdf(compiled(engine, "\n".join(whole), tmp_path))
    assert "OWN-MACRO" in text
    missing = [figure for lesson in lessons for figure in figures(lesson) if figure not in text]
    assert not missing


def test_tex_sets_whatever_a_user_calls_things(tmp_path: Path) -> None:
    names = ("größe_x2", "重み", "100%", "a_b#c", "\\input{x}", "$x$", "very_long_name_" * 6)
    lesson = tuple(Paragraph((name, " is ", Symbol(name))) for name in names)
    text = text_of_pdf(compiled("pdflatex", document(lesson), tmp_path))
    # A PDF has no underscores in what is set as an index, and of 重み the numbers.
    shown = ("e x2 is gr", "U+91CDU+307F is", "100% is 100%", "a b#c is a", "\\input{x} is")
    assert [one for one in (*shown, "$x$ is $x$", "very long name very") if one not in text] == []


def test_all_formulas_are_in_the_document() -> None:
    lesson, _ = lesson_of("default")
    text = document(lesson)
    for formula in formulas(lesson):
        assert LATEX.write(formula) in text


# --- HTML ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRINTED)
def test_a_parser_of_html5_takes_every_page_without_an_error(name: str) -> None:
    lesson, diagram = lesson_of(name)
    text = page(lesson, diagram)
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    assert parser.errors == []
    characters = _characters(text)
    for formula in formulas(lesson):
        assert _characters(mathml(formula)) in characters


def _characters(text: str) -> str:
    """What is left of HTML without its tags and spaces."""
    return "".join(re.sub("<[^>]*>", "", text).split())


def test_the_page_of_the_document_is_under_200_kilobytes() -> None:
    assert len(page(*lesson_of("default")).encode("utf-8")) < 200_000


# --- Markdown --------------------------------------------------------------------------------


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, those within lines included; formulas stand between dollar signs."""
    reader = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
    for token in reader.parse(text):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("name", PRINTED)
def test_a_reader_of_github_s_markdown_finds_every_heading_table_and_formula(name: str) -> None:
    lesson, _ = lesson_of(name)
    found = [*tokens(markdown(lesson))]
    headings = [token for token in found if token.type == "heading_open"]
    assert len(headings) == _count(lesson, Heading)
    over = [(b, [x for x, _ in c.points]) for b in lesson if isinstance(b, Plot) for c in b.curves]
    tables = _count(lesson, Table) + len([*groupby(over)])
    assert len([token for token in found if token.type == "table_open"]) == tables
    in_math = " ".join(token.content for token in found if token.type.startswith("math"))
    for formula in formulas(lesson):
        assert PLAIN_LATEX.write(formula) in in_math
    # A formula that emphasis or a code span had broken would leave its commands in the text.
    assert not [
        t for t in found if t.type == "text" and re.search(r"\\(frac|cdot|mathrm)", t.content)
    ]


def _count(lesson: Lesson, kind: type) -> int:
    return sum(isinstance(block, kind) for block in lesson)


def test_equations_are_aligned_where_nothing_stands_beside_them() -> None:
    lesson = tuple(block for block in lesson_of("default")[0] if isinstance(block, Equations))
    text = markdown(lesson)
    assert text.count("\\begin{aligned}") == text.count("\\end{aligned}") > 3


# --- PDF -------------------------------------------------------------------------------------


@needs_typst
@pytest.mark.parametrize("name", PRINTED)
def test_a_pdf_has_every_figure(name: str, tmp_path: Path) -> None:
    from backprop_cli.render.pdf import pdf

    lesson, diagram = lesson_of(name)
    (tmp_path / "x.pdf").write_bytes(pdf(lesson, diagram))
    text = text_of_pdf(tmp_path / "x.pdf")
    assert not [figure for figure in figures(lesson) if figure not in text]


@needs_typst
def test_a_derivative_in_a_pdf_is_one_word(tmp_path: Path) -> None:
    from backprop_cli.render.pdf import pdf

    (tmp_path / "x.pdf").write_bytes(pdf(*lesson_of("softmax")))
    text = normalize("NFKC", text_of_pdf(tmp_path / "x.pdf"))  # of italic letters, plain ones
    assert text.count("∂Loss/∂") > 20
    assert not re.search("∂ Loss|Loss /", text)


@needs_typst
def test_typst_sets_whatever_a_user_calls_things() -> None:
    from backprop_cli.render.pdf import pdf

    for name in ('"#panic()', "größe_x2", "重み", "$x$ *b* _i_ @a <l> \\", '#read("/etc/passwd")'):
        assert pdf((Heading(2, name), Paragraph((name, Symbol(name))))).startswith(b"%PDF")
