"""Fixtures that run pages written by a test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pages.page import read_page
from pages.prove.result import Result
from pages.prove.session import Session

Start = Callable[..., Session]
RunPage = Callable[..., Result]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a session of a page with the given blocks of Python, or of a page with this text."""
    sessions: list[Session] = []

    def start(*blocks: str, text: str = "") -> Session:
        path = tmp_path / f"page{len(sessions)}.md"
        path.write_text(text + "".join(f"```python\n{block}\n```\n\n" for block in blocks))
        sessions.append(Session(read_page(path)))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()


@pytest.fixture
def run(start: Start) -> RunPage:
    """Run the given blocks as one page; the result is that of the last."""

    def run(*blocks: str) -> Result:
        session = start(*blocks)
        return session.run(session.page.blocks[-1])

    return run
