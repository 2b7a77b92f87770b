"""Test the figure of a computation."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from nnfp import Value, draw
from nnfp.draw import Picture
from tests.nnfp.draw.figures import attribute, elements, texts


def neuron(backward: bool = True) -> dict[str, Value]:
    """Compute the loss of the tutorial's neuron."""
    x1, w1, x2, w2, target = (Value(number) for number in (1, 5, 2, 7, 20))
    p1, p2 = x1 * w1, x2 * w2
    total = p1 + p2
    error = total - target
    loss = error * error
    if backward:
        loss.backward()
    leaves = {"x1": x1, "w1": w1, "x2": x2, "w2": w2, "target": target}
    return leaves | {"p1": p1, "p2": p2, "total": total, "error": error, "loss": loss}


def part(picture: Picture, name: str) -> list[Element]:
    return [node for node in elements(picture, "g") if node.get("data-part") == name]


def shown(picture: Picture, name: str) -> list[str]:
    """Return the texts in the parts of this name."""
    return ["".join(node.itertext()).strip() for node in part(picture, name)]


def places(picture: Picture) -> dict[str, tuple[float, float]]:
    """Return the center of each circle."""
    found = {}
    for name in neuron():
        [circle] = [node for node in part(picture, name)[0] if node.tag.endswith("rect")]
        x, y, width = (float(attribute(circle, key)) for key in ("x", "y", "width"))
        found[name] = (x + width / 2, y + 26)
    return found


def test_each_value_and_slope_is_shown() -> None:
    values = neuron()
    picture = draw.graph(values)
    assert {name: shown(picture, name)[0].split() for name in values} == {
        "x1": ["1", "x1"],
        "w1": ["5", "w1"],
        "x2": ["2", "x2"],
        "w2": ["7", "w2"],
        "target": ["20", "target"],
        "p1": ["5", "p1"],
        "p2": ["14", "p2"],
        "total": ["19", "total"],
        "error": ["−1", "error"],
        "loss": ["1", "loss"],
    }
    assert [shown(picture, f"{name}-slope") for name in ("w1", "w2", "loss")] == [
        ["slope −2"],
        ["slope −4"],
        ["slope 1"],
    ]
    assert set(values) <= set(texts(picture))


def test_local_slopes_are_on_the_lines() -> None:
    picture = draw.graph(neuron())
    assert shown(picture, "w2-to-p2") == ["×2"]
    assert shown(picture, "target-to-error") == ["×−1"]
    assert shown(picture, "error-to-loss") == ["×−1", "×−1"]
    assert shown(picture, "x1-to-total") == []


def test_before_backward_there_are_no_slopes() -> None:
    picture = draw.graph(neuron(backward=False))
    assert "slope" not in picture.svg and "×" not in picture.svg
    assert picture.title.endswith("error is −1 and loss is 1")
    height, with_slopes = (
        float(attribute(elements(p, "svg")[0], "height")) for p in (picture, draw.graph(neuron()))
    )
    assert height < with_slopes


def test_the_title_says_it_in_words() -> None:
    a, b = Value(2), Value(3)
    c = a - b
    c.backward()
    assert draw.graph({"a": a, "b": b, "c": c}).title == (
        "Computation of c: a is 2, b is 3 and c is −1; the slopes are 1, −1 and 1"
    )


def test_inputs_and_weights_have_their_colors() -> None:
    picture = draw.graph(neuron())
    assert texts(picture, "input") == ["1", "x1", "2", "x2"]
    assert texts(picture, "weight") == ["5", "w1", "7", "w2"]


def test_each_step_is_a_column() -> None:
    place = places(draw.graph(neuron()))
    columns = [["x1", "w1", "x2", "w2"], ["p1", "p2"], ["total", "target"], ["error"], ["loss"]]
    xs = [[place[name][0] for name in names] for names in columns]
    assert xs == [
        [x] * len(names) for x, names in zip((46, 143, 240, 337, 434), columns, strict=True)
    ]


def test_a_value_is_level_with_the_middle_of_its_inputs() -> None:
    y = {name: place[1] for name, place in places(draw.graph(neuron())).items()}
    assert y["x1"] < y["p1"] < y["w1"] < y["x2"] < y["p2"] < y["w2"] < 400
    assert y["p1"] == (y["x1"] + y["w1"]) / 2
    assert y["total"] == (y["p1"] + y["p2"]) / 2 == y["error"] == y["loss"]
    assert y["target"] == y["total"] + 130


def test_a_line_leads_from_circle_to_circle() -> None:
    picture = draw.graph(neuron())
    ends = {
        name: [path.attrib["d"] for g in part(picture, name) for path in g if "d" in path.attrib]
        for name in ("x1-to-p1", "error-to-loss")
    }
    assert ends == {
        "x1-to-p1": ["M 72 54 Q 94.5 80 117 106"],
        "error-to-loss": ["M 363 210 Q 385.5 160 408 210", "M 363 210 Q 385.5 260 408 210"],
    }


def test_a_single_value_can_be_drawn() -> None:
    assert texts(draw.graph({"a": Value(3)})) == ["3", "a"]


def chain(length: int, slope: float = 1) -> dict[str, Value]:
    values = {"v0": Value(1)}
    for i in range(length):
        values[f"v{i + 1}"] = Value(1, [(values[f"v{i}"], slope if i == length - 1 else 1)])
    values[f"v{length}"].backward()
    return values


def fan(count: int) -> dict[str, Value]:
    values = {f"v{i}": Value(1) for i in range(count)}
    return values | {"all": Value(1, [(value, 1.0) for value in values.values()])}


def test_five_steps_and_five_values_fit() -> None:
    assert len(part(draw.graph(chain(4)), "v4")) == 1
    assert len(part(draw.graph(fan(5)), "v4")) == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (lambda: chain(5), "expected 1 to 5 steps in a picture, got 6"),
        (lambda: fan(6), "expected 1 to 5 values side by side in a picture, got 6"),
        (lambda: {"a": Value(1) + 2}, "expected a name for each value, got none for 1"),
        (
            lambda: {"a": Value(1), "b": Value(2)},
            "expected only values that b depends on, got a",
        ),
        (lambda: {"a": Value(-123.4)}, "numbers that fit into a circle, got −123.4"),
        (lambda: chain(4, -11), "local slopes that fit on a line, got −11"),
        (lambda: {"a very long name": Value(1)}, "fit next to a circle, got a very long name"),
        (lambda: {}, "expected at least one value, got none"),
    ],
)
def test_a_computation_that_cannot_be_drawn_is_rejected(values: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        draw.graph(values())
