"""The pictures of the README: a terminal, the network as SVG, and the page in a browser.

``PYTHONPATH=tests python -m support.pictures`` draws them anew, from the program as it is. The page
needs Chromium and playwright.
"""

import hashlib
import json
import shutil
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from rich.console import Console
from rich.text import Text

from backprop_cli.render.html import page as html
from backprop_cli.render.network_picture.svg import svg as network_svg
from support.program import ROOT, run_on_terminal
from support.shipped import lesson_of

FOLDER = ROOT / "backprop_cli" / "help"
PICTURES = {"explain": ("run", "--explain", "w1")}
WIDTH = 96
# The step that the page is shown at.
STEP = "∂Loss/∂w1"
# Without these a browser looks for updates.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# What a browser shows of the page in its window, piece by piece.
SHOWN = """
[...document.querySelectorAll("main .row, main .chain, main h2, main h3, main p, .network text")]
  .filter((part) => {
    const box = part.getBoundingClientRect();
    return box.height && box.top >= 0 && box.bottom <= window.innerHeight;
  })
  .map((part) => part.textContent.replace(/\\s/g, ""))
"""


def screen(*args: str) -> Text:
    """What a terminal of 24-bit colours shows of a command, the command in the first line."""
    seen = run_on_terminal(*args, width=WIDTH, env={"COLORTERM": "truecolor"})
    assert seen.returncode == 0
    received = Text.from_ansi(seen.raw.replace("\r\n", "\n"))
    return Text.assemble((f"$ backprop {' '.join(args)}\n", "bold"), received)


def svg(*args: str) -> str:
    """The same as a picture."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(screen(*args))
    return console.export_svg(title="backprop", unique_id="backprop")


def network() -> str:
    """The worked example's network with its gradients, as backprop draw --gradients draws it."""
    _, diagram = lesson_of("default")
    assert diagram is not None
    return network_svg(diagram)


def page() -> str:
    """The page of the worked example."""
    return html.page(*lesson_of("default"))


def style() -> str:
    """What tells one look of the page from another."""
    return hashlib.sha256((Path(html.__file__).parent / "page.css").read_bytes()).hexdigest()


def png() -> bytes:
    """The page in a browser at `STEP`; what is to be read there is kept within the picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver, TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page(), encoding="utf-8")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        shown = browser.new_page(
            viewport={"width": 1280, "height": 560}, reduced_motion="reduce", color_scheme="light"
        )
        shown.goto(file.as_uri())
        steps = "[...document.querySelectorAll('main .step')]"
        at = shown.evaluate(f"{steps}.findIndex((step) => step.dataset.about === '{STEP}')")
        shown.get_by_role("slider").fill(str(at + 1))
        shown.evaluate("document.activeElement.blur()")
        taken, words = shown.screenshot(), shown.evaluate(SHOWN)
        browser.close()
    about = PngInfo()
    about.add_text("shown", json.dumps(words))
    about.add_text("style", style())
    made = BytesIO()
    Image.open(BytesIO(taken)).convert("RGB").quantize(
        128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    ).save(made, "PNG", pnginfo=about)
    return made.getvalue()


def path(name: str) -> Path:
    """Where a picture is kept."""
    return FOLDER / name


if __name__ == "__main__":
    for name, args in PICTURES.items():
        path(f"{name}.svg").write_text(svg(*args), encoding="utf-8")
    path("network.svg").write_text(network(), encoding="utf-8")
    path("page.png").write_bytes(png())
