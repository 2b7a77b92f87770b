"""Test the explorable of the optimizer page: each step of its optimizers equals that of torch."""

import random
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from audit.browse import listen, shift, unusable
from pages.project import ROOT
from tests.conftest import Tab
from tests.site.explorables import FOLLOW, drag, read_number, torch_steps, visit, wait_for_url

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "learn/optimizer/"
FIGURE = ROOT / "docs/learn/figures/optimizer-landscape.svg"
State = dict[str, str]
OPTIMIZERS = ("sgd", "momentum", "adam", "solved")
LOOK = """const explorable = document.querySelector("explore-optimizer");
const button = name => [...explorable.querySelectorAll("button")]
    .find(button => button.textContent === name);
const look = () => ({
    texts: [...explorable.querySelectorAll("td")].map(cell => cell.textContent),
    comment: explorable.querySelector(".nnfp-comment").textContent,
    message: explorable.querySelector("[role=alert]").textContent,
    path: explorable.querySelector("[data-part=path] path").getAttribute("d"),
});"""
# Types each state, field by field, goes back to its start, and looks at some steps from there.
WALK = f"""([states, steps]) => {{
    {LOOK}
    return states.map(state => {{
        for (const [name, value] of Object.entries(state)) {{
            const field = explorable.querySelector(`[name=${{name}}]`);
            field.value = value;
            field.dispatchEvent(new Event("change"));
        }}
        button("Rewind").click();
        const seen = [look()];
        while (seen.length <= Math.max(...steps)) {{
            button("Step").click();
            seen.push(look());
        }}
        return steps.map(step => seen[step]);
    }});
}}"""
# Shows each state as a link to it would.
SHOW = f"""states => {{
    {LOOK}
    {FOLLOW}
    return states.map(state => {{
        follow(state);
        return look();
    }});
}}"""


def random_states(count: int) -> list[State]:
    chance = random.Random(0)
    rates = {"sgd": (-4, -1.6), "momentum": (-4, -1.6), "adam": (-4, 0.5), "solved": (-3, 0)}
    states = []
    for i in range(count):
        optimizer = OPTIMIZERS[i % 4]
        low, high = rates[optimizer]
        size = chance.choice([1, 4, 30])
        start = {name: f"{chance.uniform(-size / 4, size):.3f}" for name in "wb"}
        rate = f"{10 ** chance.uniform(low, high):.2g}"
        states.append({"optimizer": optimizer, "lr": rate, **start})
    return states


def test_each_step_equals_that_of_torch(live: Page) -> None:
    states, steps = random_states(80), [0, 1, 2, 10, 30]
    moved = 0
    for state, seen in zip(states, live.evaluate(WALK, [states, steps]), strict=True):
        for step, expected, shown in zip(steps, torch_steps(state, steps), seen, strict=True):
            assert shown["message"] == ""
            for text, value in zip(shown["texts"][:5], expected, strict=True):
                # Four digits are shown, or two where there is a power of ten. Sums of ten numbers
                # that cancel out differ in their last digits with the order of adding.
                rel = 0.05 if "10" in text and "×" in text else 6e-4
                assert read_number(text) == pytest.approx(value, rel=rel, abs=6e-5), (state, step)
            moved += expected[3] != 0
    assert moved > 0.6 * len(states) * len(steps), "most of the states have a gradient"


@pytest.mark.parametrize("rate", ["0.001", "0.02"])
def test_a_thousand_steps_stay_close_to_torch(live: Page, rate: str) -> None:
    steps = [100, 500, 1000]
    for optimizer in OPTIMIZERS:
        state = {"optimizer": optimizer, "lr": rate, "w": "0.5", "b": "1"}
        seen = live.evaluate(SHOW, [state | {"step": str(step)} for step in steps])
        for expected, shown in zip(torch_steps(state, steps), seen, strict=True):
            for text, value in zip(shown["texts"], expected[:2], strict=False):
                assert read_number(text) == pytest.approx(value, rel=5.1e-4, abs=6e-5), optimizer


# Changes of the start, and the comment on where ten steps from there lead.
ENDS = [
    ({"w": "0", "b": "0"}, "the corner of ReLU"),
    ({"w": "0", "b": "0", "optimizer": "adam"}, "the corner of ReLU"),
    ({"w": "-1", "b": "0"}, "the neuron is dead"),
    ({"lr": "0.05"}, "the neuron is dead"),
    ({"w": "40", "b": "0", "lr": "0.0001"}, "It is off the map, like its start."),
    ({"w": "2", "b": "3.9", "lr": "0.02", "optimizer": "adam"}, "It has left the map."),
    ({"w": "1e200"}, "The numbers have outgrown the computer"),
    ({"w": "1e200", "optimizer": "adam"}, "The numbers have outgrown the computer"),
    ({"w": "1e308", "optimizer": "adam"}, "The numbers have outgrown the computer"),
    ({"w": "1e308", "lr": "1e10"}, "The numbers have outgrown the computer"),
    ({"w": "1e308", "lr": "1e10", "optimizer": "momentum"}, "The numbers have outgrown"),
    ({"optimizer": "solved"}, "It knew the answer."),
    ({"w": "3"}, "This is the answer."),
    ({}, "Step, run, or drag the start to another place."),
]


def test_a_comment_describes_where_the_path_ends(live: Page) -> None:
    start = {"optimizer": "sgd", "lr": "0.01", "w": "1", "b": "0"}
    for change, comment in ENDS:
        state = start | change
        [shown] = live.evaluate(SHOW, [state])
        assert comment in shown["comment"], state
        [expected] = torch_steps(state, [10])
        for text, value in zip(shown["texts"], expected, strict=False):
            assert read_number(text) == pytest.approx(value, rel=0.05, abs=6e-5, nan_ok=True), state
        assert "NaN" not in shown["path"] and "Infinity" not in shown["path"], state


def test_a_path_has_at_most_a_thousand_steps(live: Page) -> None:
    before, last = live.evaluate(SHOW, [{"step": "999"}, {"step": "1000"}])
    assert before["comment"] == "Step, run, or drag the start to another place."
    assert last["comment"] == "The limit is 1000 steps."
    live.get_by_role("button", name="Step").click()
    expect(step_count(live)).to_have_text("step 1000")


def test_a_comment_reports_a_step_too_far(live: Page) -> None:
    live.get_by_role("spinbutton", name="learning rate").fill("0.024")
    [seen] = live.evaluate(WALK, [[{"w": "2.9", "b": "3"}], [0, 1, 2]])
    losses = [read_number(shown["texts"][2]) for shown in seen]
    for before, after, shown in zip(losses, losses[1:], seen[1:], strict=False):
        assert (after > before) == ("too far" in shown["comment"])
    live.get_by_role("spinbutton", name="learning rate").fill("0.0256")
    [[_, shown]] = live.evaluate(WALK, [[{"w": "2.9", "b": "0"}], [0, 1]])
    assert shown["comment"] == "A step too far: the loss is larger than before."


@pytest.mark.parametrize(("optimizer", "rate"), [("momentum", "0.01"), ("adam", "0.5")])
def test_uphill_is_not_called_a_step_too_far_with_momentum(
    live: Page, optimizer: str, rate: str
) -> None:
    """Momentum and Adam overshoot for a while, and come back."""
    steps = list(range(40))
    state = {"optimizer": optimizer, "lr": rate}
    [seen] = live.evaluate(WALK, [[state], steps])
    losses = [loss for _, _, loss, _, _ in torch_steps({"w": "1", "b": "0"} | state, steps)]
    grown = 0
    for before, after, shown in zip(losses, losses[1:], seen[1:], strict=False):
        says = shown["comment"] == "Uphill: the loss is larger than before."
        if "map" not in shown["comment"] or says or "Step, run" in shown["comment"]:
            assert says == (after > before), shown
            grown += says
    assert grown > 3


@pytest.mark.parametrize(
    "state",
    [
        {"w": "-1", "b": "0"},
        {"optimizer": "solved", "w": "0"},
        {"optimizer": "adam", "w": "0", "b": "0"},
        {"optimizer": "adam", "w": "1e308"},
    ],
)
def test_a_run_ends_when_the_parameters_stop_changing(timed: Page, state: State) -> None:
    timed.evaluate(SHOW, [state | {"step": "0"}])
    timed.get_by_role("button", name="Run").click()
    timed.clock.run_for(5000)
    expect(timed.get_by_role("button", name="Run")).to_be_visible()
    assert int(step_count(timed).inner_text().removeprefix("step ")) <= 5


def test_a_run_with_momentum_continues_where_the_gradient_is_zero(timed: Page) -> None:
    timed.evaluate(SHOW, [{"optimizer": "momentum", "lr": "0.03", "step": "0"}])
    timed.get_by_role("button", name="Run").click()
    timed.clock.run_for(2000)
    assert int(step_count(timed).inner_text().removeprefix("step ")) > 15


def cells(page: Page) -> list[str]:
    return page.locator("explore-optimizer td").all_inner_texts()[:3]


def step_count(page: Page) -> Locator:
    return page.locator("explore-optimizer th").first


def test_it_starts_with_the_path_of_the_figure(live: Page) -> None:
    drawn = ElementTree.parse(FIGURE).getroot()
    for part in ("path", "steps"):
        path = drawn.find(f".//{SVG}g[@data-part='{part}']/{SVG}path")
        assert path is not None
        one = live.locator(f"explore-optimizer [data-part={part}] path").get_attribute("d") or ""
        other = path.attrib["d"]
        assert commands(one) == commands(other)
        assert numbers(one) == pytest.approx(numbers(other), abs=0.11)
    title = drawn.findtext(f"{SVG}title")
    assert live.locator("explore-optimizer svg").get_attribute("aria-label") == title


def commands(path: str) -> list[str]:
    return [word for word in path.split() if word.isalpha()]


def numbers(path: str) -> list[float]:
    return [float(word) for word in path.split() if not word.isalpha()]


def test_stepping_works_after_a_rewind(live: Page) -> None:
    live.get_by_role("button", name="Rewind").click()
    assert cells(live) == ["1", "0", "154"]
    live.get_by_role("button", name="Step").click()
    assert cells(live)[:2] == ["2.54", "0.22"]
    expect(live.locator("explore-optimizer [role=status]")).to_contain_text("Step 1: weight 2.54")


def test_a_run_can_be_paused(timed: Page) -> None:
    timed.get_by_role("button", name="Rewind").click()
    timed.get_by_role("button", name="Run").press("Enter")
    timed.clock.run_for(500)
    expect(step_count(timed)).not_to_have_text("step 0")
    timed.get_by_role("button", name="Pause").press("Enter")
    stopped = step_count(timed).inner_text()
    timed.clock.run_for(1000)
    assert step_count(timed).inner_text() == stopped


def test_typing_pauses_a_run(timed: Page) -> None:
    timed.get_by_role("button", name="Run").press("Enter")
    rate = timed.get_by_role("spinbutton", name="learning rate")
    rate.fill("")
    timed.clock.run_for(1000)
    expect(rate).to_have_value("")
    rate.fill("-1")
    rate.press("Enter")
    timed.clock.run_for(1000)
    expect(timed.get_by_role("alert")).to_contain_text("got -1.")
    expect(timed.get_by_role("button", name="Run")).to_be_visible()
    expect(step_count(timed)).to_have_text("step 10")


def test_with_reduced_motion_a_run_shows_only_its_result(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    visit(page, PAGE)
    page.get_by_role("button", name="Rewind").click()
    page.get_by_role("button", name="Run").click()
    expect(step_count(page)).to_have_text("step 100")


def start_of(page: Page) -> tuple[str, str, str]:
    """Return the seed, the weight and the bias in the fields."""
    seed, weight, bias = (
        page.get_by_label(name).input_value() for name in ("seed", "start weight", "start bias")
    )
    return seed, weight, bias


def test_a_click_on_the_map_moves_the_start(live: Page) -> None:
    picture = live.locator("explore-optimizer svg")
    box = picture.bounding_box()
    assert box
    # The place of 0, 0 on the map. A finger is exact to about a tenth.
    picture.click(position={"x": 117.3 * box["width"] / 480, "y": 169 * box["height"] / 356})
    assert start_of(live) == ("", "0", "0")
    assert cells(live) == ["0", "0", "346.5"]
    picture.click(position={"x": 5, "y": 5})
    assert cells(live) == ["0", "0", "346.5"], "a click outside the map starts nothing"


def test_the_start_can_be_dragged_over_the_map(live: Page) -> None:
    start = live.get_by_role("slider", name="start on the map")
    expect(start).to_have_attribute("aria-valuetext", "weight 1, bias 0")
    scale = live.locator("explore-optimizer svg").evaluate("svg => svg.getScreenCTM().a")
    drag(live, start, -scale * 416 / 6, -scale * 270 / 8 * 2)  # to a weight of 0, a bias of 2
    assert start_of(live) == ("", "0", "2")
    expect(start).to_have_attribute("aria-valuetext", "weight 0, bias 2")
    drag(live, start, -1000, -1000)
    assert start_of(live) == ("", "-1", "4")  # the corner of the map


def test_arrow_keys_move_the_start(live: Page) -> None:
    start = live.get_by_role("slider", name="start on the map")
    start.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowLeft"):
        live.keyboard.press(key)
    assert start_of(live) == ("", "0.9", "0.2")
    expect(start).to_have_attribute("aria-valuetext", "weight 0.9, bias 0.2")


def test_a_number_can_be_dragged(live: Page) -> None:
    drag(live, live.get_by_role("spinbutton", name="learning rate"), 12)
    expect(live.get_by_role("spinbutton", name="learning rate")).to_have_value("0.02")
    drag(live, live.get_by_label("start weight"), -60)
    assert start_of(live) == ("", "0", "0")


def random_starts(page: Page, count: int) -> list[tuple[str, str, str]]:
    starts = []
    for _ in range(count):
        page.get_by_role("button", name="Random start").click()
        starts.append(start_of(page))
    return starts


def test_random_starts_are_spread_over_the_map(live: Page) -> None:
    starts = random_starts(live, 20)
    assert [seed for seed, _, _ in starts] == [str(i) for i in range(1, 21)]
    values = [float(value) for start in starts for value in start[1:]]
    assert all(-1 <= value <= 1 for value in values) and len(set(values)) > 30
    assert min(values) < -0.5 and max(values) > 0.5


def test_a_seed_repeats_its_start(live: Page) -> None:
    starts = random_starts(live, 3)
    live.get_by_label("seed").fill("2")
    assert start_of(live) == starts[1]


def test_a_typed_start_has_no_seed(live: Page) -> None:
    live.get_by_label("seed").fill("7")
    _, _, bias = start_of(live)
    live.get_by_label("start weight").fill("2")
    assert start_of(live) == ("", "2", bias)


@pytest.mark.parametrize(("label", "typed"), [("start weight", "3e"), ("seed", "1.5")])
def test_an_invalid_start_changes_neither_start_nor_seed(
    live: Page, label: str, typed: str
) -> None:
    live.get_by_label("seed").fill("7")
    live.get_by_label("seed").press("Enter")
    before = start_of(live)
    field = live.get_by_label(label)
    # A number field hides half-typed numbers from scripts.
    field.evaluate("field => { field.type = 'text'; }")
    field.press("ControlOrMeta+a")
    live.keyboard.type(typed)
    field.press("Tab")
    expect(live.get_by_role("alert")).to_contain_text(f"got {typed}.")
    assert start_of(live) == before


@pytest.mark.parametrize(
    ("label", "typed", "sentence"),
    [
        ("learning rate", "-0.1", "Expected a number from 0 to 10³⁰⁸ as learning rate, got -0.1."),
        ("start weight", "", "Expected a number from −10³⁰⁸ to 10³⁰⁸ as start weight, got none."),
        ("seed", "1.5", "Expected a whole number from 0 to 4.3×10⁹ as seed, got 1.5."),
    ],
)
def test_an_invalid_number_shows_a_message_without_changing_the_path(
    live: Page, label: str, typed: str, sentence: str
) -> None:
    field = live.get_by_role("spinbutton", name=label)
    before = field.input_value(), cells(live)
    field.fill(typed)
    field.press("Tab")
    expect(live.get_by_role("alert")).to_have_text(sentence)
    assert (field.input_value(), cells(live)) == before


@pytest.mark.parametrize("label", ["learning rate", "seed"])
def test_a_text_that_a_number_field_hides_gets_a_message_too(live: Page, label: str) -> None:
    field = live.get_by_role("spinbutton", name=label)
    before = field.input_value(), cells(live)
    field.press("ControlOrMeta+a")
    live.keyboard.type("1e999")
    assert field.input_value() == ""
    field.press("Tab")
    expect(live.get_by_role("alert")).to_contain_text(f"as {label}, got something else.")
    assert (field.input_value(), cells(live)) == before


def test_the_url_stores_the_state(live: Page, page: Page) -> None:
    live.locator("[name=optimizer]").select_option("Adam")
    live.get_by_role("spinbutton", name="learning rate").fill("0.5")
    live.get_by_label("seed").fill("5")
    live.get_by_role("button", name="Step").click()
    live.wait_for_url(lambda url: "seed=5" in url and "step=11" in url)
    heard = listen(page)
    visit(page, f"{live.url}&unknown=1")
    expect(step_count(page)).to_have_text("step 11")
    assert cells(page) == cells(live)
    assert heard == []


def test_reset_removes_the_state_from_the_url(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?lr=0.5&w=2")
    page.get_by_role("button", name="Reset").click()
    wait_for_url(page, PAGE, {})
    assert start_of(page) == ("", "1", "0")


def test_a_link_with_invalid_values_restores_the_others(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?lr=fast&step=1001&optimizer=magic&w=2")
    expect(page.get_by_role("alert")).to_have_text(
        "Expected sgd, momentum, adam, solved as optimizer, got magic. "
        "Expected a number from 0 to 10³⁰⁸ as learning rate, got fast. "
        "Expected a whole number from 0 to 1000 as step, got 1001."
    )
    assert start_of(page) == ("", "2", "0")


def test_the_state_is_restored_when_the_reader_returns(tab: Tab) -> None:
    page = tab()
    heard = listen(page)
    visit(page, f"{PAGE}?w=2&step=5")
    shown = cells(page)
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Where we start").first.click()
    expect(page.locator("h1")).to_contain_text("Where we start")
    page.evaluate("history.back()")
    expect(page.get_by_label("start weight")).to_have_value("2")
    assert cells(page) == shown
    assert page.evaluate("window.same"), "the page was loaded again"
    assert heard == []


def test_leaving_the_page_ends_a_run(live: Page) -> None:
    heard = listen(live)
    live.evaluate("window.same = true")
    live.get_by_role("button", name="Run").click()
    live.get_by_role("link", name="Where we start").first.click()
    expect(live.locator("h1")).to_contain_text("Where we start")
    live.evaluate("history.back()")
    expect(live.get_by_role("button", name="Run")).to_be_visible()
    assert live.evaluate("window.same"), "the page was loaded again"
    assert heard == []


def test_arrow_keys_with_another_key_belong_to_the_browser(live: Page) -> None:
    before = start_of(live)
    live.get_by_role("slider", name="start on the map").focus()
    live.evaluate("() => { onkeydown = event => { window.handled = event.defaultPrevented; }; }")
    for key in ("Control", "Meta", "Alt"):
        live.keyboard.press(f"{key}+ArrowUp")
        assert live.evaluate("window.handled") is False
    assert start_of(live) == before


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_role("button", name="Step").focus()
    live.keyboard.press("Space")
    expect(step_count(live)).to_have_text("step 11")
    for _ in range(4):
        live.keyboard.press("Tab")
    live.keyboard.type("Sol")
    live.keyboard.press("Tab")
    assert cells(live) == ["3", "0", "0"]
    live.keyboard.press("ArrowUp")
    expect(live.get_by_role("spinbutton", name="learning rate")).to_have_value("0.015")


def test_the_explorable_is_accessible(touched: Page) -> None:
    assert shift(touched) < 0.01
    touched.get_by_role("button", name="Rewind").tap()
    touched.locator("explore-optimizer svg").tap()  # in the middle
    assert cells(touched)[:2] == ["1.8", "−0.3"]
    touched.get_by_role("button", name="Random start").click()
    touched.get_by_role("spinbutton", name="learning rate").fill("-1")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert unusable(touched, "explore-optimizer") == []
