"""Time the build of the site, and of sites with many copies of its pages."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from pages.project import ROOT

COPIES = (1, 10)

Row = dict[str, str | int | float]


def build() -> list[Row]:
    """Time the build of each site.

    Returns:
        For each site, how many `copies` of the pages it has, its number of `pages`, the `seconds`
        of its build, and the seconds per page as `a_page`.
    """
    rows: list[Row] = []
    for copies in COPIES:
        with larger_site(copies) as folder:
            command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, check=True)
            seconds = time.perf_counter() - start
            pages = len(list((folder / "site").rglob("index.html")))
        rows.append(
            {"copies": copies, "pages": pages, "seconds": seconds, "a_page": seconds / pages}
        )
    return rows


@contextlib.contextmanager
def larger_site(copies: int) -> Iterator[Path]:
    """Make a temporary folder of a site that has each page `copies` times in its menu."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in ("nnfp", "pages"):
            (folder / source).symlink_to(ROOT / source)
        shutil.copytree(ROOT / "docs", folder / "docs")
        settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        before, _, rest = settings.partition("nav:\n")
        nav, _, after = rest.partition("\n\n")
        sections = yaml.safe_load(nav)
        menu = list(sections)
        for i in range(1, copies):
            # Pages link to figures and data, so copy those too. The theme is needed only once.
            shutil.copytree(
                ROOT / "docs",
                folder / f"docs/copy{i}",
                ignore=shutil.ignore_patterns("_theme", "assets"),
            )
            menu.append({f"Copy {i}": moved(sections, f"copy{i}/")})
        nav = yaml.safe_dump({"nav": menu}, sort_keys=False)
        (folder / "mkdocs.yml").write_text(f"{before}{nav}\n{after}", encoding="utf-8")
        yield folder


def moved(nav: object, folder: str) -> object:
    """Return a part of the menu with its pages in another folder."""
    if isinstance(nav, str):
        return folder + nav
    if isinstance(nav, dict):
        return {name: moved(part, folder) for name, part in nav.items()}
    assert isinstance(nav, list)
    return [moved(part, folder) for part in nav]
