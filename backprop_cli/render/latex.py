"""A lesson as a LaTeX document that pdflatex, xelatex and lualatex compile.

An equation is a paragraph of its own, its relation at the same place as those of its neighbours:
within a paragraph TeX breaks a long formula by itself, so that no line is too wide.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from backprop_cli.algebra.expression import Expression
from backprop_cli.algebra.latex import latex, stacked
from backprop_cli.algebra.latex_characters import SIGNS, in_text
from backprop_cli.algebra.writer import COLOURS
from backprop_cli.lesson.blocks import (
    ChainRule,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Picture,
    Plot,
    Side,
    Table,
)
from backprop_cli.render.axes import NOT_DRAWN, axes_of
from backprop_cli.render.columns import pieces, shares
from backprop_cli.render.medium import INKS, Markup
from backprop_cli.render.network_picture.latex import network_picture

PACKAGES = ("amsmath", "amssymb", "booktabs", "longtable", "xcolor")
# Each is defined whatever the document calls so outside: a fragment is a group of its own.
MACROS = r"""\definecolor{aside}{HTML}{57606A}
\def\factor#1#2{{\color{factor#1}#2}}
% A letter that not every TeX has: pdfTeX writes its number.
\ifdefined\pdfoutput\def\unichar#1#2{\texttt{U+#1}}\else\def\unichar#1#2{#2}\fi
% Rows of equations: what stands left takes as much room as the widest, the rest follows, and a
% long row goes on under its relation.
\ifdefined\leftwidth\else\newlength{\leftwidth}\newlength{\onewidth}\fi
\def\leftmost#1{\settowidth{\onewidth}{#1}%
  \ifdim\onewidth>0.4\linewidth\setlength{\onewidth}{0.4\linewidth}\fi
  \ifdim\onewidth>\leftwidth\setlength{\leftwidth}{\onewidth}\fi}
\def\equationrow#1#2{\par\noindent\hangindent=\dimexpr\leftwidth+2.6em\relax\hangafter=1
  \hspace*{1em}\settowidth{\onewidth}{#1}%
  \ifdim\onewidth>\leftwidth #1\else\makebox[\leftwidth][l]{#1}\fi\ #2}
\def\chainrule#1{\par\noindent\hangindent=2.6em\hangafter=1\hspace*{1em}#1}
\def\reason#1{\newline{\small\color{aside}#1}}
\def\remark#1{\quad{\small\color{aside}#1}}
\def\listitem#1{\par\noindent\hangindent=1.2em\hangafter=1\makebox[1.2em][l]{\textbullet}#1}
"""
SETTINGS = r"""\raggedright
\setlength{\parindent}{0pt}
\setlength{\lineskip}{5pt}
\setlength{\lineskiplimit}{3pt}
\relpenalty=100 \binoppenalty=300
"""
HEADINGS = {1: "section*", 2: "section*", 3: "subsection*", 4: "subsubsection*"}
# Characters of a table that fit beside each other on the document's page, and on the narrower one
# that LaTeX has by itself.
TABLE_WIDTH, NARROW_TABLE = 84, 60


def document(lesson: Lesson) -> str:
    """The lesson as a whole document."""
    packages = "".join(f"\\usepackage{{{name}}}\n" for name in PACKAGES)
    return (
        "\\documentclass[a4paper,10pt]{article}\n\\usepackage[margin=2cm]{geometry}\n"
        f"{packages}{_macros()}\\begin{{document}}\n{SETTINGS}\n"
        f"{_body(lesson, TABLE_WIDTH)}\\end{{document}}\n"
    )


def fragment(lesson: Lesson) -> str:
    r"""The lesson as a part of some document, which reads it by \input.

    It says in its first lines which packages that document needs, and changes nothing outside.
    """
    return (
        "% This is part of a document, whose preamble must have\n"
        f"% \\usepackage{{{','.join(PACKAGES)}}}\n"
        f"\\begingroup\n{_macros()}{SETTINGS}\n"
        f"{_body(lesson, NARROW_TABLE)}\\par\\endgroup\n"
    )


def _macros() -> str:
    colours = "".join(
        f"\\definecolor{{factor{at}}}{{HTML}}{{{ink.upper()}}}\n" for at, ink in enumerate(INKS)
    )
    return f"{colours}{MACROS}"


def _body(lesson: Lesson, room: int) -> str:
    """The blocks one after the other, tables as wide as so many characters."""
    medium = _Latex(room)
    return "".join(f"{line}\n" for block in lesson for line in (*medium.block(block), ""))


class _Latex(Markup):
    def __init__(self, room: int) -> None:
        self._room = room

    def heading(self, heading: Heading) -> Iterator[str]:
        beside = ""
        if heading.aside:
            remark = self.prose(heading.aside)
            beside = f"\\quad{{\\normalsize\\normalfont\\color{{aside}}{remark}}}"
        yield f"\\{HEADINGS[heading.level]}{{{self.prose(heading.text)}{beside}}}"

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        text = self.prose(paragraph.text)
        yield f"\\listitem{{{text}}}" if paragraph.bullet else f"\\par {text}"

    def equations(self, equations: Equations) -> Iterator[str]:
        rows, numbered = equations
        lefts = [
            (f"{at}.\\enspace" if numbered else "") + f"${_side(row.sides[0])}$"
            for at, row in enumerate(rows, 1)
        ]
        yield "\\setlength{\\leftwidth}{0pt}"
        yield from (f"\\leftmost{{{left}}}%" for left in lefts)
        for left, row in zip(lefts, rows, strict=True):
            rest = (f"{SIGNS.get(s.relation, s.relation)} {_side(s)}" for s in row.sides[1:])
            right = f"${{}}{' '.join(rest)}$" if row.sides[1:] else ""
            note = f"\\remark{{{self.prose(row.note)}}}" if row.note else ""
            reason = f"\\reason{{{self.prose(row.reason)}}}" if row.reason else ""
            yield f"\\equationrow{{{left}}}{{{right}{note}{reason}}}"
        yield "\\par"

    def chain_rule(self, chain: ChainRule) -> Iterator[str]:
        parts = [*map(stacked, chain.parts)]
        if chain.added:
            right = " + ".join(parts)
        else:
            factors = (f"\\factor{{{at % COLOURS}}}{{{part}}}" for at, part in enumerate(parts))
            right = r" \cdot ".join(factors)
        yield f"\\chainrule{{$\\displaystyle {stacked(chain.of)} = {right}$}}"

    def table(self, table: Table) -> Iterator[str]:
        if table.title:
            yield f"\\par\\medskip\\textbf{{{self.prose(table.title)}}}\\nopagebreak"
        titles = [column.title for column in table.columns]
        for columns in pieces(table, self._room):
            widths = shares(table, columns, self._room)
            if widths:
                gaps = f"\\dimexpr\\linewidth-{2 * len(columns) - 2}\\tabcolsep\\relax"
                kinds = "".join(f"p{{{share / self._room:.3f}{gaps}}}" for share in widths)
            else:
                kinds = "".join("r" if at and table.numeric else "l" for at in columns)
            # Within a column of a fixed width, words are not drawn apart to fill a line.
            start = "\\raggedright " if widths else ""
            head, *rows = (
                " & ".join(start + self.prose(row[at]) for at in columns) + r" \tabularnewline"
                for row in (titles, *table.rows)
            )
            yield f"\\begin{{longtable}}[l]{{@{{}}{kinds}@{{}}}}"
            yield f"\\toprule\n{head}\n\\midrule\\endhead"
            yield from rows
            yield "\\bottomrule\n\\end{longtable}"

    def plot(self, plot: Plot) -> Iterator[str]:
        return _plot(plot)

    def picture(self, picture: Picture) -> Iterator[str]:
        return network_picture(picture.diagram)

    def new_page(self) -> Iterator[str]:
        yield r"\clearpage"

    def text(self, text: str) -> str:
        return in_text(text)

    def code(self, text: str) -> str:
        """Typed text; a file's name may be longer than a line."""
        broken = in_text(text).replace("/", "/\\allowbreak{}").replace("\\_", "\\_\\allowbreak{}")
        return f"\\texttt{{{broken}}}"

    def formula(self, formula: Expression) -> str:
        return f"{{${latex(formula)}$}}"


def _side(side: Side) -> str:
    written = latex(side.formula)
    return f"\\mathbf{{{written}}}" if side.is_figure else written


# --- plots -----------------------------------------------------------------------------------

ACROSS, UP = 120.0, 60.0  # millimetres
STEP = 0.35  # between two dots of a curve


def _plot(plot: Plot) -> Iterator[str]:
    axes = axes_of(plot, 6, 6)
    yield f"\\par\\medskip\\textbf{{{in_text(plot.title)}}}\\nopagebreak\\par"
    yield "{\\setlength{\\unitlength}{1mm}\\footnotesize"
    yield f"\\ifdim{ACROSS + 25:g}\\unitlength>\\linewidth"
    yield f"\\setlength{{\\unitlength}}{{\\dimexpr\\linewidth/{ACROSS + 25:g}\\relax}}\\fi"
    yield f"\\begin{{picture}}({ACROSS + 25:g},{UP + 14:g})(-18,-10)"
    yield f"\\put(0,0){{\\line(1,0){{{ACROSS:g}}}}}\\put(0,0){{\\line(0,1){{{UP:g}}}}}"
    for tick in axes.x.ticks:
        x = tick.position * ACROSS
        yield f"\\put({x:.2f},0){{\\line(0,-1){{1}}}}"
        yield f"\\put({x:.2f},-4.5){{\\makebox(0,0)[b]{{{in_text(tick.label)}}}}}"
    for tick in axes.y.ticks:
        y = tick.position * UP
        yield f"\\put(0,{y:.2f}){{\\line(-1,0){{1}}}}"
        yield f"\\put(-2,{y:.2f}){{\\makebox(0,0)[r]{{{in_text(tick.label)}}}}}"
    yield f"\\put({ACROSS / 2:g},-9.5){{\\makebox(0,0)[b]{{{in_text(plot.x_label)}}}}}"
    yield f"\\put(0,{UP + 1.5:g}){{\\makebox(0,0)[b]{{{in_text(plot.y_label)}}}}}"
    for number, curve in enumerate(plot.curves):
        colour = f"factor{number % COLOURS}"
        yield f"{{\\color{{{colour}}}"
        for run in axes.runs(curve):
            yield from (
                f"\\put({x:.2f},{y:.2f}){{\\rule{{0.4mm}}{{0.4mm}}}}" for x, y in _dots(run)
            )
        if len(plot.curves) > 1:
            top = UP - 4 * number
            yield f"\\put({ACROSS + 2:g},{top:g}){{\\makebox(0,0)[l]{{{in_text(curve.name)}}}}}"
        yield "}"
    yield "\\end{picture}}\\par"
    if any(map(axes.misses, plot.curves)):
        yield in_text(NOT_DRAWN)


def _dots(run: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Dots along a stretch of a curve, each further than a step from the one before."""
    placed = [(x * ACROSS, y * UP) for x, y in run]
    last = placed[0]
    yield last
    for (x1, y1), (x2, y2) in pairwise(placed):
        count = int(max(abs(x2 - x1), abs(y2 - y1)) / STEP) + 1
        for at in range(1, count + 1):
            dot = (x1 + (x2 - x1) * at / count, y1 + (y2 - y1) * at / count)
            if max(abs(dot[0] - last[0]), abs(dot[1] - last[1])) >= STEP:
                last = dot
                yield dot
