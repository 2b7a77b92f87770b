"""Test the explorable of the page on initialization: its numbers are those of torch."""

import math
import random
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from audit.browse import listen, shift, unusable
from nnfp import Linear, draw
from nnfp.draw._histograms import BAR, BINS, FULL
from pages.project import ROOT
from tests.conftest import Tab
from tests.site.explorables import FOLLOW, drag, read_number, visit, wait_for_url

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "learn/initialization/"
FIGURE = ROOT / "docs/learn/figures/initialization.svg"
START = {"rule": "none", "std": "0.1", "activation": "relu"}
START |= {"depth": "10", "width": "64", "seed": "0"}
State = dict[str, str]
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
COMMENT = (
    r"On average, each layer multiplies the std of the activations by (\S+), and on the way back "
    r"that of the gradients by (\S+)\. At the end, a neuron's answers to 50 samples have a std of "
    r"(\S+)\."
)
# Shows each state as a link to it would.
SHOW = f"""states => {{
    const explorable = document.querySelector("explore-initialization");
    {FOLLOW}
    return states.map(state => {{
        follow(state);
        const rows = [...explorable.querySelectorAll("svg [data-part^=layer]")];
        const all = (row, name) => [...row.querySelectorAll(name)];
        return {{
            texts: rows.map(row => all(row, "text").map(text => text.textContent)),
            paths: rows.map(row => all(row, "path").map(path => path.getAttribute("d"))),
            comment: explorable.querySelector(".nnfp-comment").textContent,
            message: explorable.querySelector("[role=alert]").textContent,
            title: explorable.querySelector("svg").ariaLabel,
        }};
    }});
}}"""


def exact_normal(count: int) -> Tensor:
    """Return the numbers of `torch.randn`, with twice the digits: as it computes them from others.

    With saturated neurons and many layers, a difference in the last digit of a weight would grow
    until it shows.
    """
    state = torch.get_rng_state()
    expected = torch.randn(count)
    torch.set_rng_state(state)
    first, second = torch.rand(count).double().reshape(-1, 2, 8).unbind(1)
    radius, angle = (-2 * (1 - first).log()).sqrt(), 2 * math.pi * second
    numbers = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1).flatten()
    torch.testing.assert_close(numbers.float(), expected, rtol=1e-4, atol=1e-5)
    return numbers


def exact_layer(rule: str, width: int, std: float) -> nn.Module:
    """Return a layer as torch makes it from its random generator, with twice the digits."""
    state = torch.get_rng_state()
    makers: dict[str, Callable[[], nn.Module]] = {
        "none": lambda: Linear(width, width, init=lambda weight: weight.normal_(0, std)),
        "kaiming": lambda: Linear(width, width, init=nn.init.kaiming_normal_),
        "xavier": lambda: Linear(width, width, init=nn.init.xavier_normal_),
        "default": lambda: nn.Linear(width, width),
    }
    expected = makers[rule]()
    torch.set_rng_state(state)
    layer = nn.Linear(width, width).double()
    torch.set_rng_state(state)
    weight, bias = layer.weight.data, layer.bias.data
    if rule == "default":
        weight.copy_((2 * torch.rand(width, width).double() - 1) / math.sqrt(width))
        bias.copy_((2 * torch.rand(width).double() - 1) / math.sqrt(width))
    else:
        scale = {"none": std, "kaiming": math.sqrt(2 / width), "xavier": math.sqrt(1 / width)}[rule]
        weight.copy_(scale * exact_normal(width * width).reshape(width, width))
        bias.zero_()
    for name, parameter in expected.named_parameters():
        ours = layer.get_parameter(name).float()
        torch.testing.assert_close(ours, parameter, rtol=1e-4, atol=1e-5 * max(1, std))
    return layer


def torchs(state: State) -> tuple[list[Tensor], list[Tensor]]:
    """Return the activations and the gradients of the input and of each layer."""
    width, depth = int(state["width"]), int(state["depth"])
    activate = ACTIVATIONS.get(state["activation"], nn.Identity())
    torch.manual_seed(int(state["seed"]))
    activations = [exact_normal(50 * width).reshape(50, width).requires_grad_()]
    for layer in [exact_layer(state["rule"], width, float(state["std"])) for _ in range(depth)]:
        activations.append(activate(layer(activations[-1])))
        activations[-1].retain_grad()
    torch.autograd.backward(activations[-1], exact_normal(50 * width).reshape(50, width))
    gradients = [tensor.grad for tensor in activations if tensor.grad is not None]
    return activations, gradients


def random_states(count: int) -> list[State]:
    chance = random.Random(0)
    return [
        {
            "rule": ["none", "kaiming", "xavier", "default"][i % 4],
            "std": f"{chance.choice([0.02, 0.2, 1, 10]) * chance.random():.3g}",
            "activation": chance.choice(["relu", "tanh", "sigmoid", "none"]),
            "depth": str(chance.randint(1, 20)),
            "width": chance.choice(["16", "32", "64", "128"]),
            "seed": str(chance.choice([0, 1, 7, chance.randrange(2**32), 2**32 - 1])),
        }
        for i in range(count)
    ]


def bars(path: str) -> list[float]:
    """Return how high each bar of a histogram is."""
    base, *tops, _ = (float(number) for number in re.findall(r"(?:M \S+|V) (\S+)", path))
    return [base - top for top in tops]


def shares(numbers: Tensor) -> list[float]:
    places = ((numbers.detach().flatten() + 3) / 6 * BINS).floor().clamp(0, BINS - 1).long()
    heights = BAR * (torch.bincount(places, minlength=BINS) / numbers.numel() / FULL).clamp(max=1)
    return heights.tolist()


def assert_close(text: str, value: float, state: State) -> None:
    # Four digits are shown, or two where there is a power of ten.
    rel = 0.051 if "×" in text or text.startswith("10") else 6e-4
    assert read_number(text) == pytest.approx(value, rel=rel, abs=6e-5), state


def test_the_numbers_of_each_layer_equal_those_of_torch(live: Page) -> None:
    states = random_states(16)
    for state, shown in zip(states, live.evaluate(SHOW, states), strict=True):
        assert shown["message"] == ""
        columns = torchs(state)
        assert [label for label, *_ in shown["texts"]] == [
            "x",
            *map(str, range(1, len(columns[0]))),
        ]
        for i, (texts, paths) in enumerate(zip(shown["texts"], shown["paths"], strict=True)):
            for text, path, column in zip(texts[1:], paths, columns, strict=True):
                assert_close(text, column[i].std().item(), state)
                # A number at the edge of a bar may be counted on either side.
                off = [abs(a - b) for a, b in zip(bars(path), shares(column[i]), strict=True)]
                assert max(off) < 0.06 + 2 * BAR / FULL / column[i].numel(), state


def test_the_comment_equals_what_torch_computes(live: Page) -> None:
    states = random_states(6)
    for state, shown in zip(states, live.evaluate(SHOW, states), strict=True):
        (first, *_, last), (first_grad, *_, last_grad) = torchs(state)
        depth = int(state["depth"])
        factors = [
            (to.std() / start.std()).item() ** (1 / depth)
            for start, to in ((first, last), (last_grad, first_grad))
        ]
        found = re.fullmatch(COMMENT, shown["comment"])
        assert found, shown["comment"]
        *texts, between = found.groups()
        for text, factor in zip(texts, factors, strict=True):
            assert read_number(text) == pytest.approx(factor, rel=0.051, abs=6e-5), state
        assert_close(between, last.std(dim=0).mean().item(), state)


def test_it_starts_with_the_numbers_of_the_figure(live: Page) -> None:
    drawn = ElementTree.parse(FIGURE).getroot()
    rows = [g for g in drawn.iter(f"{SVG}g") if g.attrib["data-part"].startswith("layer")]
    [shown] = live.evaluate(SHOW, [{}])
    assert shown["texts"] == [[text.text for text in row.iter(f"{SVG}text")] for row in rows]
    for row, paths in zip(rows, shown["paths"], strict=True):
        for path, d in zip(row.iter(f"{SVG}path"), paths, strict=True):
            assert bars(d) == pytest.approx(bars(path.attrib["d"]), abs=0.11)
            assert d.split()[:3] == path.attrib["d"].split()[:3]
    assert shown["title"] == drawn.findtext(f"{SVG}title")


def test_another_depth_gives_the_picture_that_the_package_draws(live: Page) -> None:
    state = START | {"depth": "3", "rule": "xavier", "activation": "tanh", "width": "16"}
    live.evaluate(SHOW, [state])
    activations, gradients = torchs(state)
    picture = draw.histograms({"activations": activations, "gradients": gradients})
    svg = live.locator("explore-initialization svg")
    assert svg.get_attribute("viewBox") == re.findall(r'viewBox="(.*?)"', picture.svg)[0]
    assert svg.get_attribute("aria-label") == picture.title
    root = ElementTree.fromstring(picture.svg)
    scale = next(g for g in root.iter(f"{SVG}g") if g.get("data-part") == "scale")
    expected = [float(text.attrib["y"]) for text in scale.iter(f"{SVG}text")]
    moved = live.evaluate(
        """() => [...document.querySelectorAll("explore-initialization [data-part=scale] text")]
            .map(text => text.getCTM().f - text.ownerSVGElement.getCTM().f
                + text.getAttribute("y") * text.getCTM().d)"""
    )
    size = live.evaluate(
        """() => document.querySelector("explore-initialization [data-part=scale]").getCTM().d"""
    )
    assert [y / size for y in moved] == pytest.approx(expected, abs=0.1)


def std(page: Page) -> str:
    return page.get_by_role("spinbutton", name="std of weights").input_value()


def rule(page: Page) -> str:
    return page.locator("[name=rule]").input_value()


def last_row(page: Page) -> list[str]:
    row = page.locator("explore-initialization svg [data-part^=layer]").last
    return row.locator("text").all_text_contents()


def test_a_rule_sets_the_standard_deviation(live: Page) -> None:
    live.locator("[name=rule]").select_option("Kaiming, for ReLU")
    assert std(live) == "0.1768"
    live.locator("[name=width]").select_option("32")
    assert std(live) == "0.25"
    live.locator("[name=rule]").select_option("PyTorch's default")
    assert std(live) == "0.1021"
    live.locator("[name=rule]").select_option("Xavier")
    assert std(live) == "0.1768"


def test_a_typed_standard_deviation_belongs_to_no_rule(live: Page) -> None:
    live.locator("[name=rule]").select_option("Xavier")
    live.get_by_role("spinbutton", name="std of weights").fill("0.5")
    assert (rule(live), std(live)) == ("none", "0.5")
    live.locator("[name=width]").select_option("16")
    assert std(live) == "0.5"


def test_a_rule_in_a_link_comes_before_a_standard_deviation(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?std=0.7&rule=kaiming")
    assert (rule(page), std(page)) == ("kaiming", "0.1768")
    visit(page, f"{PAGE}?std=0.7")
    assert (rule(page), std(page)) == ("none", "0.7")


def test_the_number_of_layers_can_be_dragged(live: Page) -> None:
    layers = live.get_by_role("spinbutton", name="layers")
    drag(live, layers, 12)
    expect(layers).to_have_value("12")
    assert last_row(live)[0] == "12"
    drag(live, layers, 2000)
    assert last_row(live)[0] == "20"
    drag(live, layers, -2000)
    assert last_row(live)[0] == "1"


INVALID = [
    ("std of weights", "11", "a number from 0 to 10 as the standard deviation, got 11."),
    ("std of weights", "", "a number from 0 to 10 as the standard deviation, got none."),
    ("layers", "21", "a whole number from 1 to 20 as the number of layers, got 21."),
    ("seed", "-1", "a whole number from 0 to 4.3×10⁹ as seed, got -1."),
]


def test_an_invalid_number_shows_a_message_without_changing_the_picture(live: Page) -> None:
    live.locator("[name=rule]").select_option("Xavier")
    for label, typed, sentence in INVALID:
        field = live.get_by_role("spinbutton", name=label)
        before = field.input_value(), last_row(live)
        field.fill(typed)
        field.press("Tab")
        expect(live.get_by_role("alert")).to_have_text(f"Expected {sentence}")
        assert (field.input_value(), last_row(live), rule(live)) == (*before, "xavier")


def test_the_url_stores_the_state(live: Page, page: Page) -> None:
    live.locator("[name=activation]").select_option("tanh")
    live.get_by_role("spinbutton", name="std of weights").fill("1.5")
    live.get_by_role("spinbutton", name="seed").fill("5")
    wait_for_url(live, PAGE, {"std": "1.5", "activation": "tanh", "seed": "5"})
    heard = listen(page)
    visit(page, f"{live.url}&unknown=1")
    assert last_row(page) == last_row(live)
    assert heard == []


def test_reset_removes_the_state_from_the_url(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?rule=kaiming&depth=4")
    page.get_by_role("button", name="Reset").click()
    wait_for_url(page, PAGE, {})
    assert (rule(page), std(page), last_row(page)[0]) == ("none", "0.1", "10")


def test_a_link_with_invalid_values_restores_the_others(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?rule=magic&std=x&activation=gelu&depth=0&width=65&seed=3")
    expect(page.get_by_role("alert")).to_have_text(
        "Expected none, kaiming, xavier, default as rule, got magic. "
        "Expected a number from 0 to 10 as the standard deviation, got x. "
        "Expected relu, tanh, sigmoid, none as activation, got gelu. "
        "Expected a whole number from 1 to 20 as the number of layers, got 0. "
        "Expected 16, 32, 64, 128 as width, got 65."
    )
    expect(page.get_by_role("spinbutton", name="seed")).to_have_value("3")


def test_a_change_is_read_out(live: Page) -> None:
    live.locator("[name=rule]").select_option("Kaiming, for ReLU")
    comment = live.locator("explore-initialization .nnfp-comment").inner_text()
    expect(live.locator("explore-initialization [role=status]")).to_have_text(comment)


def test_weights_of_zero_leave_nothing(live: Page) -> None:
    [shown] = live.evaluate(SHOW, [{"std": "0"}])
    assert shown["texts"][-1][:2] == ["10", "0"] and shown["texts"][0][2] == "0"
    assert "nan" not in shown["comment"]


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.locator("[name=rule]").focus()
    live.keyboard.type("Kai")
    assert std(live) == "0.1768"
    for _ in range(2):
        live.keyboard.press("Tab")
    live.keyboard.press("ArrowUp")
    assert (rule(live), std(live)) == ("none", "0.18")
    for _ in range(4):
        live.keyboard.press("Tab")
    live.keyboard.press("Enter")  # Reset
    assert std(live) == "0.1"


def test_the_explorable_is_accessible(touched: Page) -> None:
    assert shift(touched) < 0.01
    touched.locator("[name=rule]").select_option("PyTorch's default")
    touched.get_by_role("spinbutton", name="layers").fill("20")
    touched.get_by_role("spinbutton", name="seed").fill("-1")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert unusable(touched, "explore-initialization") == []


def test_the_state_is_restored_when_the_reader_returns(tab: Tab) -> None:
    page = tab()
    heard = listen(page)
    visit(page, f"{PAGE}?rule=kaiming&depth=5")
    shown: Any = last_row(page)
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Where we start").first.click()
    expect(page.locator("h1")).to_contain_text("Where we start")
    page.evaluate("history.back()")
    expect(page.locator("[name=rule]")).to_have_value("kaiming")
    assert last_row(page) == shown
    assert page.evaluate("window.same"), "the page was loaded again"
    assert heard == []
