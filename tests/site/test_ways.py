"""Ways around the site: where a page is, what can be done with it, what a link shows before."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pages.page import read_page
from tests.conftest import ROOT, Tab


def html_of(site: Path, address: str) -> str:
    return (site / address / "index.html").read_text(encoding="utf-8")


# Where a page is, and what can be done with it


def test_a_page_says_where_it_is(tab: Tab) -> None:
    page = tab()
    page.goto("learn/neuron/")
    path = page.get_by_role("navigation", name="Where this page is").get_by_role("link")
    assert path.all_inner_texts() == ["Home", "Learn"]
    page.goto("glossary/")  # the menu at the top says it all
    assert path.count() == 0


def test_a_page_can_be_edited_where_its_repository_is_known(site: Path, offline: Path) -> None:
    edit = re.compile(r'<a href="([^"]*)" rel="edit"')
    assert not any(edit.search(path.read_text(encoding="utf-8")) for path in site.rglob("*.html"))
    known = (offline / "learn/neuron.html").read_text(encoding="utf-8")
    assert edit.findall(known) == [
        "https://github.com/someone/something/edit/main/docs/learn/neuron.md"
    ]


@pytest.mark.parametrize("source", ["index.md", "learn/neuron.md"])
def test_what_is_copied_is_code_without_its_output(
    page: Page, context: BrowserContext, base_url: str, source: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(source.removesuffix("index.md").replace(".md", "/"))
    page.evaluate("document.querySelectorAll('details').forEach((answer) => answer.open = true)")
    fences = read_page(ROOT / "docs" / source).fences
    expected = [fence.content.strip() for fence in fences if fence.language != "text"]
    buttons = page.locator("article .highlight:not(.doc *) .md-code__button")
    expect(buttons).to_have_count(len(expected))
    copied = []
    for button in buttons.all():
        button.click()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert [text.strip() for text in copied] == expected


# Its colours


def test_colours_follow_the_system_until_some_are_chosen(browser: Browser, base_url: str) -> None:
    with browser.new_context(base_url=base_url, color_scheme="dark") as context:
        page = context.new_page()
        page.goto("")
        scheme = page.locator("body")
        bars = "getComputedStyle(document.documentElement).colorScheme"
        expect(scheme).to_have_attribute("data-md-color-scheme", "slate")
        assert page.evaluate(bars) == "dark"
        page.emulate_media(color_scheme="light")
        expect(scheme).to_have_attribute("data-md-color-scheme", "default")
        assert page.evaluate(bars) == "normal"
        button = page.locator("[data-nnfp-palette] label:visible")
        for chosen in ("light", "dark"):
            button.click()
            expect(page.locator("[name=__palette]:checked")).to_have_accessible_name(
                re.compile(f"^{chosen} colors", re.IGNORECASE)
            )
        expect(scheme).to_have_attribute("data-md-color-scheme", "slate")
        page.goto("glossary/")
        expect(scheme).to_have_attribute("data-md-color-scheme", "slate")
        expect(button).to_have_attribute("title", "Dark colors; follow the system")
        page.locator("[name=__palette]:checked").press("Enter")
        expect(scheme).to_have_attribute("data-md-color-scheme", "default")
        page.emulate_media(color_scheme="dark")
        expect(scheme).to_have_attribute("data-md-color-scheme", "slate")


# Names and what they lead to

TITLES = {
    next(line[2:] for line in read_page(path).lines if line.startswith("# ")): path
    for path in sorted((ROOT / "docs").rglob("*.md"))
}
LINK = re.compile(r"\[(?P<text>[^]\[]+)\]\((?P<target>[^)#\s]+\.md)[^)]*\)")


def test_a_link_that_names_a_page_leads_to_it() -> None:
    checked = 0
    for path in TITLES.values():
        for link in LINK.finditer(path.read_text(encoding="utf-8")):
            if link["text"] in TITLES:
                assert (path.parent / link["target"]).resolve() == TITLES[link["text"]], link[0]
                checked += 1
    assert checked > 50


def test_the_menu_and_the_tab_call_each_page_by_its_heading(site: Path) -> None:
    current = re.compile(r'md-nav__link--active"[^>]*>\s*<span class="md-ellipsis">\s*(.*?)\s*<')
    for title, path in TITLES.items():
        name = path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        if name != "index":  # which is the site's own name
            html = html_of(site, name)
            assert set(current.findall(html)) == {title}
            assert f"<title>{title} - " in html


# From elsewhere


def named(html: str) -> dict[str, str]:
    """What a page says about itself in its head."""
    return dict(re.findall(r'<meta (?:name|property)="([^"]*)" content="([^"]*)">', html))


def pages_of(site: Path) -> dict[str, str]:
    """The text of each page, by its address from the site's root."""
    return {
        path.relative_to(site).as_posix().removesuffix("index.html"): path.read_text("utf-8")
        for path in site.rglob("index.html")
    }


def test_each_page_says_in_a_sentence_what_it_shows(site: Path) -> None:
    said = {name: named(html)["description"] for name, html in pages_of(site).items()}
    assert len(said) == len(set(said.values())) == len(list((ROOT / "docs").rglob("*.md")))
    assert [name for name, text in said.items() if not 50 <= len(text) <= 160] == []
    assert [name for name, text in said.items() if not text.endswith(".")] == []


def test_a_link_to_a_page_looks_like_the_page(site: Path, base_url: str) -> None:
    for name, html in pages_of(site).items():
        head = named(html)
        assert head["og:url"] == base_url + name
        assert f'<link rel="canonical" href="{base_url}{name}">' in html
        assert head["og:description"] == head["description"]
        assert head["twitter:card"] == "summary_large_image"
        own = f"{base_url}{name}social.png"
        assert head["og:image"] == (own if "page-figure" in html else f"{base_url}social.png")
        with Image.open(site / head["og:image"].removeprefix(base_url)) as picture:
            assert picture.size == (int(head["og:image:width"]), int(head["og:image:height"]))
    assert named(html_of(site, "learn/neuron"))["og:title"] == "Neuron"


def test_the_picture_of_a_link_shows_the_title_and_the_figure(site: Path) -> None:
    with Image.open(site / "learn/neuron/social.png") as file:
        picture = file.convert("RGB")
    white = (255, 255, 255)
    for box in [(80, 60, 144, 124), (80, 180, 500, 270), (560, 120, 1160, 560)]:
        assert len(picture.crop(box).getcolors(100_000) or []) > 10, box
    edges = [picture.crop(box).getcolors() for box in [(0, 0, 1200, 40), (0, 590, 1200, 630)]]
    assert [[color for _, color in edge or []] for edge in edges] == [[white], [white]]


def test_the_map_of_the_site_has_each_page(site: Path, base_url: str) -> None:
    found = re.findall(r"<loc>(.*)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    assert sorted(found) == sorted(base_url + name for name in pages_of(site))


def test_an_address_without_a_page_leads_on(tab: Tab, base_url: str) -> None:
    page = tab()
    page.goto("learn/no/such/page/")
    expect(page.locator("h1")).to_have_text("There is no page here")
    ways = page.locator("article li a")
    titles = ways.all_inner_texts()
    assert titles[:3] == ["Home", "Where we start", "Neuron"]
    assert titles[-1] == "Glossary"
    ways.nth(2).click()
    expect(page).to_have_url(f"{base_url}learn/neuron/")
    expect(page.locator("h1")).to_contain_text("Neuron")
