"""Test the figure of a table of confused classes."""

from typing import Any

import pytest
import torch

from nnfp import draw
from tests.nnfp.draw.figures import attribute, elements, places, texts

TABLE = [[5, 0, 1], [0, 4, 0], [2, 0, 3]]


def test_rows_are_right_classes_and_columns_chosen_ones() -> None:
    assert places(draw.confusion(TABLE)) == {
        (126, 19.6): "chosen",
        (56, 45.6): "right",
        **{(86 + 40 * i, 45.6): str(i) for i in range(3)},
        **{(56, 82.6 + 30 * i): str(i) for i in range(3)},
        (86, 82.6): "5",
        (166, 82.6): "1",
        (126, 112.6): "4",
        (86, 142.6): "2",
        (166, 142.6): "3",
    }


def test_only_mistakes_have_the_color_of_inputs_and_a_frame() -> None:
    picture = draw.confusion(TABLE)
    assert texts(picture, "input") == ["1", "2"]
    boxes = [
        (
            float(attribute(box, "x")),
            float(attribute(box, "y")),
            "--nnfp-input" in attribute(box, "style"),
            attribute(box, "style").endswith("stroke-width: 1"),
        )
        for box in elements(picture, "rect")
    ]
    assert boxes == [
        (68, 64, False, False),
        (148, 64, True, True),
        (108, 94, False, False),
        (68, 124, True, True),
        (148, 124, False, False),
    ]
    sizes = {(attribute(b, "width"), attribute(b, "height")) for b in elements(picture, "rect")}
    assert sizes == {("36", "26")}


def test_a_grid_surrounds_all_cells() -> None:
    picture = draw.confusion([[1, 0], [0, 1]])
    [grid] = elements(picture, "path")
    lines = ["M 66 62 L 146 62", "M 66 92 L 146 92", "M 66 122 L 146 122"]
    lines += ["M 66 62 L 66 122", "M 106 62 L 106 122", "M 146 62 L 146 122"]
    assert attribute(grid, "d") == " ".join(lines)
    assert elements(picture, "svg")[0].get("height") == "128"


def test_the_title_counts_right_choices_and_lists_mistakes() -> None:
    expected = "12 of 15 choices are right. Wrong: 0 taken for 2 (1), 2 taken for 0 (2)"
    assert draw.confusion(TABLE).title == expected
    assert draw.confusion([[2, 0], [0, 1]]).title == "3 of 3 choices are right"


def test_counts_may_be_a_tensor_of_whole_numbers() -> None:
    assert draw.confusion(torch.tensor(TABLE)) == draw.confusion(TABLE)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([1, 2], r"expected a table of shape \(C, C\), got \(2,\)"),
        ([[1, 2]], r"expected a table of shape \(C, C\), got \(1, 2\)"),
        (torch.ones(11, 11), "expected 1 to 10 classes in a picture, got 11"),
        ([], r"expected a table of shape \(C, C\), got \(0,\)"),
        ([[-1]], "expected counts from 0 to 999, got -1"),
        ([[1000]], "expected counts from 0 to 999, got 1000"),
        ([[0.5]], "expected counts from 0 to 999, got 0.5"),
        ([[float("nan")]], "expected counts from 0 to 999, got nan"),
    ],
)
def test_a_table_that_cannot_be_drawn_is_rejected(table: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.confusion(table)
