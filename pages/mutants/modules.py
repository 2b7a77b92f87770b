"""Run a module's tests and pages with each of its changes, and list those that none catches."""

import ast
import contextlib
import re
import shutil
import time
from pathlib import Path

from pages.mutants.changes import Mutant
from pages.mutants.judge import PATIENCE, PATIENCE_S, Progress, judged
from pages.page import read_page
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
# Runs one file after the other: the first catches most changes.
RUN_TESTS = """
import os, pytest, sys
sys.path.insert(0, os.getcwd())
# The processes that tests start would look in their own folder first, which may be the project's.
os.environ.update(PYTHONPATH=os.getcwd() + os.pathsep + ".", PYTHONSAFEPATH="1")
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
        mutants: Its changes.
        progress: Called after each change.

    Returns:
        Those of `mutants` that passed.

    Raises:
        ValueError: When the tests do not pass with the unchanged module.
    """
    unchanged = Mutant(path, 0, "", "", code=path.read_text(encoding="utf-8"))
    tests = tests_of(path)
    with contextlib.closing(Interpreter.start()) as interpreter:
        interpreter.run(WARM_UP, "warm-up")
        started = time.monotonic()
        loaded = _run_tests(interpreter, tests, None, unchanged)
        if not loaded:
            raise ValueError(f"expected tests that pass, got a failure: pytest {' '.join(tests)}")
        # Load the libraries once, so that no change waits for them again.
        names = _of_libraries(loaded, project_of(path))
        interpreter.run(LOAD.format(names=names), "load")
        limit = PATIENCE_S + PATIENCE * (time.monotonic() - started)

        def passes(mutant: Mutant) -> bool:
            return bool(_run_tests(interpreter, tests, limit, mutant))

        return judged(passes, mutants, progress)


def _run_tests(
    interpreter: Interpreter, tests: list[str], limit: float | None, mutant: Mutant
) -> list[str]:
    """Run tests in a copy of the project with the change in its package.

    Returns:
        The names of the modules that are loaded at the end, or none if a test fails.
    """
    with contextlib.closing(interpreter.fork()) as fork:
        root = project_of(mutant.file)
        inside = mutant.file.relative_to(root)
        for entry in root.iterdir():
            if entry.name != inside.parts[0] and not entry.name.startswith("."):
                (fork.folder / entry.name).symlink_to(entry)
        shutil.copytree(root / inside.parts[0], fork.folder / inside.parts[0])
        (fork.folder / inside).write_text(mutant.code, encoding="utf-8")
        try:
            result = fork.run(RUN_TESTS.format(tests=tests), "tests", limit)
        except InterpreterEndedError:
            return []
    return [] if result.error else result.stdout.splitlines()[-1].split()


def project_of(path: Path) -> Path:
    """Find the project of a module: the folder around it that has tests."""
    for folder in path.parents:
        if (folder / "tests").is_dir():
            return folder
    raise ValueError("expected a module of a project that has a folder tests/, found none")


def _of_libraries(modules: list[str], root: Path) -> list[str]:
    """List the modules that are not the project's: the project's are loaded anew each time."""
    own = {path.stem for path in root.iterdir()} - {"pages"}
    return [name for name in modules if name.partition(".")[0] not in own]


def tests_of(path: Path) -> list[str]:
    """List the tests of a module and the pages that use it, with the quickest to fail first.

    A module without a test file is judged by what judges the modules that import it.
    """
    root = project_of(path)
    own = _test_file(path)
    if not own.exists() and (users := _users(path)):
        judges = {root / test for user in users for test in tests_of(user)}
    else:
        own_tests = [own] if own.exists() else []
        judges = {*own_tests, *_package_tests(path), *_few_pages(path)}
    ranked = sorted(judges, key=lambda file: (file != own, file.stat().st_size, file))
    return [str(file.relative_to(root)) for file in ranked]


def _test_file(path: Path) -> Path:
    """Return where the tests of a module are; one file tests what each package exports."""
    root = project_of(path)
    package, *folders = path.relative_to(root).parent.parts
    if path.stem == "__init__":
        return root / "tests" / package / "test_package.py"
    return root.joinpath("tests", package, *folders, f"test_{path.stem.strip('_')}.py")


def _package_tests(path: Path) -> list[Path]:
    """List the tests of a module's package that are not those of another module in it."""
    root = project_of(path)
    package, *folders = path.relative_to(root).parent.parts
    if not folders:
        return []
    others = {file.stem.strip("_") for file in path.parent.glob("*.py") if file != path}
    tests = sorted(root.joinpath("tests", package, *folders).glob("test_*.py"))
    return [file for file in tests if file.stem.removeprefix("test_") not in others]


def _few_pages(path: Path) -> list[Path]:
    """Choose pages that use a module: short ones, and no more than use all of its names."""
    code = {page: _code(page) for page in (project_of(path) / "docs").rglob("*.md")}
    using = [
        page
        for page in sorted(code, key=lambda page: page.stat().st_size)
        if re.search(_use_of(path), code[page])
    ]
    names = _public_names(path)
    chosen = []
    for page in using:
        if new := {name for name in names if re.search(rf"\b{name}\b", code[page])}:
            chosen.append(page)
            names = names - new
    return chosen or using[:1]


def _use_of(path: Path) -> str:
    """Return a pattern that matches code which uses the package or the module in a package."""
    package, *names = path.relative_to(project_of(path)).with_suffix("").parts
    if names[0] == "__init__":
        return rf"(from|import|-m) {package}\b"
    return rf"(from {package} import .*|(from|import|-m) {package}\.){names[0]}\b"


def _code(page: Path) -> str:
    return "\n".join(block.code.content for block in read_page(page).blocks)


def _public_names(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    defined = (node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return {name for name in defined if not name.startswith("_")}


def _users(path: Path) -> list[Path]:
    """List the modules of the same package that import a module."""
    root = project_of(path)
    folder = path.relative_to(root).parent
    dotted = re.escape(".".join(folder.parts))
    imports = rf"(from {dotted} import .*|(from|import) {dotted}\.){path.stem}\b"
    others = [file for file in (root / folder.parts[0]).rglob("*.py") if file.stem != "__init__"]
    return [file for file in others if re.search(imports, file.read_text(encoding="utf-8"))]
