"""Test that the audit serves a site like a host, lists what is broken, and checks thresholds."""

import gzip
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from audit.browse import shift, violations
from audit.serve import serve
from audit.site import broken_links
from audit.table import Row, at_least, at_most, none_of, show
from tests.conftest import Tab

BASE = "http://127.0.0.1:1/"


def make_site(folder: Path, **pages: str) -> Path:
    for name, html in pages.items():
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(html, encoding="utf-8")
    return folder


def test_a_page_is_served_compressed_with_a_cache_lifetime(tmp_path: Path) -> None:
    with serve(make_site(tmp_path, a="<p>π")) as url, urlopen(f"{url}a/") as response:
        assert gzip.decompress(response.read()).decode() == "<p>π"
        assert response.headers["Content-Type"] == "text/html"
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Cache-Control"] == "max-age=600"


def test_a_missing_url_gets_the_404_page(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("<p>nothing here", encoding="utf-8")
    with serve(tmp_path) as url, pytest.raises(HTTPError) as raised:
        urlopen(f"{url}a/")
    with raised.value as response:
        assert response.code == 404
        assert gzip.decompress(response.read()) == b"<p>nothing here"


def test_text_with_little_contrast_is_a_violation(tab: Tab) -> None:
    page = tab()
    page.goto("")
    page.locator("h1").evaluate("h1 => h1.style.color = '#ddd'")
    [found] = violations(page, "h1")
    assert found.startswith("color-contrast: ")


def test_text_in_a_color_transition_is_judged_by_its_final_color(tab: Tab) -> None:
    page = tab()
    page.goto("")
    changing = page.locator("h1").evaluate(
        """h1 => {
            h1.style.color = "#ddd";
            getComputedStyle(h1).color; // makes the browser apply the pale color
            h1.style.transition = "color 100s";
            h1.style.color = "";
            return document.getAnimations().length;
        }"""
    )
    assert changing == 1
    assert violations(page, "h1") == []


def test_layout_shifts_are_measured(tab: Tab) -> None:
    page = tab()
    page.goto("")
    assert shift(page) < 0.01
    page.evaluate("document.querySelector('h1').style.marginTop = '100px'")
    assert shift(page) > 0.01


def test_links_may_lead_to_pages_anchors_files_or_other_sites(tmp_path: Path) -> None:
    site = make_site(
        tmp_path,
        a='<p id="x y"><a href="../b/">b</a>',
        b='<a href="../a/#x%20y">a</a>',
        c='<img src="../logo.svg"><a href="https://pytorch.org/">elsewhere</a>',
    )
    (site / "logo.svg").write_text("<svg/>", encoding="utf-8")
    assert broken_links(site, BASE) == []


@pytest.mark.parametrize("link", ["../b/", "#y", "../logo.svg", "../a/#y"])
def test_a_broken_link_is_listed_with_its_page(tmp_path: Path, link: str) -> None:
    site = make_site(tmp_path, a=f'<p id="x"><a href="{link}">there</a>')
    assert broken_links(site, BASE) == [f"{BASE}a/: {link}"]


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


def test_the_table_ends_with_the_details_of_what_is_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show([at_most("bytes", 3, 4, ["home: 3"]), none_of("errors", ["home: a tag too many"])])
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert "MISSED" not in first
    assert "MISSED" in second
    assert rest == ["", "errors:", "  home: a tag too many"]
