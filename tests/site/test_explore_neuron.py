"""Test the explorable of the neuron page: its numbers equal those of torch."""

import math
import random
from collections.abc import Callable
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Page, ViewportSize, expect
from torch import Tensor

from audit.browse import NARROW, WIDE, listen, sent, shift, unusable
from nnfp import draw
from nnfp.draw.words import number
from nnfp.neuron import neuron, relu
from tests.conftest import Tab
from tests.site.explorables import drag, swipe, visit, wait_for_url

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "learn/neuron/"
START = {"x1": "1", "w1": "5", "x2": "2", "w2": "7", "b": "0", "activation": "relu"}
FORMULA = "relu(1·5 + 2·7 + 0) = relu(19) = 19"
State = dict[str, str]


def identity(z: Tensor) -> Tensor:
    return z


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": relu,
    "identity": identity,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}
# Types each state, field by field, and collects what is shown.
DRIVE = """states => states.map(state => {
    const explorable = document.querySelector("explore-neuron");
    for (const [name, value] of Object.entries(state)) {
        const field = explorable.querySelector(`[name=${name}]`);
        field.value = value;
        field.dispatchEvent(new Event("input"));
    }
    const svg = explorable.querySelector("svg");
    return {
        texts: [...svg.querySelectorAll("text")].map(text => text.textContent),
        title: svg.ariaLabel,
        path: svg.querySelector("[data-part=activation] path").getAttribute("d"),
        formula: explorable.querySelector(".nnfp-result").textContent,
        message: explorable.querySelector("[role=alert]").textContent,
        boxes: Object.fromEntries([...svg.querySelectorAll("[data-part] rect")].map(rect => {
            const { x, width } = rect.getBBox();
            return [rect.parentElement.dataset.part, [x, x + width]]; // of two, the wider one
        })),
        widths: Object.fromEntries([...svg.querySelectorAll("[data-part]:has(text)")].map(
            part => [part.dataset.part, part.querySelector("text").getBBox().width])),
        sum: svg.querySelector("[data-part=sum] text").textContent,
        output: svg.querySelector("[data-part=output] text").textContent,
    };
})"""


def random_states(count: int, *kinds: tuple[int, float]) -> list[State]:
    """Make states whose numbers have one of several kinds: digits after the point, and size."""
    chance = random.Random(0)
    states = []
    for i in range(count):
        digits, size = chance.choice(kinds)
        state = {name: f"{chance.uniform(-size, size):.{digits}f}" for name in START}
        state["activation"] = list(ACTIVATIONS)[i % 4]
        states.append(state)
    return states


def numbers(state: State) -> tuple[list[float], list[float], float]:
    """Return the inputs, the weights and the bias of a state."""
    x1, w1, x2, w2, b = (float(state[name]) for name in ("x1", "w1", "x2", "w2", "b"))
    return [x1, x2], [w1, w2], b


def computed(state: State) -> tuple[float, float]:
    """Return the sum and the output as torch computes them."""
    inputs, weights, b = numbers(state)
    x, w = torch.tensor(inputs, dtype=torch.float64), torch.tensor(weights, dtype=torch.float64)
    total = neuron(x, w, b, identity)
    linear = torch.nn.functional.linear(x, w[None], torch.tensor([b], dtype=torch.float64))
    assert torch.equal(linear[0], total)
    return total.item(), neuron(x, w, b, ACTIVATIONS[state["activation"]]).item()


def outcome(state: State) -> tuple[str, str]:
    """Return the sum and the output as figures write them."""
    total, output = computed(state)
    return rounded(total), rounded(output)


def is_exact(value: float) -> bool:
    """Return whether a figure shows all digits of a number, up to float rounding."""
    try:
        return math.isclose(float(rounded(value).replace("−", "-")), value, rel_tol=1e-12)
    except ValueError:  # it is written with a power of ten
        return False


def rounded(value: float) -> str:
    """Write a number as figures do, but round 123.25 up: Python rounds it to the even digit."""
    is_tie = len(Decimal(value).as_tuple().digits) < 8 and value != 0
    return number(math.nextafter(value, math.copysign(math.inf, value)) if is_tie else value)


def formula(state: State) -> str:
    """Write the formula of a state: relu(1·5 + 2·7 + 0) = relu(19) = 19."""
    inputs, weights, bias = numbers(state)
    x1, x2, w1, w2, b = (number(value) for value in (*inputs, *weights, bias))
    w1, x2, w2, b = (f"({text})" if text.startswith("−") else text for text in (w1, x2, w2, b))
    terms = f"{x1}·{w1} + {x2}·{w2} + {b}"
    total, output = outcome(state)
    name = state["activation"]
    equals = "=" if all(map(is_exact, (*inputs, *weights, bias, *computed(state)))) else "≈"
    if name == "identity":
        return f"{terms} {equals} {output}"
    return f"{name}({terms}) {equals} {name}({total}) {equals} {output}"


def points(path: str) -> list[float]:
    return [float(word) for word in path.split() if word not in "ML"]


def test_results_equal_those_of_torch(live: Page) -> None:
    states = random_states(120, (0, 10), (1, 10), (3, 2), (2, 100))
    for state, shown in zip(states, live.evaluate(DRIVE, states), strict=True):
        assert shown["message"] == ""
        assert shown["formula"] == formula(state)
        total, output = outcome(state)
        assert (shown["sum"], shown["output"]) == (total, output)
        assert f"the sum is {total}, " in shown["title"]


def test_the_picture_equals_the_figure_of_the_package(live: Page) -> None:
    states = random_states(40, (0, 2), (2, 1.5))
    torch.set_default_dtype(torch.float64)
    try:
        pictures = [draw.neuron(*numbers(s), ACTIVATIONS[s["activation"]]) for s in states]
    finally:
        torch.set_default_dtype(torch.float32)
    for picture, shown in zip(pictures, live.evaluate(DRIVE, states), strict=True):
        root = ElementTree.fromstring(picture.svg)
        *texts, _ = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        assert sorted(shown["texts"]) == sorted(texts)
        assert shown["title"] == picture.title
        graph = root.find(f".//{SVG}g[@data-part='activation']/{SVG}path")
        assert graph is not None
        assert points(shown["path"]) == pytest.approx(points(graph.attrib["d"]), abs=0.1)


def test_numbers_fit_into_their_circles(live: Page) -> None:
    states = random_states(60, (2, 100), (4, 1), (3, 9))
    states[0] |= {"x1": "-1.2e-15", "activation": "sigmoid", "b": "-99"}
    for shown in live.evaluate(DRIVE, states):
        boxes = shown["boxes"]
        for name, (left, right) in boxes.items():
            assert name == "activation" or right - left > shown["widths"][name], shown["texts"]
        for i in "12":
            assert boxes[f"input-{i}"][0] > 0
            assert boxes[f"input-{i}"][1] < boxes[f"weight-{i}"][0]
            assert boxes[f"weight-{i}"][1] < boxes["sum"][0]
        assert boxes["sum"][1] < boxes["activation"][0]
        assert boxes["activation"][1] < boxes["output"][0] and boxes["output"][1] < 480


def test_without_javascript_the_figure_is_shown(live: Page) -> None:
    assert sent(live, "explore-neuron text")[-1] == "1·5 + 2·7 = 19"


def result(page: Page) -> str:
    return page.locator("explore-neuron .nnfp-result").inner_text()


def test_a_typed_number_is_shown(live: Page) -> None:
    assert result(live) == FORMULA
    live.get_by_label("weight 2").fill("-7")
    assert result(live) == "relu(1·5 + 2·(−7) + 0) = relu(−9) = 0"
    expect(live.locator("explore-neuron [role=status]")).to_have_text(
        "The sum is −9, ReLU gives 0."
    )


def test_without_an_activation_the_output_is_the_sum(live: Page) -> None:
    live.get_by_label("activation").select_option("none (identity)")
    assert result(live) == "1·5 + 2·7 + 0 = 19"


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_role("spinbutton", name="input 1").focus()
    live.keyboard.press("ArrowUp")
    live.keyboard.press("Tab")  # weight 1
    live.keyboard.type("4")
    assert result(live) == "relu(1.5·4 + 2·7 + 0) = relu(20) = 20"
    for _ in range(4):
        live.keyboard.press("Tab")
    live.keyboard.type("t")
    assert result(live).startswith("tanh(")
    live.keyboard.press("Tab")  # Reset
    live.keyboard.press("Enter")
    assert result(live) == FORMULA


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_each_field_is_over_its_number(tab: Tab, size: ViewportSize) -> None:
    page = tab()
    page.set_viewport_size(size)
    visit(page, PAGE)
    for part in ("input-1", "weight-1", "input-2", "weight-2", "bias"):
        boxes = [
            page.locator(f"explore-neuron {tag}[data-part={part}] {inner}").bounding_box()
            for tag, inner in (("label", "input"), ("g", "text"))
        ]
        field, number = ([b["x"] + b["width"] / 2, b["y"] + b["height"] / 2] for b in boxes if b)
        assert field == pytest.approx(number, abs=2)


def test_a_number_of_the_picture_can_be_dragged(live: Page) -> None:
    weight = live.get_by_role("spinbutton", name="weight 1")
    drag(live, weight, 30)
    assert result(live) == "relu(1·7.5 + 2·7 + 0) = relu(21.5) = 21.5"
    expect(weight).not_to_be_focused()  # on a phone, a keyboard would open
    drag(live, weight, -2000)
    assert result(live) == "relu(1·(−100) + 2·7 + 0) = relu(−86) = 0"
    wait_for_url(live, PAGE, {"w1": "-100"})


def test_a_click_on_a_number_of_the_picture_edits_it(live: Page) -> None:
    drag(live, live.get_by_role("spinbutton", name="input 1"), 60)
    live.get_by_role("spinbutton", name="weight 2").click()
    live.keyboard.type("-7")
    assert result(live) == "relu(6·5 + 2·(−7) + 0) = relu(16) = 16"


def test_a_finger_drags_a_number_sideways_and_scrolls_the_page_up(tab: Tab) -> None:
    page = tab(has_touch=True)
    page.set_viewport_size(NARROW)
    visit(page, PAGE)
    bias = page.get_by_role("spinbutton", name="bias")
    swipe(page, bias, 60, 0)
    assert result(page) == "relu(1·5 + 2·7 + 5) = relu(24) = 24"
    before = page.evaluate("scrollY")
    swipe(page, bias, 0, -200)
    page.wait_for_function("before => scrollY > before + 100", arg=before)
    assert result(page) == "relu(1·5 + 2·7 + 5) = relu(24) = 24"


@pytest.mark.parametrize(
    ("typed", "got"), [("101", "101"), ("-1e9", "-1e9"), ("", "none"), ("1e999", "something else")]
)
def test_an_invalid_number_shows_a_message_without_changing_the_figure(
    live: Page, typed: str, got: str
) -> None:
    field = live.get_by_label("weight 1")
    field.fill("6")
    field.press("Enter")  # which finishes it
    field.fill("64")  # not finished
    assert result(live) == "relu(1·64 + 2·7 + 0) = relu(78) = 78"
    field.fill(typed)
    expect(live.get_by_role("alert")).to_have_text("")  # the reader may go on typing
    assert result(live) == "relu(1·6 + 2·7 + 0) = relu(20) = 20"
    field.press("Tab")
    sentence = f"Expected a number from −100 to 100 as weight 1, got {got}."
    expect(live.get_by_role("alert")).to_have_text(sentence)
    assert result(live) == "relu(1·6 + 2·7 + 0) = relu(20) = 20"
    expect(field).to_have_value("6")


def test_digits_typed_before_a_number_becomes_invalid_are_dropped(live: Page) -> None:
    field = live.get_by_label("weight 1")
    field.press("ControlOrMeta+a")
    live.keyboard.type("500")  # 5 and 50 are allowed
    live.keyboard.press("Tab")
    expect(live.get_by_role("alert")).to_contain_text("got 500.")
    assert result(live) == FORMULA
    expect(field).to_have_value("5")


def test_an_invalid_number_does_not_undo_another_field(live: Page) -> None:
    live.get_by_label("weight 1").fill("500")
    live.get_by_label("bias", exact=True).fill("1")
    live.get_by_label("weight 1").press("ControlOrMeta+a")
    live.keyboard.type("-")
    live.keyboard.press("Tab")
    assert result(live) == "relu(1·5 + 2·7 + 1) = relu(20) = 20"


def test_the_url_stores_the_state(live: Page) -> None:
    live.get_by_label("input 2", exact=True).fill("-0.5")
    live.get_by_label("activation").select_option("tanh")
    wait_for_url(live, PAGE, {"x2": "-0.5", "activation": "tanh"})


def test_a_link_restores_its_state(tab: Tab) -> None:
    page = tab()
    heard = listen(page)
    visit(page, f"{PAGE}?x2=-0.5&w1=5e&b=3&unknown=1&activation=")
    assert result(page) == "relu(1·5 + (−0.5)·7 + 3) = relu(4.5) = 4.5"
    assert page.get_by_role("alert").inner_text() == (
        "Expected a number from −100 to 100 as weight 1, got 5e. "
        "Expected relu, identity, sigmoid, tanh as the activation, got none."
    )
    assert heard == []


def test_reset_keeps_the_rest_of_the_url(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?x2=-0.5&unknown=1&b=3")
    page.get_by_role("button", name="Reset").click()
    wait_for_url(page, PAGE, {"unknown": "1"})
    assert result(page) == FORMULA


def test_going_back_within_the_page_changes_only_the_state(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?b=3")
    page.locator("explore-neuron").evaluate("element => { window.first = element; }")
    page.locator("a.headerlink").first.evaluate("link => link.click()")
    page.get_by_label("bias", exact=True).fill("1")
    page.wait_for_url("**b=1**#**")
    page.evaluate("history.back()")
    expect(page.get_by_label("bias", exact=True)).to_have_value("3")
    assert page.evaluate("document.contains(window.first)"), "the page was replaced"


def test_the_state_is_restored_when_the_reader_returns(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?x2=-0.5&b=3")
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Where we start").first.click()
    expect(page.locator("h1")).to_contain_text("Where we start")
    page.evaluate("history.back()")
    expect(page.locator("explore-neuron .nnfp-result")).to_contain_text("+ 3) = relu(4.5)")
    assert page.evaluate("window.same"), "the page was loaded again"


def test_it_works_after_instant_navigation(live: Page) -> None:
    live.evaluate("window.same = true")
    live.get_by_role("link", name="Home").first.click()
    expect(live.locator("h1")).to_contain_text("Neural networks from first principles")
    live.get_by_label("weight 2").fill("-7")
    assert result(live) == "relu(1·5 + 2·(−7) + 0) = relu(−9) = 0"
    assert live.evaluate("window.same"), "the page was loaded again"


@pytest.mark.parametrize("loaded", [True, False], ids=["loaded", "put in by the theme"])
def test_a_link_within_the_page_keeps_the_state(tab: Tab, loaded: bool) -> None:
    page = tab()
    page.goto(f"{PAGE}?w1=3" if loaded else "learn/start/")
    if not loaded:
        page.get_by_role("link", name="Neuron", exact=True).first.click()
    page.get_by_label("weight 1", exact=True).fill("4")
    page.locator("article p a[href$='#a-bias']").click()
    page.wait_for_url("**/learn/neuron/?w1=4#a-bias")
    expect(page.locator("explore-neuron .nnfp-result")).to_contain_text("(1·4 + 2·7 + 0)")


def test_the_explorable_is_accessible(touched: Page) -> None:
    assert shift(touched) < 0.01
    touched.get_by_role("spinbutton", name="weight 2").tap()
    touched.keyboard.type("0")
    assert result(touched) == "relu(1·5 + 2·0 + 0) = relu(5) = 5"
    touched.get_by_label("bias", exact=True).fill("-123")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert unusable(touched, "explore-neuron") == []
