"""Change one thing of a page or a module at a time; `pages.mutants.__main__` judges the changes."""

import ast
import contextlib
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pages.page import IMAGE, Page, prose_of, readable
from pages.project import settings

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


@dataclass(frozen=True)
class Mutant:
    """One change of a `kind`, at `line` of `file`.

    Either `code` replaces the block at line `block`, or the module if that is 0, or `text` replaces
    the whole file.
    """

    file: Path
    line: int
    kind: str
    change: str
    block: int = 0
    code: str = ""
    text: str = ""


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
    for node in _without_words_and_checks(tree):
        for kind, new in _replacements(node):
            _Swap(node, new).visit(tree)
            changed = ast.unparse(tree)
            _Swap(new, node).visit(tree)
            change = f"{_first_line(ast.unparse(node))} -> {_first_line(ast.unparse(new))}"
            yield getattr(node, "lineno", 1), kind, change, changed


def _without_words_and_checks(tree: ast.AST) -> list[ast.AST]:
    """List the nodes that can be changed: all but docstrings and the `strict=True` of zip."""
    nodes = list(ast.walk(tree))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.keyword) and _checks(node)}
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                skipped |= {id(node), id(node.value)}
    return [node for node in nodes if id(node) not in skipped]


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass) and not _checks(node):
        yield "statement", ast.Pass()
    match node:
        case ast.Constant(value=bool(value)):
            yield "literal", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "literal", ast.Constant(value + 1)
        case ast.Constant(value=str(value)):
            yield "literal", ast.Constant(value + "x")
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp() if type(node.op) in OPERATORS:
            yield "operator", _changed(node, op=OPERATORS[type(node.op)]())
        case ast.UnaryOp():
            yield "operator", node.operand
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                new = [*ops[:i], COMPARISONS[type(op)](), *ops[i + 1 :]]
                yield "comparison", _changed(node, ops=new)
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                if _checks(keyword):
                    continue
                rest = [other for other in keywords if other is not keyword]
                yield "keyword", _changed(node, keywords=rest)


def _checks(node: ast.stmt | ast.keyword) -> bool:
    """Return whether code is itself a check: leaving it out changes nothing that is shown."""
    if isinstance(node, ast.keyword):
        return node.arg == "strict"  # of zip
    return isinstance(node, ast.Assert) or ast.unparse(node).startswith(tuple(settings()["checks"]))


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


class _Swap(ast.NodeTransformer):
    """Replaces one node with another."""

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
        if block.is_command:
            continue
        at = block.code.line
        with contextlib.suppress(SyntaxError):  # a page may show one
            for line, kind, change, code in code_changes(block.code.content):
                yield Mutant(page.path, at + line, kind, change, block=at, code=code + "\n")
    for number, kind, seen in _lines_with_claims(page):
        for change, text in _digit_changes(page.lines, number - 1, seen):
            yield Mutant(page.path, number, kind, change, text=text)
    for file in _figures(page):
        try:
            lines = file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError):  # not drawn yet, or compared byte for byte only
            continue
        for index in range(len(lines)):
            for change, text in _digit_changes(lines, index, _between_tags(lines[index])):
                yield Mutant(file, index + 1, "figure", change, text=text)


def _lines_with_claims(page: Page) -> Iterator[tuple[int, str, str]]:
    """Yield the lines outside of code: number, kind, and what a reader sees, at its columns."""
    for block in page.blocks:
        if block.output:
            for number in range(block.output.line + 1, block.output.end):
                yield number, "output", page.lines[number - 1]
    seen = dict(readable(page))
    for number, text in prose_of(page):
        yield number, "caption" if IMAGE.search(text) else "sentence", seen[number]


def _figures(page: Page) -> list[Path]:
    """List the page's figures that are text; those made of pixels are compared byte for byte."""
    images = [image for block in page.blocks for image in block.figures]
    return [page.path.parent / image.path for image in images if image.path.endswith(".svg")]


def _between_tags(line: str) -> str:
    """Blank the tags in a line of SVG."""
    seen = [" "] * len(line)
    for part in re.finditer(r">[^<]*", line):
        seen[slice(*part.span())] = part[0]
    return "".join(seen)


def _digit_changes(lines: list[str], index: int, seen: str) -> Iterator[tuple[str, str]]:
    """Change one digit of a line at a time, if a reader sees that digit."""
    line = lines[index]
    for digit in re.finditer(r"[0-9]", seen):
        at = digit.start()
        new = line[:at] + str((int(digit[0]) + 1) % 10) + line[at + 1 :]
        text = "\n".join([*lines[:index], new, *lines[index + 1 :]])
        around = slice(max(0, at - 20), at + 20)
        yield f"{line[around].strip()} -> {new[around].strip()}", text + "\n"


def mutants_of_module(path: Path) -> Iterator[Mutant]:
    """Make every change of the code of a module, except its docstrings and checks."""
    for line, kind, change, code in code_changes(path.read_text(encoding="utf-8")):
        yield Mutant(path, line, kind, change, code=code + "\n")
