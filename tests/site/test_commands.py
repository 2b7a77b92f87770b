"""Test that a test or .ci/run runs every command in the documents."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.page import read_page
from pages.project import ROOT

DOCUMENTS = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]

# Run by another file, which names the command.
ELSEWHERE = {
    "make serve": "tests/site/test_serve.py",
    # On the published site, the URL of the wheel replaces the folder.
    'pip install ".[learn]"': "audit/fresh.py",
    "CUSTOM_DIR= .venv/bin/zensical build": "tests/site/test_zensical.py",
}
# What a target of make runs. A test or .ci/run runs that target.
BY_MAKE = {"pytest": "make test", "mkdocs serve --dirty": "make serve"}
# Run by a test below.
PYTEST = [
    ".venv/bin/pytest docs/learn/neuron.md",
    ".venv/bin/pytest docs/learn/neuron.md -k line:7",
]


def commands_in(path: Path) -> list[tuple[int, str]]:
    """List the commands of a document for the reader's shell, each with its line.

    The tests of the document run those that show an output.
    """
    page = read_page(path)
    run = [block.code for block in page.blocks]
    return [
        (line, command)
        for fence in page.fences
        if fence.language == "bash" and fence not in run
        for line, command in enumerate(fence.content.splitlines(), fence.line + 1)
        if command
    ]


def commands_of_ci() -> set[str]:
    text = (ROOT / ".ci/run").read_text(encoding="utf-8")
    return {line.strip() for line in text.splitlines()}


def untested(path: Path) -> list[str]:
    """List the commands of a document that nothing runs."""
    run = {*commands_of_ci(), *ELSEWHERE, *BY_MAKE, *PYTEST}
    return [
        f"{path.name}:{line}: expected a command that .ci/run or a test runs, got: {command}"
        for line, command in commands_in(path)
        if command not in run
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_is_run(path: Path) -> None:
    assert untested(path) == []


def test_a_command_that_nothing_runs_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("Text.\n\n```bash\nmake check\nmake tset\n```\n")
    assert untested(path) == [
        "page.md:5: expected a command that .ci/run or a test runs, got: make tset"
    ]


def test_a_command_that_shows_its_output_is_run_by_its_page(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("```bash\necho 1\n```\n\n```text\n1\n```\n")
    assert untested(path) == []


def test_contributing_lists_every_command_of_make() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = set(re.findall(r"^make [a-z-]+", done.stdout, re.MULTILINE))
    assert len(commands) > 1
    assert commands - set(re.findall(r"`(make [a-z-]+)`", text)) == set()


def test_every_listed_command_is_in_a_document() -> None:
    given = {command for path in DOCUMENTS for _, command in commands_in(path)}
    assert {*ELSEWHERE, *BY_MAKE, *PYTEST} - given == set()


@pytest.mark.parametrize(("command", "test"), ELSEWHERE.items())
def test_a_command_run_elsewhere_is_in_the_file_that_runs_it(command: str, test: str) -> None:
    assert command in (ROOT / test).read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "make"), BY_MAKE.items())
def test_make_runs_what_is_typed_by_hand(command: str, make: str) -> None:
    done = subprocess.run(
        [*make.split(), "--dry-run", "--no-print-directory"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    # make adds options, such as the port or the number of processes.
    assert done.stdout.splitlines()[-1].startswith(f".venv/bin/{command}")
    assert make in {*commands_of_ci(), *ELSEWHERE}


@pytest.mark.parametrize("command", PYTEST)
def test_pytest_runs_one_page_or_block(command: str) -> None:
    program, *arguments = command.split()
    done = subprocess.run(
        [sys.executable, "-m", Path(program).name, *arguments, "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout.splitlines()[-1]
