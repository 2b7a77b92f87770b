"""Test the figure of small images."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts

Place = tuple[float, float, float]


def strokes(picture: Picture) -> dict[str, list[Place]]:
    """Return the lines of each shade: where each begins, and how long it is."""
    found: dict[str, list[Place]] = {}
    for path in elements(picture, "path"):
        shade = re.findall(r"stroke-opacity: ([\d.]+)", attribute(path, "style"))[0]
        x = y = 0.0
        found[shade] = []
        for line in re.findall(r"m([-\d.]+) ([-\d.]+)h([\d.]+)", attribute(path, "d")):
            right, down, width = map(float, line)
            x, y = x + right, y + down
            found[shade].append((x, y, width))
            x += width
    return found


def test_pixels_of_one_shade_in_a_row_are_one_line() -> None:
    picture = draw.images(torch.tensor([[[0, 0.5, 0.5, 1], [1, 1, 1, 1]]]), ["a"])
    # A pixel is 64 / 4 wide; the image is in the middle of the first of five columns of 96.
    assert strokes(picture) == {"0.5": [(32, 12, 32)], "1": [(64, 12, 16), (16, 28, 64)]}
    assert all("stroke-width: 16;" in attribute(p, "style") for p in elements(picture, "path"))


def test_there_are_eight_shades_and_none_for_no_ink() -> None:
    image = torch.arange(17.0)[1:] / 16
    shades = strokes(draw.images(image.reshape(1, 1, 16), ["a"]))
    assert list(shades) == [f"{i / 8:g}" for i in range(1, 9)]


def test_pixels_are_square_in_an_image_that_is_not() -> None:
    frame, *_ = elements(draw.images(torch.ones(1, 2, 8), ["wide"]), "rect")
    assert (attribute(frame, "width"), attribute(frame, "height")) == ("68", "20")


def test_images_have_the_color_of_inputs() -> None:
    picture = draw.images(torch.ones(1, 2, 2), ["a"])
    drawn = elements(picture, "path") + elements(picture, "rect")
    assert all("--nnfp-input" in attribute(element, "style") for element in drawn)


def test_six_images_take_two_rows_with_captions_below_each() -> None:
    picture = draw.images(torch.ones(6, 8, 8), list("abcdef"))
    assert texts(picture) == list("abcdef")
    frames = [
        (float(attribute(f, "x")), float(attribute(f, "y"))) for f in elements(picture, "rect")
    ]
    assert frames == [(14 + 96 * i, 2) for i in range(5)] + [(14, 102)]
    captions = [
        (float(attribute(t, "x")), float(attribute(t, "y"))) for t in elements(picture, "text")
    ]
    assert captions == [(x + 34, y + 87.6) for x, y in frames]
    assert elements(picture, "svg")[0].get("height") == "200"
    # The pixels are inside the frames, in eight lines for each image.
    assert strokes(picture)["1"] == [
        (x + 2, y + 6 + 8 * row, 64) for x, y in frames for row in range(8)
    ]


def test_the_title_counts_the_images_and_has_their_captions() -> None:
    assert draw.images(torch.ones(1, 3, 2), ["1, not 7"]).title == (
        "1 image of 3 × 2 pixels: 1, not 7"
    )
    assert draw.images(torch.ones(2, 3, 2), ["a", "b"]).title == "2 images of 3 × 2 pixels: a; b"


@pytest.mark.parametrize(
    ("images", "captions", "sentence"),
    [
        (torch.ones(8, 8), ["a"], r"expected images of shape \(N, rows, columns\), got \(8, 8\)"),
        ([], [], r"expected images of shape \(N, rows, columns\), got \(0,\)"),
        (torch.ones(21, 8, 8), ["a"] * 21, "expected 1 to 20 images in a picture, got 21"),
        (torch.ones(1, 17, 1), ["a"], "expected 1 to 16 rows in a picture, got 17"),
        (torch.ones(1, 1, 17), ["a"], "expected 1 to 16 columns in a picture, got 17"),
        ([[[0.5, 1.5]]], ["a"], "expected numbers from 0 to 1, got 1.5"),
        ([[[0.5, -1]]], ["a"], "expected numbers from 0 to 1, got -1"),
        ([[[0.5, float("nan")]]], ["a"], "expected numbers from 0 to 1, got nan"),
        (torch.ones(2, 1, 1), ["a"], "expected a caption for each of 2 images, got 1"),
        (torch.ones(1, 1, 1), ["a" * 9], "expected captions of at most 8 printable characters"),
    ],
)
def test_images_that_cannot_be_drawn_are_rejected(
    images: Any, captions: Sequence[str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.images(images, captions)


def test_a_caption_that_is_a_number_is_rejected() -> None:
    with pytest.raises(TypeError, match="expected text as captions, got 3"):
        draw.images(torch.ones(1, 1, 1), [3])  # type: ignore[list-item]
