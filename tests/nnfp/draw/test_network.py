"""Test the figure of a network."""

import re
import reprlib
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from nnfp import MLP, Linear, Net, draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts


def columns(picture: Picture) -> list[int]:
    """Return the number of circles in each column."""
    xs = [circle.get("cx") for circle in elements(picture, "circle") if circle.get("r") == "14"]
    return [xs.count(x) for x in dict.fromkeys(xs)]


def test_a_network_has_a_column_of_circles_for_each_size() -> None:
    picture = draw.network([2, 4, 3])
    assert columns(picture) == [2, 4, 3]
    assert texts(picture) == ["2", "4", "3", "inputs", "outputs", "hidden layer"]


def test_circles_are_inside_the_picture() -> None:
    picture = draw.network([6, 3, 1, 9])
    [svg] = elements(picture, "svg")
    for circle in elements(picture, "circle"):
        x, y, r = (float(attribute(circle, name)) for name in ("cx", "cy", "r"))
        assert r <= x <= 480 - r and r <= y <= float(attribute(svg, "height")) - r


def test_only_outputs_have_a_ring() -> None:
    picture = draw.network([2, 4, 3])
    rings = [circle.get("cx") for circle in elements(picture, "circle") if circle.get("r") == "18"]
    assert rings == ["440"] * 3


def test_an_edge_connects_each_pair_of_neighboring_circles() -> None:
    edges = elements(draw.network([2, 4, 3]), "path")
    assert [attribute(path, "d").count("M") for path in edges] == [8, 12]


@pytest.mark.parametrize(("count", "dots", "circles"), [(6, 0, 6), (7, 3, 6), (784, 3, 6)])
def test_a_layer_wider_than_6_has_dots_in_its_middle(count: int, dots: int, circles: int) -> None:
    picture = draw.network([count, 1])
    small = [circle for circle in elements(picture, "circle") if circle.get("r") == "1.5"]
    assert len(small) == dots
    assert columns(picture)[0] == circles


@pytest.mark.parametrize(
    ("net", "sizes"),
    [
        (MLP([2, 8, 1]), [2, 8, 1]),
        (Net(), [1, 1]),
        (nn.Linear(3, 2), [3, 2]),
        (nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)), [784, 64, 10]),
    ],
)
def test_a_network_is_drawn_from_its_linear_layers(net: nn.Module, sizes: list[int]) -> None:
    assert draw.network(net) == draw.network(sizes)


@pytest.mark.parametrize("shared", [nn.Linear(3, 3), Linear(3, 3)])
def test_a_layer_that_is_used_twice_is_drawn_twice(shared: nn.Module) -> None:
    net = nn.Sequential(shared, nn.ReLU(), shared)
    assert draw.network(net) == draw.network([3, 3, 3])


def test_a_block_that_is_used_twice_is_drawn_twice() -> None:
    block = nn.Sequential(nn.Linear(2, 5), nn.Sequential(nn.ReLU(), nn.Linear(5, 2)))
    assert draw.network(nn.Sequential(block, block)) == draw.network([2, 5, 2, 5, 2])


@pytest.mark.parametrize(
    "sizes",
    [
        (2, 3),
        torch.Size([2, 3]),
        torch.tensor([2, 3]),
        np.array([2, 3]),
        [np.int64(2), torch.tensor(3)],
        iter([2, 3]),
    ],
)
def test_sizes_may_be_any_whole_numbers(sizes: Any) -> None:
    assert draw.network(sizes) == draw.network([2, 3])


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ([], r"expected 2 to 8 sizes.* got \[\]"),
        ([3], r"expected 2 to 8 sizes.* got \[3\]"),
        ([1] * 9, "expected 2 to 8 sizes"),
        ([2, 0], r"sizes of 1 or more, got \[2, 0\]"),
        ([-2, 3], r"sizes of 1 or more, got \[-2, 3\]"),
        ([10**8, 3], "sizes that fit below the columns of a picture, got 100000000"),
        ([7, 6, 5, 4, 3, 2, 1, 10**5], "sizes that fit .* got 100000"),
        (nn.ReLU(), "with linear layers, got ReLU"),
        (nn.Sequential(nn.LazyLinear(3)), r"sizes of 1 or more, got \[0, 3\]"),
        (
            nn.Sequential(nn.Linear(1, 2), nn.Linear(3, 1)),
            "one with 2 outputs before one with 3 inputs",
        ),
    ],
)
def test_a_network_that_cannot_be_drawn_is_rejected(sizes: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.network(sizes)


@pytest.mark.parametrize("sizes", [3, "23", [2.5, 3], [None, 3], [[2, 3]], nn.Linear, None])
def test_sizes_that_are_not_whole_numbers_are_rejected(sizes: Any) -> None:
    sentence = f"expected whole numbers as the sizes, or a network, got {reprlib.repr(sizes)}"
    with pytest.raises(TypeError, match=re.escape(sentence)):
        draw.network(sizes)
