"""Test what `from nnfp import *` gives, and the version of the package."""

import re
import tomllib

import nnfp
from pages.project import ROOT


def test_a_star_import_gives_exactly_the_names_in_all() -> None:
    namespace: dict[str, object] = {}
    exec("from nnfp import *", namespace)
    assert sorted(namespace.keys() - {"__builtins__"}) == sorted(nnfp.__all__)


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, *_ = re.findall(r"^## (.*)", changelog, re.MULTILINE)
    assert newest == nnfp.__version__


def test_the_version_is_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
