"""Test that the project's files and pages are found where the site has them."""

from pathlib import Path

import pytest

from pages.project import DOCS, page_file, page_url, site_url, source_of, sources


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("index.md", ""),
        ("learn/index.md", "learn/"),
        ("learn/neuron.md", "learn/neuron/"),
        ("learn/my page.md", "learn/my%20page/"),
        ("1.2-intro.md", "1.2-intro/"),
        ("café.md", "caf%C3%A9/"),
        ("figures/home.svg", "figures/home.svg"),
    ],
)
def test_each_file_has_one_url(source: str, url: str) -> None:
    assert page_url(source) == url


def test_each_page_has_the_url_of_the_site(site: Path) -> None:
    built = {path.relative_to(site).as_posix() for path in site.rglob("index.html")}
    assert {page_file(source) for source in sources()} == built


def test_the_pages_are_those_in_the_menu() -> None:
    assert sorted(sources()) == sorted(source_of(path) for path in DOCS.rglob("*.md"))
    assert sources()[0] == "index.md"


@pytest.mark.parametrize("given", ["https://site.org/base", "https://site.org/base/"])
def test_the_site_has_the_given_url(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SITE_URL", given)
    assert site_url() == "https://site.org/base/"


def test_the_site_has_a_default_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    assert site_url() == "http://127.0.0.1:8000/"
