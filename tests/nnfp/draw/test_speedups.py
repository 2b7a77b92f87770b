"""Test the figure of how many times as fast one thing is as another."""

import math
from typing import Any

import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from nnfp.draw.svg import text_width
from tests.nnfp.draw.figures import attribute, elements, texts

RATIOS = {"small": 0.25, "equal": 1, "large": 85.4}


def dots(picture: Picture) -> list[float]:
    """Return how far to the right each dot is, from the first row to the last."""
    circles = elements(picture, "circle")
    tops = [float(attribute(circle, "cy")) for circle in circles]
    assert tops == sorted(tops)
    return [float(attribute(circle, "cx")) for circle in circles]


def labels(picture: Picture) -> dict[str, float]:
    """Return the labels of the scale, and how far to the right each is."""
    return {
        "".join(text.itertext()): float(attribute(text, "x"))
        for text in elements(picture, "text")
        if "anchor: middle" in attribute(text, "style")
    }


def place(picture: Picture, word: str) -> float:
    """Return how far to the right a text is."""
    [found] = [text for text in elements(picture, "text") if text.text == word]
    return float(attribute(found, "x"))


def test_each_ratio_has_a_row_with_its_name_and_number() -> None:
    picture = draw.speedups(RATIOS)
    written = [text for text in texts(picture) if text in {*RATIOS, "0.25", "85"}]
    assert written == ["small", "0.25", "equal", "large", "85"]
    assert picture.title == "How many times as fast: small 0.25, equal 1, large 85"


def test_a_dot_is_where_the_scale_has_its_ratio() -> None:
    picture = draw.speedups({"a": 0.1, "b": 10, "c": 100, "d": math.sqrt(10)})
    tenth, ten, hundred, between = dots(picture)
    one = labels(picture)["1"]
    assert labels(picture) == {"0.1": tenth, "1": one, "10": ten, "100": hundred}
    assert between == pytest.approx((one + ten) / 2, abs=0.2)


def test_slower_is_left_of_the_line_at_1_and_faster_is_right_of_it() -> None:
    picture = draw.speedups(RATIOS)
    small, equal, large = dots(picture)
    assert small < equal < large
    assert place(picture, "slower") < equal < place(picture, "faster")
    strong = [
        attribute(path, "d")
        for path in elements(picture, "path")
        if "stroke-opacity: 1;" in attribute(path, "style")
    ]
    assert len(strong) == 1
    assert strong[0].count(f"{equal:g} ") == 2


@pytest.mark.parametrize("ratio", [2, 0.5])
def test_both_sides_of_the_line_are_shown(ratio: float) -> None:
    assert [*labels(draw.speedups({"one": ratio}))] == ["0.1", "1", "10"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x", ["10⁻⁶", "10⁻⁴", "0.01", "1", "100", "10000", "10⁶"]),
        ("x" * 26, ["10⁻⁵", "1", "100000"]),
    ],
)
def test_labels_that_would_overlap_are_left_out(name: str, shown: list[str]) -> None:
    assert [*labels(draw.speedups({name: 1e-6, "y": 1e6}))] == shown


def test_names_are_left_of_the_scale() -> None:
    picture = draw.speedups({"a long name": 0.1, "b": 2})
    assert min(dots(picture)) > text_width("a long name")


def test_ratios_may_be_tensors() -> None:
    tensors = {name: torch.tensor(float(ratio)) for name, ratio in RATIOS.items()}
    assert draw.speedups(tensors).svg == draw.speedups(RATIOS).svg


@pytest.mark.parametrize("ratio", [0, -1, math.nan, math.inf, 1e7, 1e-7])
def test_a_ratio_that_cannot_be_shown_is_rejected(ratio: float) -> None:
    with pytest.raises(ValueError, match=r"expected ratios from 10⁻⁶ to 10⁶, got .* for 'bad'"):
        draw.speedups({"good": 1, "bad": ratio})


def test_the_limits_themselves_can_be_shown() -> None:
    assert len(dots(draw.speedups({"lowest": 1e-6, "highest": 1e6}))) == 2


@pytest.mark.parametrize("count", [0, 13])
def test_too_few_or_too_many_ratios_are_rejected(count: int) -> None:
    with pytest.raises(ValueError, match=f"expected 1 to 12 ratios in a picture, got {count}"):
        draw.speedups({str(i): 1.0 for i in range(count)})


def test_a_name_that_is_too_long_is_rejected() -> None:
    draw.speedups({"x" * 26: 1})
    with pytest.raises(ValueError, match="expected names of at most 26 printable characters"):
        draw.speedups({"x" * 27: 1})


@pytest.mark.parametrize(
    ("ratios", "message"),
    [
        ([1, 2], 'expected ratios by name, such as {"small": 0.5}, got list'),
        ({"a": "fast"}, "expected numbers, got"),
    ],
)
def test_what_is_not_a_mapping_of_numbers_is_rejected(ratios: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        draw.speedups(ratios)
