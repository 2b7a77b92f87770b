"""Run a module's tests and pages with each change of it, and list the changes that none catches."""

import contextlib
import re
import shutil
import time
from functools import partial
from pathlib import Path

from pages.mutants.changes import Mutant
from pages.mutants.judge import PATIENCE, PATIENCE_S, Progress, judged
from pages.project import DOCS, ROOT
from pages.prove.interpreter import Interpreter, InterpreterEndedError

# Starts the worker that runs pages, so that each fork finds it running.
WARM_UP = """
import pytest
from pages.prove.interpreter import Interpreter
Interpreter.start().close()
"""
LOAD = """
import contextlib, importlib
for name in {names!r}:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
"""
# Runs one file after the other: most changes are caught by the first.
RUN_TESTS = """
import os, pytest, sys
sys.path.insert(0, {folder!r})
# For what a test starts as well. Without the second, that would look in its own folder first.
os.environ.update(PYTHONPATH={folder!r}, PYTHONSAFEPATH="1")
os.chdir({root!r})
options = "-x -q -p no:cacheprovider -W ignore::pytest.PytestAssertRewriteWarning".split()
for name in {tests!r}:
    if pytest.main([*options, name]) not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(name)
print(*sys.modules)
"""


def survivors_of_module(path: Path, mutants: list[Mutant], progress: Progress) -> list[Mutant]:
    """Run a module's tests and its pages with each change, and list those that were not caught.

    Args:
        path: A module of a package.
        mutants: Changes of it.
        progress: Called after each change.

    Returns:
        Those of `mutants` that passed.

    Raises:
        ValueError: When the tests do not pass as things are.
    """
    unchanged = Mutant(path, 0, "", "", code=path.read_text(encoding="utf-8"))
    tests = tests_of(path)
    with contextlib.closing(Interpreter.start()) as interpreter:
        interpreter.run(WARM_UP, "warm-up")
        for _ in range(2):  # the second time with all loaded that the first one needed
            started = time.monotonic()
            loaded = _run_tests(interpreter, tests, None, unchanged)
            if not loaded:
                raise ValueError(
                    f"expected tests that pass, got a failure: pytest {' '.join(tests)}"
                )
            interpreter.run(LOAD.format(names=_others(loaded)), "load")
        limit = PATIENCE_S + PATIENCE * (time.monotonic() - started)

        def passes(mutant: Mutant) -> bool:
            return bool(_run_tests(interpreter, tests, limit, mutant))

        return judged(passes, mutants, progress)


def _run_tests(
    interpreter: Interpreter, tests: list[str], limit: float | None, mutant: Mutant
) -> list[str]:
    """Run tests on a copy of the package with the change in it.

    Returns:
        The names of the modules that are loaded then, or none if a test fails.
    """
    with contextlib.closing(interpreter.fork()) as fork:
        inside = mutant.file.relative_to(ROOT)
        shutil.copytree(ROOT / inside.parts[0], fork.folder / inside.parts[0])
        (fork.folder / inside).write_text(mutant.code, encoding="utf-8")
        code = RUN_TESTS.format(folder=str(fork.folder), root=str(ROOT), tests=tests)
        try:
            result = fork.run(code, "tests", limit)
        except InterpreterEndedError:
            return []
    return [] if result.error else result.stdout.splitlines()[-1].split()


def _others(modules: list[str]) -> list[str]:
    """List the modules that belong to libraries: the project's own are loaded anew each time."""
    own = {path.stem for path in ROOT.iterdir()} - {"pages"}
    return [name for name in modules if name.partition(".")[0] not in own]


def tests_of(path: Path) -> list[str]:
    """List the tests of a module and the pages that import it, with the quickest first.

    A module without any is judged by those of the modules that use it.
    """
    inside = path.relative_to(ROOT)
    package = inside.parts[0]
    names = [package] if path.stem == "__init__" else list(inside.with_suffix("").parts)
    own = _test_files(names)
    used = rf"(from {package} import .*|(from|import) {package}\.){names[min(1, len(names) - 1)]}\b"
    if path.stem == "__init__":
        used = rf"(from|import) {package}\b"
    pages = [page for page in DOCS.rglob("*.md") if page.stem == names[-1] or _has(page, used)]
    if not own and not pages:
        users = [user for user in path.parent.glob("*.py") if _has(user, used)]
        return list(dict.fromkeys(test for user in users for test in tests_of(user)))
    ranked = sorted([*own, *pages], key=partial(_rank, names[-1]))
    return [str(file.relative_to(ROOT)) for file in ranked]


def _test_files(names: list[str]) -> list[Path]:
    """Find the tests of a module: a file with its name, or those of the package that it is in."""
    for end in range(len(names), 0, -1):
        *folders, name = names[:end]
        file = ROOT.joinpath("tests", *folders, f"test_{name}.py")
        if file.exists():
            return [file]
        folder = ROOT.joinpath("tests", *folders, name)
        if len(names) > 1 and end > 1 and folder.is_dir():
            return sorted(folder.rglob("test_*.py"))
    return []


def _has(file: Path, pattern: str) -> bool:
    return re.search(pattern, file.read_text(encoding="utf-8")) is not None


def _rank(stem: str, file: Path) -> tuple[bool, int]:
    return file.stem not in (stem, f"test_{stem}"), file.stat().st_size
