"""Run the examples in the docstrings of `pages`; pytest itself runs those of the package."""

import doctest
import importlib
from pathlib import Path

import pytest

from pages.project import ROOT

MODULES = [path for path in sorted((ROOT / "pages").rglob("*.py")) if ">>> " in path.read_text()]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_examples_of_a_module_hold(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0, capsys.readouterr().out
    written = path.read_text(encoding="utf-8").count(">>> ")
    assert results.attempted == written, "doctest does not look where an example is"
