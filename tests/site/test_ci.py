"""Test that the workflows cover the oldest allowed versions, and keep a branch of notebooks."""

import os
import subprocess
import tomllib
from pathlib import Path
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


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, and return what it prints."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_deployment_replaces_the_branch_of_notebooks_with_one_commit(tmp_path: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8"))
    [script] = [s["run"] for s in workflow["jobs"]["notebooks"]["steps"] if "run" in s]
    remote = tmp_path / "remote"
    git(tmp_path, "init", "--bare", "--quiet", str(remote))
    variables = {
        "GITHUB_SHA": "1234abcd",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "someone/something",
        "TOKEN": "secret",
        # Push to the folder instead of the host.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{remote}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://x-access-token:secret@github.com/someone/something.git",
    }
    for name in ("old", "new"):
        notebooks = tmp_path / name
        (notebooks / "learn").mkdir(parents=True)
        (notebooks / f"learn/{name}.ipynb").write_text("{}", encoding="utf-8")
        command = ["bash", "-e", "-c", script]
        subprocess.run(command, cwd=notebooks, env=os.environ | variables, check=True)
    assert git(remote, "ls-tree", "-r", "--name-only", "notebooks") == "learn/new.ipynb"
    log = git(remote, "log", "--format=%s", "notebooks")
    assert log == "Add the notebooks of 1234abcd"
