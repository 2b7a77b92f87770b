"""Each command that the documents give to a reader is run, by a test or by `.ci/run`."""

from pathlib import Path

import pytest

from pages.page import read_page
from tests.conftest import ROOT

pytest_plugins = ["pytester"]

DOCUMENTS = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]

# Run by another test file, which must name the command.
ELSEWHERE = {
    "make serve": "tests/site/test_serve.py",
    "CUSTOM_DIR= .venv/bin/zensical build": "tests/site/test_zensical.py",
}
# The same as a target of make does, which is run by .ci/run or by a test.
BY_MAKE = {"pytest": "make test", "mkdocs serve --livereload --dirty": "make serve"}
# Run by a test below.
PYTEST = [
    ".venv/bin/pytest docs/learn/neuron.md",
    ".venv/bin/pytest docs/learn/neuron.md -k line:7",
]


def commands_in(path: Path) -> list[tuple[int, str]]:
    """List the commands of a document, each with its line."""
    return [
        (line, command)
        for fence in read_page(path).fences
        if fence.language == "bash"
        for line, command in enumerate(fence.content.splitlines(), fence.line + 1)
        if command
    ]


def lines_of(name: str) -> list[str]:
    return [line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]


def unproven(path: Path) -> list[str]:
    """List the commands of a document that nobody runs."""
    run = {*lines_of(".ci/run"), *ELSEWHERE, *BY_MAKE, *PYTEST}
    return [
        f"{path.name}:{line}: expected a line of .ci/run, or of a test, got: {command}"
        for line, command in commands_in(path)
        if command not in run
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_is_run(path: Path) -> None:
    assert unproven(path) == []


def test_a_command_that_nobody_runs_is_told(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("Text.\n\n```bash\nmake check\nmake tset\n```\n")
    assert unproven(path) == ["page.md:5: expected a line of .ci/run, or of a test, got: make tset"]


def test_every_command_named_here_is_still_in_a_document() -> None:
    given = {command for path in DOCUMENTS for _, command in commands_in(path)}
    assert {*ELSEWHERE, *BY_MAKE, *PYTEST} - given == set()


@pytest.mark.parametrize(("command", "test"), ELSEWHERE.items())
def test_a_command_run_elsewhere_is_named_there(command: str, test: str) -> None:
    assert command in (ROOT / test).read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "made"), BY_MAKE.items())
def test_a_command_typed_by_hand_is_what_make_does(command: str, made: str) -> None:
    target = made.removeprefix("make ")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split(f"\n{target}: ")[1].split("\n\n")[0]
    # make alone has another port to offer; the address is the one that mkdocs has by default.
    recipe = recipe.replace(" --dev-addr 127.0.0.1:$(PORT)", "")
    # ... and spreads the tests over two processes.
    recipe = recipe.replace(" --numprocesses=2 --dist=loadgroup", "")
    assert recipe.splitlines()[-1] == f"\t$(bin)/{command}"
    assert made in [*lines_of(".ci/run"), *ELSEWHERE]


@pytest.mark.parametrize("command", PYTEST)
def test_one_page_or_one_block_of_it_is_proven_alone(
    command: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ["-p", "pytest_markdown_docs.plugin", "-p", "no:cacheprovider"]
    passed, skipped, failed = pytester.inline_run(*plugins, *command.split()[1:]).listoutcomes()
    assert passed, f"{command} selects no block"
    assert (skipped, failed) == ([], [])
