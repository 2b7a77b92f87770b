"""Test the figure of ranks that pass numbers around a ring."""

from typing import Any

import pytest

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts

PARTS = [[1, 2, 3], [10, 20, 30], [100, 200, 300]]


def framed(picture: Picture) -> list[str]:
    """Return the numbers that are sent, from the first rank to the last."""
    found = []
    for box in elements(picture, "rect"):
        if box.get("rx") == "5":
            left, top, width, height = (
                float(attribute(box, name)) for name in ("x", "y", "width", "height")
            )
            for text in elements(picture, "text"):
                x, y = float(attribute(text, "x")), float(attribute(text, "y"))
                if left < x < left + width and top < y < top + height:
                    found.append(text.text or "")
    return found


def test_each_rank_has_a_column_with_its_parts() -> None:
    picture = draw.ring(PARTS)
    columns = [["rank 0", "1", "2", "3"], ["rank 1", "10", "20", "30"]]
    assert texts(picture) == [*columns[0], *columns[1], "rank 2", "100", "200", "300"]
    places = [float(attribute(text, "x")) for text in elements(picture, "text")]
    assert places == sorted(places) and len(set(places)) == 3


@pytest.mark.parametrize(
    ("turn", "sent"),
    [
        (0, ["1", "20", "300"]),
        (1, ["3", "10", "200"]),
        (2, ["2", "30", "100"]),
        (3, ["1", "20", "300"]),
    ],
)
def test_the_parts_that_are_sent_are_framed(turn: int, sent: list[str]) -> None:
    picture = draw.ring(PARTS, turn)
    assert framed(picture) == sent
    names = [f"rank {i} sends {part} to rank {(i + 1) % 3}" for i, part in enumerate(sent)]
    assert picture.title == f"Ring of 3 ranks: {names[0]}, {names[1]} and {names[2]}"


def test_arrows_lead_from_each_part_to_the_next_rank() -> None:
    picture = draw.ring(PARTS)
    starts = [
        (float(attribute(line, "x1")), float(attribute(line, "y1")))
        for line in elements(picture, "line")
    ]
    # Two arrows to the right, in the rows of their parts, and the end of the way back.
    assert [y for _, y in starts] == [49, 91, 133]
    assert starts[0][0] < starts[1][0] and starts[2][0] == 12
    [back] = [
        path for path in elements(picture, "path") if "stroke-linejoin" in path.attrib["style"]
    ]
    assert attribute(back, "d").endswith("L 12 170 L 12 133")


@pytest.mark.parametrize(
    ("ranks", "sentence"),
    [
        ([], "expected 1 to 4 ranks in a picture, got 0"),
        ([[1]], "expected at least 2 ranks .* got 1 ranks, and one with 1 parts"),
        ([[1, 2], [3]], "as many parts as there are ranks, got 2 ranks, and one with 1 parts"),
        ([[1] * 5] * 5, "expected 1 to 4 ranks in a picture, got 5"),
        ([[1, 2], [3, -0.1234]], "expected numbers of at most 6 printable characters"),
    ],
)
def test_other_rings_are_rejected(ranks: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.ring(ranks)
