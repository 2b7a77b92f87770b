"""Test that the workflow covers the oldest versions that pyproject.toml allows."""

import tomllib
from typing import Any

import pytest
import yaml

from pages.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    """Return the job that tests released versions."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    released: dict[str, Any] = workflow["jobs"]["released"]
    return released


def test_the_oldest_torch_is_the_oldest_allowed(job: dict[str, Any]) -> None:
    [install] = [step["run"] for step in job["steps"] if "oldest" in step.get("if", "")]
    [allowed] = [needed for needed in PROJECT["dependencies"] if needed.startswith("torch")]
    assert install == f".venv/bin/pip install {allowed.replace('>=', '==')}.0"


def test_the_oldest_python_is_the_oldest_allowed(job: dict[str, Any]) -> None:
    oldest, *_ = job["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={oldest}"
