"""What several test files share: the built site."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Ends a build at once, whatever would catch an exception, when it imports torch or looks for
# another machine.
GUARD = """
import os, sys
def guard(event, args):
    what = (event, args[0]) if event == "import" else event
    if what in (("import", "torch"), "socket.connect", "socket.getaddrinfo"):
        print("a build must not do this:", what, file=sys.stderr, flush=True)
        os._exit(3)
sys.addaudithook(guard)
"""
BUILD = GUARD + "from mkdocs.__main__ import cli; cli()"

Build = Callable[..., Path]


def run_python(
    code: str, *args: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the site strictly, without torch and without a network, into a folder of its own."""

    def build(**environment: str) -> Path:
        folder = tmp_path_factory.mktemp("site")
        environment = {"SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1"} | environment
        # Not --quiet: a warning that is not shown is not counted, and --strict lets it pass.
        done = run_python(BUILD, "build", "--strict", "-d", folder, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING" not in done.stderr, done.stderr
        return folder

    return build


@pytest.fixture(scope="session")
def site(build: Build) -> Path:
    """The folder with the built site."""
    return build(PYTHONHASHSEED="1")
