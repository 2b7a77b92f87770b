"""Test that `make fresh` reports what a notebook does differently from its page."""

from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from audit.fresh import compare, read_open_cells
from pages.project import DOCS

NAME = Path("learn/neuron.ipynb")


def write(path: Path, printed: str, install: str = "", folded: bool = False) -> None:
    """Write a notebook whose cells printed these texts, and maybe a folded answer."""
    texts = {"neuron-install": install, "neuron-1": printed}
    cells = [
        v4.new_code_cell("code", id=name, outputs=[v4.new_output("stream", text=text)] * bool(text))
        for name, text in texts.items()
    ]
    if folded:
        cells.append(v4.new_code_cell("answer", metadata={"jupyter": {"source_hidden": True}}))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells), path)


@pytest.fixture
def executed(tmp_path: Path) -> Path:
    """Return the path of an executed notebook, next to the figure that it has drawn."""
    write(tmp_path / "site/notebooks" / NAME, "19\n")
    figures = tmp_path / "reader/learn/figures"
    figures.mkdir(parents=True)
    (figures / "neuron.svg").write_bytes((DOCS / "learn/figures/neuron.svg").read_bytes())
    return tmp_path / "reader" / NAME


def differences(executed: Path, installed: bool = True) -> list[str]:
    reader = executed.parents[1]
    return compare(NAME, reader.parent / "site", reader, installed)


def test_a_notebook_that_printed_the_same_is_accepted(executed: Path) -> None:
    write(executed, "19\n")
    assert differences(executed) == []


def test_folded_cells_are_left_out(executed: Path) -> None:
    shown = executed.parents[2] / "site/notebooks" / NAME
    write(shown, "19\n", folded=True)
    open_cells = read_open_cells(shown.read_text("utf-8"))
    assert [cell.source for cell in open_cells.cells] == ["code", "code"]
    nbformat.write(open_cells, executed)
    assert differences(executed) == []


def test_another_output_is_reported(executed: Path) -> None:
    write(executed, "20\n")
    assert differences(executed) == [
        "neuron-1: expected [('stdout', '19')], got [('stdout', '20')]"
    ]


def test_another_figure_is_reported(executed: Path) -> None:
    write(executed, "19\n")
    (executed.parent / "figures/neuron.svg").write_text("<svg/>")
    assert differences(executed) == ["neuron.svg is another figure"]


def test_only_the_cell_that_installs_the_package_may_print_what_pip_says(executed: Path) -> None:
    write(executed, "19\n", install="Note: ...\n")
    assert differences(executed, installed=False) == []
    [found] = differences(executed, installed=True)
    assert found.startswith("neuron-install: ")
