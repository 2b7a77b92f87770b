"""Test the site's navigation, colors, titles and link previews."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Page, expect

from audit.browse import URLS, switch
from audit.markup import read
from pages.extensions.package import locate_package
from pages.page import read_page
from pages.project import DOCS, page_file, page_url
from pages.publish.wheel import wheel_name
from tests.conftest import Tab

# The path and the actions at the top of a page


def test_a_page_shows_the_path_to_it(tab: Tab) -> None:
    page = tab()
    page.goto("learn/neuron/")
    path = page.get_by_role("navigation", name="Where this page is").get_by_role("link")
    assert path.all_inner_texts() == ["Home", "Learn"]
    page.goto("glossary/")  # which the menu at the top shows already
    expect(path).to_have_count(0)


def test_a_page_links_to_its_source_if_the_repository_is_known(site: Path, offline: Path) -> None:
    assert not any(read(path).select("a[rel=edit]") for path in site.rglob("*.html"))
    [edit] = read(offline / "learn/neuron.html").select("a[rel=edit]")
    assert edit["href"] == "https://github.com/someone/something/edit/main/docs/learn/neuron.md"


@pytest.mark.parametrize("source", ["index.md", "learn/neuron.md"])
def test_the_copy_button_copies_code_without_its_output(
    tab: Tab, base_url: str, source: str
) -> None:
    page = tab(permissions=["clipboard-read", "clipboard-write"])
    page.goto(page_url(source))
    page.evaluate("document.querySelectorAll('details').forEach((answer) => answer.open = true)")
    page.add_style_tag(content=".tabbed-block { display: block !important }")
    code = [fence.content for fence in read_page(DOCS / source).fences if fence.language != "text"]
    expected = [locate_package(text, base_url + wheel_name()).strip() for text in code]
    buttons = page.locator("article .highlight:not(.doc *) .md-code__button")
    expect(buttons).to_have_count(len(expected))
    copied = []
    for button in buttons.all():
        button.click()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert [text.strip() for text in copied] == expected


# Colors


def expect_scheme(page: Page, scheme: str) -> None:
    name = {"light": "default", "dark": "slate"}[scheme]
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)


def expect_choice(page: Page, name: str) -> None:
    choice = page.locator("[name=__palette]:checked")
    expect(choice).to_have_accessible_name(re.compile(f"^{name}", re.IGNORECASE))


def test_colors_follow_the_system(tab: Tab) -> None:
    page = tab()
    page.goto("")
    scroll_bars = "getComputedStyle(document.documentElement).colorScheme"
    switch(page, "dark")
    assert page.evaluate(scroll_bars) == "dark"
    switch(page, "light")
    assert page.evaluate(scroll_bars) == "normal"


def test_chosen_colors_persist_on_the_next_page(tab: Tab) -> None:
    page = tab()
    page.goto("")
    button = page.locator("[data-nnfp-palette] label:visible")
    for choice in ("light", "dark"):
        button.click()
        expect_choice(page, choice)
    expect_scheme(page, "dark")
    page.goto("glossary/")
    expect_scheme(page, "dark")
    expect_choice(page, "dark")


def test_a_keyboard_returns_to_the_colors_of_the_system(tab: Tab) -> None:
    page = tab()
    page.goto("")
    for choice in ("light", "dark", "colou?rs follow the system"):
        page.locator("[name=__palette]:checked").press("Enter")
        expect_choice(page, choice)
    expect_scheme(page, "light")
    page.emulate_media(color_scheme="dark")
    expect_scheme(page, "dark")


# Titles and links

TITLES = {
    next(line[2:] for line in read_page(path).lines if line.startswith("# ")): path
    for path in sorted(DOCS.rglob("*.md"))
}
LINK = re.compile(r"\[(?P<text>[^]\[]+)\]\((?P<target>[^)#\s]+\.md)[^)]*\)")


def test_a_link_titled_like_a_page_leads_to_it() -> None:
    checked = 0
    for path in TITLES.values():
        for link in LINK.finditer(path.read_text(encoding="utf-8")):
            if link["text"] in TITLES:
                assert (path.parent / link["target"]).resolve() == TITLES[link["text"]], link[0]
                checked += 1
    assert checked > 50


def test_the_menu_shows_the_heading_of_each_page(site: Path) -> None:
    for title, path in TITLES.items():
        page = read(site / page_file(path.relative_to(DOCS).as_posix()))
        entries = page.select(".md-nav__link--active .md-ellipsis")
        if path.name != "index.md":  # which the menu calls "Home"
            assert {entry.get_text(strip=True) for entry in entries} == {title}


def test_the_title_of_each_page_is_its_heading(site: Path) -> None:
    for title, path in TITLES.items():
        page = read(site / page_file(path.relative_to(DOCS).as_posix()))
        if path.name != "index.md":  # whose title is that of the site
            assert page.title and page.title.get_text().startswith(f"{title} - ")


# Link previews on other sites


def meta(page: BeautifulSoup) -> dict[str, str]:
    """Return what a page says about itself in its head."""
    tags = page.select("meta[content]")
    return {str(tag.get("name") or tag.get("property")): str(tag["content"]) for tag in tags}


def pages_of(site: Path) -> dict[str, BeautifulSoup]:
    """Return each page by its URL, relative to that of the site."""
    return {url: read(site / url / "index.html") for url in URLS}


def test_each_page_is_described_in_a_different_sentence(site: Path) -> None:
    said = {url: meta(page)["description"] for url, page in pages_of(site).items()}
    assert len(set(said.values())) == len(URLS)
    assert [url for url, text in said.items() if not 50 <= len(text) <= 160] == []
    assert [url for url, text in said.items() if not text.endswith(".")] == []


def test_link_previews_describe_the_page(site: Path, base_url: str) -> None:
    for url, page in pages_of(site).items():
        head = meta(page)
        assert head["og:url"] == base_url + url
        assert [link["href"] for link in page.select("link[rel=canonical]")] == [base_url + url]
        assert head["og:description"] == head["description"]
        assert head["twitter:card"] == "summary_large_image"
        own = f"{base_url}{url}social.png"
        assert head["og:image"] == (own if page.select(".page-figure") else f"{base_url}social.png")
        with Image.open(site / head["og:image"].removeprefix(base_url)) as picture:
            assert picture.size == (int(head["og:image:width"]), int(head["og:image:height"]))
    assert meta(read(site / "learn/neuron/index.html"))["og:title"] == "Neuron"


def test_the_preview_picture_shows_the_figure_below_the_title(site: Path) -> None:
    with Image.open(site / "learn/neuron/social.png") as file:
        picture = file.convert("RGB")
    white = (255, 255, 255)
    for box in [(80, 60, 144, 124), (80, 180, 500, 270), (560, 120, 1160, 560)]:
        assert len(picture.crop(box).getcolors(100_000) or []) > 10, box
    edges = [picture.crop(box).getcolors() for box in [(0, 0, 1200, 40), (0, 590, 1200, 630)]]
    assert [[color for _, color in edge or []] for edge in edges] == [[white], [white]]


def test_the_sitemap_has_each_page(site: Path, base_url: str) -> None:
    found = re.findall(r"<loc>(.*)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    assert sorted(found) == sorted(base_url + url for url in URLS)


def test_the_404_page_links_to_the_pages(page: Page, base_url: str) -> None:
    page.goto("learn/no/such/page/")
    expect(page.locator("h1")).to_have_text("There is no page here")
    ways = page.locator("article li a")
    titles = ways.all_inner_texts()
    assert titles[:3] == ["Home", "Where we start", "Neuron"]
    assert titles[-1] == "Notation"
    ways.nth(2).click()
    expect(page).to_have_url(f"{base_url}learn/neuron/")
    expect(page.locator("h1")).to_contain_text("Neuron")
