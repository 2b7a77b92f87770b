"""Decide whether a command or a file that a page names exists in this project."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from functools import cache
from importlib import metadata

from pages.project import ROOT, settings

# A word with one of these endings is a file, and not a name with a dot.
SUFFIXES = (".py", ".md", ".toml", ".yml", ".txt", ".json", ".svg", ".html", ".js", ".css")
HELP_SECONDS = 60
LONGEST_PATH = 200  # longer ones are an error in some file systems


def is_file(name: str) -> bool:
    """Return whether `name` is a file or a folder of the project, or one that its commands make.

    A word in angle brackets, such as `<idea>`, matches any word. Of the folders in `.gitignore`,
    only the folder itself and the files that `[tool.pages]` lists as `made` count, because the rest
    depends on the machine.
    """
    if len(name) > LONGEST_PATH or not re.fullmatch(r"(?!/)[\w.<>/\\-]+", name):
        return False
    parts = name.replace("\\", "/").removesuffix("/").split("/")
    if not all(part.strip(".") for part in parts):
        return False
    path = "/".join(parts)
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth])
        if _is_ignored(folder):
            is_folder = folder == path and (ROOT / folder).parent.is_dir()
            return is_folder or path in settings().get("made", [])
    found = ROOT.glob(re.sub(r"(?:<\w+>)+", "*", path))
    return any(file.is_dir() or not name.endswith(("/", "\\")) for file in found)


def _is_ignored(path: str) -> bool:
    """Return whether `.gitignore` lists a folder: by its path, or by its name at any depth."""
    patterns = [line.rstrip("/") for line in _read(".gitignore").split("\n") if line]
    return any(
        fnmatch(path, pattern.removeprefix("/")) or fnmatch(path.rpartition("/")[2], pattern)
        for pattern in patterns
    )


def is_command(text: str) -> bool:
    """Return whether `text` is an installed program or one of its commands, with valid options.

    Raises:
        LookupError: When the program exists, but an option, a target or a file does not.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        return False
    match words:
        case ["make", *targets]:
            _check_targets(targets)
        case ["python", "-m", module, *arguments]:
            if not _module_exists(module):
                raise LookupError(f"there is no module {module}")
            _check_arguments(("python", "-m", module), arguments)
        case [program] if any(metadata.distributions(name=program)):
            return True
        case [program, *arguments] if _executable(program):
            _check_arguments((program,), arguments)
        case _:
            return False
    return True


def _check_targets(words: list[str]) -> None:
    """Refuse a target or a variable that the Makefile does not have."""
    makefile = _read("Makefile")
    rules = re.findall(r"^([\w./-][^:=\n#]*):(?!=)", makefile, re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    variables = set(re.findall(r"^(?:export )?(\w+) *[?:+]?=", makefile, re.MULTILINE))
    for word in words:
        variable, is_set, _ = word.partition("=")
        if is_set and variable not in variables:
            raise LookupError(f"the Makefile has no variable {variable}")
        if not is_set and word not in targets:
            raise LookupError(f"the Makefile has no target {word}")


def _check_arguments(program: tuple[str, ...], arguments: list[str]) -> None:
    """Refuse options that the help of a program does not mention, and files that do not exist."""
    if all(argument == "--help" or is_file(argument) for argument in arguments):
        return
    help_text = _help(program)
    has_subcommand = _is_subcommand(arguments[0], help_text)
    if has_subcommand:
        help_text += _help((*program, arguments[0]))
        arguments = arguments[1:]
    is_value = False
    for argument in arguments:
        if argument.startswith("-"):
            option, _, value = argument.partition("=")
            if not _is_option(option, help_text):
                raise LookupError(f"{' '.join(program)} has no option {option}")
            is_value = not value and _takes_value(option, help_text)
            continue
        is_path = not has_subcommand or "/" in argument or argument.endswith(SUFFIXES)
        if is_path and not is_value and not is_file(argument.partition("::")[0]):
            raise LookupError(f"there is no file {argument}")
        is_value = False


def _is_subcommand(word: str, help_text: str) -> bool:
    """Return whether a help text lists `word` as a command, at the start of an indented line."""
    is_word = re.fullmatch(r"[a-z][a-z-]*", word)
    return bool(is_word and re.search(rf"^ +{word}(?: |$)", help_text, re.MULTILINE))


def _is_option(option: str, help_text: str) -> bool:
    """Return whether a help text has an option, or all of those written as one, as in `-qx`."""
    if re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", help_text):
        return True
    if option.startswith("--") or len(option) <= len("-x"):
        return False
    letters = [f"-{letter}" for letter in option[1:]]
    return _takes_value(letters[0], help_text) or all(
        _is_option(letter, help_text) for letter in letters
    )


def _takes_value(option: str, help_text: str) -> bool:
    """Return whether an option has a value after it, as in `--json FILE` or `--json=FILE`.

    After the option, a comma begins another spelling of it, and two spaces its explanation.
    """
    ways = rf"^\s*(?:-\S+(?: \S+)?, )*{re.escape(option)}(?:, -[\w-]+)*"
    return bool(re.search(rf"{ways}[= ][^\s:/-]", help_text, re.MULTILINE))


@cache
def _help(program: tuple[str, ...]) -> str:
    """Return the help text of a program that runs in the project's folder."""
    if program[:2] == ("python", "-m"):
        _refuse_without_options(program[2])
    # The settings of the pytest that runs this must not change the help of another one.
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    environment |= {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    try:
        return subprocess.run(
            [_executable(program[0]), *program[1:], "--help"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=HELP_SECONDS,
            text=True,
            check=True,
        ).stdout
    except (OSError, UnicodeDecodeError, subprocess.SubprocessError):
        raise LookupError(f"{' '.join(program)} does not answer --help") from None


def _refuse_without_options(module: str) -> None:
    """Refuse arguments for a module that reads none: with `--help`, the module itself would run."""
    path = ROOT / module.replace(".", "/")
    files = [*path.parent.glob(f"{path.name}.py"), *path.glob("*.py")]
    if files and not any("argparse" in file.read_text(encoding="utf-8") for file in files):
        raise LookupError(f"{module} has no --help that lists its arguments")


def _executable(program: str) -> str:
    """Return the path of a program in Python's environment, or an empty text."""
    if program == "python":
        return sys.executable
    if not re.fullmatch(r"[\w.-]+", program):  # a path, and not a program's name
        return ""
    return shutil.which(program, path=sysconfig.get_path("scripts")) or ""


def _module_exists(name: str) -> bool:
    path = name.replace(".", "/")
    if (ROOT / path.partition("/")[0]).is_dir():  # of the project: found without importing it
        return is_file(f"{path}.py") or is_file(f"{path}/__main__.py")
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


@cache
def _read(name: str) -> str:
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.is_file() else ""
