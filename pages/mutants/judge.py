"""Run a page with each of its changes, and list those that its tests do not catch."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from pages.mutants.changes import Mutant
from pages.page import Block, Page, PageError, read_page
from pages.prove.compare import differences, faults
from pages.prove.names import wrong_names
from pages.prove.quantities import notes_file, wrong_numbers
from pages.prove.result import Result
from pages.prove.session import Session

# A changed page may loop forever. It counts as caught after PATIENCE_S seconds, plus PATIENCE times
# as long as the page itself takes.
PATIENCE, PATIENCE_S = 5, 20

Progress = Callable[[], object]


def survivors(page: Page, mutants: Iterable[Mutant], progress: Progress) -> list[Mutant]:
    """Run the page with each change, and list the changes that were not caught.

    The page runs once to see how long it takes, and then again. Before each block, its session is
    forked for each change of that block, so that the earlier blocks do not run again.

    Args:
        page: A page that passes as it is.
        mutants: Its changes.
        progress: Called after each change.

    Returns:
        Those of `mutants` that passed.

    Raises:
        ValueError: When the page does not pass as it is.
    """
    mutants = list(mutants)
    _expect_nothing(wrong_numbers(page))
    passed: list[Mutant] = []
    limit = PATIENCE_S + PATIENCE * _seconds(page)
    with contextlib.closing(Session(page)) as session:
        session.look_up("")  # starts its process, which the threads below share
        for block in page.blocks:
            of_block = [mutant for mutant in mutants if mutant.block == block.code.line]
            passed += judged(partial(_passes_with_code, session, limit), of_block, progress)
            result = session.run(block)
            _expect_nothing(_problems(session, block, result))
        _expect_nothing(wrong_names(session))
        of_text = [mutant for mutant in mutants if not mutant.block]
        passed += [mutant for mutant in of_text if _passes_as_text(session, mutant, progress)]
    return passed


def _seconds(page: Page) -> float:
    """Run a page, and return how long it takes."""
    started = time.monotonic()
    with contextlib.closing(Session(page)) as session:
        for block in page.blocks:
            session.run(block)
    return time.monotonic() - started


def judged(
    passes: Callable[[Mutant], bool], mutants: list[Mutant], progress: Progress
) -> list[Mutant]:
    """Judge changes, as many at once as there are cores, and list those that passed."""

    def judge(mutant: Mutant) -> bool:
        verdict = passes(mutant)
        progress()
        return verdict

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(judge, mutants))
    return [mutant for mutant, passed in zip(mutants, verdicts, strict=True) if passed]


def _expect_nothing(problems: list[str]) -> None:
    if problems:
        raise ValueError("expected a page that passes, got\n" + "\n".join(problems))


def _problems(session: Session, block: Block, result: Result) -> list[str]:
    return faults(session, block, result) + differences(session, block, result)


def _passes_with_code(session: Session, limit: float, mutant: Mutant) -> bool:
    """Run the changed block and those after it, in the state that the earlier ones left."""
    end = time.monotonic() + limit
    with contextlib.closing(session.fork()) as fork:
        for block in fork.page.blocks:
            if block.code.line < mutant.block:
                continue
            if block.code.line == mutant.block:
                block = replace(block, code=replace(block.code, content=mutant.code))
            result = fork.run_one(block, timeout=max(0, end - time.monotonic()))
            if _problems(fork, block, result):
                return False
    return True


def _passes_as_text(session: Session, mutant: Mutant, progress: Progress) -> bool:
    """Compare what the page's blocks did with what it says after the change."""
    page = session.page
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / page.path.name
        figures = [page.path.parent / image.path for b in page.blocks for image in b.figures]
        for file in {page.path, notes_file(page), *figures}:
            copy = folder / file.relative_to(page.path.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(file, copy)
        changed_file = folder / mutant.file.relative_to(page.path.parent)
        changed_file.write_text(mutant.text, encoding="utf-8")
        progress()
        try:
            changed = session.of(read_page(path))
        except PageError:
            return False
        # The check that catches most changes comes first.
        if any(_problems(changed, b, changed.results[b.code.line]) for b in changed.page.blocks):
            return False
        return not (wrong_numbers(changed.page) or wrong_names(changed))
