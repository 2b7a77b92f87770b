"""The map of the loss that answers: its optimizers are torch's, from any start, step by step."""

import random

import pytest
import torch
from playwright.sync_api import Page, expect

from audit.browse import listen, shift, unusable
from nnfp import Net, Solved
from tests.conftest import ROOT
from tests.site.explorables import alone, drive

PAGE = "learn/optimizer/"
FIGURE = ROOT / "docs/learn/figures/optimizer-landscape.svg"
OPTIMIZERS = {
    "sgd": lambda net, lr: torch.optim.SGD(net.parameters(), lr=lr),
    "momentum": lambda net, lr: torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9),
    "adam": lambda net, lr: torch.optim.Adam(net.parameters(), lr=lr),
    "solved": lambda net, lr: Solved(net.named_parameters()),
}
# Goes through states as a reader would, a field after the other, and looks at some of the steps.
DRIVE = """([states, steps]) => states.map(state => {
    const explorable = document.querySelector("explore-optimizer");
    for (const [name, value] of Object.entries(state)) {
        const field = explorable.querySelector(`[name=${name}]`);
        field.value = value;
        field.dispatchEvent(new Event("change"));
    }
    return steps.map(step => {
        explorable.go(step);
        return {
            texts: [...explorable.querySelectorAll("td")].map(cell => cell.textContent),
            comment: explorable.querySelector(".nnfp-comment").textContent,
            message: explorable.querySelector(".nnfp-message").textContent,
            path: [...explorable.querySelectorAll("svg path")].at(-2).getAttribute("d"),
        };
    });
})"""


def torchs(state: dict[str, str], steps: list[int]) -> list[list[float]]:
    """Weight, bias, loss and both gradients at these steps, as torch computes them."""
    x = torch.arange(1, 11, dtype=torch.float64).reshape(10, 1)
    net = Net().double()
    with torch.no_grad():
        net.fc1.weight.fill_(float(state["w"]))
        net.fc1.bias.fill_(float(state["b"]))
    optimizer = OPTIMIZERS[state["optimizer"]](net, float(state["lr"]))
    seen = []
    for step in range(max(steps) + 1):
        loss = torch.nn.functional.mse_loss(net(x), 3 * x)
        optimizer.zero_grad()
        loss.backward()
        weight, bias = net.fc1.weight, net.fc1.bias
        if step in steps:
            assert weight.grad is not None and bias.grad is not None
            seen.append([t.item() for t in (weight, bias, loss, weight.grad, bias.grad)])
        optimizer.step()
    return seen


def random_states(count: int) -> list[dict[str, str]]:
    chance = random.Random(0)
    rates = {"sgd": (-4, -1.6), "momentum": (-4, -1.6), "adam": (-4, 0.5), "solved": (-3, 0)}
    states = []
    for i in range(count):
        optimizer = list(OPTIMIZERS)[i % 4]
        low, high = rates[optimizer]
        size = chance.choice([1, 4, 30])
        start = {name: f"{chance.uniform(-size / 4, size):.3f}" for name in "wb"}
        rate = f"{10 ** chance.uniform(low, high):.2g}"
        states.append({"optimizer": optimizer, "lr": rate, **start})
    return states


def read(text: str) -> float:
    """The number that a figure writes so: −1.2×10⁻⁷ is -1.2e-7."""
    text = text.replace("−", "-").replace("∞", "inf")
    if "10" in text and any(c in text for c in "⁰¹²³⁴⁵⁶⁷⁸⁹"):
        mantissa, _, power = text.rpartition("10")
        digits = power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
        sign = {"": "1", "-": "-1"}.get(mantissa, mantissa.rstrip("×"))
        return float(f"{sign}e{digits}")
    return float(text)


def test_it_walks_as_torch_does(live: Page) -> None:
    states, steps = random_states(80), [0, 1, 2, 10, 30]
    moved = 0
    for state, seen in zip(states, drive(live, DRIVE, [states, steps]), strict=True):
        for step, expected, shown in zip(steps, torchs(state, steps), seen, strict=True):
            assert shown["message"] == ""
            texts = [shown["texts"][i] for i in (0, 1, 2, 3, 4)]
            for text, value in zip(texts, expected, strict=True):
                # Four digits are shown, or two where there is a power of ten; and sums of ten
                # numbers that cancel out differ in their last digits with the order of adding.
                rel = 0.05 if "10" in text and "×" in text else 6e-4
                assert read(text) == pytest.approx(value, rel=rel, abs=6e-5), (state, step)
            moved += expected[3] != 0
    assert moved > 0.6 * len(states) * len(steps), "most of the states have a gradient"


@pytest.mark.parametrize("rate", ["0.001", "0.02"])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_it_stays_with_torch_for_a_thousand_steps(live: Page, optimizer: str, rate: str) -> None:
    state = {"optimizer": optimizer, "lr": rate, "w": "0.5", "b": "1"}
    steps = [100, 500, 1000]
    [seen] = drive(live, DRIVE, [[state], steps])
    for expected, shown in zip(torchs(state, steps), seen, strict=True):
        for text, value in zip(shown["texts"], expected[:2], strict=False):
            assert read(text) == pytest.approx(value, rel=5.1e-4, abs=6e-5)


@pytest.mark.parametrize(
    ("state", "comment"),
    [
        ({"w": "0", "b": "0"}, "the corner of ReLU"),
        ({"w": "0", "b": "0", "optimizer": "adam"}, "the corner of ReLU"),
        ({"w": "-1", "b": "0"}, "the neuron is dead"),
        ({"lr": "0.05"}, "the neuron is dead"),
        ({"w": "40", "b": "0", "lr": "0.0001"}, "It is outside of the map, like its start."),
        ({"w": "2", "b": "3.9", "lr": "0.02", "optimizer": "adam"}, "It has left the map."),
        ({"w": "1e200"}, "The numbers have outgrown the computer"),
        ({"w": "1e200", "optimizer": "adam"}, "The numbers have outgrown the computer"),
        ({"w": "1e308", "optimizer": "adam"}, "The numbers have outgrown the computer"),
        ({"w": "1e308", "lr": "1e10"}, "The numbers have outgrown the computer"),
        ({"w": "1e308", "lr": "1e10", "optimizer": "momentum"}, "The numbers have outgrown"),
        ({"optimizer": "solved"}, "It knew the answer."),
        ({"w": "3"}, "This is the answer."),
        ({}, "Step, run, or click on the map to start elsewhere."),
    ],
)
def test_where_it_ends_is_said_as_it_is(live: Page, state: dict[str, str], comment: str) -> None:
    whole = {"optimizer": "sgd", "lr": "0.01", "w": "1", "b": "0"} | state
    [[shown]] = drive(live, DRIVE, [[whole], [10]])
    assert comment in shown["comment"]
    [expected] = torchs(whole, [10])
    for text, value in zip(shown["texts"], expected, strict=False):
        assert read(text) == pytest.approx(value, rel=0.05, abs=6e-5, nan_ok=True)
    assert "NaN" not in shown["path"] and "Infinity" not in shown["path"]


def test_where_it_goes_no_further_is_said(live: Page) -> None:
    [[before, last]] = drive(live, DRIVE, [[{}], [999, 1000]])
    assert before["comment"] == "Step, run, or click on the map to start elsewhere."
    assert last["comment"] == "1000 steps are the most."


def test_a_step_too_far_is_said(live: Page) -> None:
    live.get_by_label("learning rate").fill("0.024")
    comments = drive(live, DRIVE, [[{"w": "2.9", "b": "3"}], [0, 1, 2]])[0]
    losses = [read(shown["texts"][2]) for shown in comments]
    for before, after, shown in zip(losses, losses[1:], comments[1:], strict=False):
        assert (after > before) == ("too far" in shown["comment"])
    live.get_by_label("learning rate").fill("0.0256")
    [[_, shown]] = drive(live, DRIVE, [[{"w": "2.9", "b": "0"}], [0, 1]])
    assert shown["comment"] == "A step too far: the loss is larger than before."


def test_uphill_is_no_step_too_far_where_earlier_steps_count(live: Page) -> None:
    """With momentum, and in Adam, it goes on its way for a while, and comes back."""
    steps = list(range(40))
    for optimizer in ("momentum", "adam"):
        state = {"optimizer": optimizer, "lr": "0.01" if optimizer == "momentum" else "0.5"}
        [seen] = drive(live, DRIVE, [[state], steps])
        losses = [loss for _, _, loss, _, _ in torchs({"w": "1", "b": "0"} | state, steps)]
        grown = 0
        for before, after, shown in zip(losses, losses[1:], seen[1:], strict=False):
            says = shown["comment"] == "Uphill: the loss is larger than before."
            if "map" not in shown["comment"] or says or "Step, run" in shown["comment"]:
                assert says == (after > before), shown
                grown += says
        assert grown > 3


def test_a_run_ends_where_nothing_moves_any_more(live: Page) -> None:
    live.clock.install()
    count = live.locator("explore-optimizer th").first
    for state, last in (
        ({"w": "-1", "b": "0"}, 5),
        ({"optimizer": "solved", "w": "0"}, 5),
        ({"optimizer": "adam", "w": "0", "b": "0"}, 5),
        ({"optimizer": "adam", "w": "1e308"}, 5),
    ):
        drive(live, DRIVE, [[state], [0]])
        live.get_by_role("button", name="Run").click()
        live.clock.run_for(5000)
        expect(live.get_by_role("button", name="Run")).to_be_visible()
        assert int(count.inner_text().removeprefix("step ")) <= last
    # Momentum moves on over the plain, and is not stopped where its gradient is 0.
    drive(live, DRIVE, [[{"optimizer": "momentum", "lr": "0.03", "w": "1", "b": "0"}], [0]])
    live.get_by_role("button", name="Run").click()
    live.clock.run_for(2000)
    assert int(count.inner_text().removeprefix("step ")) > 15
    live.clock.resume()


def cells(page: Page) -> list[str]:
    return page.locator("explore-optimizer td").all_inner_texts()[:3]


def test_it_starts_with_the_path_of_the_figure(live: Page) -> None:
    drawn = FIGURE.read_text(encoding="utf-8")
    paths = [line.split('"')[1] for line in drawn.splitlines() if "<path" in line][-2:]
    now = live.locator("explore-optimizer svg path").evaluate_all(
        "paths => paths.slice(-2).map(path => path.getAttribute('d'))"
    )
    for one, other in zip(now, paths, strict=True):
        assert [word for word in one.split() if word.isalpha()] == [
            word for word in other.split() if word.isalpha()
        ]
        assert numbers(one) == pytest.approx(numbers(other), abs=0.11)
    title = drawn.split("<title>")[1].split("</title>")[0]
    assert live.locator("explore-optimizer svg").get_attribute("aria-label") == title


def numbers(path: str) -> list[float]:
    return [float(word) for word in path.split() if not word.isalpha()]


def test_step_rewind_and_run(live: Page) -> None:
    live.get_by_role("button", name="Rewind").click()
    assert cells(live) == ["1", "0", "154"]
    live.get_by_role("button", name="Step").click()
    assert cells(live)[:2] == ["2.54", "0.22"]
    expect(live.locator("explore-optimizer [role=status]")).to_contain_text("Step 1: weight 2.54")
    live.get_by_role("button", name="Run").press("Enter")
    expect(live.locator("explore-optimizer th").first).not_to_have_text("step 1")
    live.get_by_role("button", name="Pause").press("Enter")
    stopped = cells(live)
    live.wait_for_timeout(250)
    assert cells(live) == stopped
    live.emulate_media(reduced_motion="reduce")
    live.get_by_role("button", name="Rewind").click()
    live.get_by_role("button", name="Run").click()
    expect(live.locator("explore-optimizer th").first).to_have_text("step 100")
    live.emulate_media(reduced_motion="no-preference")
    live.evaluate("document.querySelector('explore-optimizer').go(5000)")
    expect(live.locator("explore-optimizer th").first).to_have_text("step 1000")


def test_a_start_can_be_typed_clicked_and_drawn(live: Page) -> None:
    weight, bias, seed = (
        live.get_by_label(name) for name in ("start weight", "start bias", "seed")
    )
    picture = live.locator("explore-optimizer svg")
    box = picture.bounding_box()
    assert box
    # A tenth is as exact as a finger is: the place of 0, 0 in the picture.
    picture.click(position={"x": 117.3 * box["width"] / 480, "y": 169 * box["height"] / 356})
    assert (weight.input_value(), bias.input_value()) == ("0", "0")
    assert cells(live) == ["0", "0", "346.5"]
    picture.click(position={"x": 5, "y": 5})
    assert cells(live) == ["0", "0", "346.5"], "beside the map nothing starts"
    starts = []
    for _ in range(20):
        live.get_by_role("button", name="Random start").click()
        starts.append((seed.input_value(), weight.input_value(), bias.input_value()))
    assert [start[0] for start in starts] == [str(i) for i in range(1, 21)]
    values = [float(value) for start in starts for value in start[1:]]
    assert all(-1 <= value <= 1 for value in values) and len(set(values)) > 30
    assert min(values) < -0.5 and max(values) > 0.5
    seed.fill("7")
    assert (weight.input_value(), bias.input_value()) == starts[6][1:]
    weight.fill("2")
    assert (seed.input_value(), bias.input_value()) == ("", starts[6][2])
    # What is refused leaves the start and its seed as they were.
    seed.fill("7")
    seed.press("Enter")
    for field, typed in ((weight, ("3", "3e")), (seed, ("1", "1.5"))):
        for text in typed:
            field.evaluate("(field, text) => { field.type = 'text'; field.value = text; }", text)
            field.dispatch_event("input")
        field.dispatch_event("change")
        expect(live.get_by_role("alert")).to_contain_text(f"got {typed[-1]}.")
        seen = tuple(each.input_value() for each in (seed, weight, bias))
        assert seen == starts[6]


@pytest.mark.parametrize(
    ("label", "typed", "sentence"),
    [
        ("learning rate", "-0.1", "Expected a number from 0 to 10³⁰⁸ as learning rate, got -0.1."),
        ("start weight", "", "Expected a number from −10³⁰⁸ to 10³⁰⁸ as start weight, got none."),
        ("seed", "1.5", "Expected a whole number from 0 to 4.3×10⁹ as seed, got 1.5."),
    ],
)
def test_a_wrong_number_gets_a_sentence_and_changes_nothing(
    live: Page, label: str, typed: str, sentence: str
) -> None:
    field = live.get_by_label(label)
    before = field.input_value(), cells(live)
    field.fill(typed)
    field.press("Tab")
    expect(live.locator("explore-optimizer [role=alert]")).to_have_text(sentence)
    assert (field.input_value(), cells(live)) == before


def test_the_address_shares_what_is_seen(live: Page) -> None:
    live.locator("[name=optimizer]").select_option("Adam")
    live.get_by_label("learning rate").fill("0.5")
    live.get_by_label("seed").fill("5")
    live.get_by_role("button", name="Step").click()
    live.wait_for_url(lambda url: "seed=5" in url and "step=11" in url)
    other = live.context.new_page()
    heard = listen(other)
    other.goto(f"{live.url}&unknown=1")
    expect(other.locator("explore-optimizer th").first).to_have_text("step 11")
    assert cells(other) == cells(live)
    other.goto(f"{PAGE}?lr=fast&step=1001&optimizer=magic&w=2")
    expect(other.locator("explore-optimizer [role=alert]")).to_have_text(
        "Expected sgd, momentum, adam, solved as optimizer, got magic. "
        "Expected a number from 0 to 10³⁰⁸ as learning rate, got fast. "
        "Expected a whole number from 0 to 1000 as step, got 1001."
    )
    shown = cells(other)
    other.evaluate("window.same = true")
    other.get_by_role("button", name="Run").click()
    other.get_by_role("link", name="Where we start").first.click()
    expect(other.locator("h1")).to_contain_text("Where we start")
    other.evaluate("history.back()")
    other.wait_for_url("**w=2**")
    expect(other.get_by_label("start weight")).to_have_value("2")
    assert cells(other) == shown
    assert other.evaluate("window.same")
    other.get_by_role("button", name="Reset").click()
    other.wait_for_url("**/learn/optimizer/")
    assert heard == []
    other.close()


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_role("button", name="Step").focus()
    live.keyboard.press("Space")
    expect(live.locator("explore-optimizer th").first).to_have_text("step 11")
    for _ in range(4):
        live.keyboard.press("Tab")
    live.keyboard.type("Sol")
    live.keyboard.press("Tab")
    assert cells(live) == ["3", "0", "0"]
    live.keyboard.press("ArrowUp")
    expect(live.get_by_label("learning rate")).to_have_value("0.015")


def test_everyone_can_use_it(touched: Page) -> None:
    assert shift(touched) < 0.01
    alone(touched)
    touched.get_by_role("button", name="Rewind").tap()
    touched.locator("explore-optimizer svg").tap()  # in the middle
    assert cells(touched)[:2] == ["1.8", "−0.3"]
    touched.get_by_role("button", name="Random start").click()
    touched.get_by_label("learning rate").fill("-1")
    touched.keyboard.press("Enter")
    assert touched.locator("explore-optimizer [role=alert]").inner_text() != ""
    assert unusable(touched, "explore-optimizer") == []
