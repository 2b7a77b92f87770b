"""Change one thing on a page at a time, and tell which changes nobody noticed.

    python -m pages.mutants [PAGE ...] [--sample N] [--seed S]

A change that passes shows a spot where the page could be wrong unnoticed: it states less than it
could. The last lines tell the share of changes that were noticed, by kind.
"""

import argparse
import ast
import contextlib
import copy
import io
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tqdm import tqdm

from pages.compare import differences, faults
from pages.numbers import prose_of, wrong_numbers
from pages.scan import IMAGE, Page, PageError, read_page
from pages.session import Session

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
COMPARISONS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
# A changed page may loop for ever; one that takes so many times as long has been noticed.
PATIENCE, PATIENCE_S = 10, 5
NOTICED, UNNOTICED = 10, 11


@dataclass(frozen=True)
class Mutant:
    """One change, of which `kind`, at `line` of `file`.

    What it puts in the place of the old is `code`, for the block at `block`, or `text`, for the
    whole of the file.
    """

    file: Path
    line: int
    kind: str
    change: str
    block: int = 0
    code: str = ""
    text: str = ""


# Making changes


def code_changes(source: str) -> Iterator[tuple[int, str, str, str]]:
    """Change one literal, operator, comparison, keyword argument or statement at a time.

    Args:
        source: A block of Python.

    Yields:
        The line in it, the kind of change, the change in words, and the changed source.

    Examples:
        >>> for line, kind, change, changed in code_changes("print(2 * x)"):
        ...     print(line, kind, "|", change, "|", changed)
        1 statement | print(2 * x) -> pass | pass
        1 operator | 2 * x -> 2 / x | print(2 / x)
        1 literal | 2 -> 3 | print(3 * x)
    """
    tree = ast.parse(source)
    for node in list(ast.walk(tree)):
        for kind, new in _replacements(node):
            _Swap(node, new).visit(tree)
            changed = ast.unparse(tree)
            _Swap(new, node).visit(tree)
            change = f"{_first_line(ast.unparse(node))} -> {_first_line(ast.unparse(new))}"
            yield getattr(node, "lineno", 1), kind, change, changed


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass) and not _asserts(node):
        yield "statement", ast.Pass()
    match node:
        case ast.Constant(value=bool(value)):
            yield "literal", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "literal", ast.Constant(value + 1)
        case ast.Constant(value=str(value)):
            yield "literal", ast.Constant(value + "x")
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp():
            yield "operator", _changed(node, op=OPERATORS[type(node.op)]())
        case ast.UnaryOp():
            yield "operator", node.operand
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                new = [*ops[:i], COMPARISONS[type(op)](), *ops[i + 1 :]]
                yield "comparison", _changed(node, ops=new)
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                rest = [other for other in keywords if other is not keyword]
                yield "keyword", _changed(node, keywords=rest)


def _asserts(node: ast.stmt) -> bool:
    """Tell whether a statement is a check itself: to leave it out changes nothing that is shown."""
    return isinstance(node, ast.Assert) or ast.unparse(node).startswith("torch.testing.assert_")


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


class _Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.old:
            return self.new
        return self.generic_visit(node)


def _first_line(text: str) -> str:
    first, *rest = text.split("\n")
    return first + (" ..." if rest else "")


def mutants_of(page: Page) -> Iterator[Mutant]:
    """Make every change of a page: of its code, outputs, captions, sentences and figures."""
    for block in page.blocks:
        for line, kind, change, code in code_changes(block.code.content):
            at = block.code.line
            yield Mutant(page.path, at + line, kind, change, block=at, code=code + "\n")
    for number, kind in _lines_with_claims(page):
        for change, text in _digit_changes(page.lines, number - 1, kind):
            yield Mutant(page.path, number, kind, change, text=text)
    for block in page.blocks:
        for image in block.figures:
            file = page.path.parent / image.path
            lines = file.read_text(encoding="utf-8").split("\n")
            for number in range(len(lines)):
                for change, text in _digit_changes(lines, number, "figure"):
                    yield Mutant(file, number + 1, "figure", change, text=text)


def _lines_with_claims(page: Page) -> Iterator[tuple[int, str]]:
    """Find the lines outside of code: those of outputs, captions and sentences."""
    for block in page.blocks:
        if block.output:
            for number in range(block.output.line + 1, block.output.end):
                yield number, "output"
    for number, text in prose_of(page):
        yield number, "caption" if IMAGE.search(text) else "sentence"


def _digit_changes(lines: list[str], index: int, kind: str) -> Iterator[tuple[str, str]]:
    line = lines[index]
    # Of a picture, what a reader sees: the text between tags, and of a caption not the file's name.
    seen = {"figure": r">[^<]*", "caption": r"\[[^]]*"}.get(kind, r".*")
    for part in re.finditer(seen, line):
        for digit in re.finditer(r"[0-9]", part[0]):
            at = part.start() + digit.start()
            new = line[:at] + str((int(digit[0]) + 1) % 10) + line[at + 1 :]
            text = "\n".join([*lines[:index], new, *lines[index + 1 :]])
            yield f"{line.strip()} -> {new.strip()}", text + "\n"


# Judging them


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
    started = time.monotonic()
    limit = PATIENCE_S
    for block in page.blocks:
        of_block = [mutant for mutant in mutants if mutant.block == block.code.line]
        crew = _Crew(limit, progress)
        for mutant in of_block:
            crew.start(_run_changed, session, mutant)
        unnoticed += crew.finish()
        result = session.run(block)
        if untrue := faults(session, block, result) + differences(session, block, result):
            raise ValueError("expected a page that passes, got\n" + "\n".join(untrue))
        limit = PATIENCE_S + PATIENCE * int(time.monotonic() - started)
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

    def start(
        self, work: Callable[[Session, Mutant], None], session: Session, mutant: Mutant
    ) -> None:
        """Fork a process for `mutant` as soon as a core is free."""
        while len(self.at_work) >= (os.cpu_count() or 1):
            self._collect()
        process = multiprocessing.get_context("fork").Process(target=work, args=(session, mutant))
        process.start()
        self.at_work.append((mutant, process, time.monotonic()))

    def finish(self) -> list[Mutant]:
        """Wait for all, and list the changes that nobody noticed."""
        while self.at_work:
            self._collect()
        return self.unnoticed

    def _collect(self) -> None:
        time.sleep(0.005)
        for entry in list(self.at_work):
            mutant, process, started = entry
            if process.is_alive() and time.monotonic() - started > self.limit:
                process.kill()
                process.join()
            elif process.is_alive():
                continue
            elif process.exitcode == UNNOTICED:
                self.unnoticed.append(mutant)
            elif process.exitcode != NOTICED:
                raise RuntimeError(f"the process that judged {mutant} ended by {process.exitcode}")
            self.at_work.remove(entry)
            self.progress.update()


def _run_changed(session: Session, mutant: Mutant) -> None:
    """Run the changed block and those after it, in a forked process that ends by the verdict."""
    sys.stdout = sys.stderr = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        session.folder = Path(shutil.copytree(session.folder, folder, dirs_exist_ok=True))
        verdict = UNNOTICED if _passes_with_code(session, mutant) else NOTICED
    os._exit(verdict)  # without the clean-up of the process that this one was forked from


def _passes_with_code(session: Session, mutant: Mutant) -> bool:
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


# Telling


def main(arguments: list[str] | None = None) -> int:
    """Judge the changes that the command line asks for; the exit code is 1 if one passed."""
    parser = argparse.ArgumentParser(prog="python -m pages.mutants", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, help="default: every page with blocks")
    parser.add_argument("--sample", type=int, help="so many changes a page, chosen at random")
    parser.add_argument("--seed", type=int, default=0, help="of that choice")
    options = parser.parse_args(arguments)
    paths = options.pages or sorted(Path("docs").rglob("*.md"))
    total: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for path in paths:
        page = read_page(path.resolve())
        mutants = list(mutants_of(page))
        if options.sample is not None and options.sample < len(mutants):
            mutants = random.Random(options.seed).sample(mutants, options.sample)
        with tqdm(total=len(mutants), desc=page.name) as progress:
            unnoticed = survivors(page, mutants, progress)
        total.update(mutant.kind for mutant in mutants)
        passed.update(mutant.kind for mutant in unnoticed)
        for mutant in sorted(unnoticed, key=lambda mutant: (str(mutant.file), mutant.line)):
            name = os.path.relpath(mutant.file)
            print(f"{name}:{mutant.line}: nobody noticed ({mutant.kind}) {mutant.change}")
    for kind in sorted(total):
        noticed = total[kind] - passed[kind]
        print(f"{kind:10} {noticed:5} of {total[kind]:5} noticed, {noticed / total[kind]:.1%}")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
