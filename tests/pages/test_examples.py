"""The examples in the docstrings of `pages` are run; pytest runs those of `nnfp` by itself."""

import doctest
import importlib
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODULES = sorted((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_examples_of_a_module_are_true(path: Path, capsys) -> None:
    results = doctest.testmod(importlib.import_module(f"pages.{path.stem}"))
    assert results.failed == 0, capsys.readouterr().out
    written = path.read_text(encoding="utf-8").count(">>> ")
    assert results.attempted == written, "an example stands where doctest does not look"
