"""Test `python -m pages.publish`, which `make build` and `make offline` call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pages.project import ROOT


def run_in(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Publish from a folder that holds no project, where MkDocs ends at once."""
    return subprocess.run(
        [sys.executable, "-m", "pages.publish", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("url", "warned"), [("", True), ("https://site.org/", False)])
def test_publishing_without_a_site_url_warns(tmp_path: Path, url: str, warned: bool) -> None:
    done = run_in(tmp_path, "site", SITE_URL=url)
    sentence = "SITE_URL is not set: links to the site lead to http://127.0.0.1:8000/\n"
    assert (sentence in done.stderr) == warned


@pytest.mark.parametrize("arguments", [["site"], ["--offline", "site"]])
def test_a_failure_of_mkdocs_is_passed_on_without_a_traceback(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = run_in(tmp_path, *arguments)
    assert done.returncode != 0
    assert "mkdocs.yml" in done.stderr
    assert "Traceback" not in done.stderr
