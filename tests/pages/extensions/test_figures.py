"""Test that a figure's SVG becomes part of its page."""

import re
from pathlib import Path
from typing import Any

import pytest
from markdown import Markdown
from mkdocs.exceptions import BuildError

from pages.extensions.figures import FiguresExtension, inline_svg
from tests.conftest import make_page

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1">{}</svg>'
LINE = SVG.format('<path d="M0 0h2"/>')


def render(source: str, folder: Path, **options: Any) -> str:
    md = Markdown(extensions=[FiguresExtension(**options)])
    make_page(md, folder, "learn/page.md")
    return md.convert(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "learn/figures").mkdir(parents=True)
    (tmp_path / "learn/figures/line.svg").write_text(LINE, encoding="utf-8")
    return tmp_path


def test_an_image_on_its_own_line_becomes_a_described_figure(folder: Path) -> None:
    assert render("![A line.](figures/line.svg)", folder) == (
        '<figure class="page-figure"><svg viewBox="0 0 2 1" role="img" aria-label="A line." '
        'data-search-exclude=""><path d="M0 0h2" /></svg></figure>'
    )


def test_a_listed_figure_is_inside_its_explorable(folder: Path) -> None:
    explorables = {"figures/line.svg": "other", "learn/figures/line.svg": "line"}
    source = "![A line.](figures/line.svg)"
    html = render(source, folder, explorables=explorables)
    assert html == render(source, folder).replace("<svg", "<explore-line><svg").replace(
        "</svg>", "</svg></explore-line>"
    )


def test_a_title_becomes_the_caption(folder: Path) -> None:
    html = render('![A line.](figures/line.svg "Look & see.")', folder)
    assert "</svg><figcaption>Look &amp; see.</figcaption>" in html


@pytest.mark.parametrize(
    "source",
    [
        "![A photo.](figures/photo.png)",
        "![Elsewhere.](https://example.org/line.svg)",
        "![From the root.](/figures/line.svg)",
        "In a line, ![a line.](figures/line.svg)",
    ],
)
def test_images_that_are_not_figures_stay_unchanged(source: str, folder: Path) -> None:
    html = render(source, folder)
    assert "<img " in html
    assert "<svg" not in html


def test_a_missing_figure_is_rejected(folder: Path) -> None:
    with pytest.raises(
        BuildError, match=r"expected a file for the figure figures/no\.svg, got none"
    ):
        render("![A line.](figures/no.svg)", folder)


def test_a_figure_that_is_not_svg_is_rejected(folder: Path) -> None:
    (folder / "learn/figures/line.svg").write_text("<svg><path></svg>", encoding="utf-8")
    with pytest.raises(
        BuildError, match=r"expected SVG in the figure figures/line\.svg, got mismatch"
    ):
        render("![A line.](figures/line.svg)", folder)


def test_a_figure_without_a_description_is_rejected(folder: Path) -> None:
    with pytest.raises(
        BuildError, match=r"expected a description of the figure figures/line\.svg, got"
    ):
        render("![](figures/line.svg)", folder)


def test_the_ids_of_two_figures_on_a_page_do_not_clash(folder: Path) -> None:
    (folder / "learn/figures/line.svg").write_text(SVG.format('<path id="a"/>'), encoding="utf-8")
    html = render("![One.](figures/line.svg)\n\n![Two.](figures/line.svg)", folder)
    assert html.count('id="figure-1-a"') == html.count('id="figure-2-a"') == 1


def test_references_follow_their_ids() -> None:
    parts = '<clipPath id="c"/><use xlink:href="#c"/><g clip-path="url(#c)"/><use href="#c"/>'
    svg = SVG.format(parts).replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
    html = inline_svg(svg, "A clip.", "f-")
    assert '<clipPath id="f-c" />' in html
    assert '<g clip-path="url(#f-c)" />' in html
    assert html.count('<use href="#f-c" />') == 2


def test_the_description_replaces_the_label_in_the_file() -> None:
    svg = SVG.format('<title id="t">File</title>').replace("<svg", '<svg aria-labelledby="t"', 1)
    html = inline_svg(svg, 'A "line" < 2.', "f-")
    assert 'aria-label="A &quot;line&quot; &lt; 2."' in html
    assert "aria-labelledby" not in html


def test_parts_that_only_a_file_needs_are_removed() -> None:
    parts = "<!-- c --><metadata><m/></metadata><defs><style>* { fill: red }</style></defs>"
    html = inline_svg('<?xml version="1.0"?>' + SVG.format(parts), "Nothing.", "f-")
    assert re.sub(" .*?>", ">", html, count=1) == "<svg><defs /></svg>"
