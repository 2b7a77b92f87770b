"""Test what holds for every figure: valid SVG, readable text, and colors that follow the page."""

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest

from nnfp.draw import Picture
from tests.nnfp.draw.figures import (
    EXAMPLES,
    SVG,
    Box,
    attribute,
    boxes,
    elements,
    overlap,
    texts,
)


@pytest.fixture(scope="module", params=EXAMPLES)
def picture(request: pytest.FixtureRequest) -> Picture:
    return EXAMPLES[request.param]()


def test_a_picture_is_an_accessible_svg(picture: Picture) -> None:
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == picture.title
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_every_text_is_inside_the_picture(picture: Picture) -> None:
    height = float(attribute(ElementTree.fromstring(picture.svg), "height"))
    placed = list(boxes(picture))
    assert placed
    for content, (left, top, right, bottom) in placed:
        assert left >= 0 and right <= 480 and top >= 0 and bottom <= height, content


def test_no_text_covers_another(picture: Picture) -> None:
    for (one, box), (other, other_box) in combinations(boxes(picture), 2):
        assert not overlap(box, other_box), f"{one} covers {other}"


def circles(picture: Picture) -> Iterator[Box]:
    """Yield the boxes around the circles with numbers, which are as wide as the numbers need."""
    for node in elements(picture, "rect"):
        if node.get("rx") == "26":
            x, y, width, height = (
                float(attribute(node, name)) for name in ("x", "y", "width", "height")
            )
            yield x, y, x + width, y + height


def test_no_circle_covers_another(picture: Picture) -> None:
    for one, other in combinations(circles(picture), 2):
        assert not overlap(one, other)


def is_inside(box: Box, around: Box) -> bool:
    left, top, right, bottom = around
    return left < box[0] and top < box[1] and box[2] < right and box[3] < bottom


def test_no_weight_overlaps_a_circle(picture: Picture) -> None:
    weights = set(texts(picture, "weight"))
    for content, box in boxes(picture):
        if content in weights:
            for circle in circles(picture):
                assert not overlap(box, circle) or is_inside(box, circle), content


def test_letters_are_at_least_11_pixels_high_on_a_phone(picture: Picture) -> None:
    assert elements(picture, "svg")[0].get("width") == "480"
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", picture.svg)]
    assert sizes and min(sizes) * 340 / 480 >= 11


def test_every_color_is_the_text_color_or_a_variable_with_a_fallback(picture: Picture) -> None:
    fallbacks = {"input": "#c23b00", "weight": "#00786a", "plate": "#fff"}
    allowed = {"none", "currentColor"} | {f"var(--nnfp-{k}, {v})" for k, v in fallbacks.items()}
    assert set(re.findall(r"(?:fill|stroke): ([^;\"]+)", picture.svg)) <= allowed
    assert not re.search(r'(fill|stroke|color)="', picture.svg)


def test_a_picture_in_a_page_does_not_restyle_the_page(picture: Picture) -> None:
    assert not re.search(r'\b(id|class|href)="|<script|url\(', picture.svg)
    [style] = elements(picture, "style")
    rules = style.text or ""
    assert picture.svg.count("font-family") == rules.count("font-family")
    assert re.fullmatch(r"svg:root \{[^{}]+\}", rules)


def test_each_line_of_the_svg_has_at_most_one_element(picture: Picture) -> None:
    assert "\r" not in picture.svg and picture.svg.endswith("</svg>\n")
    for line in picture.svg.splitlines():
        assert len(re.findall("<(?!/|tspan)", line)) <= 1
