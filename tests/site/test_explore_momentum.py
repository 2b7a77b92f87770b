"""Test the explorable of the page on momentum: two optimizers on the map of the loss."""

import math
import random
import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from audit.browse import NARROW, listen, shift, unusable
from pages.project import ROOT
from tests.conftest import Tab
from tests.site.explorables import (
    FOLLOW,
    OPTIMIZERS,
    drag,
    read_number,
    torch_steps,
    visit,
    wait_for_url,
)

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "learn/momentum/"
FIGURE = ROOT / "docs/learn/figures/momentum-map.svg"
State = dict[str, str]
# The state at the start
START = {"optimizer": "sgd", "lr": "0.01", "optimizer2": "momentum", "lr2": "0.01"}
START |= {"w": "4", "b": "3", "step": "50"}
# Shows each state as a link to it would.
SHOW = f"""states => {{
    const explorable = document.querySelector("explore-optimizer");
    {FOLLOW}
    return states.map(state => {{
        follow(state);
        return {{
            numbers: [...explorable.querySelectorAll("td:not(:has(input))")]
                .map(cell => cell.textContent),
            comment: explorable.querySelector(".nnfp-comment").textContent,
            message: explorable.querySelector("[role=alert]").textContent,
            curves: [...explorable.querySelectorAll(".nnfp-chart g")]
                .map(curve => curve.querySelector("path").getAttribute("d")),
        }};
    }});
}}"""


def one_of(state: State, which: str) -> State:
    """Return the state of one of the two optimizers."""
    rate, optimizer = state[f"lr{which}"], state[f"optimizer{which}"]
    return {"optimizer": optimizer, "lr": rate, "w": state["w"], "b": state["b"]}


def random_states(count: int) -> list[State]:
    """Return random starts and rates, with each optimizer as the first and as the second."""
    chance = random.Random(0)
    names = list(OPTIMIZERS)
    states = []
    for i in range(count):
        state = {name: f"{chance.uniform(low, 5):.3f}" for name, low in (("w", -1), ("b", -4))}
        for which, optimizer in (("", names[i % 8]), ("2", names[(i + 1 + i // 8) % 8])):
            adaptive = optimizer in ("rmsprop", "adam", "adamw")
            rate = 10 ** chance.uniform(*((-3, -0.3) if adaptive else (-4, -1.8)))
            state |= {f"optimizer{which}": optimizer, f"lr{which}": f"{rate:.2g}"}
        states.append(state)
    return states


def test_each_step_equals_that_of_torch(live: Page) -> None:
    steps = [0, 1, 2, 10, 30]
    states = random_states(64)
    links = [state | {"step": str(step)} for state in states for step in steps]
    seen = iter(live.evaluate(SHOW, links))
    moved = 0
    for state in states:
        first, second = (torch_steps(one_of(state, which), steps) for which in ("", "2"))
        for step, one, other in zip(steps, first, second, strict=True):
            shown = next(seen)
            assert shown["message"] == ""
            expected = one[:3] + other[:3]
            for text, value in zip(shown["numbers"], expected, strict=True):
                # Four digits are shown, or two where there is a power of ten.
                rel = 0.05 if "10" in text and "×" in text else 6e-4
                assert read_number(text) == pytest.approx(value, rel=rel, abs=6e-5), (state, step)
            moved += one[3] != 0 and other[3] != 0
    assert moved > 0.6 * len(links), "most of the states have a gradient"


def test_the_plot_shows_the_losses_of_all_steps(live: Page) -> None:
    steps = list(range(101))
    for state in (START, START | {"optimizer": "adam", "lr": "0.5", "optimizer2": "rmsprop"}):
        [shown] = live.evaluate(SHOW, [state])
        for which, curve in zip(("", "2"), shown["curves"], strict=True):
            losses = [loss for _, _, loss, _, _ in torch_steps(one_of(state, which), steps)]
            points = [list(map(float, point.split())) for point in curve[1:].split("L")]
            assert [x for x, _ in points] == pytest.approx(
                [56 + 182 * k / 100 for k in steps], abs=0.06
            )
            # From 1000 at the top to 0.0001 at the bottom, on a logarithmic scale
            heights = [3 - 7 * (y - 34) / 270 for _, y in points]
            assert heights == pytest.approx(
                [math.log10(max(1e-4, loss)) for loss in losses], abs=0.01
            )


def test_a_loss_that_is_not_a_number_has_no_dot(live: Page) -> None:
    dots = live.locator(".nnfp-chart circle")
    expect(dots).to_have_count(2)
    for label, number in (("start weight", "1"), ("start bias", "0"), ("learning rate", "1e308")):
        live.get_by_role("spinbutton", name=label, exact=True).fill(number)
    expect(live.locator(".nnfp-race")).to_contain_text("nan")
    expect(dots).to_have_count(1)


def test_a_figure_that_was_left_is_not_drawn_again(page: Page) -> None:
    visit(page, PAGE)
    page.evaluate("""() => {
        const left = document.querySelector("explore-optimizer");
        left.remove();
        left.show = () => { window.drawn = true; };
    }""")
    page.set_viewport_size(NARROW)
    page.wait_for_function("matchMedia('(width < 45em)').matches")
    assert page.evaluate("window.drawn") is None


def test_it_starts_with_the_paths_of_the_figure(live: Page) -> None:
    drawn = ElementTree.parse(FIGURE).getroot()
    for part in ("path", "steps", "path-2", "steps-2"):
        path = drawn.find(f".//{SVG}g[@data-part='{part}']/{SVG}path")
        assert path is not None
        shown = live.locator(f"explore-optimizer [data-part={part}] path")
        one, other = shown.get_attribute("d") or "", path.attrib["d"]
        assert re.sub(r"[\d.]+", "", one) == re.sub(r"[\d.]+", "", other)
        numbers = [[float(n) for n in re.findall(r"[\d.]+", d)] for d in (one, other)]
        assert numbers[0] == pytest.approx(numbers[1], abs=0.11)
        assert shown.evaluate("one => one.style.strokeWidth") in path.attrib["style"]
    title = drawn.findtext(f"{SVG}title")
    assert live.locator("explore-optimizer .nnfp-stage svg").get_attribute("aria-label") == title


def step_count(page: Page) -> Locator:
    return page.locator("explore-optimizer th").first


def cells(page: Page) -> list[str]:
    return page.locator("explore-optimizer td:not(:has(input))").all_inner_texts()


def start_of(page: Page) -> tuple[str, str]:
    return (
        page.get_by_label("start weight").input_value(),
        page.get_by_label("start bias").input_value(),
    )


def trail(page: Page, part: str) -> int:
    """Return the number of steps of a path on the map."""
    d = page.locator(f"explore-optimizer [data-part={part}] path").get_attribute("d") or ""
    return d.count("L")


def test_the_slider_goes_through_the_steps(live: Page) -> None:
    slider = live.get_by_role("slider", name="step")
    slider.fill("20")
    expect(step_count(live)).to_have_text("step 20")
    assert trail(live, "path") == trail(live, "path-2") == 20
    slider.press("ArrowLeft")
    expect(step_count(live)).to_have_text("step 19")
    slider.press("End")
    expect(step_count(live)).to_have_text("step 100")
    live.get_by_role("button", name="Step", exact=True).click()
    expect(step_count(live)).to_have_text("step 100")
    live.get_by_role("button", name="Rewind").click()
    expect(slider).to_have_value("0")
    assert cells(live) == ["4", "3", "80.5"] * 2
    expect(live.locator(".nnfp-comment")).to_have_text("Both have the same loss.")


def test_the_thumb_of_the_slider_is_below_its_step_in_the_plot(tab: Tab) -> None:
    page = tab()
    for size in ({"width": 1280, "height": 900}, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        visit(page, PAGE)
        for step in ("0", "100"):
            slider = page.get_by_role("slider", name="step")
            slider.fill(step)
            box = slider.bounding_box()
            dot = page.locator(".nnfp-chart circle").first.bounding_box()
            assert box and dot
            # A thumb is 16 pixels wide.
            thumb = box["x"] + 8 + int(step) / 100 * (box["width"] - 16)
            assert dot["x"] + dot["width"] / 2 == pytest.approx(thumb, abs=3)


def test_dragging_the_start_moves_both_paths(live: Page) -> None:
    start = live.get_by_role("slider", name="start on the map")
    expect(start).to_have_attribute("aria-valuetext", "weight 4, bias 3")
    before = cells(live)
    scale = live.locator(".nnfp-stage svg").evaluate("svg => svg.getScreenCTM().a")
    drag(live, start, -scale * 416 / 6 * 3, scale * 270 / 8 * 3)  # to a weight of 1, a bias of 0
    assert start_of(live) == ("1", "0")
    assert [one for one, other in zip(before, cells(live), strict=True) if one == other] == []
    start.focus()
    live.keyboard.press("ArrowUp")
    assert start_of(live) == ("1", "0.1")


def test_a_click_on_the_map_moves_the_start(live: Page) -> None:
    picture = live.locator(".nnfp-stage svg")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": 117.3 * box["width"] / 480, "y": 169 * box["height"] / 356})
    assert start_of(live) == ("0", "0")
    expect(live.locator(".nnfp-comment")).to_contain_text("SGD: Every sum is 0")


def test_a_newly_chosen_optimizer_gets_a_rate_that_suits_it(live: Page) -> None:
    rate = live.get_by_label("second learning rate")
    live.get_by_label("second optimizer").select_option("Adam")
    expect(rate).to_have_value("0.2")
    rate.fill("0.5")
    live.get_by_label("second optimizer").select_option("Solved")
    expect(rate).to_have_value("0.5")
    live.get_by_label("second optimizer").select_option("Nesterov")
    expect(rate).to_have_value("0.01")
    expect(live.get_by_label("learning rate", exact=True)).to_have_value("0.01")


COMMENTS = [
    ({}, "The loss of momentum is lower."),
    ({"step": "5"}, "The loss of SGD is lower."),
    ({"optimizer2": "sgd"}, "Both have the same loss."),
    ({"optimizer": "solved"}, "Solved: It knew the answer."),
    ({"optimizer": "rmsprop", "lr": "0.5"}, "RMSprop: ReLU makes 0 of every sum"),
    ({"lr": "0.05", "lr2": "1"}, "SGD: ReLU makes 0 of every sum"),
    ({"w": "1e200"}, "SGD: The numbers have outgrown the computer"),
]


def test_a_comment_compares_the_optimizers(live: Page) -> None:
    shown = live.evaluate(SHOW, [START | change for change, _ in COMMENTS])
    for (change, comment), seen in zip(COMMENTS, shown, strict=True):
        assert comment in seen["comment"], change
        assert not any("NaN" in curve or "Infinity" in curve for curve in seen["curves"]), change


def test_a_run_can_be_paused_and_starts_again_at_its_end(timed: Page) -> None:
    timed.get_by_role("slider", name="step").fill("0")
    timed.get_by_role("button", name="Run").click()
    timed.clock.run_for(500)
    timed.get_by_role("button", name="Pause").click()
    stopped = step_count(timed).inner_text()
    assert stopped not in ("step 0", "step 100")
    timed.clock.run_for(500)
    assert step_count(timed).inner_text() == stopped
    timed.get_by_role("slider", name="step").fill("100")
    timed.get_by_role("button", name="Run").click()
    timed.clock.run_for(300)
    assert 0 < int(step_count(timed).inner_text().removeprefix("step ")) < 10
    timed.clock.run_for(5000)
    expect(timed.get_by_role("button", name="Run")).to_be_visible()
    expect(step_count(timed)).to_have_text("step 100")


def test_with_reduced_motion_a_run_shows_only_its_result(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    visit(page, PAGE)
    page.get_by_role("button", name="Run").click()
    expect(step_count(page)).to_have_text("step 100")


def test_the_url_stores_the_state(live: Page, page: Page) -> None:
    live.get_by_label("second optimizer").select_option("RMSprop")
    live.get_by_label("second learning rate").fill("0.1")
    live.get_by_role("slider", name="step").fill("7")
    live.wait_for_url(lambda url: "optimizer2=rmsprop" in url and "step=7" in url)
    heard = listen(page)
    visit(page, live.url)
    assert cells(page) == cells(live)
    expect(page.get_by_label("second learning rate")).to_have_value("0.1")
    assert heard == []


def test_reset_removes_the_state_from_the_url(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?lr2=0.5&w=2&step=3")
    page.get_by_role("button", name="Reset").click()
    wait_for_url(page, PAGE, {})
    assert start_of(page) == ("4", "3")


def test_a_link_with_invalid_values_restores_the_others(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?lr2=fast&step=101&optimizer2=magic&w=2")
    names = ", ".join(OPTIMIZERS)
    expect(page.get_by_role("alert")).to_have_text(
        "Expected a whole number from 0 to 100 as step, got 101. "
        f"Expected {names} as optimizer, got magic. "
        "Expected a number from 0 to 10³⁰⁸ as second learning rate, got fast."
    )
    assert start_of(page) == ("2", "3")


def test_a_screen_reader_reads_the_comparison(live: Page) -> None:
    live.get_by_role("slider", name="step").fill("5")
    status = live.locator("explore-optimizer [role=status]")
    expect(status).to_have_text("Step 5: The loss of SGD is lower.")
    plot = live.locator(".nnfp-chart svg")
    expect(plot).to_have_attribute("aria-label", "Loss at step 5: SGD 1.609, momentum 10.92")


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_role("slider", name="step").focus()
    live.keyboard.press("Home")
    live.keyboard.press("Tab")
    live.keyboard.type("Sol")
    live.keyboard.press("Tab")
    live.keyboard.press("ArrowUp")
    expect(live.get_by_label("learning rate", exact=True)).to_have_value("0.015")
    live.keyboard.press("Tab")
    live.keyboard.type("Ad")
    live.get_by_role("button", name="Step", exact=True).focus()
    live.keyboard.press("Space")
    assert cells(live) == ["3", "0", "0", "3.8", "2.8", "57.12"]


def test_the_plot_is_next_to_the_map_or_below_it_on_a_phone(tab: Tab) -> None:
    page = tab()
    visit(page, PAGE)
    for size in (None, NARROW):
        if size:
            page.set_viewport_size(size)
        drawn = page.locator(".nnfp-stage svg").bounding_box()
        plot = page.locator(".nnfp-chart svg").bounding_box()
        assert drawn and plot
        if size:
            assert plot["y"] >= drawn["y"] + drawn["height"] and plot["height"] < 200
        else:
            assert plot["x"] >= drawn["x"] + drawn["width"] - 1 and plot["height"] > 250


def test_the_explorable_is_accessible(touched: Page) -> None:
    assert shift(touched) < 0.01
    touched.get_by_role("button", name="Rewind").tap()
    touched.locator(".nnfp-stage svg").tap()  # in the middle
    assert start_of(touched) == ("1.8", "-0.3")
    touched.get_by_label("second learning rate").fill("-1")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert unusable(touched, "explore-optimizer") == []
