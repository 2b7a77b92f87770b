"""Test that the audit serves a site like a host, lists what is broken, and checks thresholds."""

import gzip
import threading
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from audit.browse import shift, violations
from audit.links import broken_links
from audit.serve import serve
from audit.table import Row, at_least, at_most, none_of, show
from tests.conftest import Tab

BASE = "http://127.0.0.1:1/"


def make_site(folder: Path, **pages: str) -> Path:
    for name, html in pages.items():
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(html, encoding="utf-8")
    return folder


def test_a_page_is_served_compressed_with_a_cache_lifetime(tmp_path: Path) -> None:
    with serve(make_site(tmp_path, a="<p>π")) as url, urlopen(accepting(f"{url}a/")) as response:
        assert gzip.decompress(response.read()).decode() == "<p>π"
        assert response.headers["Content-Type"] == "text/html"
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Cache-Control"] == "max-age=600"


def accepting(url: str) -> Request:
    """Request a file as a browser does, which accepts it compressed."""
    return Request(url, headers={"Accept-Encoding": "gzip, deflate"})


def test_a_program_that_accepts_no_compression_gets_the_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"PK")
    with serve(tmp_path) as url, urlopen(f"{url}a.whl") as response:
        assert response.read() == b"PK"
        assert response.headers["Content-Encoding"] is None


def test_a_missing_url_gets_the_404_page(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("<p>nothing here", encoding="utf-8")
    with serve(tmp_path) as url, pytest.raises(HTTPError) as raised:
        urlopen(accepting(f"{url}a/"))
    with raised.value as response:
        assert response.code == 404
        assert gzip.decompress(response.read()) == b"<p>nothing here"


def test_a_server_ends_with_an_error(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), serve(tmp_path):
        started = set(threading.enumerate()) - before
        1 / 0  # noqa: B018
    assert started
    for thread in started:
        thread.join(30)
        assert not thread.is_alive()


def test_text_with_little_contrast_is_a_violation(tab: Tab) -> None:
    page = tab()
    page.goto("")
    page.locator("h1").evaluate("h1 => h1.style.color = '#ddd'")
    [found] = violations(page, "h1")
    assert found.startswith("color-contrast: ")


def test_text_in_a_color_transition_is_judged_by_its_final_color(tab: Tab) -> None:
    page = tab()
    page.goto("")
    # No transition starts before the page has been drawn: this tries until one does.
    page.wait_for_function(
        """() => {
            const { style } = document.querySelector("h1");
            style.transition = "none";
            style.color = "#ddd";
            getComputedStyle(document.querySelector("h1")).color; // applies the pale color
            style.transition = "color 100s";
            style.color = "";
            return document.getAnimations().length === 1;
        }"""
    )
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
    assert broken_links(site, BASE) == [f"a/index.html: {link}"]


BELOW = f"{BASE}some/where/"
NOTEBOOK = '{"cells": [{"source": ["A [link](LINK).\\n"]}]}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<a href="LINK">there</a>'),
        ("a.html", '<meta property="og:image" content="LINK">'),
        ("a.ipynb", NOTEBOOK),
        ("a.md", "A [link](LINK)."),
        ("llms.txt", "All pages: LINK\n"),
        ("sitemap.xml", "<loc>LINK</loc>"),
    ],
)
@pytest.mark.parametrize(
    ("link", "good"),
    [
        (f"{BELOW}b/", True),
        (f"{BELOW}b/#x", True),
        (f"{BELOW}b/#y", False),
        (f"{BELOW}c/", False),
        (f"{BASE}b/", False),
        ("http://localhost:8000/b/", False),
        ("https://pytorch.org/", True),
    ],
)
def test_links_are_checked_in_files_of_every_kind(
    tmp_path: Path, name: str, text: str, link: str, good: bool
) -> None:
    site = make_site(tmp_path, b='<p id="x">')
    (site / name).write_text(text.replace("LINK", link), encoding="utf-8")
    assert broken_links(site, BELOW) == [f"{name}: {link}"] * (not good)


def test_a_link_to_the_root_leaves_a_site_below_it(tmp_path: Path) -> None:
    site = make_site(tmp_path, a='<a href="/a/">a</a>')
    assert broken_links(site, BASE) == []
    assert broken_links(site, BELOW) == ["a/index.html: /a/"]


@pytest.mark.parametrize(("path", "status"), [("some/where/a/", 200), ("a/", 404), ("", 404)])
def test_a_site_below_the_root_is_served_only_there(tmp_path: Path, path: str, status: int) -> None:
    site = make_site(tmp_path, a="<p>a")
    (site / "404.html").write_text("<p>nothing here", encoding="utf-8")
    with serve(site, "/some/where/") as url:
        host = HTTPConnection(urlsplit(url).netloc)
        with closing(host):
            host.request("GET", f"/{path}")
            assert host.getresponse().status == status


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
