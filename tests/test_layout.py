"""Test that modules are short enough to read in one sitting."""

from pathlib import Path

import pytest

from pages.project import ROOT

MODULES = [
    path.relative_to(ROOT) for name in ("nnfp", "pages") for path in (ROOT / name).rglob("*.py")
]


@pytest.mark.parametrize("path", sorted(MODULES), ids=Path.as_posix)
def test_a_module_is_short(path: Path) -> None:
    # An idea of nnfp that needs more becomes a package.
    limit = 200 if path.parent == Path("nnfp") else 250
    length = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert length <= limit, f"{path} has {length} lines, expected at most {limit}"
