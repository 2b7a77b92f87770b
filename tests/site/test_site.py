"""Test the built site: how it is built, what it loads, and whether its parts fit together."""

import importlib
import inspect
import json
import re
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any
from urllib.parse import urldefrag

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from audit.browse import foreign
from audit.links import broken_links
from audit.markup import read, values
from pages.project import ROOT
from tests.conftest import GUARD, Build, run_python

MODULES = sorted(
    f"nnfp.{path.stem}" for path in (ROOT / "nnfp").glob("*.py") if not path.stem.startswith("_")
)
LEARN = [path.stem for path in sorted((ROOT / "docs/learn").glob("*.md"))]


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, BeautifulSoup]:
    """Return each page by its URL, relative to that of the site."""
    paths = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html")}
    return {name.removesuffix("index.html"): read(path) for name, path in paths.items()}


# How it is built


@pytest.mark.parametrize(
    "code",
    ["import torch", "import urllib.request as r; r.urlopen('http://127.0.0.1:9')"],
)
def test_the_guard_stops_builds_that_import_torch_or_connect(code: str) -> None:
    done = run_python(f"{GUARD}\ntry: {code}\nexcept BaseException: pass")
    assert done.returncode == 3
    assert "a build must not do this" in done.stderr


def test_two_builds_give_the_same_bytes(site: Path, build: Build) -> None:
    again = build("again", PYTHONHASHSEED="2")
    first, second = (
        {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }
        for root in (site, again)
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_the_site_has_no_templates(site: Path) -> None:
    folders = {path.name for path in site.iterdir() if path.is_dir()}
    expected = {
        "about",
        "assets",
        "data",
        "figures",
        "glossary",
        "learn",
        "notebooks",
        "notation",
        "reference",
    }
    assert folders == expected | {"search"}
    assert list(site.rglob("*.jinja")) == []


def test_the_search_ignores_texts_in_pictures(site: Path) -> None:
    docs = json.loads((site / "search/docs.json").read_text(encoding="utf-8"))
    text = next(entry["text"] for entry in docs if entry["location"] == "learn/neuron/")
    assert "A neural network is built from one small part, used many times" in text
    assert "the sum is 19" not in text  # the picture's own title


# What it loads


def urls_in_css(css: str) -> list[str]:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    pattern = r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)"""
    return [a or b for a, b in re.findall(pattern, css)]


def loaded_by(page: BeautifulSoup) -> list[str]:
    """List the URLs that a browser requests by itself to show a page."""
    styles = [style.get_text() for style in page.select("style")] + values(page, "style")
    loaded = [url for css in styles for url in urls_in_css(css)]
    for name in ("src", "data", "poster", "action"):
        loaded += values(page, name)
    for sizes in values(page, "srcset"):
        loaded += [part.split()[0] for part in sizes.split(",") if part.strip()]
    links = page.select("link:not([rel=canonical], [rel=next], [rel=prev])")
    return loaded + [str(link["href"]) for link in links]


def test_no_page_loads_anything_from_another_host(pages: dict[str, BeautifulSoup]) -> None:
    loaded = [url for page in pages.values() for url in loaded_by(page)]
    assert any(url.endswith("site.css") for url in loaded)
    assert [url for url in loaded if foreign(url.strip())] == []


def test_no_style_sheet_loads_anything_from_another_host(site: Path) -> None:
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    loaded = [url for css in sheets for url in urls_in_css(css)]
    assert "fonts/STIXTwoMath.woff2" in loaded
    assert [url for url in loaded if foreign(url)] == []


def test_no_page_makes_the_theme_load_mermaid(pages: dict[str, BeautifulSoup]) -> None:
    # For a diagram, the theme's script would load Mermaid from unpkg.com.
    assert not any(page.select("[class*=mermaid]") for page in pages.values())


def test_a_link_to_the_repository_sends_no_request(offline: Path) -> None:
    home = read(offline / "index.html")
    assert "https://github.com/someone/something" in values(home, "href")
    # For such an element, the theme's script would request the number of stars.
    assert home.select("[data-md-component=source]") == []


# How its parts fit together


def test_every_link_within_the_site_leads_somewhere(site: Path, base_url: str) -> None:
    assert broken_links(site, base_url) == []


def test_ids_are_unique_on_each_page(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        ids = values(page, "id")
        assert sorted(i for i in ids if ids.count(i) > 1) == [], name


def test_every_picture_has_alternative_text(pages: dict[str, BeautifulSoup]) -> None:
    figures = [figure for page in pages.values() for figure in page.select("svg[role=img]")]
    assert len(figures) >= 6
    assert all(figure["aria-label"] for figure in figures)
    images = [image for page in pages.values() for image in page.select("img")]
    assert all(image.get("alt") for image in images)


def test_the_font_has_every_character_of_every_formula(pages: dict[str, BeautifulSoup]) -> None:
    font = {
        chr(code) for code in TTFont(ROOT / "docs/assets/fonts/STIXTwoMath.woff2").getBestCmap()
    }
    formulas = [formula for page in pages.values() for formula in page.select("math")]
    used = {char for formula in formulas for char in formula.get_text()}
    assert len(used) > 10
    assert used - font == set(), (
        "add them to docs/_theme/math-characters.txt, and make the font again"
    )


# The glossary


def terms(page: str) -> set[str]:
    """List the terms of a learn page: what is bold and ends with neither a period nor a digit."""
    text = re.sub(r"^---\n.*?^---\n|```.*?```", "", page, flags=re.DOTALL | re.MULTILINE)
    return {
        term for term in re.findall(r"\*\*([^*\n]+)\*\*", text) if term[-1] not in ".0123456789"
    }


@pytest.mark.parametrize("name", LEARN)
def test_the_glossary_has_each_term_with_a_link_to_its_page(name: str) -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    entries = {entry.split("\n")[0]: entry for entry in glossary.split("\n## ")[1:]}
    named = terms((ROOT / f"docs/learn/{name}.md").read_text(encoding="utf-8"))
    # A page may name the plural, as in "the **inputs**", or begin a sentence with a term.
    names = {term: (term, term.removesuffix("s"), term[0].lower() + term[1:]) for term in named}
    found = {term: next(filter(None, map(entries.get, names[term])), None) for term in named}
    assert named
    assert sorted(t for t, e in found.items() if f"(learn/{name}.md)" not in (e or "")) == []
    assert {e.split("\n")[0] for e in entries.values() if f"(learn/{name}.md)" in e} == {
        (e or "").split("\n")[0] for e in found.values()
    }


# The API pages


@pytest.mark.parametrize("module", MODULES)
def test_each_module_has_an_api_page(module: str, pages: dict[str, BeautifulSoup]) -> None:
    assert f"reference/{module.removeprefix('nnfp.')}/" in pages


@pytest.mark.parametrize("idea", [name for name in LEARN if f"nnfp.{name}" in MODULES])
def test_learn_pages_link_to_their_api_pages_both_ways(
    idea: str, pages: dict[str, BeautifulSoup]
) -> None:
    assert f"../../learn/{idea}/" in values(pages[f"reference/{idea}/"], "href")
    # The links of the navigation have a class, and those that the author wrote do not.
    written = pages[f"learn/{idea}/"].select("a[href]:not([class])")
    assert f"../../reference/{idea}/" in {urldefrag(str(link["href"])).url for link in written}


def public_objects(module: ModuleType) -> dict[str, Any]:
    """Return the public functions and classes that a module defines, and their public methods."""
    found: dict[str, Any] = {}
    for name, value in public(module).items():
        if getattr(value, "__module__", "") == module.__name__:
            if inspect.isroutine(value) or inspect.isclass(value):
                found[f"{module.__name__}.{name}"] = value
            if inspect.isclass(value):
                methods = {n: m for n, m in public(value).items() if inspect.isfunction(m)}
                found |= {f"{module.__name__}.{name}.{n}": m for n, m in methods.items()}
    return found


def public(owner: ModuleType | type) -> dict[str, Any]:
    return {name: value for name, value in vars(owner).items() if not name.startswith("_")}


@pytest.mark.parametrize("module", MODULES)
def test_every_public_object_is_on_its_api_page_with_its_source(
    module: str, pages: dict[str, BeautifulSoup]
) -> None:
    page = pages[f"reference/{module.removeprefix('nnfp.')}/"]
    objects = public_objects(importlib.import_module(module))
    assert objects
    assert sorted(objects.keys() - set(values(page, "id"))) == []
    code = [block.get_text().strip() for block in page.select("pre")]
    without = [n for n, o in objects.items() if dedent(inspect.getsource(o)).strip() not in code]
    assert without == []


# Links to torch's documentation


def test_names_from_torch_link_to_its_documentation(pages: dict[str, BeautifulSoup]) -> None:
    page = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html"
    assert f"{page}#torch.nn.Linear" in values(pages["reference/layer/"], "href")
