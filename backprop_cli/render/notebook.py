"""A lesson as a notebook shows it: HTML with MathML, LaTeX between dollar signs, plain text."""

from collections.abc import Iterator

from backprop_cli.algebra.latex import PLAIN_LATEX, stacked
from backprop_cli.algebra.latex_characters import SIGNS
from backprop_cli.lesson.blocks import ChainRule, Equation, Equations, Lesson
from backprop_cli.render.html.page import fragment

# A cell has the notebook's own style: what is here is the layout of rows and the factors' colours,
# which can be read on black and on white.
STYLE = """\
.backprop .equations { display: table; border-spacing: 0 .15rem; }
.backprop .row { display: table-row; }
.backprop .left, .backprop .right { display: table-cell; padding: .15rem .3rem; text-align: left; }
.backprop .left { white-space: nowrap; }
.backprop .note { opacity: .75; margin-left: 1em; }
.backprop .reason { display: block; opacity: .75; font-size: .9em; }
.backprop .result { font-weight: bold; }
.backprop .chain { line-height: 2.6; }
.backprop .f0, .backprop .f0 * { color: #0087d7; }
.backprop .f1, .backprop .f1 * { color: #d75f00; }
.backprop .f2, .backprop .f2 * { color: #af5faf; }
.backprop .f3, .backprop .f3 * { color: #5f8700; }
.backprop .f4, .backprop .f4 * { color: #d7005f; }
.backprop .f5, .backprop .f5 * { color: #008787; }
"""


def bundle(lesson: Lesson) -> dict[str, str]:
    """The lesson by media type, for ``_repr_mimebundle_``."""
    from backprop_cli.render.terminal.console import plain_text

    return {
        "text/html": f'<div class="backprop"><style>{STYLE}</style>\n{fragment(lesson)}</div>',
        "text/latex": "\n".join(_formulas(lesson)),
        "text/plain": plain_text(lesson),
    }


def _formulas(lesson: Lesson) -> Iterator[str]:
    """The formulas of a lesson, set apart one after the other."""
    for block in lesson:
        if isinstance(block, ChainRule):
            right = (" + " if block.added else r" \cdot ").join(map(stacked, block.parts))
            yield f"$$ {stacked(block.of)} = {right} $$"
        elif isinstance(block, Equations):
            rows = r" \\ ".join(map(_row, block.rows))
            yield f"$$ \\begin{{aligned}} {rows} \\end{{aligned}} $$"


def _row(row: Equation) -> str:
    first, *rest = row.sides
    written = [
        f"{SIGNS.get(side.relation, side.relation)} {PLAIN_LATEX.write(side.formula)}"
        for side in rest
    ]
    return f"{PLAIN_LATEX.write(first.formula)} &{' '.join(written)}"
