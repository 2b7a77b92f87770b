"""Test that the audit sees what is broken on a page. Chromium stands for all engines."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Playwright

from audit.engine import Engine, program
from audit.engines import Chromium, virtual_screen
from audit.looks import CHECKS, add_ears, look
from audit.serve import serve
from audit.sheets import LABEL, MOST_HEIGHT, columns
from audit.tours import Step, differences, tour

Look = Callable[[str], dict[str, list[str]]]

# An interactive figure that adds its number to a sum.
FIGURE = """<article><explore-sum><button>Reset</button><p></p></explore-sum></article><script>
customElements.define("explore-sum", class extends HTMLElement {
    connectedCallback() {
        const field = document.createElement("input");
        field.type = "number";
        const show = () => { this.querySelector("p").textContent = 1 + Number(field.value); };
        field.oninput = show;
        this.querySelector("button").onclick = () => { field.value = 0; show(); };
        this.querySelector("button").click();
        this.append(field);
    }
});
</script>"""


@pytest.fixture(scope="session")
def engine(playwright: Playwright) -> Iterator[Engine]:
    with Chromium(playwright) as chromium:
        yield chromium


@pytest.fixture
def open_page(engine: Engine, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Serve a page with this HTML in its body, and open it in a narrow window."""
    with serve(tmp_path) as url:

        def show(html: str) -> None:
            name = f"{len(list(tmp_path.iterdir()))}.html"  # a served file must not change
            text = f"<!doctype html><head></head><body>{html}"
            (tmp_path / name).write_text(text, encoding="utf-8")
            add_ears(tmp_path)
            engine.open(url + name, 390)

        yield show


def test_a_good_page_has_no_problem(engine: Engine, open_page: Callable[[str], None]) -> None:
    open_page(
        """<article><p>x</p><svg width="9" height="9"></svg><input>
        <div style="display: grid; justify-content: center"><math display="block"><mn>1</mn></math>
        </div></article>"""
    )
    assert look(engine, CHECKS) == {what: [] for what in CHECKS}


@pytest.mark.parametrize(
    ("html", "what", "problem"),
    [
        (
            "<article><p style='width: 500px'>wide",
            "pages wider than their screen",
            "the page is 508 pixels wide",
        ),
        (
            "<article><div style='padding-left: 100px'><math display=block><mn>1</mn></math></div>",
            "formulas that look wrong",
            "a formula is 50 pixels off",
        ),
        (
            "<article><math style='opacity: 0'><mn>1</mn></math>",
            "formulas that look wrong",
            "a formula is not visible",
        ),
        (
            "<article><svg role='img' style='width: 0'></svg>",
            "figures and images that look wrong",
            "a figure is not visible",
        ),
        (
            "<article><svg role='img' style='margin-left: -30px'></svg>",
            "figures and images that look wrong",
            "a figure leaves the column",
        ),
        (
            "<article><img src='data:image/png;base64,AA'>",
            "figures and images that look wrong",
            "an image is not loaded",
        ),
        (
            "<article><input><p style='position: absolute; inset: 0'>over it",
            "controls that cannot be used",
            'a control is covered by p "over it"',
        ),
        (
            "<article><details><summary>More</summary><input style='margin-left: -30px'></details>",
            "controls that cannot be used",
            "a control leaves the column",
        ),
        (
            "<style>@font-face { font-family: F; src: url(data:font/woff2,no) } p { font: 1em F }"
            "</style><article><p>x",
            "fonts that are missing",
            "the font F is not loaded",
        ),
        ("<script>missing()</script>", "script errors and messages", "missing is not defined"),
        (
            "<script>console.warn('careful')</script>",
            "script errors and messages",
            "console.warn: careful",
        ),
        (
            "<script>Promise.reject(new Error('no'))</script>",
            "script errors and messages",
            "rejected: Error: no",
        ),
        ("<script src='/x.js'></script>", "script errors and messages", "/x.js"),
    ],
)
def test_a_problem_is_found(
    engine: Engine, open_page: Callable[[str], None], html: str, what: str, problem: str
) -> None:
    open_page(html)
    found = {row: lines for row, lines in look(engine, CHECKS).items() if lines}
    assert any(row.startswith(what) and problem in lines[0] for row, lines in found.items()), found


def test_a_figure_with_another_sum_is_found(
    engine: Engine, open_page: Callable[[str], None]
) -> None:
    open_page(FIGURE)
    expected = tour(engine, "explore-sum")
    open_page(FIGURE.replace("1 + Number", "2 + Number"))
    [found] = differences(expected, tour(engine, "explore-sum"))
    assert found == "the start: expected '1', got '2'"
    open_page(FIGURE.replace("field.oninput", "field.onfocus"))
    [found] = differences(expected, tour(engine, "explore-sum"))
    assert found.startswith(" 1: expected '2', got '1'")


def test_a_missing_control_is_found() -> None:
    steps = [Step("the start", "1", "", False), Step("x 2", "2", "?x=2", False)]
    assert differences(steps, steps) == []
    assert differences(steps, steps[:1]) == ["expected 2 controls and buttons to act, got 1"]


def test_a_missing_browser_gets_a_sentence() -> None:
    with pytest.raises(FileNotFoundError, match="expected Lynx, found none: install it, on Debian"):
        program("Lynx", ["no-such-browser"], "lynx")


def test_an_error_ends_the_virtual_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = tmp_path / "Xvfb"
    screen.write_text("#!/bin/sh\necho 7 > /dev/fd/$2\nexec sleep infinity\n")
    screen.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(ZeroDivisionError), virtual_screen() as name:
        assert name == ":7"
        1 / 0  # noqa: B018


def test_a_long_page_continues_in_a_column_without_the_shorter_one() -> None:
    short = Image.new("RGB", (10, 10), "red")
    long = Image.new("RGB", (10, MOST_HEIGHT), "blue")
    first, second = columns({"Chromium": short, "Firefox": long}, "home")
    assert first.getpixel((5, LABEL + 5)) == (255, 0, 0)
    assert second.getpixel((5, LABEL + 5)) == (255, 255, 255)
    assert second.getpixel((27, LABEL + 5)) == (0, 0, 255)
    assert second.height == 2 * LABEL
