"""The built site: what it needs, what it asks for, and that it hangs together."""

import importlib
import inspect
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from urllib.parse import urldefrag, urlsplit

import pytest
from fontTools.ttLib import TTFont

from audit.site import whole
from tests.conftest import GUARD, ROOT, Build, run_python

MODULES = sorted(
    f"nnfp.{path.stem}" for path in (ROOT / "nnfp").glob("*.py") if not path.stem.startswith("_")
)
LEARN = [path.stem for path in sorted((ROOT / "docs/learn").glob("*.md"))]


class Page(HTMLParser):
    """A built page: its ids, its elements, and the text of its formulas and of its code."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {"math": [], "pre": [], "style": []}
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in self.texts:
            self._open.append(tag)
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]][-1] += data

    @property
    def ids(self) -> set[str]:
        return {attrs["id"] for _, attrs in self.elements if "id" in attrs}

    @property
    def links(self) -> set[str]:
        return {attrs["href"] for tag, attrs in self.elements if tag == "a" and "href" in attrs}


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    """Each page, by its address from the site's root."""
    paths = {str(path.relative_to(site)): path for path in site.rglob("*.html")}
    return {name.removesuffix("index.html"): Page(path) for name, path in paths.items()}


# How it is built


@pytest.mark.parametrize(
    "code",
    ["import torch", "import urllib.request as r; r.urlopen('http://127.0.0.1:9')"],
)
def test_the_guard_of_the_build_stops_torch_and_connections(code: str) -> None:
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


def test_templates_are_no_part_of_the_site(site: Path) -> None:
    folders = {path.name for path in site.iterdir() if path.is_dir()}
    expected = {"about", "assets", "data", "figures", "glossary", "learn", "notebooks", "reference"}
    assert folders == expected | {"search"}
    assert list(site.rglob("*.jinja")) == []


def test_a_search_finds_words_and_not_the_numbers_in_pictures(site: Path) -> None:
    docs = json.loads((site / "search/docs.json").read_text(encoding="utf-8"))
    text = next(entry["text"] for entry in docs if entry["location"] == "learn/neuron/")
    assert "Everything in a neural network is made of one small thing" in text
    assert "the sum is 19" not in text  # the picture's own title


# What it asks for


def foreign(address: str) -> bool:
    return bool(urlsplit(address.strip()).netloc)


def addresses_in_css(css: str) -> list[str]:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    pattern = r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)"""
    return [a or b for a, b in re.findall(pattern, css)]


def addresses_loaded(page: Page) -> list[str]:
    """What a browser fetches by itself to show the page."""
    loaded = [address for css in page.texts["style"] for address in addresses_in_css(css)]
    for tag, attrs in page.elements:
        loaded += addresses_in_css(attrs.get("style", ""))
        loaded += [attrs[name] for name in ("src", "data", "poster", "action") if name in attrs]
        loaded += [part.split()[0] for part in attrs.get("srcset", "").split(",") if part.strip()]
        if tag == "link" and attrs.get("rel") not in ("canonical", "next", "prev"):
            loaded.append(attrs["href"])
    return loaded


def test_no_page_loads_anything_from_elsewhere(pages: dict[str, Page]) -> None:
    loaded = [address for page in pages.values() for address in addresses_loaded(page)]
    assert any(address.endswith("site.css") for address in loaded)
    assert [address for address in loaded if foreign(address)] == []


def test_no_style_sheet_loads_anything_from_elsewhere(site: Path) -> None:
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    loaded = [address for css in sheets for address in addresses_in_css(css)]
    assert "fonts/STIXTwoMath.woff2" in loaded
    assert [a for a in loaded if foreign(a) and not a.startswith("data:")] == []


def test_the_theme_is_given_no_reason_to_ask_other_hosts(pages: dict[str, Page]) -> None:
    # Its script asks unpkg.com when a page has a diagram by Mermaid.
    assert not any("mermaid" in e.get("class", "") for p in pages.values() for _, e in p.elements)


def test_a_link_to_the_repository_asks_its_host_nothing(offline: Path) -> None:
    home = Page(offline / "index.html")
    assert "https://github.com/someone/something" in home.links
    # The theme's script asks the host for stars where it finds this.
    assert not any(e.get("data-md-component") == "source" for _, e in home.elements)


# That it hangs together


def test_every_link_within_the_site_leads_somewhere(site: Path, base_url: str) -> None:
    [row] = whole(site, base_url)
    assert row.details == []


def test_no_page_has_an_id_twice(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
        assert sorted(i for i in ids if ids.count(i) > 1) == [], name


def test_every_picture_says_in_words_what_it_shows(pages: dict[str, Page]) -> None:
    figures = [
        attrs
        for page in pages.values()
        for tag, attrs in page.elements
        if tag == "svg" and attrs.get("role") == "img"
    ]
    assert len(figures) >= 6
    assert all(attrs["aria-label"] for attrs in figures)
    images = [e for page in pages.values() for tag, e in page.elements if tag == "img"]
    assert all(attrs.get("alt") for attrs in images)


def test_the_font_has_every_character_of_every_formula(pages: dict[str, Page]) -> None:
    font = {
        chr(code) for code in TTFont(ROOT / "docs/assets/fonts/STIXTwoMath.woff2").getBestCmap()
    }
    used = {char for page in pages.values() for text in page.texts["math"] for char in text}
    assert len(used) > 10
    assert used - font == set(), (
        "add them to docs/_theme/math-characters.txt, and make the font again"
    )


# The glossary


def terms(page: str) -> set[str]:
    """What a learn page names in bold; bold with a full stop or a number is not a name."""
    text = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    return {
        term for term in re.findall(r"\*\*([^*\n]+)\*\*", text) if term[-1] not in ".0123456789"
    }


@pytest.mark.parametrize("name", LEARN)
def test_the_glossary_has_each_term_and_leads_to_its_page(name: str) -> None:
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
def test_each_module_has_an_api_page(module: str, pages: dict[str, Page]) -> None:
    assert f"reference/{module.removeprefix('nnfp.')}/" in pages


@pytest.mark.parametrize("idea", [name for name in LEARN if f"nnfp.{name}" in MODULES])
def test_learn_page_and_api_page_link_to_each_other(idea: str, pages: dict[str, Page]) -> None:
    assert f"../../learn/{idea}/" in pages[f"reference/{idea}/"].links
    assert f"../../reference/{idea}/" in {
        urldefrag(link).url for link in in_text(pages[f"learn/{idea}/"])
    }


def in_text(page: Page) -> list[str]:
    """The links that the author wrote: those of the navigation have a class."""
    return [
        e["href"] for tag, e in page.elements if tag == "a" and "class" not in e and "href" in e
    ]


def public_objects(module: ModuleType) -> dict[str, object]:
    """The public functions and classes that a module defines, and their public methods."""
    found = {}
    for name, value in vars(module).items():
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__:
            if inspect.isroutine(value) or inspect.isclass(value):
                found[f"{module.__name__}.{name}"] = value
            if inspect.isclass(value):
                methods = {n: m for n, m in vars(value).items() if inspect.isfunction(m)}
                found |= {
                    f"{module.__name__}.{name}.{n}": m
                    for n, m in methods.items()
                    if not n.startswith("_")
                }
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_public_object_is_on_its_api_page_with_its_source(
    module: str, pages: dict[str, Page]
) -> None:
    page = pages[f"reference/{module.removeprefix('nnfp.')}/"]
    objects = public_objects(importlib.import_module(module))
    assert objects
    assert sorted(objects.keys() - page.ids) == []
    code = [text.strip() for text in page.texts["pre"]]
    without = [n for n, o in objects.items() if dedent(inspect.getsource(o)).strip() not in code]
    assert without == []


# Links to torch's documentation


def test_names_of_torch_lead_to_its_documentation(pages: dict[str, Page]) -> None:
    page = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html"
    assert f"{page}#torch.nn.Linear" in pages["reference/layer/"].links
