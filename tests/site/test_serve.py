"""`make serve`, as a reader types it: in a copy of the project, on a port of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT

# What is installed already is not installed again.
MAKE = ["make", "--assume-old=.venv/.installed", "serve"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the site is made from, with this Python's packages as its own."""
    for name in ("docs", "nnfp", "pages"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("Makefile", "mkdocs.yml", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number


@pytest.fixture
def address(project: Path, port: int) -> Iterator[str]:
    """The address of the running server."""
    with (project / "log").open("w") as log:
        process = subprocess.Popen(
            [*MAKE, f"PORT={port}"], cwd=project, stdout=log, stderr=log, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_until_open(address, process, project / "log")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)


def wait_until_open(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            read(address)
        except URLError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        else:
            return


def read(address: str) -> str:
    with urlopen(address, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def test_a_saved_page_is_built_again_and_the_browser_told(project: Path, address: str) -> None:
    before = read(f"{address}glossary/")
    epoch, request = re.findall(r"livereload\((\d+), (\d+)\)", before)[0]
    assert "A term saved now" not in before

    with (project / "docs/glossary.md").open("a") as page:
        page.write("\n## A term saved now\n")

    # The page's script waits for this answer; a greater number means: load the page again.
    assert int(read(f"{address}livereload/{epoch}/{request}")) > int(epoch)
    assert "A term saved now" in read(f"{address}glossary/")


def test_a_taken_port_is_told_in_one_sentence(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = subprocess.run(
            [*MAKE, f"PORT={port}"], cwd=project, capture_output=True, text=True, check=False
        )
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        f"Port {port} is taken: stop what uses it, or choose another, as in: make serve PORT=8001"
    )
    assert "Traceback" not in done.stderr


def test_a_python_that_is_too_old_is_told_in_one_sentence(project: Path) -> None:
    (project / ".venv").unlink()
    old = project / "python3.9"
    # It says that it is old, and runs what it is given.
    runs = "import sys; sys.version_info = (3, 9); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{runs}" "$2"\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "serve", "PYTHON=./python3.9"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    sentence, _told_by_make = done.stderr.splitlines()
    assert sentence == (
        "Python 3.11 or newer is needed, and ./python3.9 is not: name one, as in: "
        "make serve PYTHON=python3.12"
    )
    assert not (project / ".venv").exists()
