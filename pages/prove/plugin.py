"""The pytest plugin: each block of a page is a test, run in the page's session and compared.

It builds on pytest-markdown-docs, which collects a test for each fence that our scanner finds, and
hands it to the runner below. After them comes one test more for each page with names of code in its
sentences.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_markdown_docs._runners import _Runner, register_runner
from pytest_markdown_docs.definitions import FenceTestDefinition

from pages.page import Block, PageError, read_page, scan
from pages.prove.compare import differences, faults, raised_unexpectedly
from pages.prove.names import code_in_prose, wrong_names
from pages.prove.quantities import notes_file, write_notes, wrong_numbers
from pages.prove.session import Result, Session
from pages.prove.update import update

# What stands before the command that mends a page.
MEND = "to write what is true into the page: "
# How the lines of a message look in a terminal that has colours.
COLOURS = {"-": {"red": True}, "+": {"green": True}, MEND: {"bold": True}}


class UntrueError(Exception):
    """A block or a sentence in which the page does not tell the truth."""


class Run:
    """One run of pytest: its sessions, which blocks raised in it, and which pages have faults."""

    def __init__(self, config: pytest.Config) -> None:
        """Start without sessions, with the options that `config` has."""
        self.config = config
        self.updating: bool = config.getoption("--update-pages")
        self.threads: int = config.getoption("--page-threads")
        self.ulps: int = config.getoption("--page-ulps")
        self.untrue: list[str] = []
        self.sessions: dict[Path, Session] = {}
        self.raised: set[tuple[Path, int]] = set()
        self.faulty: set[Path] = set()

    def session(self, path: Path) -> Session:
        """Give the session of the page at `path`, which starts when it is first asked for."""
        if path not in self.sessions:
            self.sessions[path] = Session(read_page(path), self.threads)
        return self.sessions[path]

    def check(self, path: Path, line: int) -> None:
        """Run the block at `line` and raise if the page does not tell the truth of it."""
        session = self.session(path)
        block = session.page.block_at(line)
        self._run_earlier(session, block)
        result = session.run(block)
        found = self._faults(session, block, result)
        if raised_unexpectedly(block, result):
            self.raised.add((path, line))
        elif not self.updating:
            mend = f"{MEND}pytest --update-pages {session.page.name}"
            untrue = differences(session, block, result, self.ulps)
            found += [f"{message}\n{mend}" for message in untrue]
        self._raise_if(found)

    def check_names(self, path: Path) -> None:
        """Raise if the sentences of a page name code that does not exist after its last block."""
        session = self.session(path)
        self._run_earlier(session, None)
        self._raise_if(wrong_names(session))

    def check_numbers(self, path: Path) -> None:
        """Raise if the numbers in the sentences of a page are not backed as noted.

        When pages are written, it is enough that this one has a session: they are noted at the end.
        """
        page = self.session(path).page
        if not self.updating and (wrong := wrong_numbers(page)):
            self._raise_if([wrong])

    def _raise_if(self, found: list[str]) -> None:
        """Raise if anything was found, and remember it for the end of the run."""
        self.untrue += found
        if found:
            raise UntrueError("\n".join(found))

    def _run_earlier(self, session: Session, block: Block | None) -> None:
        """Run what comes before `block`, or all; after one that broke, the rest means nothing."""
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
        """List the faults, and remember the page: what they leave on it is not to be written."""
        found = faults(session, block, result)
        if found:
            self.faulty.add(session.page.path)
        return found


# A run inside a run, as in the tests of this plugin, is on top while it lasts.
_runs: list[Run] = []


class FenceParser:
    """Stands in for markdown-it, which misses fences in tabs, admonitions and details."""

    def parse(self, text: str) -> list[SimpleNamespace]:
        """Give a token for each block of Python, in the form that pytest-markdown-docs reads."""
        try:
            fences = scan(text)
        except PageError as error:
            raise pytest.Collector.CollectError(str(error)) from error
        return [
            SimpleNamespace(
                type="fence", info="python", content=fence.content, map=[fence.line - 1, fence.end]
            )
            for fence in fences
        ]


@register_runner(default=True)
class PageRunner(_Runner):
    """Runs a block in its page's session, in place of a namespace of its own."""

    def runtest(
        self, test: FenceTestDefinition, args: dict[str, Any], *, asyncio_runner: object = None
    ) -> None:
        """Run the block and compare; the caller takes a TypeError for itself, so none leaves."""
        if test.source_path.suffix != ".md":
            raise UntrueError(
                f"{test.source_path}:{test.start_line}: expected examples in docstrings to be "
                "written after >>>, got a fence"
            )
        _runs[-1].check(test.source_path, test.start_line)

    def repr_failure(
        self,
        test: FenceTestDefinition,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,
    ) -> str:
        """Say what is wrong, without the frames of the tools."""
        return message_of(excinfo)


def message_of(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Say what is wrong; only where these tools fail themselves, show where in them."""
    if isinstance(excinfo.value, UntrueError):
        return "\n".join(map(_painted, str(excinfo.value).split("\n")))
    return str(excinfo.getrepr(style="short"))


def _painted(line: str) -> str:
    writer = _runs[-1].config.get_terminal_writer()
    colour = next((COLOURS[start] for start in COLOURS if line.startswith(start)), {})
    return writer.markup(line, **colour)


class PageProse(pytest.File):
    """Collects the tests of a page's sentences."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give a test if the page names any code, and one if its numbers are noted."""
        with contextlib.suppress(PageError):  # which stops everything when blocks are collected
            page = read_page(self.path)
            if any(code_in_prose(page)) and not _runs[-1].updating:
                yield ProseItem.from_parent(self, name="names")
            if notes_file(page).parent.is_dir():
                yield ProseItem.from_parent(self, name="numbers")


class ProseItem(pytest.Item):
    """The test that the code which a page's sentences name exists, or that its numbers are true."""

    def runtest(self) -> None:
        """Look the names up, after what has not run yet of the page; or the numbers."""
        run = _runs[-1]
        check = {"names": run.check_names, "numbers": run.check_numbers}[self.name]
        check(self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """Say what is wrong, without the frames of the tools."""
        return message_of(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the test as its page."""
        return self.path, None, self.name


@pytest.hookimpl(trylast=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PageProse | None:
    """Collect the sentences of a page after its blocks."""
    if file_path.suffix == ".md" and parent.config.getoption("markdowndocs"):
        return PageProse.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests are spread over processes, keep a page in one: it is a single session."""
    for item in items:
        if item.path.suffix == ".md":
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_markdown_docs_markdown_it() -> FenceParser:
    """Have pytest-markdown-docs read pages by our scanner."""
    return FenceParser()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-pages`, `--page-threads` and `--page-ulps`."""
    group = parser.getgroup("pages")
    group.addoption(
        "--update-pages",
        action="store_true",
        help="rewrite the outputs and figures of the pages instead of comparing them",
    )
    group.addoption(
        "--page-threads",
        type=int,
        default=1,
        help="run the pages with torch on so many threads (default: 1)",
    )
    group.addoption(
        "--page-ulps",
        type=int,
        default=0,
        help="let numbers with a fraction differ by so many units in their last digit (default: 0; "
        "1 is meant for machines and versions of torch that the pages were not written on)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Open a run."""
    config.addinivalue_line("markers", "xdist_group(name): tests that stay in one process")
    _runs.append(Run(config))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was found to the process that reports, if this is another one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["untrue"] = _runs[-1].untrue


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what another process has found."""
    _runs[-1].untrue += getattr(node, "workeroutput", {}).get("untrue", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """On a code host's machine, put each message beside the line of the page that it is about."""
    if "GITHUB_ACTIONS" in os.environ:
        for message in _runs[-1].untrue:
            terminalreporter.write_line(annotation(message))


def annotation(message: str) -> str:
    r"""Write a message that begins with a file and a line as the host's command for it.

    Examples:
        >>> annotation("page.md:5: the page says\n-18")
        '::error file=page.md,line=5::the page says%0A-18'
    """
    file, line, text = message.split(":", 2)
    for character, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.strip().replace(character, code)
    return f"::error file={file},line={line}::{text}"


def pytest_unconfigure() -> None:
    """Close the run; when it was to update pages, this is when they are written."""
    run = _runs.pop()
    for path, session in run.sessions.items():
        if run.updating and path not in run.faulty:
            _write(session)
        session.close()


def _write(session: Session) -> None:
    """Write what is true into the page, and then note what backs the numbers in its sentences."""
    changed = update(session)
    try:
        changed |= write_notes(read_page(session.page.path))
    except ValueError as error:
        print(error)
    if changed:
        print(f"updated {session.page.name}")
