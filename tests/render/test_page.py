"""The page in a real browser: walked through, looked at by a checker of accessibility, printed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.shipped import SHIPPED, figures, lesson_of

from backprop_cli.render.html.page import page

CHROMIUM = shutil.which("chromium")
AXE = os.environ.get("AXE_CORE")  # the file axe.min.js
# Without these a browser looks for updates.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return written(tmp_path, "default")


def written(folder: Path, name: str) -> Path:
    path = folder / f"{name}.html"
    path.write_text(page(*lesson_of(name)), encoding="utf-8")
    return path


def opened(browser: Any, path: Path, **settings: Any) -> Any:
    found = browser.new_context(
        **{"viewport": {"width": 1280, "height": 800}, **settings}
    ).new_page()
    found.goto(path.as_uri())
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_it_asks_for_nothing_and_says_nothing(browser: Any, tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    context = browser.new_context()
    shown = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(path.as_uri())
    shown.keyboard.press("End")
    assert (said, asked) == ([], [path.as_uri()])


def current(shown: Any) -> int:
    steps = "[...document.querySelectorAll('main .step')]"
    number = shown.evaluate(f"{steps}.findIndex((step) => step.classList.contains('now'))")
    assert shown.locator("main .now").count() == 1
    return int(number)


def test_it_is_walked_through_from_the_first_step_to_the_last_and_back(
    browser: Any, document: Path
) -> None:
    shown = opened(browser, document)
    count = shown.locator("main .step").count()
    assert count > 60
    for at in range(count):
        assert current(shown) == at
        # What is worked out later is hidden, the step itself is there.
        assert shown.locator("main .now").is_visible()
        shown.keyboard.press("ArrowRight")
    assert current(shown) == count - 1
    shown.get_by_role("button", name="Back").click()
    assert current(shown) == count - 2
    shown.keyboard.press("Home")
    assert current(shown) == 0
    shown.get_by_role("button", name="Next").click()
    assert current(shown) == 1
    shown.get_by_role("slider").fill("10")
    assert current(shown) == 9


def step_about(shown: Any, name: str) -> int:
    found = shown.evaluate(
        "(name) => [...document.querySelectorAll('main .step')]"
        ".findIndex((step) => step.dataset.about === name)",
        name,
    )
    assert found >= 0
    return int(found)


def shining(shown: Any) -> set[str]:
    """The quantities of the picture's parts that the step works out."""
    return set(
        shown.evaluate(
            "[...document.querySelectorAll('.network .shines')].flatMap("
            "(part) => part.dataset.quantities.split(' '))"
        )
    )


@pytest.mark.parametrize(
    ("name", "neuron", "not_yet"),
    [("z_h1", "a_h1", "a_h1"), ("a_h2", "z_h2", "z_out"), ("z_out", "y_hat", "Loss")],
)
def test_the_step_s_neuron_lights_up_and_later_values_are_hidden(
    browser: Any, document: Path, name: str, neuron: str, not_yet: str
) -> None:
    shown = opened(browser, document)
    shown.get_by_role("slider").fill(str(step_about(shown, name) + 1))
    assert {name, neuron} <= shining(shown)
    value = shown.locator(f".network .value[data-of='{not_yet}']").first
    assert value.evaluate("(text) => getComputedStyle(text).visibility") == "hidden"
    own = shown.locator(f".network .value[data-of='{name}']").first
    assert own.evaluate("(text) => getComputedStyle(text).visibility") == "visible"


def test_a_gradient_lights_up_its_weight(browser: Any, document: Path) -> None:
    shown = opened(browser, document)
    shown.get_by_role("slider").fill(str(step_about(shown, "∂Loss/∂w5") + 1))
    assert "w5" in shining(shown)


def test_without_scripts_and_on_paper_the_whole_solution_is_there(
    browser: Any, document: Path
) -> None:
    lesson, _ = lesson_of("default")
    plain = opened(browser, document, java_script_enabled=False)
    text = plain.inner_text("main")
    assert not [figure for figure in figures(lesson) if figure not in text]
    assert not plain.locator(".controls").is_visible()
    printed = opened(browser, document)
    printed.emulate_media(media="print")
    assert printed.locator("main .step").last.is_visible()
    assert not printed.locator(".controls").is_visible()


def test_on_paper_a_formula_stands_beside_its_name(browser: Any, document: Path) -> None:
    shown = opened(browser, document, viewport={"width": 680, "height": 1000})  # A4 within margins
    shown.emulate_media(media="print")
    tops = shown.locator("main .row").first.evaluate(
        "(row) => [...row.children].map((side) => Math.round(side.getBoundingClientRect().top))"
    )
    assert len(tops) == 2
    assert len(set(tops)) == 1


def test_the_letters_of_the_picture_can_be_read(browser: Any, document: Path) -> None:
    shown = opened(browser, document)
    smallest = shown.evaluate(
        "Math.min(...[...document.querySelectorAll('.network text')].map((text) =>"
        " parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"
    )
    assert smallest >= 8


def test_on_a_phone_the_controls_leave_room_for_the_step(browser: Any, document: Path) -> None:
    shown = opened(browser, document, viewport={"width": 360, "height": 720})
    shown.get_by_role("slider").fill("20")
    assert shown.locator(".controls").bounding_box()["height"] <= 110


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Any, document: Path) -> None:
    shown = opened(browser, document, viewport={"width": 360, "height": 720})
    shown.get_by_role("button", name="Show all").click()
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("name", "scheme"), [("default", "light"), ("softmax", "dark")])
def test_a_checker_of_accessibility_finds_nothing_serious(
    browser: Any, tmp_path: Path, name: str, scheme: str
) -> None:
    if AXE is None:
        pytest.skip("AXE_CORE does not name axe.min.js")
    shown = opened(browser, written(tmp_path, name), color_scheme=scheme, bypass_csp=True)
    shown.add_script_tag(path=AXE)
    for step in (None, "whole"):
        if step:
            shown.get_by_role("button", name="Show all").click()
        found = shown.evaluate("axe.run()")["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []
