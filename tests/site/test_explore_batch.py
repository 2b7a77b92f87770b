"""Test the explorable of the batch page: every step equals the result of torch."""

import random
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import torch
from playwright.sync_api import Page, expect

from audit.browse import listen, sent, shift, unusable
from nnfp.batch import all_at_once
from nnfp.draw.words import number
from tests.conftest import Tab
from tests.site.explorables import FOLLOW, drag, visit, wait_for_url

PAGE = "learn/batch/"
START = "Step 4 of 4: sample 2 meets neuron 2\n3·6 + 4·8 = 18 + 32 = 50"
WHOLE = [["19", "22"], ["43", "50"]]
State = dict[str, str]
# Sets each state and walks through all its steps. The first half of the states is typed, field by
# field, as a reader would. The second half comes from links.
DRIVE = f"""states => {{
    {FOLLOW}
    const explorable = document.querySelector("explore-batch");
    const type = (name, value) => {{
        const field = explorable.querySelector(`[name=${{name}}]`);
        field.value = value;
        field.dispatchEvent(new Event("input"));
    }};
    const seen = row => [...row.querySelectorAll("td:not([hidden])")].map(cell => cell.textContent);
    const look = () => ({{
        meeting: explorable.querySelector(".nnfp-result").firstChild.textContent,
        formula: explorable.querySelector(".nnfp-result").lastChild.textContent,
        result: [...explorable.querySelector(".nnfp-outcome table").rows].map(seen).slice(1),
    }});
    const forward = [...explorable.querySelectorAll("button")]
        .find(button => button.textContent === "Forward");
    return states.map((state, i) => {{
        if (i < states.length / 2) Object.entries(state).forEach(entry => type(...entry));
        else follow(state);
        const steps = [];
        for (let i = 0; i < state.samples * state.neurons; i++) {{
            forward.click();
            steps.push(look());
        }}
        return {{steps, message: explorable.querySelector("[role=alert]").textContent}};
    }});
}}"""


def random_states(count: int, unit: float, most: int) -> list[State]:
    """Make states of random sizes, with multiples of `unit` up to `most` times `unit`."""
    chance = random.Random(0)
    states = []
    for _ in range(count):
        samples, inputs, neurons = (chance.randint(1, 5) for _ in range(3))
        cells = [f"z{i}{j}" for i in range(1, samples + 1) for j in range(1, inputs + 1)]
        cells += [f"w{i}{j}" for i in range(1, neurons + 1) for j in range(1, inputs + 1)]
        state = {"samples": str(samples), "inputs": str(inputs), "neurons": str(neurons)}
        states.append(state | {cell: f"{chance.randint(-most, most) * unit:g}" for cell in cells})
    return states


def matrix(state: State, letter: str) -> torch.Tensor:
    values = [float(state[name]) for name in state if name[0] == letter and name[1:].isdigit()]
    return torch.tensor(values, dtype=torch.float64).reshape(-1, int(state["inputs"]))


def shows(text: str, value: float) -> bool:
    """Return whether `text` is `value` as figures write it. A tie may be rounded either way."""
    ours = number(value)
    far, away = (abs(float(each.replace("−", "-")) - value) for each in (text, ours))
    return len(text) <= len(ours) and far <= away + 1e-9


def check_step(shown: dict[str, Any], z: torch.Tensor, w: torch.Tensor, step: int) -> None:
    """Compare what is shown at a step, counted from 0, with torch."""
    product = z @ w.T
    row, column = divmod(step, len(w))
    assert shown["meeting"] == (
        f"Step {step + 1} of {product.numel()}: sample {row + 1} meets neuron {column + 1}"
    )
    computed = [text for texts in shown["result"] for text in texts]
    assert len(computed) == product.numel()
    assert all(map(shows, computed[: step + 1], product.flatten().tolist()))
    assert not any(computed[step + 1 :])

    terms = [value for pair in zip(z[row], w[column], strict=True) for value in pair]
    products = z[row] * w[column]
    # With a single input, its product is the sum: the formula shows it once.
    middle = products.tolist() if len(products) > 1 else []
    values = [value.item() for value in terms] + middle + [product[row, column].item()]
    written = shown["formula"]
    assert all(map(shows, re.findall(r"−?[\d.]+", written), values))
    # A negative number after a sign is in parentheses, and nothing else is.
    plain = re.sub(r"(?<=[·+] )?\((−[\d.]+)\)", r"\1", written)
    assert not re.search(r"[·+] ?−", written)
    sides = [" + ".join(["n·n"] * len(products)), " + ".join("n" * len(middle)), "n"]
    assert re.sub(r"−?[\d.]+", "n", plain) == " = ".join(filter(None, sides))


# Integers; eighths, which float32 represents exactly; tenths, which it rounds.
@pytest.mark.parametrize(("unit", "most"), [(1, 12), (1 / 8, 792), (0.1, 990)])
def test_each_step_equals_the_result_of_torch(live: Page, unit: float, most: int) -> None:
    states = random_states(30, unit, most)
    for state, shown in zip(states, live.evaluate(DRIVE, states), strict=True):
        assert shown["message"] == ""
        z, w = matrix(state, "z"), matrix(state, "w")
        for step, seen in enumerate(shown["steps"]):
            check_step(seen, z, w, step)
        ours = all_at_once(z.float(), w.float(), None, lambda sums: sums)
        torch.testing.assert_close(
            ours.double(), z @ w.T, rtol=1e-5, atol=1e-2 if unit == 0.1 else 0
        )


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, name: str, size: str) -> None:
    page.get_by_role("combobox", name=name).select_option(size)


def result(page: Page) -> str:
    return page.locator("explore-batch .nnfp-result").inner_text()


def product(page: Page) -> list[list[str]]:
    rows = page.get_by_role("table", name="x Wᵀ").get_by_role("row").all()[1:]  # without headers
    return [row.get_by_role("cell").all_inner_texts() for row in rows]


def test_it_starts_with_the_numbers_of_the_figure(live: Page) -> None:
    texts = sent(live, "explore-batch text")
    cells = live.locator("explore-batch th ~ td:not([hidden])")
    shown = [cell.locator("input").input_value() for cell in cells.all()[:8]]
    assert [*shown, *cells.all_inner_texts()[8:]] == [text for text in texts if text.isdigit()]
    names = live.locator(
        "explore-batch :is(.nnfp-name, .nnfp-matrix .nnfp-quiet)"
    ).all_inner_texts()
    assert [line for name in names for line in name.split("\n")] == [
        text for text in texts if re.search(r"^x$|W|× |samples|neurons", text)
    ]
    assert result(live) == START


def test_buttons_step_in_both_directions(live: Page) -> None:
    click(live, "Forward")
    assert product(live) == [["19", ""], ["", ""]]
    assert result(live) == "Step 1 of 4: sample 1 meets neuron 1\n1·5 + 2·7 = 5 + 14 = 19"
    expect(live.locator("explore-batch [role=status]")).to_have_text(
        "Step 1 of 4: sample 1 meets neuron 1. 1·5 + 2·7 = 5 + 14 = 19"
    )
    click(live, "Forward")
    assert product(live) == [["19", "22"], ["", ""]]
    click(live, "Back")
    assert product(live) == [["19", ""], ["", ""]]
    click(live, "Back")
    assert product(live) == WHOLE


def test_playing_stops_at_the_last_step(timed: Page) -> None:
    click(timed, "Play")
    assert product(timed) == [["19", ""], ["", ""]]
    timed.clock.run_for(1500)
    assert product(timed) == [["19", "22"], ["", ""]]
    timed.clock.run_for(5000)
    assert product(timed) == WHOLE
    expect(timed.get_by_role("button", name="Play")).to_be_visible()


def test_pausing_stays_at_the_current_step(timed: Page) -> None:
    click(timed, "Play")
    timed.clock.run_for(1500)
    click(timed, "Pause")
    timed.clock.run_for(5000)
    assert product(timed) == [["19", "22"], ["", ""]]
    click(timed, "Play")
    timed.clock.run_for(1500)
    assert product(timed) == WHOLE


def test_typing_pauses_the_animation(timed: Page) -> None:
    click(timed, "Play")
    number = timed.get_by_label("input 1 of sample 1")
    number.fill("")
    timed.clock.run_for(5000)
    expect(number).to_have_value("")
    assert product(timed) == [["19", ""], ["", ""]]
    expect(timed.get_by_role("button", name="Play")).to_be_visible()


def test_a_reset_ends_the_animation(timed: Page) -> None:
    click(timed, "Play")
    click(timed, "Reset")
    timed.clock.run_for(1500)
    assert product(timed) == WHOLE
    expect(timed.locator("explore-batch [role=status]")).to_contain_text("Step 4 of 4")


def test_a_step_is_read_out_only_when_it_is_paused(timed: Page) -> None:
    status = timed.locator("explore-batch [role=status]")
    click(timed, "Play")
    timed.clock.run_for(1500)
    expect(status).to_have_text("")
    click(timed, "Pause")
    timed.clock.run_for(500)
    expect(status).to_contain_text("Step 2 of 4")


def test_sizes_can_be_changed(live: Page) -> None:
    choose(live, "samples", "3")
    assert product(live) == [*WHOLE, ["9", "10"]]  # as on the page
    choose(live, "neurons", "3")
    assert product(live)[:2] == [["19", "22", "−1"], ["43", "50", "−5"]]


def test_a_hidden_number_is_kept(live: Page) -> None:
    choose(live, "samples", "3")
    live.get_by_label("input 2 of sample 3").fill("-0.5")
    assert product(live)[2] == ["−8.5", "−10"]
    choose(live, "samples", "1")
    choose(live, "inputs", "1")
    assert result(live) == "Step 2 of 2: sample 1 meets neuron 2\n1·6 = 6"
    choose(live, "samples", "3")
    choose(live, "inputs", "2")
    assert product(live)[2] == ["−8.5", "−10"]


def test_rows_and_columns_have_headers(live: Page) -> None:
    choose(live, "samples", "3")
    headers = {}
    for name in ("x", "W", "x Wᵀ"):
        table = live.get_by_role("table", name=name, exact=True)
        rows, columns = table.get_by_role("rowheader"), table.get_by_role("columnheader")
        headers[name] = [rows.all_text_contents(), columns.all_text_contents()]
    samples, inputs, neurons = (
        [f"{word} {i + 1}" for i in range(count)]
        for word, count in (("sample", 3), ("input", 2), ("neuron", 2))
    )
    assert headers == {"x": [samples, inputs], "W": [neurons, inputs], "x Wᵀ": [samples, neurons]}


def test_a_number_can_be_dragged(live: Page) -> None:
    weight = live.get_by_role("spinbutton", name="weight 2 of neuron 1")
    drag(live, weight, 18)
    assert product(live) == [["25", "22"], ["55", "50"]]
    drag(live, weight, 2000)
    expect(weight).to_have_value("99")


def test_a_number_looks_as_if_it_could_be_changed(live: Page) -> None:
    """Text in a field cannot be underlined in all browsers, so the line is drawn below it."""
    lines = live.locator("explore-batch label.nnfp-number").evaluate_all(
        "labels => labels.map(label => getComputedStyle(label, '::after').borderBottomStyle)"
    )
    assert set(lines) == {"dotted"}


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_label("input 1 of sample 1", exact=True).focus()
    for _ in range(7):
        live.keyboard.press("Tab")
    live.keyboard.type("-8")  # the last weight
    assert product(live) == [["19", "−10"], ["43", "−14"]]
    live.keyboard.press("Tab")  # Back
    live.keyboard.press("Enter")
    assert result(live) == "Step 3 of 4: sample 2 meets neuron 1\n3·5 + 4·7 = 15 + 28 = 43"
    for _ in range(4):
        live.keyboard.press("Tab")
    live.keyboard.type("1")  # samples
    assert product(live) == [["19", "−10"]]
    live.keyboard.press("Shift+Tab")  # Reset
    live.keyboard.press("Enter")
    assert result(live) == START


@pytest.mark.parametrize(("typed", "got"), [("100", "100"), ("-1e9", "-1e9"), ("", "none")])
def test_an_invalid_number_shows_a_message_without_changing_the_product(
    live: Page, typed: str, got: str
) -> None:
    field = live.get_by_label("weight 2 of neuron 1")
    field.fill(typed)
    expect(live.get_by_role("alert")).to_have_text("")  # the reader may go on typing
    field.press("Tab")
    sentence = f"Expected a number from −99 to 99 as weight 2 of neuron 1, got {got}."
    expect(live.get_by_role("alert")).to_have_text(sentence)
    assert result(live) == START
    expect(field).to_have_value("7")


def test_the_url_stores_the_state(live: Page) -> None:
    choose(live, "neurons", "3")
    click(live, "Back")
    live.get_by_label("weight 1 of neuron 2").fill("-6")
    wait_for_url(live, PAGE, {"neurons": "3", "step": "5", "w21": "-6"})
    click(live, "Reset")
    wait_for_url(live, PAGE, {})
    assert result(live) == START


def test_a_link_restores_its_state_in_any_order(tab: Tab) -> None:
    page = tab()
    heard = listen(page)
    visit(page, f"{PAGE}?w21=-6&step=5&neurons=3&z11=1e3&inputs=6&samples=2.0&z61=1")
    assert result(page) == "Step 5 of 6: sample 2 meets neuron 2\n3·(−6) + 4·8 = −18 + 32 = 14"
    assert product(page) == [["19", "10", "−1"], ["43", "14", ""]]
    assert page.get_by_role("alert").inner_text() == (
        "Expected a whole number from 1 to 5 as the number of samples, got 2.0. "
        "Expected a whole number from 1 to 5 as the number of inputs, got 6. "
        "Expected a number from −99 to 99 as input 1 of sample 1, got 1e3."
    )
    assert heard == []


def test_a_link_to_a_missing_step_shows_the_whole_product(tab: Tab) -> None:
    page = tab()
    visit(page, f"{PAGE}?samples=1&step=3")
    expect(page.get_by_role("alert")).to_have_text(
        "Expected a whole number from 1 to 2 as the step, got 3."
    )
    assert product(page) == [["19", "22"]]


def test_leaving_the_page_stops_playing(live: Page) -> None:
    heard = listen(live)
    live.evaluate("window.same = true")
    for name in ("samples", "neurons"):
        choose(live, name, "5")  # enough steps to be still playing when the reader leaves
    click(live, "Play")
    live.wait_for_url(lambda url: "step=" in url)
    live.get_by_role("link", name="Neuron").first.click()
    expect(live.locator("h1")).to_contain_text("Neuron")
    live.evaluate("history.back()")
    expect(live.get_by_role("button", name="Play")).to_be_visible()
    [step] = parse_qs(urlsplit(live.url).query)["step"]
    assert result(live).startswith(f"Step {step} of 25")
    assert live.evaluate("window.same"), "the page was loaded again"
    assert heard == []


def test_the_explorable_is_accessible(touched: Page) -> None:
    touched.get_by_role("button", name="Forward").tap()
    touched.get_by_label("weight 2 of neuron 1").tap()
    touched.keyboard.type("70")
    assert result(touched) == "Step 1 of 4: sample 1 meets neuron 1\n1·5 + 2·70 = 5 + 140 = 145"
    touched.get_by_role("button", name="Play").tap()
    touched.get_by_role("button", name="Pause").tap()
    assert shift(touched) < 0.01
    for name in ("samples", "inputs", "neurons"):
        choose(touched, name, "5")
    touched.get_by_label("input 5 of sample 5").fill("-98.765")
    touched.get_by_label("weight 1 of neuron 1").fill("-123")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    assert touched.evaluate(OVERFLOWS) == []
    assert unusable(touched, "explore-batch") == []


# What is wider than its cell.
OVERFLOWS = """() => {
    const wrong = [];
    for (const cell of document.querySelectorAll("explore-batch th ~ td:not([hidden])")) {
        const field = cell.querySelector("input");
        const text = new Range();
        text.selectNodeContents(cell);
        const wide = field
            ? field.scrollWidth > field.clientWidth
            : text.getBoundingClientRect().width > cell.getBoundingClientRect().width;
        if (wide) wrong.push(field ? field.value : cell.textContent);
    }
    return wrong;
}"""


def test_boxes_mark_the_sample_with_the_neuron_it_meets(live: Page) -> None:
    live.emulate_media(reduced_motion="reduce")  # otherwise, the boxes take a moment
    choose(live, "samples", "3")
    choose(live, "neurons", "4")
    for _ in range(7):
        click(live, "Forward")
    assert result(live).startswith("Step 7 of 12: sample 2 meets neuron 3")
    assert live.evaluate(BOXED) == [["3", "4"], ["-3", "1"], ["−5"]]


# The numbers whose middle is inside the box of their matrix.
BOXED = """() => [...document.querySelectorAll(".nnfp-matrix")].map(matrix => {
    const box = matrix.querySelector(".nnfp-met").getBoundingClientRect();
    return [...matrix.querySelectorAll("th ~ td:not([hidden])")].filter(cell => {
        const { x, y, width, height } = cell.getBoundingClientRect();
        const [left, top] = [x + width / 2, y + height / 2];
        return box.left < left && left < box.right && box.top < top && top < box.bottom;
    }).map(cell => cell.querySelector("input")?.value ?? cell.textContent);
})"""
