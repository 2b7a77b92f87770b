"""The audit's own eyes: it sees what is broken, and a missed threshold is an error."""

from pathlib import Path

import pytest

from audit.browse import violations
from audit.site import Row, at_least, at_most, none_of, show, whole
from tests.conftest import Tab

BASE = "http://127.0.0.1:1/"


def site_of(folder: Path, **pages: str) -> Path:
    for name, html in pages.items():
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(html, encoding="utf-8")
    return folder


def test_a_text_is_judged_in_the_colour_that_it_comes_to(tab: Tab) -> None:
    page = tab()
    page.goto("")
    heading = page.locator("h1")
    heading.evaluate("h1 => h1.style.color = '#ddd'")
    [found] = violations(page, "h1")
    assert found.startswith("color-contrast: ")
    page.reload()
    changing = heading.evaluate(
        """h1 => {
            h1.style.color = "#ddd";
            getComputedStyle(h1).color; // without it, the colour would never have been so pale
            h1.style.transition = "color 100s";
            h1.style.color = "";
            return document.getAnimations().length;
        }"""
    )
    assert changing == 1
    assert violations(page, "h1") == []


def test_links_within_the_site_are_whole(tmp_path: Path) -> None:
    site = site_of(tmp_path, a='<p id="x y"><a href="../b/">b</a>', b='<a href="../a/#x%20y">a</a>')
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    site_of(tmp_path, c='<img src="../logo.svg"><a href="https://pytorch.org/">elsewhere</a>')
    assert [row.details for row in whole(site, BASE)] == [[]]


@pytest.mark.parametrize("link", ["../b/", "#y", "../logo.svg", "../a/#y"])
def test_a_broken_link_is_told_with_its_page(tmp_path: Path, link: str) -> None:
    site = site_of(tmp_path, a=f'<p id="x"><a href="{link}">there</a>')
    [row] = whole(site, BASE)
    assert (row.found, row.good, row.details) == (1, False, [f"{BASE}a/: {link}"])


@pytest.mark.parametrize(
    ("row", "good"),
    [
        (at_most("bytes", 150, 150, []), True),
        (at_most("bytes", 151, 150, []), False),
        (at_least("score", 98, 98, []), True),
        (at_least("score", 97, 98, []), False),
        (none_of("errors", []), True),
        (none_of("errors", ["one"]), False),
    ],
)
def test_a_threshold_is_met_or_missed(row: Row, good: bool) -> None:
    assert row.good is good


def test_what_is_missed_is_shown_with_what_it_consists_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show([at_most("bytes", 3, 4, ["home: 3"]), none_of("errors", ["home: a tag too many"])])
    said = capsys.readouterr().out
    assert "MISSED" not in said.splitlines()[0]
    assert "MISSED" in said.splitlines()[1]
    assert "home: a tag too many" in said
    assert "home: 3" not in said
