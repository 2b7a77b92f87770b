"""Names of code in a page's sentences must exist.

What a sentence writes as code, such as `nn.Linear` or `2 * x + 1`, must stand in a block or an
output of its page, or be Python whose names are all found: in the page's session after its last
block, in Python, in `nnfp` or in torch. Else it is a file of the project or a command.
"""

import ast
import builtins
import importlib
import inspect
import keyword
import re
import token
import warnings
from collections.abc import Iterator
from importlib import metadata
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any

from pages.page import INLINE_CODE, Page, prose_of
from pages.project import ROOT, settings

if TYPE_CHECKING:
    from pages.prove.session import Session

# A link to what is documented: it must lead to what it says.
LINKED = re.compile(r"\[`(?P<code>[^`]+)`\]\[(?:\w+\.)*(?P<last>\w+)\]")


def code_in_prose(page: Page) -> Iterator[tuple[int, str]]:
    """Find what the sentences, captions and tables of a page write as code, with its line."""
    for line, text in prose_of(page):
        for match in INLINE_CODE.finditer(text):
            yield line, match[0].strip("`").strip()


def wrong_names(session: "Session") -> list[str]:
    """List the names in the page's sentences that do not exist, each with its line.

    Args:
        session: A page of which all blocks have run.
    """
    page = session.page
    code = "\n".join(fence.content for fence in page.fences)
    found = [
        f"{page.name}:{line}: expected code in a sentence to end on its line, got {text!r}"
        for line, text in prose_of(page)
        if "`" in INLINE_CODE.sub("", text).replace("\\`", "")
    ]
    for line, text in prose_of(page):
        for link in LINKED.finditer(text):
            if link["last"] not in re.findall(r"\w+", link["code"]):
                found.append(
                    f"{page.name}:{line}: expected to lead to {link['code']}, got {link[0]}"
                )
    for line, name in code_in_prose(page):
        if _stands_in(code, name) or _is_sign(name) or _is_file(name) or _is_command(name):
            continue
        if reason := session.look_up(name):
            found.append(
                f"{page.name}:{line}: `{name}` does not exist: {reason}\n"
                "expected what stands in a block or output of this page, or names that its "
                "session, Python, nnfp or torch has, or a file of the project, or a command"
            )
    return found


def _stands_in(code: str, name: str) -> bool:
    """Tell whether `name` is in `code`, and not within a longer word."""
    before = r"(?<!\w)" if name[:1].isalnum() else ""
    after = r"(?!\w)" if name[-1:].isalnum() else ""
    return re.search(before + re.escape(name) + after, code) is not None


def _is_sign(name: str) -> bool:
    """Tell whether `name` is a word or a sign of Python, such as `def`, `@` or its prompt."""
    return keyword.iskeyword(name) or name in token.EXACT_TOKEN_TYPES or name == ">>>"


def _is_command(name: str) -> bool:
    """Tell whether `name` is an installed program, or starts a module or target of the project."""
    match name.split():
        case ["make", target]:
            return f"\n{target}: " in (ROOT / "Makefile").read_text(encoding="utf-8")
        case ["python", "-m", module, *_]:
            path = module.replace(".", "/")
            return _is_file(f"{path}.py") or _is_file(f"{path}/__main__.py")
        case [program, *options] if all(option.startswith("-") for option in options):
            return any(metadata.distributions(name=program))
    return False


def _is_file(name: str) -> bool:
    """Tell whether `name` is a file or a folder of the project, perhaps one that is made.

    A word such as `<idea>` in it stands for any.
    """
    if not re.fullmatch(r"(?!/)[\w.<>/\\-]+", name):
        return False
    made = (ROOT / ".gitignore").read_text(encoding="utf-8").split("\n")
    if f"{PureWindowsPath(name).parts[0]}/" in made:
        return True
    return any(ROOT.glob(re.sub(r"<\w+>", "*", name)))


def look_up(code: str, session: Any) -> None:
    """Look up each name in `code`, without running it.

    Raises:
        LookupError: When one of them does not exist, or only running the code would tell.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        raise LookupError("it is not Python") from None
    with warnings.catch_warnings(action="ignore"):  # as of a gradient that is not kept
        for node in ast.walk(tree):
            match node:
                case ast.Name() | ast.Attribute() | ast.Subscript(slice=ast.Constant()):
                    _value(node, session)
                case ast.Call():
                    _check_keywords(node, session)


def _value(node: ast.expr, session: Any) -> Any:
    """Find what a name stands for; what a class makes is represented by the class."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            packages = [importlib.import_module(package) for package in settings()["packages"]]
            for place in (session.main, builtins, *packages):
                if hasattr(place, name) and not name.startswith("__"):
                    return getattr(place, name)
            if name in settings()["packages"]:
                return importlib.import_module(name)
            raise LookupError(f"nothing has the name {name}")
        case ast.Attribute(value=owner, attr=name):
            value = _value(owner, session)
            if not hasattr(value, name):
                raise LookupError(f"{ast.unparse(owner)} has no {name}")
            return getattr(value, name)
        case ast.Subscript(value=owner, slice=ast.Constant(value=key)):
            value = _value(owner, session)
            try:
                return value[key]
            except (LookupError, TypeError):
                raise LookupError(f"{ast.unparse(owner)} has no {key!r}") from None
        case ast.Call(func=function):
            made = _value(function, session)
            if inspect.isclass(made):
                return made
    raise LookupError(f"what {ast.unparse(node)} is shows only when it runs")


def _check_keywords(call: ast.Call, session: Any) -> None:
    """Refuse a keyword argument that the function does not have."""
    try:
        signature = inspect.signature(_value(call.func, session))
    except (TypeError, ValueError):  # it is written in C, and does not tell
        return
    try:
        signature.bind_partial(**{word.arg: None for word in call.keywords if word.arg})
    except TypeError as error:
        raise LookupError(f"{ast.unparse(call.func)} {error}") from None
