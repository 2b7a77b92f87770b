"""Test that the home page gets a hero and a card for each page of the path."""

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from markdown import Markdown
from mkdocs.exceptions import BuildError

from pages.extensions.home import HomeExtension, minutes_to_read
from pages.page import read_page
from tests.conftest import make_page

SVG = '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {}"><title>T</title></svg>'
DRAWN = "```python\nprint(1)\n```\n\n![One.](figures/one.svg)\n\n![Two.](figures/two.svg)\n"
HOME = """# Title

A sentence.

<figure markdown></figure>

<details markdown><summary>Code</summary></details>

The last sentence.

## The path

| page | its question |
|---|---|
| [Neuron](learn/neuron.md) | What is `nn`? |
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "learn/figures").mkdir(parents=True)
    (tmp_path / "learn/figures/one.svg").write_text(SVG.format("40 20"), encoding="utf-8")
    (tmp_path / "learn/figures/two.svg").write_text(SVG.format("60 30"), encoding="utf-8")
    (tmp_path / "learn/neuron.md").write_text(f"# Neuron\n\n{DRAWN}", encoding="utf-8")
    return tmp_path


def render(docs: Path, home: str = HOME, source: str = "index.md", **parts: str) -> BeautifulSoup:
    options: dict[str, Any] = {"parts": {f"learn/figures/{n}.svg": p for n, p in parts.items()}}
    md = Markdown(extensions=["tables", "md_in_html", HomeExtension(**options)])
    make_page(md, docs, source)
    return BeautifulSoup(md.convert(home), "html.parser")


def test_the_hero_is_what_precedes_the_first_section(docs: Path) -> None:
    hero = render(docs).select_one(".page-hero")
    assert hero
    names = [child.name for child in hero.find_all(recursive=False)]
    assert names == ["h1", "p", "div", "p"]
    assert hero.find_next_sibling("h2")


def test_the_figure_and_its_code_stand_next_to_the_words(docs: Path) -> None:
    aside = render(docs).select_one(".page-hero > .page-aside")
    assert aside
    assert [child.name for child in aside.find_all(recursive=False)] == ["figure", "details"]


def test_links_of_the_hero_and_the_cards_have_no_preview(docs: Path) -> None:
    (docs / "glossary.md").write_text("## neuron\n", encoding="utf-8")
    md = Markdown(extensions=["tables", "pages.extensions.glossary", HomeExtension()])
    make_page(md, docs, "index.md")
    html = md.convert(HOME.replace("A sentence.", "[Begin](learn/neuron.md)"))
    links = BeautifulSoup(html, "html.parser").find_all("a")
    assert [link.get("data-preview") for link in links] == [None, None]


def test_other_pages_stay_unchanged(docs: Path) -> None:
    page = render(docs, source="learn/neuron.md")
    assert page.table
    assert not page.select(".page-hero, .page-path")


def test_another_table_stays_a_table(docs: Path) -> None:
    assert render(docs, HOME.replace("its question", "size")).table


def test_a_card_has_the_link_the_question_and_the_minutes(docs: Path) -> None:
    [card] = render(docs).select("ol.page-path > li")
    assert card.a and card.a["href"] == "learn/neuron.md"
    assert [part.get_text() for part in card.find_all(["a", "p"])] == [
        "Neuron",
        "What is nn?",
        "1 min",
    ]
    assert card.code


def test_a_card_shows_the_first_figure_to_eyes_only(docs: Path) -> None:
    [picture] = render(docs).select(".page-picture svg")
    assert picture["viewbox"] == "0 0 40 20"
    assert picture["aria-hidden"] == "true"
    assert not picture.has_attr("role")
    assert not picture.title


def test_a_card_shows_the_listed_part_of_a_figure(docs: Path) -> None:
    [picture] = render(docs, two="10 5 40.5 20").select(".page-picture svg")
    assert picture["viewbox"] == "10 5 40.5 20"
    assert (picture["width"], picture["height"]) == ("40.5", "20")


def test_a_page_without_a_figure_has_a_card_without_a_picture(docs: Path) -> None:
    (docs / "learn/neuron.md").write_text("# Neuron\n", encoding="utf-8")
    page = render(docs)
    assert page.select(".page-path a")
    assert not page.select(".page-picture")


def test_a_part_outside_its_figure_is_rejected(docs: Path) -> None:
    with pytest.raises(BuildError, match=r"figure to be within 0 0 60 30, got 30 0 31 30"):
        render(docs, two="30 0 31 30")


def test_a_row_without_a_link_is_rejected(docs: Path) -> None:
    with pytest.raises(
        BuildError, match="expected a link to a page in row 1 of the path, got none"
    ):
        render(docs, HOME.replace("[Neuron](learn/neuron.md)", "Neuron"))


@pytest.mark.parametrize(("words", "minutes"), [(1, 1), (198, 1), (199, 2), (399, 3)])
def test_reading_takes_a_minute_for_200_words_of_text_and_code(
    tmp_path: Path, words: int, minutes: int
) -> None:
    # The block has two more words. The description and the output do not count.
    text = "word " * words
    block = "```python\nprint(1)\nprint(2)\n```"
    output = f"```text\n{'1 ' * 300}\n```"
    (tmp_path / "page.md").write_text(
        f"---\ndescription: {'word ' * 300}\n---\n\n{text}\n\n{block}\n\n{output}\n", "utf-8"
    )
    assert minutes_to_read(read_page(tmp_path / "page.md")) == minutes
