"""Zensical, which follows MkDocs, makes the same pages of the same files."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import GUARD, ROOT

from audit.browse import SOURCES

# CUSTOM_DIR= .venv/bin/zensical build
BUILD = GUARD + "from zensical.main import cli; cli(['build', '--strict'])"


@pytest.fixture(scope="module")
def zensical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as Zensical makes it: in a copy, since it writes beside what it reads."""
    folder = tmp_path_factory.mktemp("zensical")
    for name in ("docs", "nnfp", "pages"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    done = subprocess.run(
        [sys.executable, "-c", BUILD],
        cwd=folder,
        env=os.environ | {"CUSTOM_DIR": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def content(site: Path, source: Path) -> str:
    """What a page says, as HTML, without what a theme puts around it."""
    folder = source.parent if source.name == "index" else source
    html = (site / folder / "index.html").read_text(encoding="utf-8")
    html = html[html.index("<h1") : html.index("</article>")].rstrip()
    # Zensical leaves out again what its search need not read, and where an entry stands on two
    # pages, it may lead to the other one.
    html = re.sub(r' data-search-exclude(="")?', "", html)
    return re.sub(r'(<a class="autorefs autorefs-internal" href=")[^"#]*', r"\1", html)


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_page_says_the_same(site: Path, zensical: Path, source: Path) -> None:
    assert content(zensical, source) == content(site, source)
