"""The pytest plugin: each block of a page is a test, run in the page's session and compared.

It builds on pytest-markdown-docs: that collects a test for each fence that our scanner finds, and
hands it to the runner below. Up to two tests follow those of a page's blocks: one for the code that
its sentences name, and one for their numbers.
"""

import os
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_markdown_docs._runners import _Runner, register_runner
from pytest_markdown_docs.definitions import FenceTestDefinition

from pages.page import PageError, read_page, scan
from pages.prove.compare import MEND
from pages.prove.names import code_in_prose
from pages.prove.quantities import notes_file
from pages.prove.run import Run, UntrueError

# The look of a line of a message in a terminal, by how the line begins.
COLORS = {"-": {"red": True}, "+": {"green": True}, MEND: {"bold": True}}


# A stack, because the tests of this plugin start a run inside a run.
_runs: list[Run] = []


class FenceParser:
    """Replaces markdown-it, because that misses fences in tabs, admonitions and details."""

    def parse(self, text: str) -> list[SimpleNamespace]:
        """Return a token for each block of Python, in the form that pytest-markdown-docs reads."""
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
    """Runs a block in its page's session instead of in a separate namespace."""

    def runtest(
        self, test: FenceTestDefinition, args: dict[str, Any], *, asyncio_runner: object = None
    ) -> None:
        """Run the block and compare; never raise a TypeError, because the caller handles those."""
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
        """Return what is wrong, without the stack frames of the tools."""
        return message_of(excinfo)


def message_of(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return what is wrong, with a traceback only if these tools themselves failed."""
    if isinstance(excinfo.value, (UntrueError, PageError)):
        return "\n".join(map(_painted, str(excinfo.value).split("\n")))
    return str(excinfo.getrepr(style="short"))


def _painted(line: str) -> str:
    writer = _runs[-1].config.get_terminal_writer()
    color = next((COLORS[start] for start in COLORS if line.startswith(start)), {})
    return writer.markup(line, **color)


class PageProse(pytest.File):
    """Collects the tests of a page's sentences."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test if the page names any code, and one if its numbers are noted."""
        try:
            page = read_page(self.path)
        except PageError as error:
            raise self.CollectError(str(error)) from error
        if any(code_in_prose(page)) and not _runs[-1].updating:
            yield ProseItem.from_parent(self, name="names")
        if notes_file(page).parent.is_dir():
            yield ProseItem.from_parent(self, name="numbers")


class ProseItem(pytest.Item):
    """The test that the code in a page's sentences exists, or that their numbers are true."""

    def runtest(self) -> None:
        """Check the names, after running the page's remaining blocks, or check the numbers."""
        run = _runs[-1]
        check = {"names": run.check_names, "numbers": run.check_numbers}[self.name]
        check(self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """Return what is wrong, without the stack frames of the tools."""
        return message_of(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Report the test under the path of its page."""
        return self.path, None, self.name


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect a page's sentences after its blocks; if it has problems, collect only those."""
    collectors = yield
    if file_path.suffix != ".md" or not parent.config.getoption("markdowndocs"):
        return collectors
    try:
        read_page(file_path)
    except PageError:
        collectors = []
    return [*collectors, PageProse.from_parent(parent, path=file_path)]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all tests of a page in one process, because a page is a single session."""
    for item in items:
        if item.path.suffix == ".md":
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.hookimpl(tryfirst=True)
def pytest_markdown_docs_markdown_it() -> FenceParser:
    """Let pytest-markdown-docs read pages with our scanner."""
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
        help="run the pages with this many threads in numerical libraries (default: 1)",
    )
    group.addoption(
        "--page-ulps",
        type=int,
        default=0,
        help="let numbers with a fraction differ by this many units in their last digit "
        "(default: 0; use 1 on machines and with libraries that the pages were not written on)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start a run."""
    config.addinivalue_line("markers", "xdist_group(name): tests that stay in one process")
    run = Run(config)
    _runs.append(run)
    if run.updating and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "expected --update-pages alone, got --numprocesses: pages are written by one process"
        )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count the tests of each page, to know which is its last."""
    _runs[-1].tests_left = Counter(item.path for item in session.items)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Close the session of a page after the last of its tests."""
    _runs[-1].count_down(item.path)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Update the pages, and send what was found to the process that reports, if that is another."""
    run = _runs[-1]
    is_interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED  # within a page
    if run.updating and not is_interrupted and not run.write():
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["untrue"] = run.untrue


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what another process has found."""
    _runs[-1].untrue += getattr(node, "workeroutput", {}).get("untrue", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was written; on GitHub, attach each message to the line that it is about."""
    for line in _runs[-1].written:
        terminalreporter.write_line(line)
    if "GITHUB_ACTIONS" in os.environ:
        for message in _runs[-1].untrue:
            terminalreporter.write_line(annotation(message))


def annotation(message: str) -> str:
    r"""Turn a message that begins with a file and a line into a command for GitHub.

    Examples:
        >>> annotation("page.md:5: the page says\n-18")
        '::error file=page.md,line=5::the page says%0A-18'
    """
    file, line, text = message.split(":", 2)
    text = text.strip()
    for character, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(character, code)
    return f"::error file={file},line={line}::{text}"


def pytest_unconfigure() -> None:
    """Close the run and its sessions."""
    for session in _runs.pop().sessions.values():
        session.close()
