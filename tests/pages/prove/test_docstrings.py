"""Test that docstrings are read like prose, with numbers backed by the code of their module."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pages.page import Page, PageError, prose_of, read_page
from pages.project import ROOT
from pages.prove import docstrings
from pages.prove.docstrings import modules_of, read_module
from pages.prove.quantities import write_notes, wrong_numbers

MODULE = '''\
"""A pulse of 3 volts."""

VOLTS = 3.0


def pulse(count):
    """Give up to 4 pulses.

    Examples:
        >>> pulse(5)
        [15.0]

    Half a pulse is refused.
    """
    return [min(count, 4) * VOLTS] if count > 0.5 else None


class Pulses:
    def none(self):
        pass
'''


Noted = Callable[..., Page]


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noted:
    """Write an API page of a module, note its numbers, and read it after the module changed."""
    monkeypatch.setattr(docstrings, "ROOT", tmp_path)
    (tmp_path / "power").mkdir()
    (tmp_path / "numbers").mkdir()

    def write(before: str = "", after: str = "") -> Page:
        (tmp_path / "power/pulse.py").write_text(MODULE, encoding="utf-8")
        path = tmp_path / "pulse.md"
        path.write_text("# One\n\n::: power.pulse\n    options:\n", encoding="utf-8")
        write_notes(read_page(path))
        changed = MODULE.replace(before, after, 1) if before else MODULE
        (tmp_path / "power/pulse.py").write_text(changed, encoding="utf-8")
        return read_page(path)

    return write


def test_docstrings_are_prose_on_their_own_lines(noted: Noted, tmp_path: Path) -> None:
    noted()
    page = read_module(tmp_path / "power/pulse.py")
    assert [(line, text.strip()) for line, text in prose_of(page) if text.strip()] == [
        (1, '"""A pulse of 3 volts."""'),
        (6, "# pulse"),
        (7, '"""Give up to 4 pulses.'),
        (9, "Examples:"),
        (13, "Half a pulse is refused."),
        (14, '"""'),
    ]
    code = page.blocks[0].code.content.split("\n")
    assert (code[2], code[6]) == ("VOLTS = 3.0", "")
    assert code[9] == "        >>> pulse(5)"


def test_the_numbers_of_a_module_are_noted_on_its_page(noted: Noted, tmp_path: Path) -> None:
    assert wrong_numbers(noted()) == []
    assert (tmp_path / "numbers/pulse.txt").read_text(encoding="utf-8") == (
        "# pulse.py\n3 volts: code 1\n# pulse\n4 pulses: code 1\nHalf a: code 1\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("of 3 volts", "of 30 volts", 1),
        ("of 3 volts", "of 4 volts", 1),
        ("up to 4", "up to 3", 7),
        ("Half a", "A tenth of a", 13),
        ("3.0", "2.0", 1),
        ("Half a", "Two hundred", 13),
    ],
)
def test_a_change_is_reported_with_the_line_of_the_module(
    noted: Noted, before: str, after: str, line: int
) -> None:
    message, *_ = wrong_numbers(noted(before, after))
    assert f"pulse.py:{line}: " in message


def test_an_api_entry_of_a_function_shows_no_module(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("::: nnfp.neuron.relu\n\n::: torch.nn\n", encoding="utf-8")
    assert modules_of(read_page(path)) == []


def test_an_api_page_of_a_package_shows_the_modules_it_imports_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docstrings, "ROOT", tmp_path)
    package = tmp_path / "power/pulses"
    package.mkdir(parents=True)
    init = "from power.pulses._one import one\nfrom .two import two\nimport os\n"
    for name, text in (("__init__", init), ("_one", ""), ("two", ""), ("hidden", "")):
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    path = tmp_path / "page.md"
    path.write_text("::: power.pulses\n", encoding="utf-8")
    shown = [module.path.stem for module in modules_of(read_page(path))]
    assert shown == ["__init__", "_one", "two"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"x = 1\ny = (\n", "pulse.py:2: expected Python, got: '(' was never closed"),
        (b"\xff", "pulse.py:1: expected Python, got: "),
        (b"x = '\0'", "pulse.py:1: expected Python, got: "),
    ],
)
def test_a_module_that_is_not_python_is_reported_on_its_page(
    noted: Noted, tmp_path: Path, content: bytes, problem: str
) -> None:
    page = noted()
    (tmp_path / "power/pulse.py").write_bytes(content)
    with pytest.raises(PageError, match=re.escape(problem)):
        modules_of(page)
    [message] = wrong_numbers(page)
    assert problem in message


def test_a_function_on_one_line_has_no_heading(tmp_path: Path) -> None:
    path = tmp_path / "short.py"
    path.write_text('async def one(): "Return 1."\n', encoding="utf-8")
    page = read_module(path)
    assert [text for _, text in prose_of(page)] == ['async def one(): "Return 1."', ""]


def test_every_api_page_shows_a_module_or_a_package() -> None:
    for path in (ROOT / "docs/reference").glob("*.md"):
        modules = modules_of(read_page(path))
        first = modules[0].path
        assert path.stem in (first.stem, first.parent.name)
