"""Test the figure of a layer that is cut over several ranks."""

import pytest
import torch

from nnfp import draw
from nnfp.draw.words import number
from tests.nnfp.draw.figures import attribute, boxes, elements, texts

X = [[1, 2], [3, 4], [-1, 2]]
WEIGHT = [[5, 7], [6, 8], [-3, 1], [1, -2]]


def test_neurons_are_shared_out_and_their_outputs_put_side_by_side() -> None:
    x = ["1", "2", "3", "4", "−1", "2"]
    assert texts(draw.parts(X, WEIGHT, dim=0)) == [
        *["rank 0", "x", *x, "·", "W", "T", "5", "7", "6", "8", "="],
        *["19", "22", "43", "50", "9", "10"],
        *["rank 1", "x", *x, "·", "W", "T", "−3", "1", "1", "−2", "="],
        *["−1", "−3", "−5", "−5", "5", "−5"],
        *["side by side", "x Wᵀ"],
        *["19", "22", "−1", "−3", "43", "50", "−5", "−5", "9", "10", "5", "−5"],
    ]


def test_inputs_are_shared_out_and_their_partial_sums_added_up() -> None:
    shown = texts(draw.parts([[1, 2]], WEIGHT, dim=1))
    assert shown == [
        *["rank 0", "x", "1", "·", "W", "T", "5", "6", "−3", "1", "=", "5", "6", "−3", "1"],
        *["rank 1", "x", "2", "·", "W", "T", "7", "8", "1", "−2", "=", "14", "16", "2", "−4"],
        *["added up", "x Wᵀ", "19", "22", "−1", "−3"],
    ]


@pytest.mark.parametrize(("dim", "ranks"), [(0, 1), (0, 3), (1, 1), (1, 3)])
def test_any_number_of_ranks_shares_a_layer(dim: int, ranks: int) -> None:
    torch.manual_seed(0)
    x, weight = torch.randint(4, (2, 3)).float(), torch.randint(4, (3, 3)).float()
    picture = draw.parts(x, weight, dim, ranks)
    shown = texts(picture)
    assert [text for text in shown if text.startswith("rank")] == [
        f"rank {r}" for r in range(ranks)
    ]
    assert shown[-6:] == [number(value) for value in (x @ weight.T).flatten().tolist()]


def test_dashes_show_where_outputs_meet() -> None:
    def dashed(dim: int, ranks: int = 2) -> list[float]:
        paths = elements(draw.parts(X, WEIGHT, dim, ranks), "path")
        return [
            float(attribute(path, "d").split()[1])
            for path in paths
            if "dasharray" in attribute(path, "style")
        ]

    assert dashed(1) == []
    [edge] = dashed(0)
    whole = [box for text, box in boxes(draw.parts(X, WEIGHT, 0)) if text in ("22", "−1")][-2:]
    assert whole[0][2] < edge < whole[1][0]
    assert len(dashed(0, 4)) == 3


def test_what_ranks_multiply_is_aligned() -> None:
    placed = list(boxes(draw.parts(X, WEIGHT, dim=0)))
    for name in ("x", "W", "=", "·"):
        middles = {round(left + right, 3) for text, (left, _, right, _) in placed if text == name}
        assert len(middles) == 1, name


@pytest.mark.parametrize(
    ("dim", "title"),
    [
        (0, "A layer cut by neurons: rank 0 gives 19; rank 1 gives 22; side by side: 19 and 22"),
        (
            1,
            "A layer cut by inputs: rank 0 gives 5 and 6; rank 1 gives 14 and 16; "
            "added up: 19 and 22",
        ),
    ],
)
def test_the_title_says_what_each_rank_gives(dim: int, title: str) -> None:
    assert draw.parts([[1, 2]], [[5, 7], [6, 8]], dim).title == title


@pytest.mark.parametrize(
    ("x", "weight", "dim", "ranks", "sentence"),
    [
        ([1, 2], [[1, 2]], 0, 1, r"a mini-batch of shape \(batch, in_features\), got shape \(2,\)"),
        ([[1]], [[1, 2]], 0, 1, "expected the last dimension to be 2"),
        ([[1]], [[1]], 2, 1, r"expected the dimension 0 \(neurons\) or 1 \(inputs\), got 2"),
        ([[1]] * 5, [[1]], 0, 1, "expected 1 to 4 samples in a picture, got 5"),
        ([[1] * 5], [[1] * 5], 0, 1, "expected 1 to 4 inputs in a picture, got 5"),
        ([[1]], [[1]] * 5, 0, 1, "expected 1 to 4 neurons in a picture, got 5"),
        ([[1]], [[1]], 0, 5, "expected 1 to 4 ranks in a picture, got 5"),
        ([[1]], [[1]], 0, 0, "expected 1 to 4 ranks in a picture, got 0"),
        ([[1, 2]], [[1, 2]] * 3, 0, 2, "expected a multiple of 2 neurons, got 3"),
        ([[1, 2]], [[1, 2]] * 3, 1, 3, "expected a multiple of 3 inputs, got 2"),
        ([[-1.2e-7] * 4], [[1] * 4] * 4, 0, 1, "got the row −1.2×10⁻⁷, −1.2×10⁻⁷"),
    ],
)
def test_a_layer_that_cannot_be_drawn_is_rejected(
    x: list[list[float]], weight: list[list[float]], dim: int, ranks: int, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.parts(x, weight, dim, ranks)
