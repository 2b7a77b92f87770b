"""Ways around the site: where a page is, what can be done with it, what a link shows before."""

import re
from pathlib import Path

import pytest
from conftest import ROOT, Build
from playwright.sync_api import BrowserContext, Page

from pages.scan import read_page


def html_of(site: Path, address: str) -> str:
    return (site / address / "index.html").read_text(encoding="utf-8")


# Where a page is, and what can be done with it


def test_a_page_says_where_it_is(page: Page, base_url: str) -> None:
    page.goto("learn/neuron/")
    path = page.get_by_role("navigation", name="Where this page is").get_by_role("link")
    assert path.all_inner_texts() == ["Home", "Learn"]
    page.goto("glossary/")  # the menu at the top says it all
    assert path.count() == 0


def test_a_page_can_be_edited_where_its_repository_is_known(site: Path, build: Build) -> None:
    edit = re.compile(r'<a href="([^"]*)" rel="edit"')
    assert not any(edit.search(path.read_text(encoding="utf-8")) for path in site.rglob("*.html"))
    known = build(REPO_URL="https://github.com/someone/something", EDIT_URI="edit/main/docs/")
    assert edit.findall(html_of(known, "learn/neuron")) == [
        "https://github.com/someone/something/edit/main/docs/learn/neuron.md"
    ]


@pytest.mark.parametrize("source", ["index.md", "learn/neuron.md"])
def test_what_is_copied_is_code_without_its_output(
    page: Page, context: BrowserContext, base_url: str, source: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(source.removesuffix("index.md").replace(".md", "/"))
    page.evaluate("document.querySelectorAll('details').forEach((answer) => answer.open = true)")
    copied = []
    for button in page.locator("article .highlight:not(.doc *) nav button:visible").all():
        button.click()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    fences = read_page(ROOT / "docs" / source).fences
    expected = [fence.content.strip() for fence in fences if fence.language != "text"]
    assert [text.strip() for text in copied] == expected
