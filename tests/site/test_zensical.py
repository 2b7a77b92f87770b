"""Test that Zensical, the successor of MkDocs, builds the same pages from the same files."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.browse import SOURCES
from pages.project import page_file
from pages.publish.wheel import wheel_name
from tests.conftest import GUARD, ROOT

# CUSTOM_DIR= .venv/bin/zensical build
BUILD = GUARD + "from zensical.main import cli; cli(['build', '--strict'])"

# One of the processes that run tests builds the site, for all of these.
pytestmark = pytest.mark.xdist_group("zensical")


@pytest.fixture(scope="session")
def zensical(tmp_path_factory: pytest.TempPathFactory, base_url: str) -> Path:
    """Build the site with Zensical, in a copy, since it writes next to the files that it reads."""
    folder = tmp_path_factory.mktemp("zensical")
    for name in ("docs", "nnfp", "pages"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    done = subprocess.run(
        [sys.executable, "-c", BUILD],
        cwd=folder,
        env=os.environ | {"CUSTOM_DIR": "", "WHEEL": base_url + wheel_name()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def content(site: Path, source: str) -> str:
    """Return the HTML of a page without the parts that a theme adds around it."""
    html = (site / page_file(source)).read_text(encoding="utf-8")
    html = html[html.index("<h1") : html.index("</article>")].rstrip()
    # Zensical removes the marks for its search, and it may link to another one of two pages that
    # show the same object.
    html = re.sub(r' data-search-exclude(="")?', "", html)
    return re.sub(r'(<a class="autorefs autorefs-internal" href=")[^"#]*', r"\1", html)


@pytest.mark.parametrize("source", SOURCES)
def test_both_builders_give_a_page_the_same_content(
    site: Path, zensical: Path, source: str
) -> None:
    assert content(zensical, source) == content(site, source)
