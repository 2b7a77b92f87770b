"""Test that old URLs of pages and headings lead to the new ones."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from audit.browse import listen
from audit.markup import read
from audit.serve import serve
from pages.publish.moved import lead_on
from tests.conftest import Tab

MOVED = {
    "learn/old.md": "learn/neuron.md",
    "learn/old.md#cut": "learn/layer.md#exercises",
    "old.md": "learn/batch.md#what-can-go-wrong",
    "learn/neuron.md#gone": "learn/batch.md#what-can-go-wrong",
    "learn/neuron.md#renamed": "learn/neuron.md#exercises",
}
# Old URLs, relative to the site, and the new ones.
LED = [
    ("learn/old/", "learn/neuron/"),
    ("learn/old/?b=3", "learn/neuron/?b=3"),
    ("learn/old/#a-bias", "learn/neuron/#a-bias"),
    ("learn/old/#cut", "learn/layer/#exercises"),
    ("old/", "learn/batch/#what-can-go-wrong"),
    ("learn/neuron/#gone", "learn/batch/#what-can-go-wrong"),
    ("learn/neuron/#renamed", "learn/neuron/#exercises"),
]


@pytest.fixture(scope="session")
def online(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a copy of the site, from which some pages and headings have moved, below the root."""
    copy = Path(shutil.copytree(site, tmp_path_factory.mktemp("moved") / "site"))
    lead_on(copy, MOVED)
    with serve(copy, "/some/where/") as url:
        yield url


@pytest.fixture(scope="session")
def as_files(offline: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a copy of the offline site, from which the same things have moved."""
    copy = Path(shutil.copytree(offline, tmp_path_factory.mktemp("moved") / "site"))
    lead_on(copy, MOVED, offline=True)
    return f"{copy.as_uri()}/"


def as_file(url: str) -> str:
    """Return the URL in the offline site for one in the site of a host."""
    path, mark, heading = url.partition("#")
    return path.replace("/?", ".html?").removesuffix("/") + (
        ".html" * path.endswith("/") + mark + heading
    )


@pytest.mark.parametrize(("old", "new"), LED)
def test_an_old_url_leads_to_the_new_one(tab: Tab, online: str, old: str, new: str) -> None:
    page = tab()
    page.goto("about:blank")
    heard = listen(page)
    page.goto(online + old, wait_until="commit")
    expect(page).to_have_url(online + new)
    expect(page.locator("article h1")).to_be_visible()
    assert heard == []


@pytest.mark.parametrize(("old", "new"), LED)
def test_an_old_file_leads_to_the_new_one(tab: Tab, as_files: str, old: str, new: str) -> None:
    page = tab(offline=True)
    page.goto("about:blank")
    page.goto(as_files + as_file(old), wait_until="commit")
    expect(page).to_have_url(as_files + as_file(new))


def test_back_skips_the_old_url(page: Page, online: str) -> None:
    page.goto(f"{online}glossary/")
    page.goto(f"{online}learn/old/", wait_until="commit")
    expect(page).to_have_url(f"{online}learn/neuron/")
    page.go_back()
    expect(page).to_have_url(f"{online}glossary/")


def test_an_old_heading_typed_on_its_page_leads_to_the_new_one(page: Page, online: str) -> None:
    page.goto(f"{online}learn/neuron/")
    page.evaluate("location.hash = 'gone'")
    expect(page).to_have_url(f"{online}learn/batch/#what-can-go-wrong")


def test_without_javascript_a_page_that_has_moved_opens_the_new_one(tab: Tab, online: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(f"{online}learn/old/", wait_until="commit")
    expect(page).to_have_url(f"{online}learn/neuron/")


def test_without_javascript_an_old_heading_shows_a_link(tab: Tab, online: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto(f"{online}learn/neuron/")
    notes = page.get_by_text("This part has moved")
    assert not any(note.is_visible() for note in notes.all())
    page.goto(f"{online}learn/neuron/#gone")
    expect(notes.first).to_be_in_viewport()
    notes.first.get_by_role("link", name="Batch").click()
    expect(page).to_have_url(f"{online}learn/batch/#what-can-go-wrong")


def make_site(folder: Path) -> Path:
    """Write a site that has only the pages Neuron and Batch."""
    for name in ("neuron", "batch"):
        (folder / "learn" / name).mkdir(parents=True)
        page = '<article><h2 id="exercises">Exercises</h2></article>'
        (folder / "learn" / name / "index.html").write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("learn/old.md", "learn/new.md"),
        ("learn/old.md", "learn/batch.md#exercise"),
        ("learn/batch.md#old", "learn/new.md#exercises"),
    ],
)
def test_a_place_that_does_not_exist_is_refused(tmp_path: Path, old: str, new: str) -> None:
    message = f"expected {old} to have moved to a page or a heading, got {new}"
    with pytest.raises(SystemExit, match=message):
        lead_on(make_site(tmp_path), {old: new})


@pytest.mark.parametrize("old", ["learn/batch.md", "learn/batch.md#exercises"])
def test_what_is_still_there_is_refused(tmp_path: Path, old: str) -> None:
    with pytest.raises(SystemExit, match=f"expected {old} to have moved, but it is still there"):
        lead_on(make_site(tmp_path), {old: "learn/neuron.md"})


def test_a_page_that_has_moved_names_the_new_one_to_search_engines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "https://site.org/")
    lead_on(make_site(tmp_path), {"learn/old.md": "learn/neuron.md"})
    page = read(tmp_path / "learn/old/index.html")
    [canonical] = page.select("link[rel=canonical]")
    assert canonical["href"] == "https://site.org/learn/neuron/"
