"""Test the site as a host serves it below the root, for a project whose repository is known."""

from pathlib import Path
from textwrap import dedent
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader
from mkdocs.utils import get_theme_dir
from playwright.sync_api import Page, expect

from audit.browse import URLS, listen
from audit.links import broken_links
from audit.markup import read, values
from audit.serve import serve
from pages.project import ROOT, page_file, page_url, sources
from tests.conftest import Build, Served

REPOSITORY = "https://github.com/someone/something"
API = [source for source in sources() if source.startswith("reference/")]
PUBLISHED = Path(__file__).with_name("published.txt").read_text(encoding="utf-8").splitlines()


class Hosted(NamedTuple):
    folder: Path
    url: str


@pytest.fixture(scope="session")
def hosted(build: Build, served: Served) -> Hosted:
    """Return a site that is built for a URL below the root of a host, and served there."""
    variables = {"EDIT_URI": "edit/main/docs/", "SOURCE_URI": "blob/1234abcd/"}
    folder = build("hosted", SITE_URL=served.hosted, REPO_URL=REPOSITORY, **variables)
    return Hosted(folder, served.hosted)


# A site below the root


def test_every_link_leads_to_a_place_on_the_site(hosted: Hosted) -> None:
    assert broken_links(hosted.folder, hosted.url) == []


def test_a_visit_below_the_root_stays_there(hosted: Hosted, page: Page) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    heard = listen(page)
    page.goto(f"{hosted.url}learn/start/")
    # Instant navigation replaces the page without loading it, so a variable survives.
    page.wait_for_function("window.document$ !== undefined")
    page.evaluate("window.mark = 1")
    page.locator("article a[data-preview]", has_text="optimizer").first.hover()
    expect(page.get_by_role("dialog", name="Preview")).to_be_visible()
    page.mouse.move(0, 0)
    page.locator(".md-tabs").get_by_role("link", name="Reference").click()
    expect(page.locator("h1")).to_contain_text("nnfp.neuron")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Where we start")
    assert page.evaluate("window.mark") == 1
    assert page.url == f"{hosted.url}learn/start/"

    page.goto(hosted.url)
    field = page.get_by_role("textbox", name="Search")
    field.click()
    field.press_sequentially("learning rate")
    page.locator(".md-search-result__link", has_text="The number that an optimizer").click()
    page.wait_for_url(f"{hosted.url}glossary/**")
    expect(page.get_by_role("heading", name="learning rate", exact=False).last).to_be_visible()

    assert [url for url in requested if not url.startswith(hosted.url)] == []
    assert heard == []


def test_a_missing_page_below_the_root_leads_back(hosted: Hosted, page: Page) -> None:
    page.goto(f"{hosted.url}no/such/page/")
    expect(page.locator("h1")).to_have_text("There is no page here")
    # The style sheets are loaded, too.
    expect(page.locator(".md-header")).to_have_css("position", "sticky")
    page.locator("article").get_by_role("link", name="Layer").click()
    expect(page.locator("h1")).to_contain_text("Layer")
    assert page.url == f"{hosted.url}learn/layer/"


def test_a_missing_page_can_be_read_where_the_site_was_not_built_for(
    site: Path, page: Page
) -> None:
    with serve(site, "/some/where/") as url:
        page.goto(f"{url}no/such/page/")
        expect(page.locator("h1")).to_have_text("There is no page here")
        widths = page.locator("svg:visible").evaluate_all("all => all.map(svg => svg.clientWidth)")
        assert widths
        assert max(widths) <= 24


# Links to the repository


def links(page: Tag, part: str = ".nnfp-actions") -> dict[str, str]:
    return {link.get_text(strip=True): str(link["href"]) for link in page.select(f"{part} a")}


def test_pages_with_code_open_in_colab(hosted: Hosted) -> None:
    layer = links(read(hosted.folder / "learn/layer/index.html"))
    colab = "https://colab.research.google.com/github/someone/something/blob/notebooks/"
    assert layer["Open in Colab"] == f"{colab}learn/layer.ipynb"
    assert (hosted.folder / "notebooks/learn/layer.ipynb").is_file()
    assert "Open in Colab" not in links(read(hosted.folder / "glossary/index.html"))


@pytest.mark.parametrize("source", sources())
def test_an_error_is_reported_with_the_title_and_url_of_the_page(
    hosted: Hosted, source: str
) -> None:
    page = read(hosted.folder / page_file(source))
    report = urlsplit(links(page)["Report an error"])
    assert report._replace(query="").geturl() == f"{REPOSITORY}/issues/new"
    fields = parse_qs(report.query)
    [title] = page.select("meta[property='og:title']")
    assert fields["title"] == [f"Error on the page: {title['content']}"]
    assert f"{hosted.url}{page_url(source)}\n" in fields["body"][0]


def test_without_a_repository_pages_offer_neither(site: Path) -> None:
    assert links(read(site / "learn/layer/index.html")).keys() == {"Notebook", "Markdown"}


def actions(repository: str) -> dict[str, str]:
    """Return the links at the top of a page with code, for a repository on any host."""
    folders = [str(ROOT / "docs/_theme/material"), str(get_theme_dir("material"))]
    templates = Environment(loader=FileSystemLoader(folders))
    templates.filters["url"] = str
    html = templates.get_template("partials/actions.html").render(
        config={"repo_url": repository, "extra": {"published": "online"}},
        page={
            "title": "Layer",
            "canonical_url": "https://site.org/learn/layer/",
            "file": {"src_uri": "learn/layer.md"},
            "markdown": "```python",
        },
    )
    return links(BeautifulSoup(html, "html.parser"))


@pytest.mark.parametrize("repository", ["https://gitlab.com/a/b/", "https://gitlab.site.org/a/b"])
def test_gitlab_names_the_fields_of_an_issue_in_its_own_way(repository: str) -> None:
    report = urlsplit(actions(repository)["Report an error"])
    assert report._replace(query="").geturl() == f"{repository.rstrip('/')}/-/issues/new"
    fields = parse_qs(report.query)
    assert fields["issue[title]"] == ["Error on the page: Layer"]
    assert "https://site.org/learn/layer/\n" in fields["issue[description]"][0]


@pytest.mark.parametrize(
    ("repository", "offered"),
    [
        ("https://github.com/a/b", True),
        ("https://gitlab.com/a/b", False),
        ("https://code.site.org/github.com/b", False),
    ],
)
def test_colab_opens_only_notebooks_from_github(repository: str, offered: bool) -> None:
    assert ("Open in Colab" in actions(repository)) == offered


# The source on API pages


class Source(NamedTuple):
    """A block of source on an API page."""

    file: str
    numbers: list[int]
    lines: list[str]
    links: list[str]


def sources_on(page: Tag) -> list[Source]:
    return [
        Source(
            file=block.select("summary > code")[0].get_text(),
            numbers=[int(number) for number in values(block, "data-linenos")],
            lines=block.select("pre > code")[0].get_text().rstrip("\n").split("\n"),
            links=list(links(block, ".nnfp-source").values()),
        )
        for block in page.select("details.mkdocstrings-source")
    ]


@pytest.mark.parametrize("source", API)
def test_source_has_the_line_numbers_of_its_file(site: Path, source: str) -> None:
    found = sources_on(read(site / page_file(source)))
    assert found
    for block in found:
        first, last = block.numbers[0], block.numbers[-1]
        assert block.numbers == list(range(first, last + 1))
        file = (ROOT / block.file).read_text(encoding="utf-8").split("\n")
        assert block.lines == dedent("\n".join(file[first - 1 : last])).split("\n")
        assert block.links == []


@pytest.mark.parametrize("source", API)
def test_source_links_to_its_lines_in_the_repository(hosted: Hosted, source: str) -> None:
    found = sources_on(read(hosted.folder / page_file(source)))
    assert found
    for block in found:
        lines = f"#L{block.numbers[0]}-L{block.numbers[-1]}"
        assert block.links == [f"{REPOSITORY}/blob/1234abcd/{block.file}{lines}"]


# What has been published


def test_no_published_page_has_vanished(site: Path) -> None:
    """A page that has moved leaves a page behind: list it in mkdocs.yml under `extra: moved`."""
    assert [url for url in PUBLISHED if not (site / url / "index.html").is_file()] == []


def test_every_page_is_in_the_list_of_published_pages() -> None:
    assert [url for url in URLS if url not in PUBLISHED] == []
