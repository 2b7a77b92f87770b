"""Change one thing on a page at a time, and tell which changes nobody noticed.

    python -m pages.mutants [PAGE ...] [--sample N] [--seed S]

A change that passes shows a spot where the page could be wrong unnoticed: it states less than it
could. The last lines tell the share of changes that were noticed, by kind. A module of the package,
as in `python -m pages.mutants nnfp/layer.py`, is judged by its tests and its page.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch
from tqdm import tqdm

from pages.compare import differences, faults
from pages.mutate import Mutant, mutants_of, mutants_of_module
from pages.numbers import wrong_numbers
from pages.scan import Page, PageError, read_page
from pages.session import Session

# A changed page may loop for ever; one that takes so many times as long has been noticed.
PATIENCE, PATIENCE_S = 10, 20
NOTICED, UNNOTICED = 10, 11


def survivors(page: Page, mutants: list[Mutant], progress: "tqdm[Any]") -> list[Mutant]:
    """Run the page with each change, and list the changes that nobody noticed.

    The page runs once. Before each block, a process is forked for each change of that block, and
    carries on from there, so that nothing which came before is run again.

    Args:
        page: A page that passes as it is.
        mutants: Changes of it.
        progress: Is told of each change judged.

    Returns:
        Those of `mutants` that passed.

    Raises:
        ValueError: When the page does not pass as it is.
    """
    if wrong := wrong_numbers(page):
        raise ValueError(f"expected a page that passes, got\n{wrong}")
    session, unnoticed = Session(page), []
    seconds = 0.0  # that the page itself has taken so far
    for block in page.blocks:
        of_block = [mutant for mutant in mutants if mutant.block == block.code.line]
        with _Crew(PATIENCE_S + PATIENCE * seconds, progress) as crew:
            for mutant in of_block:
                crew.start(mutant, lambda mutant: _passes_with_code(session, mutant))
        unnoticed += crew.unnoticed
        started = time.monotonic()
        result = session.run(block)
        seconds += time.monotonic() - started
        if untrue := faults(session, block, result) + differences(session, block, result):
            raise ValueError("expected a page that passes, got\n" + "\n".join(untrue))
    for mutant in mutants:
        if not mutant.block:
            if _passes_as_text(session, mutant):
                unnoticed.append(mutant)
            progress.update()
    session.close()
    return unnoticed


class _Crew:
    """As many processes at once as there are cores, each judging one change."""

    def __init__(self, limit: float, progress: "tqdm[Any]") -> None:
        self.limit, self.progress = limit, progress
        self.at_work: list[tuple[Mutant, BaseProcess, float]] = []
        self.unnoticed: list[Mutant] = []
        self.folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for all, and remove what they wrote: one that was killed could not."""
        while self.at_work:
            self._collect()
        self.folder.cleanup()

    def start(self, mutant: Mutant, passes: Callable[[Mutant], bool]) -> None:
        """Fork a process that judges `mutant`, as soon as a core is free."""
        while len(self.at_work) >= (os.cpu_count() or 1):
            self._collect()
        fork = multiprocessing.get_context("fork")
        process = fork.Process(target=_judge, args=(mutant, passes, self.folder.name))
        process.start()
        self.at_work.append((mutant, process, time.monotonic()))

    def _collect(self) -> None:
        time.sleep(0.005)
        for entry in list(self.at_work):
            mutant, process, started = entry
            if process.is_alive() and time.monotonic() - started > self.limit:
                process.kill()
                process.join()
                where = f"line {mutant.line}: {mutant.change}"
                self.progress.write(f"stopped after {self.limit:.0f} s, {where}")
            elif process.is_alive():
                continue
            elif process.exitcode == UNNOTICED:
                self.unnoticed.append(mutant)
            elif process.exitcode != NOTICED:
                raise RuntimeError(f"the process that judged {mutant} ended by {process.exitcode}")
            self.at_work.remove(entry)
            self.progress.update()


def _judge(mutant: Mutant, passes: Callable[[Mutant], bool], folder: str) -> None:
    """Judge in a forked process, which writes into `folder` alone and ends by the verdict."""
    tempfile.tempdir = folder
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    verdict = UNNOTICED if passes(mutant) else NOTICED
    os._exit(verdict)  # without the clean-up of the process that this one was forked from


def _passes_with_code(session: Session, mutant: Mutant) -> bool:
    """Run the changed block and those after it, on what those before it left."""
    session.folder = Path(shutil.copytree(session.folder, tempfile.mkdtemp(), dirs_exist_ok=True))
    for block in session.page.blocks:
        if block.code.line < mutant.block:
            continue
        if block.code.line == mutant.block:
            block = replace(block, code=replace(block.code, content=mutant.code))
        result = session.run_one(block)
        if faults(session, block, result) or differences(session, block, result):
            return False
    return True


def _passes_as_text(session: Session, mutant: Mutant) -> bool:
    """Compare what the page's blocks did with what it says after the change."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, session.page.path.name)
        shutil.copy(session.page.path, path)
        for beside in ("figures", "numbers"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copytree(session.page.path.parent / beside, Path(folder, beside))
        (Path(folder) / mutant.file.relative_to(session.page.path.parent)).write_text(
            mutant.text, encoding="utf-8"
        )
        try:
            changed = Session(read_page(path))
        except PageError:
            return False
        changed.results = session.results
        passes = not wrong_numbers(changed.page) and not any(
            faults(changed, block, changed.results[block.code.line])
            or differences(changed, block, changed.results[block.code.line])
            for block in changed.page.blocks
        )
        changed.close()
    return passes


def survivors_of_module(path: Path, mutants: list[Mutant], progress: "tqdm[Any]") -> list[Mutant]:
    """Run a module's tests and its page with each change, and list what nobody noticed.

    Args:
        path: A module of the package.
        mutants: Changes of it.
        progress: Is told of each change judged.

    Returns:
        Those of `mutants` that passed.

    Raises:
        ValueError: When the tests do not pass as things are.
    """
    started = time.monotonic()
    as_it_is = Mutant(path, 0, "", "", code=path.read_text(encoding="utf-8"))
    with _Crew(600, tqdm(disable=True)) as crew:
        crew.start(as_it_is, _module_passes)
    if not crew.unnoticed:
        raise ValueError(
            f"expected tests that pass, got a failure: pytest {' '.join(_tests(path))}"
        )
    with _Crew(PATIENCE_S + PATIENCE * (time.monotonic() - started), progress) as crew:
        for mutant in mutants:
            crew.start(mutant, _module_passes)
    return crew.unnoticed


def _module_passes(mutant: Mutant) -> bool:
    """Run the tests on a copy of the package with the change in it, which is found before it."""
    package = mutant.file.parent
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(package, folder / package.name)
    (folder / package.name / mutant.file.name).write_text(mutant.code, encoding="utf-8")
    sys.path.insert(0, str(folder))
    return pytest.main(["-x", "-q", "-p", "no:cacheprovider", *_tests(mutant.file)]) == 0


def _tests(path: Path) -> list[str]:
    """Name the tests and the page of a module; one without is proven by the modules that use it."""
    of = [f"tests/test_{path.stem}.py", f"docs/learn/{path.stem}.md"]
    found = [name for name in of if Path(name).exists()]
    users = [
        user
        for user in sorted(path.parent.glob("*.py"))
        if not found and f"{path.parent.name}.{path.stem} " in user.read_text(encoding="utf-8")
    ]
    return found + [name for user in users for name in _tests(user)]


def main(arguments: list[str] | None = None) -> int:
    """Judge the changes that the command line asks for; the exit code is 1 if one passed."""
    parser = argparse.ArgumentParser(prog="python -m pages.mutants", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, help="default: every page with blocks")
    parser.add_argument("--sample", type=int, help="so many changes a page, chosen at random")
    parser.add_argument("--seed", type=int, default=0, help="of that choice")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.pages or sorted(Path("docs").rglob("*.md"))]
    # The first optimizer of a process loads much of torch; here it is loaded for all of them.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)])
    total: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for path in paths:
        name = os.path.relpath(path)
        module = path.suffix == ".py"
        mutants = list(mutants_of_module(path) if module else mutants_of(read_page(path)))
        if options.sample is not None and options.sample < len(mutants):
            mutants = random.Random(options.seed).sample(mutants, options.sample)
        with tqdm(total=len(mutants), desc=name, disable=None) as progress:
            if module:
                unnoticed = survivors_of_module(path, mutants, progress)
            else:
                unnoticed = survivors(read_page(path), mutants, progress)
        total.update(mutant.kind for mutant in mutants)
        passed.update(mutant.kind for mutant in unnoticed)
        for mutant in sorted(unnoticed, key=lambda mutant: (str(mutant.file), mutant.line)):
            where = f"{os.path.relpath(mutant.file)}:{mutant.line}"
            print(f"{where}: nobody noticed ({mutant.kind}) {mutant.change}")
    for kind in sorted(total):
        noticed = total[kind] - passed[kind]
        print(f"{kind:10} {noticed:5} of {total[kind]:5} noticed, {noticed / total[kind]:.1%}")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
