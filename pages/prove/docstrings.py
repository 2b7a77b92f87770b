"""Read a module as a page: its docstrings are the prose, and the rest of it is the code."""

import ast
import os
import re
from pathlib import Path

from pages.page import Block, Fence, Page, PageError
from pages.project import ROOT

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
ENTRY = re.compile(r"::: (?P<module>\w+(?:\.\w+)+)")


def modules_of(page: Page) -> list[Page]:
    """Read the modules of the project whose docstrings a page shows in full.

    For a package, these are its `__init__.py` and the modules that it imports from, because the
    page shows what they define.

    Raises:
        PageError: When one of them cannot be read.
    """
    modules = []
    for entry in filter(None, map(ENTRY.fullmatch, page.lines)):
        place = ROOT / entry["module"].replace(".", "/")
        package = place / "__init__.py"
        if package.is_file():
            modules += [read_module(path) for path in [package, *_imported(package)]]
        elif (path := place.with_name(f"{place.name}.py")).is_file():
            modules.append(read_module(path))
    return modules


def _imported(package: Path) -> list[Path]:
    """List the modules of a package that its `__init__.py` imports from."""
    names = [
        (node.module or "").removeprefix(f"{'.'.join(package.parent.relative_to(ROOT).parts)}.")
        for node in ast.walk(_parsed(package)[1])
        if isinstance(node, ast.ImportFrom)
    ]
    paths = [package.parent / f"{name.replace('.', '/')}.py" for name in sorted(set(names))]
    return [path for path in paths if path.is_file()]


def read_module(path: Path) -> Page:
    """Read the module at `path` as a page with the same lines.

    The name of a function or class is the heading above its docstring. Examples are code.

    Raises:
        PageError: When the file is not Python in UTF-8.
    """
    source, tree = _parsed(path)
    code = source.split("\n")
    prose = [""] * len(code)
    for owner in ast.walk(tree):
        if not isinstance(owner, DOCUMENTED):
            continue
        if ast.get_docstring(owner):
            text = owner.body[0]
            if not isinstance(owner, ast.Module) and text.lineno > owner.lineno:
                prose[text.lineno - 2] = f"# {owner.name}"
            for at in _sentences(code, text.lineno - 1, text.end_lineno or text.lineno):
                prose[at], code[at] = code[at], ""
    fence = Fence("python", "\n".join(code), "", line=0, end=len(code))
    return Page(path, prose, [], [Block(fence, None, [])])


def _parsed(path: Path) -> tuple[str, ast.Module]:
    """Read a module, and parse it."""
    name = os.path.relpath(path)
    try:
        source = path.read_text(encoding="utf-8")
        return source, ast.parse(source)
    except SyntaxError as error:
        problem = f"{name}:{error.lineno or 1}: expected Python, got: {error.msg}"
        raise PageError([problem]) from None
    except (OSError, ValueError) as error:
        raise PageError([f"{name}:1: expected Python, got: {error}"]) from None


def _sentences(lines: list[str], start: int, end: int) -> list[int]:
    """Find the lines of a docstring that belong to no example; a blank line ends an example."""
    found, in_example = [], False
    for at in range(start, end):
        in_example = bool(lines[at].strip()) and (in_example or lines[at].strip()[:3] == ">>>")
        if not in_example:
            found.append(at)
    return found
