"""Test that the scripts and style sheets of the built site have no comments."""

import shutil
from pathlib import Path

import pytest

from pages.project import DOCS
from pages.publish.comments import remove_comments


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Copy the assets next to a script of the theme, and remove their comments."""
    copy = tmp_path / "assets"
    shutil.copytree(DOCS / "assets", copy)
    (copy / "theme.js").write_text("// kept\n", encoding="utf-8")
    remove_comments(tmp_path)
    return copy


def test_comments_are_removed_and_code_stays(assets: Path) -> None:
    for name, code, comment in [
        ("site.js", "class Explorable", "\n  // "),
        ("site.css", "--nnfp-input", "/*"),
    ]:
        source = (DOCS / "assets" / name).read_text(encoding="utf-8")
        small = (assets / name).read_text(encoding="utf-8")
        assert code in source and comment in source
        assert code in small and comment not in small


def test_other_files_stay_as_they_are(assets: Path) -> None:
    assert (assets / "theme.js").read_text(encoding="utf-8") == "// kept\n"
    icon = "favicon.svg"
    assert (assets / icon).read_bytes() == (DOCS / "assets" / icon).read_bytes()
