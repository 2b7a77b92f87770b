"""Test the figure of a mini-batch cut into shards."""

from itertools import pairwise
from typing import Any

import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts

SHARDS = draw.shards([[1, 2, 3], [4, 5]], 1.5, [-14, -77])


def place(picture: Picture, word: str) -> list[tuple[float, float]]:
    """Return where a text is, once for each time that it is there."""
    return [
        (float(attribute(text, "x")), float(attribute(text, "y")))
        for text in elements(picture, "text")
        if "".join(text.itertext()) == word
    ]


def test_samples_and_weights_have_their_colors() -> None:
    assert texts(SHARDS, "input") == ["1", "2", "3", "4", "5"]
    assert texts(SHARDS, "weight") == ["1.5", "1.5"]


def test_the_mean_is_computed_from_the_gradients() -> None:
    assert texts(SHARDS)[-1] == "−45.5"
    assert texts(draw.shards([[1]] * 3, 1, [1, 2, 6]))[-1] == "3"


def test_each_weight_and_gradient_is_below_the_middle_of_its_shard() -> None:
    [(second, _)] = place(SHARDS, "2")
    [(fourth, _)], [(fifth, _)] = place(SHARDS, "4"), place(SHARDS, "5")
    weights = [x for x, _ in place(SHARDS, "1.5")]
    assert weights == pytest.approx([second, (fourth + fifth) / 2])
    assert [place(SHARDS, slope)[0][0] for slope in ("−14", "−77")] == weights


def test_shards_are_apart_and_samples_of_a_shard_are_next_to_each_other() -> None:
    at = [place(SHARDS, sample)[0][0] for sample in "12345"]
    gaps = [after - before for before, after in pairwise(at)]
    assert gaps == pytest.approx([36, 36, gaps[2], 36]) and gaps[2] > 70


def test_rows_have_names_and_lines_join_the_rows() -> None:
    assert texts(SHARDS)[:4] == ["samples", "weight", "gradients", "mean"]
    lines = elements(SHARDS, "line")
    ends = [(attribute(line, "y1"), attribute(line, "y2")) for line in lines]
    assert ends == [("41", "74"), ("126", "158"), ("210", "242")] * 2
    assert {attribute(line, "x2") for line in lines[2::3]} == {"288"}


def test_the_title_says_it_in_words() -> None:
    assert SHARDS.title == (
        "Shards 1, 2, 3 and 4, 5 of a mini-batch, with the weight 1.5: "
        "gradients −14 and −77, mean −45.5"
    )


def test_tensors_are_drawn() -> None:
    samples = [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0])]
    weight = torch.tensor(1.5, requires_grad=True)
    assert draw.shards(samples, weight, torch.tensor([-14.0, -77.0])).svg == SHARDS.svg


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([], 1, []), "expected 1 to 4 shards in a picture, got 0"),
        (([[1]] * 5, 1, [1] * 5), "expected 1 to 4 shards in a picture, got 5"),
        (([[1], []], 1, [1, 2]), "expected 1 to 8 samples in each shard in a picture, got 0"),
        (([[1] * 5, [1] * 4], 1, [1, 2]), "expected 1 to 8 samples in a picture, got 9"),
        (([[1], [2]], 1, [1]), "expected 2 gradients, one for each shard, got 1"),
        (([[1000]], 1, [1]), "expected samples of at most 3 printable characters, got '1000'"),
        (([[1]], -1.234e-4, [1]), "a weight and gradients of at most 7 printable"),
        (([[1], [1]], 1, [1, -1.2e9]), "a weight and gradients of at most 7 printable"),
    ],
)
def test_what_does_not_fit_is_rejected(arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.shards(*arguments)


def test_words_instead_of_numbers_are_rejected() -> None:
    with pytest.raises(TypeError, match="expected numbers, got 'a'"):
        draw.shards([["a"]], 1, [1])  # type: ignore[list-item]
