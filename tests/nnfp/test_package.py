"""Test what `from nnfp import *` and its like give, and the version of the package."""

import re
import tomllib
from importlib import import_module
from pkgutil import iter_modules

import pytest

import nnfp
from pages.project import ROOT

SUBPACKAGES = [f"nnfp.{module.name}" for module in iter_modules(nnfp.__path__) if module.ispkg]


@pytest.mark.parametrize("name", ["nnfp", *SUBPACKAGES])
def test_a_star_import_gives_exactly_the_names_in_all(name: str) -> None:
    namespace: dict[str, object] = {}
    exec(f"from {name} import *", namespace)
    assert sorted(namespace.keys() - {"__builtins__"}) == sorted(import_module(name).__all__)


@pytest.mark.parametrize("name", SUBPACKAGES)
def test_every_name_that_a_package_imports_from_its_modules_is_public(name: str) -> None:
    package = import_module(name)
    own = {
        public
        for public, value in vars(package).items()
        if getattr(value, "__module__", "").startswith(f"{name}.")
    }
    assert own
    assert own <= set(package.__all__)


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, *_ = re.findall(r"^## (.*)", changelog, re.MULTILINE)
    assert newest == nnfp.__version__


def test_the_version_is_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
