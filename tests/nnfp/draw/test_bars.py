"""Test the figure of numbers by name, as bars."""

from typing import Any

import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts


def widths(picture: Picture) -> list[float]:
    return [float(attribute(box, "width")) for box in elements(picture, "rect")]


def test_bars_are_as_long_as_their_numbers() -> None:
    first, second, none = widths(draw.bars({"a": 4, "b": 1, "c": 0}, "letters"))
    assert first == pytest.approx(4 * second, abs=0.3)
    assert none == 0


def test_each_bar_has_its_name_and_number() -> None:
    assert texts(draw.bars({"chance": 3.3, "counting": 2.35}, "loss")) == [
        "loss",
        "chance",
        "3.3",
        "counting",
        "2.35",
    ]


def test_numbers_may_be_tensors() -> None:
    with_gradient = torch.tensor(2.5, requires_grad=True)
    assert draw.bars({"a": with_gradient}, "loss") == draw.bars({"a": 2.5}, "loss")


@pytest.mark.parametrize(
    ("values", "label", "message"),
    [
        ({}, "loss", "expected 1 to 12 bars in a picture, got 0"),
        ({str(n): 1 for n in range(13)}, "loss", "expected 1 to 12 bars in a picture, got 13"),
        ({"a" * 21: 1}, "loss", "expected names of at most 20 printable characters"),
        ({"a": 1}, "l" * 41, "expected a label of at most 40 printable characters"),
        ({"a": 1, "b": -1}, "loss", "expected finite numbers of at least 0, got -1 for 'b'"),
        ({"a": float("inf")}, "loss", "expected finite numbers of at least 0, got inf for 'a'"),
        ({"a": 0, "b": 0}, "loss", "expected a number above 0, got only zeros"),
    ],
)
def test_bars_rejects_what_it_cannot_show(values: Any, label: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        draw.bars(values, label)


def test_bars_rejects_numbers_without_names() -> None:
    with pytest.raises(TypeError, match=r"^expected numbers by name, such as .*, got list$"):
        draw.bars([1, 2], "loss")  # type: ignore[arg-type]
