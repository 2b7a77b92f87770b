"""Test the plot of losses against steps."""

import math
import sys
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import matplotlib as mpl
import numpy as np
import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, boxes, coordinates, elements, texts

CURVE = [3.0, 1.5, 2.0]


def lines(picture: Picture) -> list[Element]:
    """Return the lines of the curves, without grid, axis and markers."""
    return [
        path
        for path in elements(picture, "path")
        if "stroke-width: 2" in attribute(path, "style") and path.get("transform") is None
    ]


@pytest.mark.parametrize(
    "curve",
    [
        (3, 1.5, 2),
        [torch.tensor(3.0), torch.tensor(1.5), torch.tensor(2)],
        [torch.tensor(each, requires_grad=True) for each in CURVE],
        torch.tensor(CURVE),
        torch.tensor(CURVE, dtype=torch.bfloat16, requires_grad=True),
        torch.nn.Parameter(torch.tensor(CURVE)),
        np.array(CURVE),
        [np.float32(each) for each in CURVE],
        (each for each in CURVE),
    ],
)
def test_a_curve_may_be_any_sequence_of_numbers(curve: Any) -> None:
    assert draw.losses({"a": curve}) == draw.losses({"a": CURVE})


def test_each_curve_has_its_name_at_its_end() -> None:
    picture = draw.losses({"SGD": [9, 4, 1], "Solved": [9, 0, 0]})
    placed = dict(boxes(picture))
    for name, line in zip(("SGD", "Solved"), lines(picture), strict=True):
        x, y = attribute(line, "d").split()[-2:]
        left, top, _, bottom = placed[name]
        assert 5 < left - float(x) < 20
        assert (top + bottom) / 2 == pytest.approx(float(y), abs=4)


def test_each_curve_has_a_different_line_style() -> None:
    picture = draw.losses({name: [9, 4, 1] for name in "abcd"})
    assert len({attribute(line, "style") for line in lines(picture)}) == 4
    assert "dasharray" not in attribute(lines(picture)[0], "style")


def test_each_curve_ends_in_a_different_marker() -> None:
    picture = draw.losses({name: [9, 4, 1] for name in "abcd"})
    markers = [path for path in elements(picture, "path") if path.get("transform")]
    assert len(markers) == len({attribute(marker, "d") for marker in markers}) == 4


def test_the_name_of_a_curve_that_ends_early_is_above_the_axis() -> None:
    picture = draw.losses({"short": [3, 0], "long": [3, 2, 1]})
    [axis] = [
        path for path in elements(picture, "path") if "width: 1.5" in attribute(path, "style")
    ]
    height = float(attribute(axis, "d").split()[-1])
    assert 0 < height - dict(boxes(picture))["short"][3] < 8


def test_the_labels_of_the_axes_may_be_chosen() -> None:
    picture = draw.losses({"one": [2, 1]}, ylabel="questions", xlabel="day")
    assert {"questions", "day"} <= set(texts(picture))
    assert picture.title == "Plot of questions by day: one from 2 to 1"


def test_the_name_of_a_curve_is_not_read_as_a_formula() -> None:
    assert "$x^2$" in texts(draw.losses({"$x^2$": [9, 1]}))


def test_a_name_in_letters_that_matplotlib_cannot_measure_is_shown() -> None:
    assert "損失" in texts(draw.losses({"損失": [9, 1]}))


def test_small_numbers_are_written_in_full() -> None:
    shown = texts(draw.losses({"SGD": [0.004, 0.001]}))
    assert {"0", "0.001", "0.002", "0.003", "0.004"} <= set(shown)
    assert shown.count("0") == 2, "both axes begin there"


def test_a_logarithmic_scale_has_a_mark_for_each_power_of_ten() -> None:
    assert {"0.1", "0.01"} <= set(texts(draw.losses({"SGD": [0.1, 0.001]}, log=True)))


def test_a_short_logarithmic_scale_has_marks_between_the_powers_of_ten() -> None:
    assert {"1", "2", "5"} <= set(texts(draw.losses({"a": [7, 3, 1]}, log=True)))


@pytest.mark.parametrize(
    ("curve", "log"),
    [
        ([1e100, -1e100], False),
        ([1e100, 1e-100], True),
        ([1e100], True),
        ([5e-324, 0], False),
        ([1e16, 1e16 + 2], False),
        ([3, 3], True),
        ([0, 0], False),
        ([-2, -2], False),
    ],
)
def test_extreme_numbers_have_finite_coordinates(curve: list[float], log: bool) -> None:
    picture = draw.losses({"a": curve}, log=log)
    assert "inf" not in coordinates(picture) and "nan" not in coordinates(picture)


def test_the_settings_of_matplotlib_are_restored() -> None:
    with mpl.rc_context({"font.size": 31}):
        before = dict(mpl.rcParams)
        draw.losses({"SGD": [1, 2]})
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    "make",
    [
        lambda: draw.losses({"SGD": [1, 2]}),
        lambda: draw.landscape([1, 2], [3, 6], [(1, 0)], (3, 0)),
    ],
)
def test_without_matplotlib_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], Picture]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install matplotlib$"):
        make()


@pytest.mark.parametrize(
    ("curves", "options", "sentence"),
    [
        ({}, {}, "expected 1 to 4 curves in a picture, got 0"),
        ({str(i): [1] for i in range(5)}, {}, "1 to 4 curves in a picture, got 5"),
        ({"SGD": []}, {}, "at least one number for 'SGD', got none"),
        ({"SGD": torch.empty(0)}, {}, "at least one number for 'SGD', got none"),
        ({"SGD": 3}, {}, "expected a row of numbers, got 3"),
        ({"SGD": torch.tensor(3.0)}, {}, "expected a row of numbers, got 3"),
        ({"SGD": [[1, 2], [3, 4]]}, {}, r"expected a row of numbers, got \[\[1"),
        ({"a" * 25: [1]}, {}, "names of at most 24 printable characters, got 'aaa"),
        ({"a\nb": [1]}, {}, r"names of at most 24 printable characters, got 'a\\nb'"),
        ({"a\x00": [1]}, {}, "names of at most 24 printable characters"),
        ({"a": [1]}, {"ylabel": "y" * 37}, "a ylabel of at most 36 printable characters"),
        ({"a": [1]}, {"xlabel": "x\t"}, "an xlabel of at most 36 printable characters"),
        ({"SGD": [1, math.nan]}, {}, "finite numbers, got nan at step 1 of 'SGD'"),
        ({"SGD": [-math.inf]}, {}, "finite numbers, got -inf at step 0 of 'SGD'"),
        ({"SGD": [2e100]}, {}, r"numbers not above 1e\+100 in a plot, got 2e\+100 at step 0"),
        ({"SGD": [-2e100]}, {}, r"numbers not below -1e\+100 in a plot, got -2e\+100 at step 0"),
        ({"SGD": [1, 0]}, {"log": True}, "above 0.* got 0 at step 1 of 'SGD'"),
        ({"SGD": [1, 5e-101]}, {"log": True}, "not below 1e-100 in a plot, got 5e-101 at step 1"),
    ],
)
def test_curves_that_cannot_be_drawn_are_rejected(
    curves: dict[str, Any], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.losses(curves, **options)


@pytest.mark.parametrize(
    ("curves", "sentence"),
    [
        ([9, 4, 1], r'expected curves by name, such as \{"SGD": \[9, 4, 1\]\}, got list'),
        (torch.ones(3), "expected curves by name, .* got Tensor"),
        (None, "expected curves by name, .* got NoneType"),
        ({1: [9, 4]}, "expected text as names, got 1"),
    ],
)
def test_curves_without_names_are_rejected(curves: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        draw.losses(curves)
