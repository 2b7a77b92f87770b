"""Test the plot of samples and of a network's answers."""

import math
import re
import sys
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts

Points = list[tuple[float, float]]


def fits(**changes: Any) -> Picture:
    options: dict[str, Any] = {
        "x": [0, 5, 10],
        "at": [0, 4, 10],
        "panels": {"a": ([2, 4, 10], [0, 1, 8]), "b": ([0, 1, 2], None)},
    }
    return draw.fits(**options | changes)


def paths(picture: Picture, style: str) -> list[Points]:
    """Return the points of each path with this in its style."""
    return [points(path) for path in elements(picture, "path") if style in attribute(path, "style")]


def points(path: Element) -> Points:
    numbers = re.findall(r"[\d.]+", attribute(path, "d").replace("h 0", ""))
    return list(zip(map(float, numbers[::2]), map(float, numbers[1::2]), strict=True))


# The two panels next to each other: their left edges, their width, and the heights of 0 and 10.
LEFT, WIDTH, ZERO, TEN = (32.5, 256.2), 201.8, 196, 66


def values(points: Points, panel: int) -> Points:
    """Return the numbers that are drawn at these points."""
    return [
        (
            round((x - LEFT[panel]) / WIDTH * 10, 2),
            round((ZERO - y) / (ZERO - TEN) * 10, 2),
        )
        for x, y in points
    ]


def near(expected: Points) -> Any:
    return [pytest.approx(point, abs=0.02) for point in expected]


def test_a_dot_is_at_each_sample() -> None:
    first, second = paths(fits(), "linecap: round")
    assert values(first, 0) == near([(0, 2), (5, 4), (10, 10)])
    assert values(second, 1) == near([(0, 0), (5, 1), (10, 2)])


def test_the_curve_passes_through_the_answers() -> None:
    [curve] = paths(fits(), "--nnfp-weight")
    assert values(curve, 0) == near([(0, 0), (4, 1), (10, 8)])


def test_the_rule_is_a_thin_line_in_each_panel() -> None:
    first, second = paths(fits(rule=[3, 2, 1]), "stroke-width: 1; stroke-opacity: 0.6")
    assert values(first, 0) == values(second, 1) == near([(0, 3), (4, 2), (10, 1)])


def test_the_curve_is_drawn_over_the_dots_and_the_dots_over_the_rule() -> None:
    picture = fits(rule=[3, 2, 1]).svg
    first_panel = picture[: picture.index(">b<")]
    order = [first_panel.rindex(s) for s in ("opacity: 0.6", "linecap: round", "--nnfp-weight")]
    assert order == sorted(order)


def test_panels_have_titles_in_order() -> None:
    assert [text for text in texts(fits()) if text in "ab"] == ["a", "b"]


def test_the_axes_are_marked_with_round_numbers() -> None:
    assert texts(fits()) == (
        ["output", "a", "0", "5", "10", "0", "5", "10", "b", "0", "5", "10", "input"]
    )


def test_marks_lie_within_the_inputs() -> None:
    shown = texts(fits(x=[6, 7, 11.5], at=[6, 8, 11]))
    assert shown[-4:-1] == ["6", "8", "10"]


def test_the_outputs_are_marked_beyond_the_lowest_and_the_highest() -> None:
    shown = texts(fits(panels={"a": ([-3, 4, 11], None)}))
    assert shown[2:7] == ["−5", "0", "5", "10", "15"]


@pytest.mark.parametrize(("count", "height"), [(1, 248), (2, 248), (3, 422), (4, 422)])
def test_panels_fill_two_columns(count: int, height: int) -> None:
    picture = fits(panels={name: ([1, 2, 3], None) for name in "abcd"[:count]})
    assert f'viewBox="0 0 480 {height}"' in picture.svg


def test_in_three_panels_the_inputs_are_marked_below_each_column() -> None:
    picture = fits(panels={name: ([1, 2, 3], None) for name in "abc"})
    marks = [text for text in elements(picture, "text") if "".join(text.itertext()) == "10"]
    assert [(attribute(m, "x"), attribute(m, "y")) for m in marks] == [
        ("458", "217.6"),
        ("229.1", "391.6"),
    ]


def test_a_single_panel_is_as_wide_as_the_figure() -> None:
    [dots] = paths(fits(panels={"a": ([1, 2, 3], None)}), "linecap: round")
    assert (dots[0][0], dots[-1][0]) == (22.2, 458)


def test_the_title_names_the_panels() -> None:
    assert fits().title == "Plot of output by input, with 3 samples and a curve: a, b"
    without = fits(panels={"a": ([1, 2, 3], None)}, xlabel="hour", ylabel="delay")
    assert without.title == "Plot of delay by hour, with 3 samples: a"


@pytest.mark.parametrize(
    "x", [(0, 5, 10), torch.tensor([0.0, 5, 10]), torch.tensor([[0.0], [5], [10]])]
)
def test_inputs_may_be_a_row_or_a_column(x: Any) -> None:
    assert fits(x=x) == fits()


def test_answers_may_have_gradients() -> None:
    answers = torch.tensor([[0.0], [1], [8]], requires_grad=True)
    changed = {"a": ([2, 4, 10], answers), "b": ([0, 1, 2], None)}
    assert fits(panels=changed) == fits()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"panels": {}}, "expected 1 to 4 panels in a picture, got 0"),
        ({"panels": {c: ([1, 2, 3], None) for c in "abcde"}}, "expected 1 to 4 panels"),
        ({"panels": {"a" * 19: ([1, 2, 3], None)}}, "titles of at most 18 printable characters"),
        ({"xlabel": "x" * 25}, "an xlabel of at most 24 printable characters"),
        ({"ylabel": "x" * 25}, "a ylabel of at most 24 printable characters"),
        (
            {"x": [[0, 5, 10]]},
            r"^expected samples of shape \(batch,\) or \(batch, 1\), got shape \(1, 3\)",
        ),
        ({"x": 3}, r"samples of shape .* got shape \(\)"),
        ({"x": [4, 4, 4]}, "at least two different samples, got 1"),
        ({"at": []}, "at least two different inputs of the curve, got 0"),
        ({"panels": {"a": ([1, 2], None)}}, "expected 3 targets, one for each input, got 2"),
        ({"panels": {"a": ([1, 2, 3], [1])}}, "expected 3 answers, one for each input, got 1"),
        ({"rule": [1]}, "expected 3 numbers of the rule, one for each input, got 1"),
        ({"panels": {"a": ([1, math.nan, 3], None)}}, "expected finite targets, got nan"),
        ({"at": [0, 1, math.inf]}, "expected finite inputs of the curve, got inf"),
    ],
)
def test_numbers_that_cannot_be_drawn_are_rejected(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fits(**changes)


def test_without_matplotlib_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install matplotlib$"):
        fits()
