"""Find the project's root, its pages, their URLs on the site, and the settings."""

import posixpath
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


@cache
def settings() -> dict[str, Any]:
    """Read what is specific to this project from `[tool.pages]` in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tool: dict[str, Any] = tomllib.loads(text)["tool"]
    return dict(tool["pages"])


def site_config() -> dict[str, Any]:
    """Read mkdocs.yml, and fill in the environment variables that it names."""
    from mkdocs.utils.yaml import yaml_load  # here, since proving a page needs no MkDocs

    with (ROOT / "mkdocs.yml").open(encoding="utf-8") as file:
        return yaml_load(file)


def site_url() -> str:
    """Return the URL of the site: the variable `SITE_URL`, or the default in mkdocs.yml."""
    url: str = site_config()["site_url"]
    return f"{url.rstrip('/')}/"


def sources() -> list[str]:
    """List the pages of the site in the order of its menu, each by its path below `docs/`."""
    return list(_leaves(site_config()["nav"]))


def _leaves(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for item in nav.values() if isinstance(nav, dict) else nav:  # type: ignore[attr-defined]
            yield from _leaves(item)


def source_of(path: Path, docs: Path = DOCS) -> str:
    """Return the path of a page below `docs/`, as mkdocs.yml writes it."""
    return path.relative_to(docs).as_posix()


def page_file(source: str) -> str:
    """Return the path, within the built site, of the page made from `source`.

    Examples:
        >>> page_file("learn/neuron.md"), page_file("index.md")
        ('learn/neuron/index.html', 'index.html')
    """
    folder, name = posixpath.split(source.removesuffix(".md"))
    parts = [folder] if name == "index" else [folder, name]
    return posixpath.join(*parts, "index.html")


def page_url(source: str) -> str:
    """Return the URL of a file below `docs/`, relative to the site's URL.

    Examples:
        >>> page_url("learn/neuron.md"), page_url("index.md"), page_url("figures/home.svg")
        ('learn/neuron/', '', 'figures/home.svg')
    """
    path = page_file(source).removesuffix("index.html") if source.endswith(".md") else source
    return quote(path)
