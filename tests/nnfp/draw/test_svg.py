"""Test the SVG elements that the figures are made of."""

from xml.etree import ElementTree

import pytest

from nnfp.draw import svg


@pytest.mark.parametrize(("value", "written"), [(0.26, "0.3"), (-0.04, "0"), (12.0, "12")])
def test_coordinates_are_rounded_to_a_tenth_of_a_pixel(value: float, written: str) -> None:
    assert svg.coord(value) == written


def test_a_letter_is_wider_than_a_dot_but_narrower_than_a_plus() -> None:
    for letter in "aMx1":
        assert svg.text_width(".") < svg.text_width(letter) < svg.text_width("+")


def test_a_short_text_has_a_circle() -> None:
    assert svg.half_width(["1"]) == svg.half_width(["1", "−9"]) == svg.RADIUS


def test_text_is_escaped() -> None:
    content = svg.text(0, 0, "a < b & c") + svg.text(0, 0, "<i>", svg.INPUT)
    root = ElementTree.fromstring(svg.document("1 < 2 & 3", 10, content))
    assert [text for text in root.itertext() if text.strip() and "svg:root" not in text] == [
        *("1 < 2 & 3", "a < b & c", "<i>")
    ]
