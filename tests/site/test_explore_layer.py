"""Test the explorable of the layer page: its shapes and errors are those of torch and nnfp."""

import math
import random
import re

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import nn

import nnfp
from audit.browse import listen, sent, shift, unusable
from tests.conftest import Tab
from tests.site.explorables import drag, visit, wait_for_url

PAGE = "learn/layer/"
START = ["(2,)", "(4, 2)", "(4,)", "(4,)"]
State = dict[str, str]
# Types each state, field by field, and collects what is shown.
DRIVE = """states => states.map(state => {
    const explorable = document.querySelector("explore-layer");
    for (const [name, value] of Object.entries(state)) {
        const field = explorable.querySelector(`[name=${name}]`);
        field.value = value;
        field.dispatchEvent(new Event("input"));
        field.dispatchEvent(new Event("change"));
    }
    const rows = [...explorable.querySelectorAll(".nnfp-shapes tr")];
    const box = explorable.querySelector("svg").getBoundingClientRect();
    return {
        shapes: Object.fromEntries(rows.map(row => [...row.cells].map(cell => cell.textContent))),
        notes: rows.map(row => row.cells[2].textContent.replaceAll("\\u00a0", " ")),
        counts: explorable.querySelector("p.nnfp-result").innerText.split("\\n"),
        errors: [...explorable.querySelectorAll(".nnfp-verdict code")].map(e => e.textContent),
        marks: [...explorable.querySelectorAll(".nnfp-joint")].map(mark => mark.textContent),
        unequal: explorable.querySelectorAll(".nnfp-unequal").length,
        message: explorable.querySelector("[role=alert]").textContent,
        picture: explorable.querySelector("svg").ariaLabel,
        said: explorable.querySelector("p.nnfp-quiet").textContent,
        outside: [...explorable.querySelectorAll("svg circle")].filter(circle => {
            const { top, bottom } = circle.getBoundingClientRect();
            return top < box.top || bottom > box.bottom;
        }).length,
    };
})"""


def random_states(count: int) -> list[State]:
    """Make states with shapes of zero to four dimensions; about half of them fit the layer."""
    chance = random.Random(0)
    states = []
    for _ in range(count):
        inputs, outputs = chance.choices([0, 1, 2, 3, 4, 5, 8, 64, 1000], k=2)
        shape = [chance.choice([0, 1, 2, 3, 5, 8, 9]) for _ in range(chance.randint(0, 4))]
        if shape and chance.random() < 0.5:
            shape[-1] = inputs
        written = chance.choice(["{}", "({})", "({},)", " {} "]) if shape else "{}"
        text = written.format(chance.choice([", ", ",", " "]).join(map(str, shape)))
        bias = chance.choice(["True", "False"])
        states.append({"in": str(inputs), "out": str(outputs), "bias": bias, "shape": text})
    # Add the largest number of samples: the product of all dimensions but the last.
    return [*states, states[0] | {"in": "3", "shape": "1000, 1000, 1000, 999"}]


def size(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.replace(",", " ").strip(" ()").split()))


def run(layer: nn.Module, shape: tuple[int, ...]) -> str:
    """Return the shape of a layer's output for an input of this shape, or the error it raises."""
    try:
        # An expanded tensor has a shape of any size but stores a single number.
        return str(tuple(layer(torch.zeros(()).expand(shape)).shape))
    except (RuntimeError, ValueError) as error:
        # Torch 2.15 begins some messages with the name of the operation.
        return f"{type(error).__name__}: {re.sub('^(add)?mm: ', '', str(error))}"


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_shapes_and_errors_equal_those_of_both_layers(live: Page) -> None:
    states = random_states(200)
    kinds = set()
    for state, shown in zip(states, live.evaluate(DRIVE, states), strict=True):
        assert shown["message"] == ""
        inputs, outputs, shape = int(state["in"]), int(state["out"]), size(state["shape"])
        bias = state["bias"] == "True"
        theirs = nn.Linear(inputs, outputs, bias=bias)
        ours = nnfp.Linear(inputs, outputs, bias=bias, init=nn.init.zeros_)
        answers = [run(layer, shape) for layer in (theirs, ours)]
        kinds.add((len(shape), 0 in shape, bias, answers[0].partition(" ")[0][0]))
        fits = answers[0].startswith("(")
        assert shown["errors"] == ([] if fits else answers)
        assert shown["shapes"] == {
            "input": str(shape),
            "weight": str(tuple(theirs.weight.shape)),
            "bias": str(tuple(theirs.bias.shape)) if bias else "None",
            "output": answers[1] if fits else "none",
        }
        assert shown["notes"][1] == f"transposed: {tuple(theirs.weight.T.shape)}"
        counts = [f"{sum(p.numel() for p in theirs.parameters())} parameter"]
        if fits:
            counts.append(f"{math.prod(shape) * outputs} multiplication")
        assert [line.partition(" = ")[2].removesuffix("s") for line in shown["counts"]] == counts
        assert all(arithmetic(line) for line in shown["counts"])
        assert shown["marks"] == [str(side) for side in (*shape[-1:], inputs)]
        assert shown["unequal"] == (0 if fits else len(shown["marks"]))
        assert shown["outside"] == 0
        samples = math.prod(shape[:-1])
        many = f"; {samples} go in" if fits and samples != 1 else ""
        assert shown["said"] == f"The picture shows one sample{many}."
    # The states cover shapes that fit or not, empty ones, all dimensions, with and without bias.
    assert len(kinds) > 25


def arithmetic(line: str) -> bool:
    """Return whether an equation such as `4·3 + 4 = 16 parameters` is true."""
    left, right = line.split(" = ")
    terms = [math.prod(map(int, term.split("·"))) for term in left.split(" + ")]
    return sum(terms) == int(right.split()[0])


def shapes(page: Page) -> list[str]:
    return page.locator("explore-layer .nnfp-shapes td:nth-child(2)").all_inner_texts()


def test_it_starts_with_the_figure(live: Page) -> None:
    [drawn] = sent(live, "explore-layer svg", "innerHTML")
    assert unnamed(live.locator("explore-layer svg").inner_html()) == unnamed(drawn)
    assert shapes(live) == START


def unnamed(svg: str) -> str:
    """Remove the names of parts, which the explorable changes: it has no single weights."""
    return re.sub(r' (data-part|class)="[^"]*"', "", svg)


def test_dots_replace_circles_that_do_not_fit(live: Page) -> None:
    svg = live.locator("explore-layer svg")
    live.get_by_label("out_features").fill("9")
    assert svg.locator("text").all_text_contents() == ["18 weights", "2 inputs", "9 neurons"]
    middles = svg.evaluate(
        """svg => [svg, ...svg.querySelectorAll("g[data-part=in] circle")].map(one => {
            const { top, bottom } = one.getBoundingClientRect();
            return (top + bottom) / 2;
        })"""
    )
    assert sum(middles[1:]) / 2 == pytest.approx(middles[0], abs=20), "the circles are centered"
    # Two inputs, six of nine neurons, and three dots for the others.
    assert svg.locator("circle").count() == 2 + 6 + 3
    assert (svg.locator("path").get_attribute("d") or "").count("M") == 2 * 6
    expect(svg).to_have_attribute(
        "aria-label",
        "A fully connected layer: each of 2 inputs is connected to each of 9 neurons",
    )


def test_choosing_the_sizes_of_the_figure_restores_it(live: Page) -> None:
    [drawn] = sent(live, "explore-layer svg", "innerHTML")
    [label] = sent(live, "explore-layer svg", "ariaLabel")
    svg = live.locator("explore-layer svg")
    live.get_by_label("out_features").fill("9")
    assert unnamed(svg.inner_html()) != unnamed(drawn)
    live.get_by_label("out_features").fill("4")
    assert unnamed(svg.inner_html()) == unnamed(drawn)
    expect(svg).to_have_attribute("aria-label", label)


def test_a_size_can_be_dragged(live: Page) -> None:
    drag(live, live.get_by_label("in_features"), 42)
    assert shapes(live)[:2] == ["(2,)", "(4, 9)"]
    drag(live, live.locator("label", has_text="out_features"), -200)
    assert shapes(live)[:2] == ["(2,)", "(0, 9)"]


def test_buttons_add_or_remove_dimensions(live: Page) -> None:
    more = live.get_by_role("button", name="Add a dimension")
    less = live.get_by_role("button", name="Remove a dimension")
    seen = []
    for button in (more, more, more, less, less, less, less, less, more):
        button.click()
        seen.append(live.get_by_label("input shape").input_value())
    assert seen == ["8, 2", "8, 5, 2", "8, 5, 4, 2", "8, 5, 2", "8, 2", "2", "", "", "2"]


def test_a_fifth_dimension_is_rejected(live: Page) -> None:
    for _ in range(4):
        live.get_by_role("button", name="Add a dimension").click()
    expect(live.get_by_role("alert")).to_have_text("Expected at most 4 dimensions, got 5.")
    assert live.get_by_label("input shape").input_value() == "8, 5, 4, 2"


def test_the_output_is_read_out(live: Page) -> None:
    status = live.locator("explore-layer [role=status]")
    live.get_by_label("input shape").fill("8, 5, 2")
    expect(status).to_have_text("Output of shape (8, 5, 4), 12 parameters, 320 multiplications.")
    live.get_by_label("in_features").fill("3")
    expect(status).to_have_text(
        "nn.Linear says: RuntimeError: mat1 and mat2 shapes cannot be multiplied (40x2 and 3x4)"
    )


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_label("in_features").focus()
    live.keyboard.press("ArrowUp")
    live.keyboard.press("Tab")  # out_features
    live.keyboard.type("6")
    live.keyboard.press("Tab")  # the input's shape
    live.keyboard.type("(8, 3)")
    live.keyboard.press("Tab")
    live.keyboard.press("Tab")
    live.keyboard.press("Enter")  # one dimension more
    assert shapes(live) == ["(8, 5, 3)", "(6, 3)", "(6,)", "(8, 5, 6)"]
    live.keyboard.press("Tab")
    live.keyboard.type("F")  # no bias
    assert shapes(live)[2] == "None"
    live.keyboard.press("Tab")
    live.keyboard.press("Enter")
    assert shapes(live) == START


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("in_features", "1001", "a whole number from 0 to 1000 as in_features, got 1001."),
        ("out_features", "2.5", "a whole number from 0 to 1000 as out_features, got 2.5."),
        (
            "input shape",
            "8, x, 3",
            "whole numbers from 0 to 1000 as the input shape, as in 8, 5, 3, got x.",
        ),
        (
            "input shape",
            "8, -1",
            "whole numbers from 0 to 1000 as the input shape, as in 8, 5, 3, got -1.",
        ),
        ("input shape", "1 2 3 4 5", "at most 4 dimensions, got 5."),
    ],
)
def test_an_invalid_value_shows_a_message_without_changing_the_shapes(
    live: Page, name: str, typed: str, sentence: str
) -> None:
    field = live.get_by_label(name)
    field.fill(typed)
    expect(live.get_by_role("alert")).to_have_text("")  # the reader may go on typing
    field.press("Tab")
    expect(live.get_by_role("alert")).to_have_text(f"Expected {sentence}")
    assert shapes(live) == START
    expect(field).to_have_value("4" if name == "out_features" else "2")


def test_the_url_stores_the_state(live: Page) -> None:
    live.get_by_label("in_features").fill("3")
    live.get_by_label("input shape").fill("8, 4")
    wait_for_url(live, PAGE, {"in": "3", "shape": "8, 4"})
    live.get_by_role("button", name="Reset").click()
    wait_for_url(live, PAGE, {})
    assert shapes(live) == START


def test_a_link_restores_its_state(tab: Tab) -> None:
    page = tab()
    heard = listen(page)
    visit(page, f"{PAGE}?in=3&shape=8, 4&out=-1&bias=true")
    expect(page.get_by_role("alert")).to_have_text(
        "Expected a whole number from 0 to 1000 as out_features, got -1. "
        "Expected True or False as bias, got true."
    )
    assert shapes(page) == ["(8, 4)", "(4, 3)", "(4,)", "none"]
    assert heard == []


def test_the_state_is_restored_when_the_reader_returns(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?in=3&shape=8, 4")
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Neuron").first.click()
    expect(page.locator("h1")).to_contain_text("Neuron")
    page.evaluate("history.back()")
    expect(page.locator("explore-layer .nnfp-verdict")).to_contain_text("(8x4 and 3x4)")
    assert page.evaluate("window.same"), "the page was loaded again"


def test_the_explorable_is_accessible(touched: Page) -> None:
    touched.get_by_role("button", name="Add a dimension").tap()
    assert shift(touched) < 0.01
    touched.get_by_label("input shape").fill("1000, 1000, 1000, 1000")
    touched.get_by_label("out_features").fill("1000")
    touched.get_by_label("in_features").fill("-1")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert touched.locator("explore-layer .nnfp-verdict").inner_text() != ""
    assert unusable(touched, "explore-layer") == []
