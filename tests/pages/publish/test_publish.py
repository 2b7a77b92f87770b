"""Test `python -m pages.publish`, which `make build` and `make offline` call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pages.project import ROOT
from pages.publish.__main__ import check_urls


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
def test_publishing_without_a_site_url_warns(
    url: str, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SITE_URL", url)
    check_urls()
    sentence = (
        "WARNING -  SITE_URL is not set: this site works completely only at http://127.0.0.1:8000/;"
        " to put it anywhere else, set SITE_URL to its URL\n"
    )
    assert capsys.readouterr().err == (sentence if warned else "")


@pytest.mark.parametrize("name", ["SITE_URL", "REPO_URL"])
@pytest.mark.parametrize(
    "url",
    ["site.org", "//site.org/", "ftp://site.org/", "https://", "https:///a", "https://a/?b", "a b"],
)
def test_a_variable_without_a_url_is_refused(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(SystemExit) as refused:
        check_urls()
    sentence = f"expected {name} to be a URL such as https://example.org/nnfp/, got {url}"
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "url", ["https://site.org", "http://127.0.0.1:8000/a/b/", "HTTPS://Site.org/~me/"]
)
def test_a_url_is_accepted(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SITE_URL", url)
    check_urls()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [["site"], ["--offline", "site"]])
def test_a_build_with_a_wrong_site_url_ends_with_a_sentence(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = run_in(tmp_path, *arguments, SITE_URL="site.org")
    assert done.returncode == 1
    assert done.stderr.startswith("expected SITE_URL to be a URL such as")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["site"], ["--offline", "site"]])
def test_a_failure_of_mkdocs_is_passed_on_without_a_traceback(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = run_in(tmp_path, *arguments)
    assert done.returncode != 0
    assert "mkdocs.yml" in done.stderr
    assert "Traceback" not in done.stderr
