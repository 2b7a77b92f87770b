"""What several test files share: the built site, and a browser to read it in."""

import atexit
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from playwright.sync_api import Browser, Page

from audit.browse import NARROW, WIDE, chromium, listen
from pages.project import ROOT
from tests.site.explorables import alone

# Ends a build at once, where an exception could be caught, when it imports torch or connects to
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
# What `make build` and `make offline` do.
BUILD = f"{GUARD}\nfrom pages.publish.__main__ import main; main()"

Build = Callable[..., Path]
Tab = Callable[..., Page]

# What takes longest comes first, so that no process has much to do when the other has ended: tests
# that use one of these fixtures, or are in one of these files. Two sites are built at the very
# start, one by each process.
FIRST = [
    *("offline", "opened", "open_page", "browser", "build"),
    *("test_notebooks.py", "test_audit.py", "test_serve.py", "test_mutants.py", "test_draw.py"),
]
# Tests that share what takes a while to make stay together.
TOGETHER = {"opened", "open_page", "zensical"}


def pytest_configure(config: pytest.Config) -> None:
    """Keep the order that the tests have below: groups would come by how many tests they have."""
    config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)  # before what shuffles them, where that is asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests are spread over processes, tell which stay together, and which come first."""

    def rank(item: pytest.Item) -> int:
        used = [*getattr(item, "fixturenames", []), item.path.name]
        return next((rank for rank, name in enumerate(FIRST) if name in used), len(FIRST))

    for item in items:
        if TOGETHER & set(getattr(item, "fixturenames", [])):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Let Python look for garbage only among what comes from here on.

    What is loaded by now, torch above all, stays: to look through it takes a tenth of a second.
    """
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before the fixture is made
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Load torch before `pytester`, which forgets what is loaded while it works.

    Torch cannot be loaded a second time.
    """
    if "pytester" in getattr(item, "fixturenames", []):
        import_module("torch")


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


def make_page(md: Markdown, docs_dir: Path, source: str) -> None:
    """Say which page is being made, as MkDocs does."""
    mkdocs: Any = Treeprocessor(md)
    mkdocs.file = SimpleNamespace(src_dir=docs_dir, src_uri=source)
    md.treeprocessors.register(mkdocs, "relpath", 0)


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder as a host of pages does: without a word, and with the site's own 404 page.

    It lets a browser keep what it has, and its connection.
    """

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        text = Path(self.directory, "404.html").read_bytes()
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that is closed hangs up before it has read all."""


@cache
def serve() -> tuple[str, str]:
    """Serve a new folder until this process ends: its path, and the address of `site` in it."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    handler = partial(_Handler, directory=f"{folder}/site")
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return folder, f"http://127.0.0.1:{server.server_port}/"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Where tests are spread over processes, serve one folder to them all from the one that lasts.

    So the site is built once, for one address.
    """
    node.workerinput["served"] = serve()


@pytest.fixture(scope="session")
def served(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The folder for built sites, and the address of `site` in it."""
    return getattr(request.config, "workerinput", {}).get("served") or serve()


@pytest.fixture(scope="session")
def build(served: tuple[str, str]) -> Build:
    """Build the site without torch and without a network, into a folder of the given name."""
    folder, address = served

    def build(name: str, *options: str, **variables: str) -> Path:
        site = Path(folder, name)
        fixed = {"SITE_URL": address, "SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1"}
        # Of the processes that run tests, the first builds it, and the others wait.
        with FileLock(f"{site}.lock"):
            if not site.exists():
                new = Path(f"{site}.new")
                done = run_python(BUILD, *options, new, **fixed, **variables)
                assert done.returncode == 0, done.stdout + done.stderr
                assert "WARNING" not in done.stderr, done.stderr
                new.rename(site)
        return site

    return build


@pytest.fixture(scope="session")
def site(build: Build) -> Path:
    """The folder with the built site."""
    return build("site", PYTHONHASHSEED="1")


@pytest.fixture(scope="session")
def offline(build: Build) -> Path:
    """The folder with the site of `make offline`, here of a project whose repository is known."""
    repository = {"REPO_URL": "https://github.com/someone/something", "EDIT_URI": "edit/main/docs/"}
    return build("offline", "--offline", PYTHONHASHSEED="1", **repository)


@pytest.fixture(scope="session")
def base_url(served: tuple[str, str], site: Path) -> str:
    """The address of the built site: in a browser, `page.goto("learn/neuron/")` finds it."""
    return served[1]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """What starts the browser; without one, the tests that need it are skipped, but not in CI."""
    try:
        path = chromium()
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    # As root, Chromium has no sandbox.
    return {"executable_path": path, "args": ["--no-sandbox"] * (os.geteuid() == 0)}


@pytest.fixture(scope="session")
def tab(browser: Browser, base_url: str) -> Iterator[Tab]:
    """Open a tab, or take the one that was opened before with the same options.

    Where a page was, the next one comes in half the time: for tests that need no fresh reader.
    """
    tabs: dict[str, Page] = {}

    def tab(**options: Any) -> Page:
        key = repr(options)
        if key not in tabs:
            tabs[key] = browser.new_context(base_url=base_url, **options).new_page()
        tabs[key].set_viewport_size(WIDE)
        tabs[key].emulate_media(media="screen", color_scheme="light")
        return tabs[key]

    yield tab
    for page in tabs.values():
        page.context.close()


@pytest.fixture(params=[(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def touched(tab: Tab, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page that a test file names as its `PAGE`, for fingers; in the end, it had no complaint.

    It is light on a wide screen and dark on a phone.
    """
    size, scheme = request.param
    page = tab(has_touch=True)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    heard = listen(page)
    page.goto(request.module.PAGE)
    yield page
    assert heard == []


@pytest.fixture(scope="module")
def opened(browser: Browser, base_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The explorable of the page that a test file names as its `PAGE`, once for all its tests."""
    with browser.new_context(base_url=base_url, viewport=WIDE) as context:
        page = context.new_page()
        page.goto(request.module.PAGE)
        alone(page)
        yield page


@pytest.fixture
def live(opened: Page) -> Page:
    """The page of a test file, with its explorable as it was at the start."""
    opened.get_by_role("button", name="Reset").click()
    return opened
