"""Test the map of weights and biases at which a neuron is dead."""

import math
import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts


def share(picture: Picture) -> float:
    """Return which percentage of the square is dead, by the title."""
    return float(re.findall(r"in (\S+?)%", picture.title)[0])


def dots(picture: Picture, name: str) -> list[tuple[float, float]]:
    """Return where the dots of a part of the picture are."""
    groups = [g for g in elements(picture, "g") if g.get("data-part") == name]
    return [point for group in groups for point in points(attribute(group[0], "d"))]


def test_the_area_is_tinted_in_which_the_neuron_of_the_first_page_is_dead() -> None:
    picture = draw.starts(range(1, 11), [(0.5, 0.5), (-0.5, -0.5), (-1, 1)])
    assert picture.title == (
        "Weights and biases from −1 to 1: dead in 38.75% of the square, and at 2 of 3 starts"
    )
    tinted, frame, outline, *_ = elements(picture, "path")
    corners = {(100.0, 300.0), (248.5, 300.0), (235.0, 165.0), (100.0, 30.0)}
    assert set(points(attribute(tinted, "d"))) == set(points(attribute(outline, "d"))) == corners
    assert set(points(attribute(frame, "d"))) == {(x, y) for x in (100, 370) for y in (30, 300)}
    assert dots(picture, "alive") == [(302.5, 97.5)]
    assert dots(picture, "dead") == [(167.5, 232.5), (100, 30)]


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", path)]


samples = st.lists(st.floats(-20, 20), min_size=1, max_size=5)


@settings(max_examples=30)
@given(samples)
def test_the_share_is_that_of_the_dead_neurons_on_a_grid(x: list[float]) -> None:
    grid = torch.linspace(-1, 1, 401)[:-1] + 0.0025
    w, b = torch.meshgrid(grid, grid, indexing="ij")
    sums = torch.stack([w * value + b for value in x])
    counted = 100 * (sums <= 0).all(0).double().mean().item()
    assert share(draw.starts(x, [])) == pytest.approx(counted, abs=0.5)


def test_the_axes_go_from_minus_one_to_one() -> None:
    assert texts(draw.starts([1], []), "weight") == [
        "−1",
        "−1",
        "0",
        "0",
        "1",
        "1",
        "weight",
        "bias",
    ]


def test_starts_may_be_a_tensor() -> None:
    pairs = [(0.5, 0.5), (-0.5, -0.25)]
    assert draw.starts(torch.tensor([1.0]), torch.tensor(pairs)) == draw.starts([1], pairs)


@pytest.mark.parametrize(
    ("x", "starts", "sentence"),
    [
        ([], [], "expected at least one sample, got none"),
        ([math.nan], [], "samples below 10⁶ in size, got nan"),
        ([1, -1e6], [], r"samples below 10⁶ in size, got -1e\+06"),
        ([1], [(1.5, 0)], r"starts from -1 to 1, got \(1.5, 0\)"),
        ([1], [(0, -1.01)], r"starts from -1 to 1, got \(0, -1.01\)"),
        ([1], [(0, math.nan)], r"starts from -1 to 1, got \(0, nan\)"),
        ([1], [(1, 0, 1)], "two numbers as a start"),
    ],
)
def test_starts_that_cannot_be_drawn_are_rejected(x: Any, starts: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.starts(x, starts)
