"""Test the map of a neuron's loss over its weight and bias."""

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from nnfp import draw
from nnfp.draw import Picture
from nnfp.neuron import neuron
from tests.nnfp.draw.figures import EXAMPLES, attribute, coordinates, elements, texts


def landscape(**changes: Any) -> Picture:
    x = torch.arange(1.0, 11.0)
    options: dict[str, Any] = {
        "x": x,
        "target": 3 * x,
        "path": [(1, 0), (2, 3)],
        "answer": (3, 0),
    }
    return draw.landscape(**options | changes)


def lines(picture: Picture, style: str) -> Iterator[list[tuple[float, float]]]:
    """Yield the weights and biases along each path with this in its style."""
    for path in elements(picture, "path"):
        if style in attribute(path, "style"):
            numbers = re.findall(r"[\d.]+", attribute(path, "d").replace("h 0", ""))
            places = zip(map(float, numbers[::2]), map(float, numbers[1::2]), strict=True)
            yield [((x - 48) / 416 * 6 - 1, (304 - y) / 270 * 8 - 4) for x, y in places]


def test_the_loss_along_each_line_equals_its_level() -> None:
    x = torch.arange(1.0, 11.0)
    contours = list(lines(landscape(), "stroke-width: 1; stroke-opacity: 0.5"))
    assert len(contours) == 6
    for level, line in zip((1, 10, 50, 100, 200, 300), contours, strict=True):
        for weight, bias in line:
            loss = (neuron(x[:, None], [weight], bias) - 3 * x).square().mean().item()
            # A coordinate is exact to a twentieth of a pixel, and the loss follows from it.
            assert loss == pytest.approx(level, rel=0.02, abs=0.1)


def test_lines_have_no_redundant_points() -> None:
    for line in lines(landscape(), "stroke-width: 1; stroke-opacity: 0.5"):
        assert 10 < len(line) < 100


def test_losses_are_written_where_they_fit() -> None:
    crowded = EXAMPLES["landscape with more lines than names"]()
    assert texts(crowded)[-8:-2] == ["96", "60", "32", "20", "40", "68"]


def test_the_loss_of_a_line_is_written_on_both_sides_of_the_valley() -> None:
    assert texts(landscape(levels=(20,)))[-4:-2] == ["20", "20"]


def test_a_level_that_no_loss_has_gets_no_line() -> None:
    assert landscape(levels=(20, -1, 1e9)) == landscape(levels=(20,))


def test_a_map_may_have_no_lines() -> None:
    assert not list(lines(landscape(levels=()), "stroke-width: 1; stroke-opacity: 0.5"))


def test_the_axes_have_few_round_marks() -> None:
    marks = texts(landscape(weights=(-1, 6), biases=(-4, 3)))[:8]
    assert marks == ["0", "2", "4", "6", "−4", "−2", "0", "2"]


def test_a_map_is_tinted_where_the_neuron_outputs_0() -> None:
    [outline] = lines(landscape(), "fill-opacity: 0.08")
    assert len(outline) < 12
    for weight, bias in outline:
        edge = weight == pytest.approx(-1, abs=0.01) or bias == pytest.approx(-4, abs=0.01)
        assert edge or max(weight + bias, 10 * weight + bias) == pytest.approx(0, abs=0.05)
    assert "flat" in texts(landscape())


def test_a_map_without_a_flat_area_has_no_tint() -> None:
    above = landscape(biases=(2, 4), path=[(1, 3)], answer=(2.5, 2))
    assert "flat" not in texts(above) and not list(lines(above, "fill-opacity: 0.08"))


def test_the_path_goes_through_its_points() -> None:
    path = [(1, 0), (2, 3), (4.5, -3.5)]
    line, dots = (
        [place for line in lines(landscape(path=path), style) for place in line]
        for style in ("stroke: var(--nnfp-weight, #00786a); stroke-width: 2", "linecap: round")
    )
    assert line == [pytest.approx(point, abs=0.01) for point in path]
    assert dots == line


PATHS = {"SGD": [(1, 0), (2, 1)], "Adam": [(1, 0), (2, -1), (3, -2)], "Solved": [(1, 0)]}


def test_several_paths_go_through_their_points() -> None:
    picture = landscape(path=PATHS)
    parts = {part.attrib["data-part"]: part for part in elements(picture, "g")}
    for suffix, path in zip(("", "-2", "-3"), PATHS.values(), strict=True):
        for part in (f"path{suffix}", f"steps{suffix}"):
            [drawn] = parts[part]
            numbers = re.findall(r"[\d.]+", attribute(drawn, "d").replace("h 0", ""))
            places = zip(map(float, numbers[::2]), map(float, numbers[1::2]), strict=True)
            points = [((x - 48) / 416 * 6 - 1, (304 - y) / 270 * 8 - 4) for x, y in places]
            assert points == [pytest.approx(point, abs=0.01) for point in path]


def test_several_paths_differ_in_color_dashes_and_dots() -> None:
    parts = {part.attrib["data-part"]: part for part in elements(landscape(path=PATHS), "g")}
    styles = {name: attribute(part[0], "style") for name, part in parts.items()}
    lines = [styles[f"path{suffix}"] for suffix in ("", "-2", "-3")]
    colors = [line.split("stroke: ")[1].split(";")[0] for line in lines]
    dashes = [line.partition("dasharray: ")[2] for line in lines]
    assert len(set(colors)) == len(set(dashes)) == 3
    assert "square" in styles["steps-2"] and "round" in styles["steps"]


def test_the_names_of_several_paths_are_above_the_map() -> None:
    assert "lines of equal loss" in texts(landscape())
    shown = texts(landscape(path=PATHS))
    assert "lines of equal loss" not in shown
    assert {"SGD", "Adam", "Solved"} <= set(shown)
    names = next(
        part for part in elements(landscape(path=PATHS), "g") if part.get("data-part") == "names"
    )
    places = [(float(attribute(name, "x")), name) for name in names if name.tag.endswith("text")]
    in_order = sorted(places, key=lambda place: place[0])
    assert ["".join(name.itertext()) for _, name in in_order] == list(PATHS)
    assert in_order[-1][0] == 464 and in_order[0][0] > 100


def test_a_long_path_is_thin_and_has_small_dots() -> None:
    for count, width, size in ((30, 2, 7), (31, 1, 4)):
        picture = landscape(path=[(k / 10, 0) for k in range(count)])
        styles = [attribute(path, "style") for path in elements(picture, "path")]
        assert any(f"#00786a); stroke-width: {width};" in style for style in styles)
        assert any(f"stroke-width: {size}; stroke-linecap" in style for style in styles)


def test_a_cross_marks_the_answer() -> None:
    cross = next(lines(landscape(), "stroke: currentColor; stroke-width: 2"))
    assert [sum(values) / 4 for values in zip(*cross, strict=True)] == pytest.approx(
        [3, 0], abs=0.01
    )


def test_the_title_says_what_the_figure_shows() -> None:
    assert landscape(path=[(1, 0)]).title == (
        "Loss by weight and bias: from (1, 0) to (1, 0) in 0 steps; the answer is (3, 0)"
    )


def test_the_title_says_where_each_of_several_paths_leads() -> None:
    assert landscape(path=PATHS).title == (
        "Loss by weight and bias: from (1, 0): SGD to (2, 1) in 1 step, "
        "Adam to (3, −2) in 2 steps, Solved to (1, 0) in 0 steps; the answer is (3, 0)"
    )


ANY_FORM = [
    {"path": {"": torch.tensor([[1.0, 0.0], [2.0, 3.0]])}},
    {"x": [[n] for n in range(1, 11)]},
    {"x": np.arange(1, 11), "target": np.arange(3, 33, 3)[:, None]},
    {"x": torch.arange(1.0, 11.0, requires_grad=True)},
    {"x": [torch.tensor(float(n), requires_grad=True) for n in range(1, 11)]},
    {"path": torch.tensor([[1.0, 0.0], [2.0, 3.0]], requires_grad=True)},
    {"path": [torch.tensor([1.0, 0.0]), torch.tensor([2.0, 3.0], requires_grad=True)]},
    {"path": [(torch.tensor(1.0, requires_grad=True), torch.tensor(0)), (np.float32(2), 3)]},
    {"path": [torch.nn.Parameter(torch.tensor([1.0, 0.0])), np.array([2, 3])]},
    {"path": (point for point in ([1, 0], [2, 3]))},
    {"answer": torch.tensor([3.0, 0.0], requires_grad=True)},
    {"answer": [np.int64(3), torch.tensor(0)]},
    {"levels": torch.tensor([1, 10, 50, 100, 200, 300])},
    {"levels": (torch.tensor(float(n)) for n in (1, 10, 50, 100, 200, 300))},
    {"weights": torch.tensor([-1.0, 5.0], requires_grad=True), "biases": np.array([-4, 4])},
    {"weights": (n for n in (-1, 5)), "biases": [torch.tensor(-4), np.float64(4)]},
]


@pytest.mark.parametrize("changes", ANY_FORM)
def test_arguments_may_be_any_kind_of_number(changes: dict[str, Any]) -> None:
    assert landscape(**changes) == landscape()


@pytest.mark.parametrize("end", [1e-30, 1e-3, 1e30])
def test_extreme_ranges_have_finite_coordinates(end: float) -> None:
    inside = {"path": [(end, 0)], "answer": (0, 0)}
    picture = landscape(weights=(-end, end), biases=(-end, end), **inside)
    assert "inf" not in coordinates(picture) and "nan" not in coordinates(picture)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x": [], "target": []}, "expected at least one sample, got none"),
        ({"x": torch.empty(0, 1), "target": torch.empty(0)}, "at least one sample, got none"),
        ({"target": [1, 2]}, "expected 10 targets, one for each sample, got 2"),
        ({"target": []}, "expected 10 targets, one for each sample, got 0"),
        ({"x": [[1, 2], [3, 4]]}, r"samples of shape \(batch,\) or \(batch, 1\), got .*\(2, 2\)"),
        ({"target": 3}, r"targets of shape \(batch,\) or \(batch, 1\), got shape \(\)"),
        ({"x": [math.nan] * 10}, "expected finite samples, got nan"),
        ({"target": [1.0] * 9 + [math.inf]}, "expected finite targets, got inf"),
        ({"path": []}, "a path with at least its start, got none"),
        ({"path": torch.empty(0, 2)}, "a path with at least its start, got none"),
        ({"path": [(1, 0, 2)]}, r"two numbers as a point of the path, got \[1.0, 0.0, 2.0\]"),
        ({"path": [()]}, r"two numbers as a point of the path, got \[\]"),
        ({"path": 1}, "expected pairs of numbers, each a point of the path, got 1.0"),
        ({"path": (1, 0)}, "two numbers as a point of the path, got 1.0"),
        ({"path": [(6, 0)]}, r"weights from -1 to 5 and .* got \(6, 0\)"),
        ({"path": [(0, math.nan)]}, r"biases from -4 to 4 .* got \(0, nan\)"),
        ({"path": [(1, 0), (math.inf, 0)]}, r"weights from -1 to 5 .* got \(inf, 0\)"),
        ({"path": {}}, "expected 1 to 3 paths in a picture, got 0"),
        (
            {"path": {name: [(1, 0)] for name in "abcd"}},
            "expected 1 to 3 paths in a picture, got 4",
        ),
        ({"path": {"a": []}}, "a path with at least its start, got none"),
        ({"path": {"a": [(1, 0)], "b": [(1, 0), (6, 0)]}}, r"in the picture, got \(6, 0\)"),
        ({"path": {"a": [(1, 0)], "b": [(2, 0)]}}, r"one start, got \(1.0, 0.0\) and \(2.0, 0.0\)"),
        ({"path": {n * 12: [(1, 0)] for n in "abc"}}, "fit above a map, got a{12}, b{12}, c{12}"),
        ({"path": {"a name too long": [(1, 0)]}}, "names of at most 12 printable characters, got"),
        ({"answer": (0, -5)}, r"in the picture, got \(0, -5\)"),
        ({"answer": 3}, "two numbers as the answer, got 3"),
        ({"levels": 10}, "a row of numbers, got 10"),
        ({"levels": [1, math.nan]}, "expected finite losses as the levels, got nan"),
        ({"levels": [math.inf]}, "expected finite losses as the levels, got inf"),
        ({"weights": (1, 1)}, "weights from a lower to a higher number, .* got from 1 to 1"),
        ({"weights": (5, -1)}, "weights from a lower to a higher number, .* got from 5 to -1"),
        ({"biases": (0, 0)}, "biases from a lower to a higher number, .* got from 0 to 0"),
        ({"biases": (math.nan, 4)}, "biases from a lower to a higher number, .* got from nan to 4"),
        ({"weights": (-math.inf, 5)}, "weights from a lower .* up to 1e[+]30, got from -inf to 5"),
        ({"weights": (-1e31, 5)}, "weights from a lower to a higher .* got from -1e[+]31 to 5"),
        ({"weights": (1, 1 + 1e-9)}, "wider range of weights, got from 1.0 to 1.000000001"),
        ({"weights": (1, 2, 3)}, r"two numbers as the range of weights, got \[1.0, 2.0, 3.0\]"),
        ({"biases": 4}, "two numbers as the range of biases, got 4"),
    ],
)
def test_a_landscape_that_cannot_be_drawn_is_rejected(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        landscape(**changes)


def test_a_name_of_a_path_is_text() -> None:
    with pytest.raises(TypeError, match="expected text as names, got 1"):
        landscape(path={1: [(1, 0)]})


@pytest.mark.parametrize("name", ["x", "target", "path", "answer", "levels", "weights", "biases"])
def test_an_argument_that_is_not_a_number_is_rejected(name: str) -> None:
    for value in (None, "ab", ["a", "b"], [["a", "b"]]):
        with pytest.raises((TypeError, ValueError), match=r"expected .*numbers"):
            landscape(**{name: value})
