"""Test `make serve` in a copy of the project, as a reader runs it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from pages.project import ROOT

# Take the environment as it is: install nothing into it.
AS_IT_IS = ["--assume-old=.venv/bin/pip", "--assume-old=.venv/.site"]

# Kill a server that takes longer than this: it or the machine is stuck.
LIMIT = 300


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy what the site is made from, without an environment."""
    for name in ("docs", "nnfp", "pages"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("Makefile", "mkdocs.yml", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def installed(project: Path) -> Path:
    """Give the copy the environment of this Python."""
    (project / ".venv").symlink_to(sys.prefix)
    return project


@pytest.fixture
def marked(project: Path) -> Path:
    """Give the copy an environment that contains only the markers of what is installed."""
    (project / ".venv/bin").mkdir(parents=True)
    for name in ("bin/pip", ".site", ".all"):
        (project / ".venv" / name).touch()
    return project


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number


@pytest.fixture
def url(installed: Path, port: int) -> Iterator[str]:
    """Run `make serve` until the test ends, and return the site's URL."""
    process = subprocess.Popen(
        ["make", *AS_IT_IS, "serve", f"PORT={port}"],
        cwd=installed,
        # The pages/ of the copy, rather than the installed one.
        env={**os.environ, "PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    stuck = threading.Timer(LIMIT, os.killpg, (process.pid, signal.SIGKILL))
    stuck.start()
    try:
        log: list[str] = []
        for line in process.stdout:
            log.append(line)
            if "Serving on" in line:
                break
        else:
            pytest.fail("make serve ended:\n" + "".join(log))
        yield f"http://127.0.0.1:{port}/"
    finally:
        stuck.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


def read(url: str) -> str:
    with urlopen(url, timeout=LIMIT) as answer:
        text: str = answer.read().decode()
        return text


def test_saving_a_page_rebuilds_it(installed: Path, url: str) -> None:
    before = read(f"{url}glossary/")
    assert "A new term" not in before
    [(epoch, request)] = re.findall(r"livereload\((\d+), (\d+)\)", before)

    with (installed / "docs/glossary.md").open("a") as page:
        page.write("\n## A new term\n")

    # The script of the page makes this request. The response comes when the site is rebuilt; a
    # greater number means: reload the page.
    assert int(read(f"{url}livereload/{epoch}/{request}")) > int(epoch)
    assert "A new term" in read(f"{url}glossary/")


def test_a_taken_port_is_reported_in_one_sentence(installed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = make(installed, *AS_IT_IS, "serve", f"PORT={port}")
    assert done.returncode != 0
    sentence, _from_make = done.stderr.splitlines()
    assert sentence == (
        f"Port {port} is taken: stop what uses it, or choose another, as in: make serve PORT=8001"
    )


def test_an_old_python_is_reported_in_one_sentence(project: Path) -> None:
    # A Python that claims to be old and runs what it is given.
    runs = "import sys; sys.version_info = (3, 9); exec(sys.argv[1])"
    old = project / "python3.9"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{runs}" "$2"\n')
    old.chmod(0o755)
    done = make(project, "serve", "PYTHON=./python3.9")
    assert done.returncode != 0
    sentence, _from_make = done.stderr.splitlines()
    assert sentence == (
        "expected Python 3.11 or newer, got ./python3.9: choose another, as in: "
        "make serve PYTHON=python3.12"
    )
    assert not (project / ".venv").exists()


def test_serve_installs_only_what_the_site_needs(project: Path) -> None:
    installs = [
        line for line in make(project, "--dry-run", "serve").stdout.splitlines() if "pip" in line
    ]
    assert any("docs/requirements.txt" in line for line in installs)
    assert not any("[dev]" in line for line in installs)
    assert all("--no-deps" in line for line in installs if "--editable" in line)


@pytest.mark.parametrize("target", ["serve", "test"])
def test_installed_packages_are_not_installed_again(marked: Path, target: str) -> None:
    assert "pip install" not in make(marked, "--dry-run", target).stdout


@pytest.mark.parametrize("target", ["serve", "test"])
@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "docs/requirements.txt"])
def test_a_changed_requirement_is_installed(marked: Path, target: str, name: str) -> None:
    later = (marked / ".venv/.all").stat().st_mtime + 1
    os.utime(marked / name, (later, later))
    assert "pip install" in make(marked, "--dry-run", target).stdout


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [targets] = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)
    listed = [line.split()[1] for line in make(ROOT, "help").stdout.splitlines()]
    assert sorted(listed) == sorted(targets.split())
