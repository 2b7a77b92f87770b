"""Fixtures that several test files share: the built site, and a browser to read it in."""

import atexit
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from filelock import FileLock
from hypothesis import settings
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from playwright.sync_api import Browser, Page, expect

from audit.browse import WIDE, chromium
from audit.serve import serve
from pages.project import ROOT as ROOT

# Ends a build at once when it imports torch or connects to another machine. An exception could be
# caught.
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

# Tests run in two processes: with several threads each, they would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure() -> None:
    """Let tests be slow, since the machine may be busy.

    `expect` waits for 30 seconds, as long as Playwright waits for everything else, and Hypothesis
    sets no deadline for an example.
    """
    # A shell makes what it starts in the background ignore Ctrl-C, which some tests send.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    expect.set_options(timeout=30_000)
    settings.register_profile("busy machine", deadline=None)
    settings.load_profile("busy machine")


@pytest.hookimpl(tryfirst=True)  # before the fixture is made
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Import torch before `pytester`, which removes the modules that its test has imported.

    Torch cannot be imported a second time.
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
    """Let Markdown extensions know which page is being made, as MkDocs does."""
    mkdocs: Any = Treeprocessor(md)
    mkdocs.file = SimpleNamespace(src_dir=docs_dir, src_uri=source)
    md.treeprocessors.register(mkdocs, "relpath", 0)


class Served(NamedTuple):
    """A folder for built sites, and the URLs of two sites in it."""

    folder: str
    site: str
    """The URL of `site`, which is at the root of its host."""
    hosted: str
    """The URL of `hosted`, which is below the root."""


@cache
def serve_site() -> Served:
    """Serve a new folder until this process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    site = stack.enter_context(serve(Path(folder, "site")))
    hosted = stack.enter_context(serve(Path(folder, "hosted"), "/some/where/"))
    return Served(folder, site, hosted)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give pytest-xdist's processes the same folder and URLs, so that each site is built once."""
    node.workerinput["served"] = tuple(serve_site())


@pytest.fixture(scope="session")
def served(request: pytest.FixtureRequest) -> Served:
    """Return the folder for built sites, and the URLs of two sites in it."""
    given = getattr(request.config, "workerinput", {}).get("served")
    return Served(*given) if given else serve_site()


@pytest.fixture(scope="session")
def build(served: Served) -> Build:
    """Build the site without torch and without a network, into a folder of the given name.

    The site is for the root of a host, unless `SITE_URL` is among the variables.
    """

    def build(name: str, *options: str, **variables: str) -> Path:
        site = Path(served.folder, name)
        fixed = {"SITE_URL": served.site, "SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1"}
        # The first of the processes that run tests builds it, and the others wait.
        with FileLock(f"{site}.lock"):
            if not site.exists():
                new = Path(f"{site}.new")
                done = run_python(BUILD, *options, new, **fixed | variables)
                assert done.returncode == 0, done.stdout + done.stderr
                assert "WARNING" not in done.stderr, done.stderr
                new.rename(site)
        return site

    return build


@pytest.fixture(scope="session")
def site(build: Build) -> Path:
    """Return the folder with the built site."""
    return build("site", PYTHONHASHSEED="1")


@pytest.fixture(scope="session")
def offline(build: Build) -> Path:
    """Return the folder with the site of `make offline`, for a project with a known repository."""
    repository = {"REPO_URL": "https://github.com/someone/something", "EDIT_URI": "edit/main/docs/"}
    return build("offline", "--offline", PYTHONHASHSEED="1", **repository)


@pytest.fixture(scope="session")
def base_url(served: Served, site: Path) -> str:
    """Return the URL of the built site; `page.goto("learn/neuron/")` starts from it."""
    return served.site


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Return how to start the browser. Without one, its tests are skipped, but fail in CI."""
    try:
        path = chromium()
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    # Chromium has no sandbox for root.
    return {"executable_path": path, "args": ["--no-sandbox"] * (os.geteuid() == 0)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Set the screen and the color scheme that pages have, unless their test sets others."""
    return browser_context_args | {"viewport": WIDE, "color_scheme": "light"}


@pytest.fixture(scope="session")
def tab(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Tab]:
    """Get an empty tab, as in `tab(has_touch=True)`, that tests with the same options share.

    Loading a page into it takes a third of the time of a new one. Its screen, color scheme, motion
    and storage are those of a new reader. A test that changes more of the browser, such as its
    clock, or needs two tabs, uses the fixture `page`, which is new for each test.
    """
    tabs: dict[str, Page] = {}

    def tab(**options: Any) -> Page:
        key = repr(options)
        if key in tabs:
            tabs[key].evaluate("localStorage.clear(); sessionStorage.clear()")
        else:
            tabs[key] = browser.new_context(**browser_context_args | options).new_page()
        tabs[key].set_viewport_size(WIDE)
        motion = options.get("reduced_motion", "no-preference")
        tabs[key].emulate_media(media="screen", color_scheme="light", reduced_motion=motion)
        return tabs[key]

    yield tab
    for page in tabs.values():
        page.context.close()
