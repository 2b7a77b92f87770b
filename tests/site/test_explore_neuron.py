"""The neuron that answers: it shows what torch computes, to everyone, however it is used."""

import math
import random
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Page, expect

from audit.browse import listen, sent, shift, unusable
from nnfp import draw
from nnfp.draw.words import number
from nnfp.neuron import neuron, relu
from tests.site.explorables import alone, drive, wait_for_address

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "learn/neuron/"
START = {"x1": "1", "w1": "5", "x2": "2", "w2": "7", "b": "0", "activation": "relu"}


def identity(z: torch.Tensor) -> torch.Tensor:
    return z


ACTIVATIONS = {"relu": relu, "identity": identity, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
# Goes through states as a reader would, a field after the other, and collects what is shown.
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
        path: svg.querySelector("path").getAttribute("d"),
        formula: explorable.querySelector(".nnfp-result").textContent,
        message: explorable.querySelector(".nnfp-message").textContent,
        boxes: [...svg.querySelectorAll("rect")].map(rect => rect.getBBox()).map(
            box => [box.x, box.x + box.width]),
        widths: [...svg.querySelectorAll("text")].map(text => text.getBBox().width),
    };
})"""


def random_states(count: int, *kinds: tuple[int, float]) -> list[dict[str, str]]:
    """States with numbers of so many decimals and such a size."""
    chance = random.Random(0)
    states = []
    for i in range(count):
        digits, size = chance.choice(kinds)
        state = {name: f"{chance.uniform(-size, size):.{digits}f}" for name in START}
        state["activation"] = list(ACTIVATIONS)[i % 4]
        states.append(state)
    return states


def numbers(state: dict[str, str]) -> tuple[list[float], list[float], float]:
    x1, w1, x2, w2, b = (float(state[name]) for name in ("x1", "w1", "x2", "w2", "b"))
    return [x1, x2], [w1, w2], b


def computed(state: dict[str, str]) -> tuple[float, float]:
    """The sum and the output as torch computes them."""
    x, w, b = numbers(state)
    x, w = torch.tensor(x, dtype=torch.float64), torch.tensor(w, dtype=torch.float64)
    total, output = (neuron(x, w, b, f) for f in (identity, ACTIVATIONS[state["activation"]]))
    linear = torch.nn.functional.linear(x, w[None], torch.tensor([b], dtype=torch.float64))
    assert torch.equal(linear[0], total)
    return total.item(), output.item()


def outcome(state: dict[str, str]) -> tuple[str, str]:
    """The sum and the output as a figure writes them."""
    total, output = computed(state)
    return rounded(total), rounded(output)


def is_exact(value: float) -> bool:
    """Tell whether what is written of a number is all of it, but for a computer's last digits."""
    try:
        return math.isclose(float(rounded(value).replace("−", "-")), value, rel_tol=1e-12)
    except ValueError:  # it is written with a power of ten
        return False


def rounded(value: float) -> str:
    """Write a number as a figure does, but round 123.25 up; Python would go to the even digit."""
    in_the_middle = len(Decimal(value).as_tuple().digits) < 8 and value != 0
    return number(math.nextafter(value, math.copysign(math.inf, value)) if in_the_middle else value)


def formula(state: dict[str, str]) -> str:
    (x1, x2), (w1, w2), b = numbers(state)
    x1, w1, x2, w2, b = (number(value) for value in (x1, w1, x2, w2, b))
    w1, x2, w2, b = (f"({text})" if "−" in text[:1] else text for text in (w1, x2, w2, b))
    total, output = outcome(state)
    terms = f"{x1}·{w1} + {x2}·{w2} + {b}"
    name = state["activation"]
    (x1, x2), (w1, w2), b = numbers(state)
    equals = "=" if all(map(is_exact, (x1, x2, w1, w2, b, *computed(state)))) else "≈"
    return (
        f"{terms} {equals} {output}"
        if name == "identity"
        else f"{name}({terms}) {equals} {name}({total}) {equals} {output}"
    )


def points(path: str) -> list[float]:
    return [float(word) for word in path.split() if word not in "ML"]


def test_it_shows_what_torch_computes(live: Page) -> None:
    states = random_states(120, (0, 10), (1, 10), (3, 2), (2, 100))
    for state, shown in zip(states, drive(live, DRIVE, states), strict=True):
        assert shown["message"] == ""
        assert shown["formula"] == formula(state)
        total, output = outcome(state)
        assert (shown["texts"][4], shown["texts"][5]) == (total, output)
        assert f"the sum is {total}, " in shown["title"]


def test_the_picture_is_the_one_that_the_package_draws(live: Page) -> None:
    states = random_states(40, (0, 2), (2, 1.5))
    torch.set_default_dtype(torch.float64)
    try:
        pictures = [draw.neuron(*numbers(s), ACTIVATIONS[s["activation"]]) for s in states]
    finally:
        torch.set_default_dtype(torch.float32)
    for picture, shown in zip(pictures, drive(live, DRIVE, states), strict=True):
        root = ElementTree.fromstring(picture.svg)
        *texts, _ = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        assert sorted(shown["texts"]) == sorted(texts)
        assert shown["title"] == picture.title
        graph = next(root.iter(f"{SVG}path")).attrib["d"]
        assert points(shown["path"]) == pytest.approx(points(graph), abs=0.1)


def test_numbers_stay_in_their_circles(live: Page) -> None:
    states = random_states(60, (2, 100), (4, 1), (3, 9))
    states[0] |= {"x1": "-1.2e-15", "activation": "sigmoid", "b": "-99"}
    for shown in drive(live, DRIVE, states):
        plate1, plate2, circle1, circle2, total, activation, output, ring = shown["boxes"]
        boxes = (plate1, plate2, circle1, circle2, total, output)
        for (left, right), width in zip(boxes, shown["widths"], strict=False):
            assert right - left > width, shown["texts"]
        assert circle1[0] > 0 and circle2[1] < plate2[0] and plate1[1] < total[0]
        assert total[1] < activation[0] and activation[1] < ring[0] and ring[1] < 480


def test_without_javascript_it_is_the_figure(live: Page) -> None:
    assert sent(live, "explore-neuron text")[-1] == "1·5 + 2·7 = 19"


def result(page: Page) -> str:
    return page.locator("explore-neuron .nnfp-result").inner_text()


def test_a_number_can_be_typed(live: Page) -> None:
    assert result(live) == "relu(1·5 + 2·7 + 0) = relu(19) = 19"
    live.get_by_label("weight 2", exact=True).fill("-7")
    assert result(live) == "relu(1·5 + 2·(−7) + 0) = relu(−9) = 0"
    expect(live.get_by_label("weight 2, slider")).to_have_value("-7")
    expect(live.locator("explore-neuron [role=status]")).to_have_text(
        "The sum is −9, ReLU gives 0."
    )
    live.get_by_label("activation").select_option("none (identity)")
    assert result(live) == "1·5 + 2·(−7) + 0 = −9"


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_label("input 1", exact=True).focus()
    live.keyboard.press("Tab")  # the slider of input 1
    live.keyboard.press("ArrowRight")
    live.keyboard.press("Tab")  # weight 1
    live.keyboard.type("4")
    assert result(live) == "relu(1.5·4 + 2·7 + 0) = relu(20) = 20"
    for _ in range(8):
        live.keyboard.press("Tab")
    live.keyboard.type("t")
    assert result(live).startswith("tanh(")
    live.keyboard.press("Tab")
    live.keyboard.press("Enter")
    assert result(live) == "relu(1·5 + 2·7 + 0) = relu(19) = 19"


def test_a_slider_can_be_dragged(live: Page) -> None:
    box = live.get_by_label("bias, slider").bounding_box()
    assert box
    live.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    live.mouse.down()
    live.mouse.move(box["x"] + box["width"], box["y"] + box["height"] / 2)
    live.mouse.up()
    assert result(live) == "relu(1·5 + 2·7 + 10) = relu(29) = 29"


@pytest.mark.parametrize(
    ("typed", "got"), [("101", "101"), ("-1e9", "-1e9"), ("", "none"), ("1e999", "none")]
)
def test_a_wrong_number_gets_a_sentence_and_changes_nothing(
    live: Page, typed: str, got: str
) -> None:
    field = live.get_by_label("weight 1", exact=True)
    field.fill("6")
    field.press("Enter")  # that is finished, and 64 is not
    field.fill("64")
    assert result(live) == "relu(1·64 + 2·7 + 0) = relu(78) = 78"
    field.fill(typed)
    expect(live.get_by_role("alert")).to_have_text("")  # not before it is finished
    assert result(live) == "relu(1·6 + 2·7 + 0) = relu(20) = 20"
    field.press("Tab")
    sentence = f"Expected a number from −100 to 100 as weight 1, got {got}."
    expect(live.get_by_role("alert")).to_have_text(sentence)
    assert result(live) == "relu(1·6 + 2·7 + 0) = relu(20) = 20"
    expect(field).to_have_value("6")
    expect(live.get_by_label("weight 1, slider")).to_have_value("6")


def test_what_was_typed_on_the_way_to_a_wrong_number_is_not_kept(live: Page) -> None:
    live.get_by_label("weight 1", exact=True).press("ControlOrMeta+a")
    live.keyboard.type("500")  # 5 and 50 would do
    live.keyboard.press("Tab")
    expect(live.get_by_role("alert")).to_contain_text("got 500.")
    assert result(live) == "relu(1·5 + 2·7 + 0) = relu(19) = 19"
    expect(live.get_by_label("weight 1", exact=True)).to_have_value("5")
    live.get_by_label("bias", exact=True).fill("1")  # the next field is not held back by it
    live.get_by_label("weight 1", exact=True).press("ControlOrMeta+a")
    live.keyboard.type("-")
    live.keyboard.press("Tab")
    assert result(live) == "relu(1·5 + 2·7 + 1) = relu(20) = 20"


def test_the_address_shares_what_is_seen(live: Page) -> None:
    live.get_by_label("input 2", exact=True).fill("-0.5")
    live.get_by_label("activation").select_option("tanh")
    wait_for_address(live, PAGE, {"x2": "-0.5", "activation": "tanh"})
    other = live.context.new_page()
    heard = listen(other)
    other.goto(f"{PAGE}?x2=-0.5&w1=5e&b=3&unknown=1&activation=")
    assert result(other) == "relu(1·5 + (−0.5)·7 + 3) = relu(4.5) = 4.5"
    assert other.get_by_role("alert").inner_text() == (
        "Expected a number from −100 to 100 as weight 1, got 5e. "
        "Expected relu, identity, sigmoid, tanh as the activation, got none."
    )
    # What the reader goes back to is what the address says, and nothing is put in anew.
    other.locator("explore-neuron").evaluate("element => { window.first = element; }")
    other.locator("a.headerlink").first.evaluate("link => link.click()")
    other.get_by_label("bias", exact=True).fill("1")
    other.wait_for_url("**b=1**#**")
    other.evaluate("history.back()")
    expect(other.get_by_label("bias", exact=True)).to_have_value("3")
    assert other.evaluate("document.contains(window.first)")
    # Another page and back, without the page being loaded again.
    other.evaluate("window.same = true")
    other.get_by_role("link", name="Where we start").first.click()
    expect(other.locator("h1")).to_contain_text("Where we start")
    other.evaluate("history.back()")
    expect(other.locator("explore-neuron .nnfp-result")).to_contain_text("+ 3) = relu(4.5)")
    assert other.evaluate("window.same")
    other.get_by_role("button", name="Reset").click()
    other.wait_for_url("**/learn/neuron/?unknown=1**")
    assert result(other) == "relu(1·5 + 2·7 + 0) = relu(19) = 19"
    other.get_by_role("link", name="Home").first.click()
    expect(other.locator("h1")).to_contain_text("Neural networks from first principles")
    other.get_by_label("weight 2", exact=True).fill("-7")
    assert result(other) == "relu(1·5 + 2·(−7) + 0) = relu(−9) = 0"
    assert heard == []
    other.close()


def test_a_link_to_a_place_on_the_page_leaves_what_was_set(live: Page) -> None:
    page = live.context.new_page()
    for first in (True, False):  # loaded, and put in by the theme
        page.goto(f"{PAGE}?w1=3" if first else "learn/start/")
        if not first:
            page.get_by_role("link", name="Neuron", exact=True).first.click()
        page.get_by_label("weight 1", exact=True).fill("4")
        page.locator("article p a[href$='#a-bend']").click()
        page.wait_for_url("**/learn/neuron/?w1=4#a-bend")
        expect(page.locator("explore-neuron .nnfp-result")).to_contain_text("(1·4 + 2·7 + 0)")
    page.close()


def test_everyone_can_use_it(touched: Page) -> None:
    assert shift(touched) < 0.01
    alone(touched)
    touched.get_by_label("weight 2, slider").tap()  # in the middle
    assert result(touched) == "relu(1·5 + 2·0 + 0) = relu(5) = 5"
    touched.get_by_label("bias", exact=True).fill("-123")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert unusable(touched, "explore-neuron") == []
