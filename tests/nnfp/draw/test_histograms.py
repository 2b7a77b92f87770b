"""Test the figure of how numbers are spread in each layer."""

import math
import re
from typing import Any

import pytest
import torch
from torch import Tensor

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts

SPREAD = [-2.9, -0.05, 0.0, 0.05, 2.9]


def heights(picture: Picture) -> list[list[float]]:
    """Return how high each bar of each histogram is."""
    found = []
    for path in elements(picture, "path"):
        base, *tops, end = re.findall(r"(?:M \S+|V) (\S+)", attribute(path, "d"))
        assert base == end
        found.append([float(base) - float(top) for top in tops])
    return found


def test_a_histogram_has_a_bar_for_each_part_of_the_scale() -> None:
    [bars] = heights(draw.histograms({"numbers": [SPREAD]}))
    assert len(bars) == 31
    assert [i for i, bar in enumerate(bars) if bar] == [0, 15, 30]


def test_the_height_of_a_bar_is_its_share_of_the_numbers() -> None:
    numbers = torch.zeros(100)
    numbers[:6] = 1
    numbers[6:9] = -1
    [bars] = heights(draw.histograms({"numbers": [numbers]}))
    assert bars[15 + 5] == pytest.approx(20 * 0.06 / 0.15, abs=0.06)
    assert bars[15 - 5] == pytest.approx(20 * 0.03 / 0.15, abs=0.06)
    assert bars[15] == 20, "a higher bar is cut off"


def test_numbers_beyond_the_scale_are_in_the_bars_at_its_ends() -> None:
    [bars] = heights(draw.histograms({"numbers": [[-100, 3, 7]]}))
    assert bars[0] == bars[-1] == 20 and sum(bars) == 40


def test_the_scale_can_be_chosen() -> None:
    picture = draw.histograms({"numbers": [[-100, 60]]}, limit=100)
    [bars] = heights(picture)
    assert [i for i, bar in enumerate(bars) if bar] == [0, 24]
    assert {"−100", "100"} <= set(texts(picture))


def test_each_layer_has_its_row_with_the_standard_deviation() -> None:
    layers = [torch.tensor([-1.0, 0, 1]), torch.tensor([-2.0, 0, 2])]
    picture = draw.histograms({"activations": layers, "gradients": layers[::-1]})
    assert texts(picture) == [
        *("activations", "std", "gradients", "std"),
        *("−3", "0", "3") * 2,
        *("x", "1", "2"),
        *("1", "2", "1"),
    ]
    assert picture.title == (
        "Histograms of activations (standard deviation 1 at x, 2 in layer 1) "
        "and gradients (standard deviation 2 at x, 1 in layer 1)"
    )


def test_rows_are_below_each_other_with_bars_on_their_base() -> None:
    picture = draw.histograms({"a": [SPREAD] * 4, "b": [SPREAD] * 4})
    starts = [attribute(path, "d").split()[1:3] for path in elements(picture, "path")]
    assert starts == [[x, str(51 + 27 * i)] for i in range(4) for x in ("34", "260")]
    groups = [g.get("data-part") for g in elements(picture, "g")]
    assert groups == ["scale", "layer-0", "layer-1", "layer-2", "layer-3"]
    assert attribute(elements(picture, "svg")[0], "height") == str(28 + 4 * 27 + 24)


@pytest.mark.parametrize(
    "values",
    [
        torch.tensor([SPREAD]).T,
        torch.tensor(SPREAD, requires_grad=True),
        torch.nn.Parameter(torch.tensor(SPREAD)),
        [[number] for number in SPREAD],
    ],
)
def test_the_numbers_of_a_layer_may_have_any_shape(values: Tensor) -> None:
    expected = draw.histograms({"a": [SPREAD]})
    assert draw.histograms({"a": [values]}) == expected


@pytest.mark.parametrize(
    ("columns", "options", "sentence"),
    [
        ({}, {}, "expected 1 to 2 columns in a picture, got 0"),
        ({name: [SPREAD] for name in "abc"}, {}, "1 to 2 columns in a picture, got 3"),
        ({"a": []}, {}, "expected 1 to 21 rows in a picture, got 0"),
        ({"a": [SPREAD] * 22}, {}, "expected 1 to 21 rows in a picture, got 22"),
        ({"a": [SPREAD], "b": [SPREAD] * 2}, {}, "columns of one length, got 1 and 2 rows"),
        ({"a" * 17: [SPREAD]}, {}, "names of at most 16 printable characters"),
        ({"a": [[1]]}, {}, "expected two or more a in each layer, got 1"),
        ({"a": [[1, math.nan]]}, {}, "expected finite numbers as a, got nan"),
        ({"a": [SPREAD, [math.inf, 1]]}, {}, "expected finite numbers as a, got inf"),
        ({"a": [SPREAD]}, {"limit": 0}, "expected a limit above 0, got 0"),
        ({"a": [SPREAD]}, {"limit": math.inf}, "expected a limit above 0, got inf"),
        ({"a": [SPREAD]}, {"limit": math.nan}, "expected a limit above 0, got nan"),
    ],
)
def test_columns_that_cannot_be_drawn_are_rejected(
    columns: dict[str, Any], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.histograms(columns, **options)


def test_a_name_that_is_not_text_is_rejected() -> None:
    with pytest.raises(TypeError, match="expected text as names, got 1"):
        draw.histograms({1: [SPREAD]})  # type: ignore[dict-item]
