"""The site as a folder: opened from a file, it searches and leads on; packed, it is small."""

import os
import shutil
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from pages.publish.pack import pack


# Its own site is asked for first: meanwhile, another process builds the one that a page is from.
def test_it_searches_and_leads_on_without_a_server(offline: Path, page: Page) -> None:
    asked, heard = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto((offline / "index.html").as_uri())
    field = page.get_by_role("textbox", name="Search")
    field.click()
    expect(page.locator(".md-search-result__meta")).to_contain_text("Type to start")
    field.press_sequentially("learning rate")
    found = page.locator(
        ".md-search-result__link", has_text="The number that an optimizer multiplies"
    )
    found.click()
    expect(page.locator("h1")).to_contain_text("Glossary")
    page.locator("article").get_by_role("link", name="Where we start").first.click()
    expect(page.locator("h1")).to_contain_text("Where we start")
    assert page.url == (offline / "learn/start.html").as_uri()
    assert [address for address in asked if not address.startswith("file:")] == []
    assert heard == []


def test_what_only_files_need_is_not_asked_for_elsewhere(site: Path, offline: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "iframe-worker" not in page
    assert "iframe-worker" in (offline / "index.html").read_text(encoding="utf-8")
    assert "unpkg" not in page


def test_it_is_packed_small_and_always_the_same(offline: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(offline, tmp_path / "site"))
    files = sorted(path for path in site.rglob("*") if path.is_file())
    packed = pack(site)
    assert packed.stat().st_size < 5_000_000
    with ZipFile(packed) as file:
        assert file.testzip() is None
        assert file.namelist() == [path.relative_to(tmp_path).as_posix() for path in files]
    first = packed.read_bytes()
    # The same files, as if made at another time by somebody else. Whether two builds give the same
    # files is tested where the site is.
    for path in files:
        os.utime(path, (0, 2_000_000_000))
        path.chmod(0o600)
    assert pack(site).read_bytes() == first
