"""Test that the first use of a term on a page links to its entry in the glossary."""

import re
from pathlib import Path
from typing import Any

import pytest
from markdown import Markdown
from mkdocs.exceptions import BuildError
from playwright.sync_api import expect

from pages.extensions.glossary import TO_A_PAGE, GlossaryExtension, read_terms
from pages.project import DOCS
from tests.conftest import Tab, make_page

GLOSSARY = """# Glossary

## bias

A number that is added.

## GPU

A processor.

## matrix

A table.

## matrix product

A product of tables.
"""


def render(source: str, folder: Path, name: str = "learn/page.md", **options: Any) -> str:
    md = Markdown(
        extensions=["tables", "toc", GlossaryExtension(**options)],
        extension_configs={"toc": {"permalink": True}},
    )
    make_page(md, folder, name)
    return md.convert(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
    return tmp_path


def linked(html: str) -> list[tuple[str, str]]:
    """List the links to terms: their targets and their texts."""
    found = re.findall(r'<a class="page-term" data-preview="" href="([^"]*)">([^<]*)</a>', html)
    assert html.count("page-term") == len(found)
    return found


def test_the_first_use_of_a_term_is_a_link(folder: Path) -> None:
    html = render("A bias. Another bias.\n\n- Biases, a *bias*.", folder)
    assert linked(html) == [("../glossary.md#bias", "bias")]
    assert html.startswith("<p>A <a class=")


def test_terms_are_found_in_the_order_of_reading(folder: Path) -> None:
    source = "> - A *GPU*\n\nA GPU, a bias.\n\n| a | bias |\n|---|---|\n| matrix | GPU |\n"
    html = render(source, folder)
    assert [words for _, words in linked(html)] == ["GPU", "bias", "matrix"]
    assert "<em><a" in html


def test_the_longest_term_is_found_in_any_form(folder: Path) -> None:
    html = render("Matrix products on GPUs. A pre-bias, biased.", folder)
    assert linked(html) == [
        ("../glossary.md#matrix-product", "Matrix products"),
        ("../glossary.md#gpu", "GPUs"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "# A bias",
        "`bias`",
        "    bias",
        "[a bias](other.md)",
        "**A bias that is wrong.**",
        "A bias, which **biass** defines.",
        "A bias, which **Bias** defines.",
        "<p>bias</p>",
    ],
)
def test_headings_code_links_or_definitions_do_not_link_to_terms(folder: Path, source: str) -> None:
    assert linked(render(source, folder)) == []


def test_a_word_in_another_sense_is_not_a_term(folder: Path) -> None:
    source = "A matrix and a bias."
    html = render(source, folder, other_senses={"learn/page.md": ["matrix"]})
    assert [words for _, words in linked(html)] == ["bias"]
    assert len(linked(render(source, folder, other_senses={"learn/b.md": ["matrix"]}))) == 2


def test_another_sense_of_an_unknown_term_is_rejected(folder: Path) -> None:
    with pytest.raises(BuildError, match=r"in other_senses of learn/page.md, got matrices"):
        render("A matrix.", folder, other_senses={"learn/page.md": ["matrices"]})


def test_the_glossary_does_not_link_to_terms(folder: Path) -> None:
    assert linked(render("A bias.", folder, name="glossary.md")) == []
    assert linked(render("A bias.", folder, name="about/page.md")) != []


def test_links_to_pages_are_previewed(folder: Path) -> None:
    html = render("# One\n\n[a](b.md) [c](d.md#e) [f](https://g.org/h.md) [i](#j)", folder)
    assert re.findall(r'<a data-preview="" href="([^"]*)"', html) == ["b.md", "d.md#e"]
    assert html.count("data-preview") == 2
    assert not TO_A_PAGE.fullmatch("figures/a.svg")


def test_a_glossary_with_two_entries_for_a_term_is_rejected() -> None:
    with pytest.raises(BuildError, match=r"each term in glossary.md, got two for bias"):
        read_terms("## bias\n\nA.\n\n## bias\n\nB.")


def test_a_glossary_without_entries_is_rejected() -> None:
    with pytest.raises(BuildError, match=r"each term in glossary.md, got no heading"):
        read_terms("# Glossary")


def test_a_missing_glossary_is_rejected(folder: Path) -> None:
    (folder / "glossary.md").unlink()
    with pytest.raises(BuildError, match=r"expected glossary.md, to link the terms on learn/page"):
        render("A bias.", folder)


# On the site


def test_terms_on_the_site_link_to_their_entries(site: Path) -> None:
    terms = set(read_terms((DOCS / "glossary.md").read_text(encoding="utf-8")))
    html = (site / "glossary/index.html").read_text(encoding="utf-8")
    entries = dict(re.findall(r'<h2 id="([^"]*)">([^<]*)<', html))
    used = set()
    for path in [*site.glob("learn/*/index.html"), *site.glob("about/*/index.html")]:
        found = linked(path.read_text(encoding="utf-8"))
        here = [entries[href.removeprefix("../../glossary/#")] for href, _ in found]
        for term, (_, words) in zip(here, found, strict=True):
            assert words.lower().removesuffix("s") == term.lower().removesuffix("s")
        assert len(set(here)) == len(here)
        used |= {f"{path.parent.name}: {term}" for term in here}
    assert len(used) > 40
    assert {term.partition(": ")[2] for term in used} <= terms
    # On this page, *kernel* means that of a notebook, not of a GPU.
    assert "proof: ReLU" in used
    assert "proof: kernel" not in used


def test_hovering_over_a_term_shows_its_entry(tab: Tab) -> None:
    page = tab()
    page.goto("learn/layer/", wait_until="networkidle")
    term = page.locator("a.page-term", has_text="ReLU")
    shown = page.get_by_role("dialog", name="Preview")
    for look in (term.hover, term.focus):
        look()
        expect(shown).to_contain_text("The rectified linear unit")
        expect(shown).not_to_contain_text("An example to learn from")
        page.mouse.move(0, 0)
        term.blur()
        expect(shown).to_have_count(0)


def test_a_term_is_a_link_without_javascript(tab: Tab, base_url: str) -> None:
    page = tab(java_script_enabled=False)
    page.goto("learn/layer/")
    page.locator("a.page-term", has_text="ReLU").click()
    assert page.url == f"{base_url}glossary/#relu"
