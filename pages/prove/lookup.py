"""Look up the names in a piece of Python without running it, among the names of a page's session.

This runs in the page's own process, so it imports nothing but the standard library.
"""

import ast
import builtins
import contextlib
import importlib
import importlib.util
import inspect
import sys
import types
import warnings
from typing import Any

# The class of the object that each kind of expression makes, to look up its attributes.
CLASSES: dict[type[ast.AST], type] = {
    ast.JoinedStr: str,
    ast.List: list,
    ast.ListComp: list,
    ast.Tuple: tuple,
    ast.Dict: dict,
    ast.DictComp: dict,
    ast.Set: set,
    ast.SetComp: set,
    ast.GeneratorExp: types.GeneratorType,
    ast.Lambda: types.FunctionType,
}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)


class _BoundError(Exception):
    """A value depends on a name that the code itself binds, such as an argument."""


def look_up(code: str, namespace: dict[str, object], packages: list[str]) -> None:
    """Look up each free name in `code`, its attributes and its calls' arguments.

    A comprehension or a `lambda` alone shows a form of Python, so its names may be any names.

    Args:
        code: An expression or statements, such as `nn.Linear(2, 2).weight`.
        namespace: The names that the page's session has after its last block.
        packages: The packages whose names need no prefix, in the order of the search.

    Raises:
        LookupError: When one of them does not exist, or only running the code would show it.
    """
    with warnings.catch_warnings(action="ignore"):  # as for a gradient that is not kept
        try:
            tree = ast.parse(code)
            if _is_pattern(tree):
                return
            _Lookup(namespace, packages).visit(tree, _bound_in(tree))
        except (SyntaxError, ValueError):
            raise LookupError("it is not Python") from None
        except (MemoryError, RecursionError):
            raise LookupError("it is nested too deeply") from None


def imported_by(files: list[str]) -> dict[str, object]:
    """Run the imports at the top of a page's files, and return the names that they bind."""
    names: dict[str, object] = {}
    for text in files:
        with contextlib.suppress(SyntaxError, ImportError):
            body = ast.parse(text).body
            imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
            exec(compile(ast.Module(list(imports), []), "imports", "exec"), names)
    return names


def _is_pattern(tree: ast.Module) -> bool:
    """Return whether code shows a form of Python with any names, such as `[i for i in x]`."""
    match tree.body:
        case [ast.Expr(value=value)]:
            return isinstance(value, (ast.Lambda, *COMPREHENSIONS))
    return False


def _bound_in(tree: ast.AST) -> frozenset[str]:
    """List the names that statements and `:=` bind, except inside functions."""
    names: set[str] = set()
    for node in _in_scope(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name.partition(".")[0])
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
    return frozenset(names)


def _in_scope(tree: ast.AST) -> list[ast.AST]:
    """List the nodes of a scope. A comprehension hides its targets, but not what `:=` binds."""
    found = []
    for node in ast.iter_child_nodes(tree):
        found.append(node)
        if isinstance(node, COMPREHENSIONS):
            walruses = [inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)]
            found += [walrus.target for walrus in walruses]
        elif not isinstance(node, FUNCTIONS):
            found += _in_scope(node)
    return found


class _Lookup:
    """Visits the nodes of a piece of code, and tracks the names that are bound at each of them."""

    def __init__(self, namespace: dict[str, object], packages: list[str]) -> None:
        self.namespace = namespace
        self.packages = packages

    def visit(self, node: ast.AST, bound: frozenset[str]) -> None:
        """Look up what is in `node`.

        Raises:
            LookupError: When something in it does not exist.
        """
        match node:
            case ast.Name() | ast.Attribute() | ast.Subscript(slice=ast.Constant()):
                if isinstance(node.ctx, ast.Load):  # the code itself makes or removes others
                    self._check_value(node, bound)
            case ast.Call():
                self._check_call(node, bound)
            case ast.Import() | ast.ImportFrom():
                _check_import(node)
        if isinstance(node, COMPREHENSIONS):
            self.visit(node.generators[0].iter, bound)  # the first one does not see the targets
            bound |= {name for part in node.generators for name in _targets(part.target)}
        elif isinstance(node, FUNCTIONS):
            arguments = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
            bound |= arguments
            for statement in node.body if isinstance(node.body, list) else []:
                bound |= _bound_in(ast.Module([statement], []))
        for child in ast.iter_child_nodes(node):
            self.visit(child, bound)

    def _check_value(self, node: ast.expr, bound: frozenset[str]) -> None:
        with contextlib.suppress(_BoundError):
            self._value(node, bound)

    def _value(self, node: ast.expr, bound: frozenset[str]) -> Any:
        """Return the value of an expression, or the class of an object that a call would make."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                if name in bound:
                    raise _BoundError
                return self._named(name)
            case ast.Attribute(value=owner, attr=name):
                return _attribute(self._value(owner, bound), name, owner)
            case ast.Subscript(value=owner, slice=ast.Constant(value=key)):
                value = self._value(owner, bound)
                if inspect.isclass(value):
                    raise _shows_only_when_run(node)
                try:
                    return value[key]
                except Exception:  # whatever the author's class raises
                    raise LookupError(f"{ast.unparse(owner)} has no {key!r}") from None
            case ast.Call(func=function):
                made = self._value(function, bound)
                if inspect.isclass(made):
                    return made
        if type(node) in CLASSES:
            return CLASSES[type(node)]
        raise _shows_only_when_run(node)

    def _named(self, name: str) -> Any:
        if name.startswith("__"):
            raise LookupError(f"nothing is named {name}")
        if name in self.namespace:
            return self.namespace[name]
        for place in (builtins, *map(importlib.import_module, self.packages)):
            if hasattr(place, name):
                return getattr(place, name)
        if name in self.packages:
            return importlib.import_module(name)
        raise LookupError(f"nothing is named {name}")

    def _check_call(self, call: ast.Call, bound: frozenset[str]) -> None:
        """Refuse arguments that the function does not take."""
        if isinstance(call.func, ast.Lambda):
            return
        try:
            function = self._value(call.func, bound)
        except _BoundError:
            return
        name = ast.unparse(call.func)
        if not callable(function):
            raise LookupError(f"{name} cannot be called")
        try:
            signature = inspect.signature(function)
        except Exception:  # it is written in C, or the author's class has an odd signature
            return
        given = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
        try:
            signature.bind_partial(*given, **{word.arg: None for word in call.keywords if word.arg})
        except TypeError as error:
            raise LookupError(f"{name} {error}") from None


def _attribute(value: Any, name: str, owner: ast.expr) -> Any:
    try:
        return getattr(value, name)
    except AttributeError:
        raise LookupError(f"{ast.unparse(owner)} has no {name}") from None
    except Exception:  # a property that cannot be read now
        raise _shows_only_when_run(ast.Attribute(owner, name)) from None


def _targets(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _check_import(node: ast.Import | ast.ImportFrom) -> None:
    """Refuse modules that do not exist, and names that a loaded module does not have."""
    names = [alias.name for alias in node.names]
    modules = names if isinstance(node, ast.Import) else ["." * node.level + (node.module or "")]
    for module in modules:
        if not _module_exists(module):
            raise LookupError(f"there is no module {module}")
    if isinstance(node, ast.ImportFrom) and (loaded := sys.modules.get(modules[0])):
        for name in names:
            known = name == "*" or hasattr(loaded, name)
            if not known and not _module_exists(f"{modules[0]}.{name}"):
                raise LookupError(f"{modules[0]} has no {name}")


def _module_exists(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _shows_only_when_run(node: ast.AST) -> LookupError:
    return LookupError(f"the value of {ast.unparse(node)} is known only when it runs")
