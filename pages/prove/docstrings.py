"""Read a module as a page: its docstrings are the sentences, and what is left of it is the code."""

import ast
import re
from pathlib import Path

from pages.page import Block, Fence, Page
from pages.project import ROOT

ENTRY = re.compile(r"::: (?P<module>\w+(?:\.\w+)+)")


def modules_of(page: Page) -> list[Page]:
    """Read the modules whose docstrings a page shows; of a package, all modules in its folder."""
    entries = filter(None, map(ENTRY.fullmatch, page.lines))
    stems = [ROOT / entry["module"].replace(".", "/") for entry in entries]
    paths = [
        path for stem in stems for path in (stem.with_suffix(".py"), *sorted(stem.glob("*.py")))
    ]
    return [read_module(path) for path in paths if path.is_file()]


def read_module(path: Path) -> Page:
    """Read the module at `path` as a page, line by line as it stands.

    The name of what a docstring is about is the heading above it. Examples are code.
    """
    source = path.read_text(encoding="utf-8")
    code = source.split("\n")
    prose = [""] * len(code)
    for owner in ast.walk(ast.parse(source)):
        if not isinstance(owner, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        if ast.get_docstring(owner):
            text = owner.body[0]
            if not isinstance(owner, ast.Module):
                prose[text.lineno - 2] = f"# {owner.name}"
            for at in _sentences(code, text.lineno - 1, text.end_lineno or text.lineno):
                prose[at], code[at] = code[at], ""
    fence = Fence("python", "\n".join(code), "", line=0, end=len(code))
    return Page(path, prose, [], [Block(fence, None, [])])


def _sentences(lines: list[str], start: int, end: int) -> list[int]:
    """Find the lines of a docstring that are no example; one ends with a blank line."""
    found, in_example = [], False
    for at in range(start, end):
        in_example = bool(lines[at].strip()) and (in_example or lines[at].strip()[:3] == ">>>")
        if not in_example:
            found.append(at)
    return found
