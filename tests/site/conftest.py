"""Fixtures for the tests of explorables, whose files name their page as `PAGE`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from audit.browse import NARROW, WIDE, listen
from tests.conftest import Tab
from tests.site.explorables import visit


@pytest.fixture
def live(page: Page, request: pytest.FixtureRequest) -> Page:
    """Open the page of the test file for a reader with a keyboard and a mouse."""
    visit(page, request.module.PAGE)
    return page


@pytest.fixture(params=[(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def touched(tab: Tab, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open the page of the test file for fingers, and check in the end that it logged nothing.

    It is light on a wide screen and dark on a phone.
    """
    size, scheme = request.param
    page = tab(has_touch=True, viewport=size, color_scheme=scheme)
    heard = listen(page)
    visit(page, request.module.PAGE)
    yield page
    assert heard == []
