"""A page for a lecture hall and for one reader: the network on the left, the solution on the right.

One file that asks for nothing else: formulas are MathML, the network is SVG, and a short script
walks through the steps. Without scripts, and on paper, the whole solution stands there in order.
"""

from functools import cache
from pathlib import Path

from backprop_cli.algebra.paper import text_of
from backprop_cli.lesson.blocks import Heading, Lesson
from backprop_cli.lesson.diagram import Diagram
from backprop_cli.render.html.blocks import HTML, safe
from backprop_cli.render.network_picture.svg import IN_COLUMN, element

# Nothing may be loaded, and no script but the page's own runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
CONTROLS = """\
<nav class="controls" aria-label="Steps" hidden>
<button type="button" aria-label="First step">|←</button>
<button type="button" aria-keyshortcuts="ArrowLeft"><span aria-hidden="true">← </span>Back</button>
<button type="button" aria-keyshortcuts="ArrowRight">Next<span aria-hidden="true"> →</span></button>
<button type="button" aria-label="Last step">→|</button>
<input type="range" min="1" value="1" aria-label="Step">
<output aria-live="polite"></output>
<button type="button" aria-pressed="false">Show all</button>
</nav>"""


def page(lesson: Lesson, diagram: Diagram | None = None, *, steps: bool = True) -> str:
    """The lesson as a whole page, beside the picture of its network.

    Without ``steps`` it is one to be printed, and has no script.
    """
    title = next(
        (text_of(block.text) for block in lesson if isinstance(block, Heading)), "backprop"
    )
    picture = ""
    if diagram is not None:
        picture = f'<figure class="picture">\n{element(diagram, IN_COLUMN)}\n</figure>'
    walk = f"{CONTROLS}\n<script>\n{_file('page.js')}</script>\n" if steps else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{safe(title)}</title>
<link rel="icon" href="data:,">
<style>
{_file("page.css")}</style>
</head>
<body>
<div class="{("columns" if diagram else "columns alone") if steps else "sheet"}">
{picture}
<main>
{fragment(lesson)}</main>
</div>
{walk}</body>
</html>
"""


def fragment(lesson: Lesson) -> str:
    """The lesson alone, for a page or a notebook that has its own style."""
    return "".join(f"{line}\n" for line in HTML.blocks(lesson))


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
