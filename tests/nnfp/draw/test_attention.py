"""Test the figure of attention weights."""

import re

import pytest
import torch

from nnfp import draw
from tests.nnfp.draw.figures import attribute, elements, places, texts

WEIGHTS: list[list[float]] = [[1, 0, 0], [0.25, 0.75, 0], [0.81, 0.101, 0.089]]


def test_a_row_holds_the_weights_of_a_letter_in_percent() -> None:
    assert places(draw.attention(WEIGHTS, ".ma")) == {
        (260, 19.6): "attends to",
        (195, 47.6): "letter",
        **{(222 + 38 * i, 47.6): letter for i, letter in enumerate(".ma")},
        **{(185, 79.6 + 28 * i): letter for i, letter in enumerate(".ma")},
        (222, 79.6): "100",
        (222, 107.6): "25",
        (260, 107.6): "75",
        (222, 135.6): "81",
        (260, 135.6): "10",
    }


def test_the_larger_a_weight_the_darker_its_cell() -> None:
    shades = [
        float(re.findall(r"fill-opacity: ([\d.]+)", attribute(cell, "style"))[0])
        for cell in elements(draw.attention(WEIGHTS, ".ma"), "rect")
    ]
    assert shades == [0.4, 0, 0, 0.1, 0.3, 0, 0.32, 0.04, 0.04]


def test_cells_are_next_to_each_other() -> None:
    cells = elements(draw.attention(torch.tensor([[1, 0], [0.5, 0.5]]), "ma"), "rect")
    boxes = [[attribute(cell, name) for name in ("x", "y", "width", "height")] for cell in cells]
    assert boxes == [
        ["223", "61", "36", "26"],
        ["261", "61", "36", "26"],
        ["223", "89", "36", "26"],
        ["261", "89", "36", "26"],
    ]


def test_all_letters_fit_into_the_picture() -> None:
    picture = draw.attention(torch.eye(10), "abcdefghij")
    assert attribute(elements(picture, "svg")[0], "viewBox") == "0 0 480 346"
    assert texts(picture).count("100") == 10


def test_the_title_names_what_each_letter_attends_to_most() -> None:
    assert draw.attention(WEIGHTS, ".ma").title == (
        "How much each letter attends to the letters so far: . most to . (100%); "
        "m most to m (75%); a most to . (81%)"
    )


@pytest.mark.parametrize(
    ("weights", "text", "message"),
    [
        ([[1]], "", "expected 1 to 10 letters in a picture, got 0"),
        (torch.eye(11), "a" * 11, "expected letters of at most 10 printable characters, got 'aaaa"),
        ([[1, 0]], "ab", r"expected weights of shape \(2, 2\), got \(1, 2\)"),
        ([[1]], "ab", r"expected weights of shape \(2, 2\), got \(1, 1\)"),
        ([[1.5]], "a", "expected weights from 0 to 1, got 1.5"),
        ([[-0.1]], "a", "expected weights from 0 to 1, got -0.1"),
        ([[float("nan")]], "a", "expected weights from 0 to 1, got nan"),
    ],
)
def test_other_weights_are_rejected(weights: list[list[float]], text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        draw.attention(weights, text)


def test_letters_are_text() -> None:
    with pytest.raises(TypeError, match=r"^expected text as letters, got 3$"):
        draw.attention([[1]], 3)  # type: ignore[arg-type]
