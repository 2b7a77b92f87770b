"""Change one thing on a page at a time, and tell which changes nobody noticed.

    python -m pages.mutants.__main__ [PAGE ...] [--sample N] [--seed S]

A change that passes shows a spot where the page could be wrong unnoticed: it states less than it
could. The last lines tell the share of changes that were noticed, by kind. A module of the package,
as in `python -m pages.mutants.__main__ nnfp/layer.py`, is judged by its tests and its page.

A change that makes no difference is listed in the page's front matter, with the reason:

    equivalent:
      optimizer.zero_grad() -> pass: the fake optimizer looks at no gradient

Those of modules are listed in `tests/equivalent.yml`.
"""

import argparse
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from tqdm import tqdm

from pages.mutants.changes import Mutant, mutants_of, mutants_of_module
from pages.page import Block, Page, PageError, front_matter, read_page
from pages.prove.compare import differences, faults
from pages.prove.names import wrong_names
from pages.prove.quantities import wrong_numbers
from pages.prove.session import Result, Session, start_afresh

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
        raise ValueError("expected a page that passes, got\n" + "\n".join(wrong))
    unnoticed = []
    seconds = 0.0  # that the page itself has taken so far
    start_afresh()  # for the changes of the first block too, which are judged before it runs
    with contextlib.closing(Session(page)) as session:
        for block in page.blocks:
            of_block = [mutant for mutant in mutants if mutant.block == block.code.line]
            with _Crew(PATIENCE_S + PATIENCE * seconds, progress) as crew:
                for mutant in of_block:
                    crew.start(mutant, lambda mutant: _passes_with_code(session, mutant))
            unnoticed += crew.unnoticed
            started = time.monotonic()
            result = session.run(block)
            seconds += time.monotonic() - started
            if untrue := _untrue(session, block, result):
                raise ValueError("expected a page that passes, got\n" + "\n".join(untrue))
        if untrue := wrong_names(session):
            raise ValueError("expected a page that passes, got\n" + "\n".join(untrue))
        for mutant in mutants:
            if not mutant.block:
                if _passes_as_text(session, mutant):
                    unnoticed.append(mutant)
                progress.update()
    return unnoticed


def _untrue(session: Session, block: Block, result: Result) -> list[str]:
    return faults(session, block, result) + differences(session, block, result)


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
        if _untrue(session, block, result):
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
        changed.results, changed.main = session.results, session.main
        passes = not (wrong_numbers(changed.page) or wrong_names(changed)) and not any(
            _untrue(changed, block, changed.results[block.code.line])
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
    as_it_is = Mutant(path, 0, "", "", code=path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "loaded")
        for _ in range(2):  # the second time with all loaded that the first one needed
            started = time.monotonic()
            with _Crew(600, tqdm(disable=True)) as crew:
                crew.start(as_it_is, partial(_module_passes, tell=told))
            if not crew.unnoticed:
                raise ValueError(
                    f"expected tests that pass, got a failure: pytest {' '.join(_tests(path))}"
                )
            _load(told.read_text(encoding="utf-8").split(), path.parent.name)
    with _Crew(PATIENCE_S + PATIENCE * (time.monotonic() - started), progress) as crew:
        for mutant in mutants:
            crew.start(mutant, _module_passes)
    return crew.unnoticed


def _load(names: list[str], package: str) -> None:
    """Load here what tests need beside the package, so that no process has to do it again."""
    for name in names:
        with contextlib.suppress(ImportError):
            if name.partition(".")[0] != package:
                importlib.import_module(name)
    gc.freeze()  # else each process would copy all of it, only to count what is in use


def _module_passes(mutant: Mutant, tell: Path | None = None) -> bool:
    """Run the tests on a copy of the package with the change in it, which is found before it."""
    package = mutant.file.parent
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(package, folder / package.name)
    if (docs := package.parent / "docs").exists():
        (folder / "docs").symlink_to(docs)  # where a module finds its data
    (folder / package.name / mutant.file.name).write_text(mutant.code, encoding="utf-8")
    sys.path.insert(0, str(folder))
    # For what a test starts as well: without the second, that would look here before.
    os.environ |= {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    # Plugins of pytest that are loaded already are told of by a warning.
    options = "-x -q -p no:cacheprovider -W ignore::pytest.PytestAssertRewriteWarning"
    # One by one: most changes are noticed by the first, and the others need not even be read.
    good = pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED
    passes = all(pytest.main([*options.split(), name]) in good for name in _tests(mutant.file))
    if tell:
        tell.write_text("\n".join(sys.modules), encoding="utf-8")
    return passes


def _tests(path: Path) -> list[str]:
    """Name a module's tests and the pages that import it; without, those of modules that use it.

    Its own come first, and the shortest of them: what a small page shows notices most changes, and
    at once.
    """
    package = path.parent.name
    imported = re.compile(rf"(from {package} import .*|(from|import) {package}\.){path.stem}\b")
    stem = path.stem
    if stem == "__init__":  # it is what the package's own name imports
        imported, stem = re.compile(rf"(from|import) {package}\b"), package
    found = [
        str(page)
        for page in Path("docs").rglob("*.md")
        if page.stem == stem or imported.search(page.read_text(encoding="utf-8"))
    ]
    found += [name for name in [f"tests/test_{stem}.py"] if Path(name).exists()]
    users = [
        user
        for user in path.parent.glob("*.py")
        if not found and imported.search(user.read_text(encoding="utf-8"))
    ]
    found += [name for user in users for name in _tests(user)]
    own = {path.stem, f"test_{path.stem}"}
    return sorted(
        set(found), key=lambda name: (Path(name).stem not in own, Path(name).stat().st_size)
    )


def equivalents(path: Path, mutants: list[Mutant]) -> dict[str, str]:
    """Read which changes make no difference, each with the reason.

    Those of a page stand at its top, those of modules in `tests/equivalent.yml`.

    Raises:
        ValueError: When one of them is no change of this page or module any more.
    """
    name = os.path.relpath(path)
    if path.suffix == ".md":
        listed, where = front_matter(read_page(path))[0].get("equivalent"), f"{name}:1"
    else:
        where = "tests/equivalent.yml"
        content = Path(where).read_text(encoding="utf-8") if Path(where).exists() else ""
        listed = (yaml.safe_load(content) or {}).get(name)
    listed = listed or {}
    if not isinstance(listed, dict):
        raise ValueError(f"{where}: expected equivalent to be changes with their reasons")
    made = {mutant.change for mutant in mutants}
    if gone := sorted(set(listed) - made):
        raise ValueError(f"{where}: no change of {name} is {gone[0]!r} any more")
    return {str(change): str(reason) for change, reason in listed.items()}


@dataclass
class Score:
    """How many changes of a kind there were, and how many passed: by right, or unnoticed."""

    changes: int = 0
    equivalent: int = 0
    unnoticed: int = 0

    def __str__(self) -> str:
        noticed = self.changes - self.equivalent - self.unnoticed
        share = noticed / self.changes
        return f"{noticed:5} of {self.changes:5} noticed, {share:.1%}, {self.equivalent} equivalent"


def judge(
    path: Path, sample: int | None, seed: int, scores: dict[str, Score]
) -> list[tuple[Mutant, str]]:
    """Judge the changes of one page or module, and add them to the scores.

    Returns:
        The changes that passed, each with the reason why it is equivalent, or without one.
    """
    module = path.suffix == ".py"
    mutants = list(mutants_of_module(path) if module else mutants_of(read_page(path)))
    reasons = equivalents(path, mutants)
    if sample is not None and sample < len(mutants):
        mutants = random.Random(seed).sample(mutants, sample)
    with tqdm(total=len(mutants), desc=os.path.relpath(path), disable=None) as progress:
        if module:
            passed = survivors_of_module(path, mutants, progress)
        else:
            passed = survivors(read_page(path), mutants, progress)
    for mutant in mutants:
        scores[mutant.kind].changes += 1
    for mutant in passed:
        scores[mutant.kind].equivalent += mutant.change in reasons
        scores[mutant.kind].unnoticed += mutant.change not in reasons
    passed.sort(key=lambda mutant: (str(mutant.file), mutant.line))
    return [(mutant, reasons.get(mutant.change, "")) for mutant in passed]


def main(arguments: list[str] | None = None) -> int:
    """Judge what the command line names; the exit code is 1 if a change passed without a reason."""
    parser = argparse.ArgumentParser(prog="python -m pages.mutants.__main__", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, help="default: every page")
    parser.add_argument("--sample", type=int, help="so many changes a page, chosen at random")
    parser.add_argument("--seed", type=int, default=0, help="of that choice")
    parser.add_argument("--json", type=Path, help="write the scores and what passed into a file")
    options = parser.parse_args(arguments)
    # The first optimizer of a process loads much of torch; here it is loaded for all of them.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)])
    scores: dict[str, Score] = defaultdict(Score)
    told = []
    for path in options.pages or sorted(Path("docs").rglob("*.md")):
        for mutant, reason in judge(path.resolve(), options.sample, options.seed, scores):
            where = f"{os.path.relpath(mutant.file)}:{mutant.line}"
            verdict = f"equivalent, {reason}" if reason else "nobody noticed"
            told.append(f"{where}: ({mutant.kind}) {mutant.change}: {verdict}")
            print(told[-1])
    for kind in sorted(scores):
        print(f"{kind:10} {scores[kind]}")
    if options.json:
        by_kind = {kind: asdict(scores[kind]) for kind in sorted(scores)}
        text = json.dumps({"scores": by_kind, "passed": told}, indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 1 if any(score.unnoticed for score in scores.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
