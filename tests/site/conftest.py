"""Fixtures for the tests of explorables, whose files name their page as `PAGE`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from audit.browse import NARROW, WIDE, listen
from tests.conftest import Tab
from tests.site.explorables import stop_clock, visit


@pytest.fixture
def live(tab: Tab, request: pytest.FixtureRequest) -> Page:
    """Open the page of the test file for a reader with a keyboard and a mouse."""
    page = tab()
    visit(page, request.module.PAGE)
    return page


@pytest.fixture
def timed(page: Page, request: pytest.FixtureRequest) -> Page:
    """Open the page of the test file, and stop its clock."""
    visit(page, request.module.PAGE)
    stop_clock(page)
    return page


@pytest.fixture(params=[(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def touched(tab: Tab, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open the page of the test file on a touch screen, and expect no log messages.

    It is light on a wide screen and dark on a phone.
    """
    size, scheme = request.param
    page = tab(has_touch=True)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    heard = listen(page)
    visit(page, request.module.PAGE)
    yield page
    assert heard == []
