"""What a docstring states is read as a page is, and its numbers are held to the code beside it."""

from pathlib import Path

import pytest

from pages.page import Page, prose_of, read_page
from pages.prove import docstrings
from pages.prove.docstrings import modules_of, read_module
from pages.prove.quantities import write_notes, wrong_numbers
from tests.conftest import ROOT

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


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
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


def test_sentences_stand_on_their_lines_and_the_rest_is_code(noted):
    noted()
    page = read_module(docstrings.ROOT / "power/pulse.py")
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


def test_the_numbers_of_a_module_are_noted_on_its_page(noted):
    assert wrong_numbers(noted()) == ""
    assert (docstrings.ROOT / "numbers/pulse.txt").read_text(encoding="utf-8") == (
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
def test_a_change_is_named_with_the_line_of_the_module(noted, before, after, line):
    assert f"pulse.py:{line}: " in wrong_numbers(noted(before, after))


def test_an_entry_for_one_object_and_one_of_elsewhere_have_no_module(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text("::: nnfp.neuron.relu\n\n::: torch.nn\n", encoding="utf-8")
    assert modules_of(read_page(path)) == []


def test_an_entry_for_a_package_has_all_modules_in_its_folder(noted, tmp_path: Path):
    noted()
    (tmp_path / "power/__init__.py").write_text('"""Power."""\n', encoding="utf-8")
    path = tmp_path / "package.md"
    path.write_text("::: lib.power\n", encoding="utf-8")
    (tmp_path / "lib").mkdir()
    (tmp_path / "power").rename(tmp_path / "lib/power")
    modules = [module.path.name for module in modules_of(read_page(path))]
    assert modules == ["__init__.py", "pulse.py"]


def test_every_api_page_shows_a_module_or_package():
    for path in (ROOT / "docs/reference").glob("*.md"):
        modules = [module.path for module in modules_of(read_page(path))]
        names = {module.parent.stem if len(modules) > 1 else module.stem for module in modules}
        assert names == {path.stem}
