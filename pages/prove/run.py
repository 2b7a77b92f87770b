"""One run of pytest over pages: their sessions, and what was found."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.page import Block, PageError, read_page
from pages.prove.compare import differences, faults, raised_unexpectedly
from pages.prove.names import wrong_names
from pages.prove.quantities import write_notes, wrong_numbers
from pages.prove.result import Result
from pages.prove.session import Session
from pages.prove.update import update


class UntrueError(Exception):
    """A block or a sentence of a page is not true; the message says where and why."""


class Run:
    """One run of pytest: its sessions, and what it found."""

    def __init__(self, config: pytest.Config) -> None:
        """Start without sessions, with the options in `config`."""
        self.config = config
        self.updating: bool = config.getoption("--update-pages")
        self.threads: int = config.getoption("--page-threads")
        self.ulps: int = config.getoption("--page-ulps")
        self.untrue: list[str] = []
        self.sessions: dict[Path, Session] = {}
        self.tests_left: Counter[Path] = Counter()
        self.raised: set[tuple[Path, int]] = set()
        self.faulty: set[Path] = set()
        self.written: list[str] = []

    def session(self, path: Path) -> Session:
        """Return the session of the page at `path`; the first call makes it."""
        if path not in self.sessions:
            self.sessions[path] = Session(read_page(path), self.threads)
        return self.sessions[path]

    def count_down(self, path: Path) -> None:
        """Close the session of a page after the last of its tests."""
        self.tests_left[path] -= 1
        if not self.tests_left[path] and path in self.sessions:
            self.sessions[path].close()

    def check(self, path: Path, line: int) -> None:
        """Run the block at `line` and raise if the page does not show what it does."""
        session = self.session(path)
        block = session.page.block_at(line)
        self._run_earlier(session, block)
        result = session.run(block)
        found = self._faults(session, block, result)
        if raised_unexpectedly(block, result):
            self.raised.add((path, line))
        elif not self.updating:
            found += differences(session, block, result, self.ulps)
        self._raise_if(found)

    def check_names(self, path: Path) -> None:
        """Raise if the sentences of a page name code that does not exist after its last block."""
        session = self.session(path)
        self._run_earlier(session, None)
        self._raise_if(wrong_names(session))

    def check_numbers(self, path: Path) -> None:
        """Raise if the numbers in the sentences of a page are not backed as noted.

        When pages are updated, make only the page's session: the notes are written at the end.
        """
        page = self.session(path).page
        if not self.updating:
            self._raise_if(wrong_numbers(page))

    def write(self) -> bool:
        """Update the pages that ran without a fault.

        Returns:
            Whether all of them could be written.
        """
        pages = [s for path, s in self.sessions.items() if path not in self.faulty]
        problems = [problem for session in pages for problem in self._write(session)]
        self.written += problems
        return not problems

    def _write(self, session: Session) -> Iterator[str]:
        """Update a page, then its notes; yield the problems."""
        name = session.page.name
        try:
            changed = update(session)
            changed |= write_notes(read_page(session.page.path))
            if changed:
                self.written.append(f"updated {name}")
        except OSError as error:
            yield f"{name}: expected to write {error.filename}, got: {error.strerror}"
        except PageError as error:
            yield str(error)
        except ValueError as error:
            yield f"{name}: {error}"

    def _raise_if(self, found: list[str]) -> None:
        """Raise if anything was found, and remember it for the end of the run."""
        self.untrue += found
        if found:
            raise UntrueError("\n".join(found))

    def _run_earlier(self, session: Session, block: Block | None) -> None:
        """Run the blocks before `block`, or all; stop or skip the test if one of them broke."""
        for earlier in session.page.blocks:
            line = earlier.code.line
            if earlier is block:
                return
            if (session.page.path, line) in self.raised:
                pytest.skip(f"the block at {session.page.name}:{line} raised before this one")
            result = session.run(earlier)
            if raised_unexpectedly(earlier, result):
                self._raise_if(self._faults(session, earlier, result))

    def _faults(self, session: Session, block: Block, result: Result) -> list[str]:
        """List the faults, and remember a page that has any, so that it is not updated."""
        found = faults(session, block, result)
        if found:
            self.faulty.add(session.page.path)
        return found
