"""Test the examples in the docstrings of `pages`; pytest runs those of `nnfp` by itself."""

import doctest
import importlib
from pathlib import Path

import pytest

from pages.project import ROOT

EXAMPLES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path
    for path in sorted((ROOT / "pages").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
}


@pytest.mark.parametrize(("module", "path"), EXAMPLES.items(), ids=EXAMPLES)
def test_the_examples_in_docstrings_pass(
    module: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = doctest.testmod(importlib.import_module(module))
    assert results.failed == 0, capsys.readouterr().out
    written = path.read_text(encoding="utf-8").count(">>> ")
    assert results.attempted == written, "an example is where doctest does not look"
