"""What several test files share: the built site, and a browser to read it in."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from audit.browse import WIDE, chromium

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


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder as a host of pages does: without a word, and with the site's own 404 page."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        text = Path(self.directory, "404.html").read_bytes()
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture(scope="session")
def server() -> Iterator[ThreadingHTTPServer]:
    """A server that has its port, so that the site can be built with its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        yield server


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory, server: ThreadingHTTPServer) -> Build:
    """Build as `make build` does, without torch and without a network, into a folder of its own."""

    def build(**environment: str) -> Path:
        folder = tmp_path_factory.mktemp("site")
        environment = {
            "SITE_URL": f"http://127.0.0.1:{server.server_port}/",
            "SOURCE_DATE_EPOCH": "0",
            "NO_MKDOCS_2_WARNING": "1",
            "COMPLETE": "1",
        } | environment
        # Not --quiet: a warning that is not shown is not counted, and --strict lets it pass.
        done = run_python(BUILD, "build", "--strict", "-d", folder, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING" not in done.stderr, done.stderr
        for step in ("plain", "social", "policy"):
            done = run_python(f"{GUARD}\nfrom pages.{step} import main; main()", folder)
            assert done.returncode == 0, done.stderr
        return folder

    return build


@pytest.fixture(scope="session")
def site(build: Build) -> Path:
    """The folder with the built site."""
    return build(PYTHONHASHSEED="1")


@pytest.fixture(scope="session")
def base_url(server: ThreadingHTTPServer, site: Path) -> Iterator[str]:
    """The address of the built site: in a browser, `page.goto("learn/neuron/")` finds it."""
    server.RequestHandlerClass = partial(_Handler, directory=site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """What starts the browser; without one, the tests that need it are skipped, but not in CI."""
    try:
        path = chromium()
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    # As root, Chromium has no sandbox.
    return {"executable_path": path, "args": ["--no-sandbox"] * (os.geteuid() == 0)}


@pytest.fixture(scope="module")
def opened(browser: Browser, base_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page that a test file names as its `PAGE`, loaded once for all its tests."""
    with browser.new_context(base_url=base_url, viewport=WIDE) as context:
        page = context.new_page()
        page.goto(request.module.PAGE)
        yield page


@pytest.fixture
def live(opened: Page) -> Page:
    """The page of a test file, with its explorable as it was at the start."""
    opened.get_by_role("button", name="Reset").click()
    return opened
