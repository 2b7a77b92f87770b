"""Test the offline site: it works without a server, and packs into a small zip file."""

import os
import shutil
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from audit.browse import listen
from pages.publish.pack import pack


def test_search_results_open_without_a_server(offline: Path, page: Page) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    heard = listen(page)
    page.goto((offline / "index.html").as_uri())
    field = page.get_by_role("textbox", name="Search")
    field.click()
    expect(page.locator(".md-search-result__meta")).to_contain_text("Type to start")
    field.press_sequentially("learning rate")
    results = page.locator(".md-search-result__link")
    expect(results.nth(0)).to_contain_text("Page · Where we start")  # it has the term in bold
    results.filter(has_text="The number that an optimizer multiplies").click()
    expect(page.locator("h1")).to_contain_text("Glossary")
    page.locator("article").get_by_role("link", name="Where we start").first.click()
    expect(page.locator("h1")).to_contain_text("Where we start")
    assert page.url == (offline / "learn/start.html").as_uri()
    assert [url for url in requested if not url.startswith("file:")] == []
    assert heard == []


def test_only_the_offline_site_loads_the_worker_polyfill(site: Path, offline: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "iframe-worker" not in page
    assert "iframe-worker" in (offline / "index.html").read_text(encoding="utf-8")
    assert "unpkg" not in page


def test_the_packed_site_is_small(offline: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(offline, tmp_path / "site"))
    files = sorted(path for path in site.rglob("*") if path.is_file())
    packed = pack(site)
    assert packed.stat().st_size < 5_000_000
    with ZipFile(packed) as file:
        assert file.testzip() is None
        assert file.namelist() == [path.relative_to(tmp_path).as_posix() for path in files]


def test_packing_the_same_files_gives_the_same_bytes(offline: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(offline, tmp_path / "site"))
    first = pack(site).read_bytes()
    # The same files, with another time and other permissions.
    for path in site.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 2_000_000_000))
            path.chmod(0o600)
    assert pack(site).read_bytes() == first
