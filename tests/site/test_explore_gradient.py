"""Test the explorable of the gradient page: every number equals that of torch."""

import random
from typing import Any

import pytest
import torch
from playwright.sync_api import Page, expect

from audit.browse import listen, sent, shift, unusable
from nnfp import Value, draw
from nnfp.draw.words import number
from tests.conftest import Tab
from tests.nnfp.draw.figures import texts
from tests.site.explorables import FOLLOW, drag, visit, wait_for_url

PAGE = "learn/gradient/"
WHOLE = "Next walks through the 15 steps.\nThe slopes of the weights are −4 and −8."
START = {"x1": "1", "w1": "5", "x2": "2", "w2": "7", "target": "21"}
FORWARD = ["p1", "p2", "total", "error", "loss"]
BACKWARD = ["loss", "error", "total", "p2", "p1", "target", "w2", "x2", "w1", "x1"]
State = dict[str, str]
# Shows each state and walks through its steps. The first half of the states is typed, as a reader
# would; the others come from links.
DRIVE = f"""states => {{
    {FOLLOW}
    const explorable = document.querySelector("explore-gradient");
    const type = (name, value) => {{
        const field = explorable.querySelector(`[name=${{name}}]`);
        field.value = value;
        field.dispatchEvent(new Event("input"));
    }};
    const next = [...explorable.querySelectorAll("button")].find(b => b.textContent === "Next");
    const circles = [...explorable.querySelectorAll("svg [data-part]:has(text + text)")];
    const names = circles.map(circle => circle.dataset.part);
    const texts = ending => Object.fromEntries(names.map(name =>
        [name, explorable.querySelector(`svg [data-part=${{name}}${{ending}}] text`).textContent]));
    const look = () => ({{
        place: explorable.querySelector(".nnfp-result").firstChild.textContent,
        formula: explorable.querySelector(".nnfp-result").lastChild.textContent,
        values: texts(""),
        slopes: texts("-slope"),
        locals: [...explorable.querySelectorAll('[data-part*="-to-"]')]
            .map(part => part.dataset.part + part.textContent.trim()),
        title: explorable.querySelector("svg").ariaLabel,
    }});
    return states.map((state, i) => {{
        if (i < states.length / 2) Object.entries(state).forEach(entry => type(...entry));
        else follow(state);
        const steps = [];
        for (let i = 0; i < 16; i++) {{
            next.click();
            steps.push(look());
        }}
        return {{steps, message: explorable.querySelector("[role=alert]").textContent}};
    }});
}}"""


def random_states(count: int, most: int = 9, most_target: int = 99) -> list[State]:
    """Make states with whole numbers of all sizes. In some, the error is 0."""
    chance = random.Random(0)
    states = []
    for i in range(count):
        x1, w1, x2, w2 = (
            chance.choice([-most, 0, 1, most, chance.randint(-8, 8) % most]) for _ in "1234"
        )
        exact = x1 * w1 + x2 * w2
        target = exact if i % 4 == 0 else chance.randint(-most_target, most_target)
        if abs(target) > most_target:
            target = most_target
        numbers = {"x1": x1, "w1": w1, "x2": x2, "w2": w2, "target": target}
        states.append({name: str(value) for name, value in numbers.items()})
    return states


def compute(make: Any, state: State) -> dict[str, Any]:
    """Compute all values of the figure, from leaves that `make` makes."""
    x1, w1, x2, w2, target = (make(float(state[name])) for name in START)
    p1, p2 = x1 * w1, x2 * w2
    total = p1 + p2
    error = total - target
    loss = error * error
    leaves = {"x1": x1, "w1": w1, "x2": x2, "w2": w2, "target": target}
    return leaves | {"p1": p1, "p2": p2, "total": total, "error": error, "loss": loss}


def torchs(state: State) -> tuple[dict[str, float], dict[str, float]]:
    """Return all numbers and all slopes as torch computes them."""
    tensors = compute(lambda x: torch.tensor(x, requires_grad=True), state)
    for tensor in tensors.values():
        tensor.retain_grad()
    tensors["loss"].backward()
    slopes = {name: tensor.grad.item() for name, tensor in tensors.items()}
    return {name: tensor.item() for name, tensor in tensors.items()}, slopes


def test_every_step_equals_the_numbers_of_torch(live: Page) -> None:
    states = random_states(24)
    for state, shown in zip(states, live.evaluate(DRIVE, states), strict=True):
        assert shown["message"] == ""
        data, slopes = torchs(state)
        for i, seen in enumerate(shown["steps"][:15]):
            known = [*START, *FORWARD[: i + 1]]
            found = BACKWARD[: max(0, i - 4)]
            assert seen["values"] == {
                name: number(value) if name in known else "" for name, value in data.items()
            }
            assert seen["slopes"] == {
                name: f"slope {number(slope)}" if name in found else ""
                for name, slope in slopes.items()
            }
            way = "backward" if found else "forward"
            assert seen["place"] == f"Step {i + 1} of 15, {way}"
            current = found[-1] if found else known[-1]
            result = slopes[current] if found else data[current]
            assert seen["formula"].startswith(f"slope of {current} = " if found else current)
            assert seen["formula"].split(" = ")[-1] == number(result)
            assert is_true(seen["formula"])
        assert shown["steps"][15]["place"].startswith("Next")


def is_true(formula: str) -> bool:
    """Return whether the sides of an equation that consist of numbers are equal."""
    ascii_only = formula.replace("−", "-").replace("·", "*")
    sides = [side for side in ascii_only.split(" = ") if not any(c.isalpha() for c in side)]
    return len({eval(side) for side in sides}) == 1


def test_the_picture_equals_the_figure_of_the_package(live: Page) -> None:
    states = random_states(12, 2, 5)
    for state, shown in zip(states, live.evaluate(DRIVE, states), strict=True):
        values = compute(Value, state)
        values["loss"].backward()
        picture = draw.graph(values)
        whole = shown["steps"][15]
        assert whole["title"] == picture.title
        drawn = [*whole["values"].values(), *whole["slopes"].values()]
        drawn += [text[text.index("×") :] for text in whole["locals"]]
        assert sorted([*drawn, *values]) == sorted(texts(picture))


def click(page: Page, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def result(page: Page) -> str:
    return page.locator("explore-gradient .nnfp-result").inner_text()


def test_it_starts_with_the_figure(live: Page) -> None:
    assert live.locator("explore-gradient svg text").all_text_contents() == sent(
        live, "explore-gradient svg text"
    )
    assert result(live) == WHOLE
    fields = live.locator("explore-gradient input").all()
    assert {field.get_attribute("name"): field.input_value() for field in fields} == START


def test_buttons_step_in_both_directions(live: Page) -> None:
    click(live, "Next")
    assert result(live) == "Step 1 of 15, forward\np1 = x1 · w1 = 1 · 5 = 5"
    expect(live.locator("explore-gradient [role=status]")).to_have_text(
        "Step 1 of 15, forward. p1 = x1 · w1 = 1 · 5 = 5"
    )
    click(live, "Next", 6)
    # Two paths lead from the error to the loss.
    assert result(live) == "Step 7 of 15, backward\nslope of error = 1·(−2) + 1·(−2) = −4"
    click(live, "Previous")
    assert result(live) == "Step 6 of 15, backward\nslope of loss = 1"
    click(live, "Previous", 6)
    assert result(live) == WHOLE
    click(live, "Previous")
    assert result(live) == "Step 15 of 15, backward\nslope of x1 = −4·5 = −20"


def test_the_current_circle_has_a_thicker_line(live: Page) -> None:
    def thick() -> list[str]:
        found: list[str] = live.locator("explore-gradient svg").evaluate(
            """svg => [...svg.querySelectorAll("[data-part] rect")]
                .filter(rect => rect.style.strokeWidth === "5")
                .map(rect => rect.closest("[data-part]").dataset.part)"""
        )
        return found

    assert thick() == []
    click(live, "Next", 3)
    assert thick() == ["total"]
    click(live, "Next", 5)
    assert thick() == ["total"]
    click(live, "Reset")
    assert thick() == []


def test_it_works_by_keyboard_alone(live: Page) -> None:
    live.get_by_role("spinbutton", name="x1").focus()
    live.keyboard.type("-3")
    for _ in range(6):
        live.keyboard.press("Tab")  # four fields more, Previous, Next
    live.keyboard.press("Enter")
    assert result(live) == "Step 1 of 15, forward\np1 = x1 · w1 = −3 · 5 = −15"
    live.keyboard.press("Tab")  # Reset
    live.keyboard.press("Enter")
    assert result(live) == WHOLE


def test_a_number_in_the_picture_can_be_dragged(live: Page) -> None:
    drag(live, live.locator("explore-gradient label", has=live.get_by_label("w1")), 12)
    assert result(live).endswith("The slopes of the weights are 0 and 0.")
    expect(live.get_by_role("spinbutton", name="w1")).to_have_value("7")


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("w1", "10", "from −9 to 9 as w1, got 10."),
        ("x2", "1.5", "from −9 to 9 as x2, got 1.5."),
        ("target", "100", "from −99 to 99 as target, got 100."),
        ("target", "", "from −99 to 99 as target, got none."),
    ],
)
def test_an_invalid_number_shows_a_message_without_changing_the_figure(
    live: Page, name: str, typed: str, sentence: str
) -> None:
    field = live.get_by_role("spinbutton", name=name)
    field.fill(typed)
    expect(live.get_by_role("alert")).to_have_text("")  # the reader may go on typing
    field.press("Tab")
    expect(live.get_by_role("alert")).to_have_text(f"Expected a whole number {sentence}")
    assert result(live) == WHOLE
    expect(field).to_have_value(START[name])


def test_the_url_stores_the_state(live: Page) -> None:
    live.get_by_role("spinbutton", name="w2").fill("-7")
    click(live, "Next", 2)
    wait_for_url(live, PAGE, {"w2": "-7", "step": "2"})
    click(live, "Reset")
    wait_for_url(live, PAGE, {})


def test_a_link_restores_its_state(tab: Tab) -> None:
    page = tab()
    heard = listen(page)
    visit(page, f"{PAGE}?w2=-7&step=2&x1=0.5")
    assert result(page) == "Step 2 of 15, forward\np2 = x2 · w2 = 2 · (−7) = −14"
    expect(page.get_by_role("alert")).to_have_text(
        "Expected a whole number from −9 to 9 as x1, got 0.5."
    )
    page.goto(f"{PAGE}?step=16")
    expect(page.get_by_role("alert")).to_have_text(
        "Expected a whole number from 1 to 15 as the step, got 16."
    )
    assert result(page) == WHOLE
    assert heard == []


def test_the_explorable_is_accessible(touched: Page) -> None:
    touched.get_by_role("button", name="Next").tap()
    assert shift(touched) < 0.01
    for name, value in {"x1": "9", "w1": "9", "x2": "9", "w2": "-9", "target": "-99"}.items():
        touched.get_by_role("spinbutton", name=name).fill(value)
    touched.get_by_role("spinbutton", name="w1").fill("123")
    touched.keyboard.press("Enter")
    assert touched.get_by_role("alert").inner_text() != ""
    click(touched, "Previous")
    click(touched, "Previous")
    assert touched.evaluate(OVERFLOWS) == []
    assert unusable(touched, "explore-gradient") == []


# The texts that are not inside the picture, or wider than their circle.
OVERFLOWS = """() => {
    const svg = document.querySelector("explore-gradient svg");
    const around = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        const rect = text.parentElement.querySelector(":scope > rect");
        const circle = text.matches("rect + text") && rect.getBoundingClientRect();
        return box.left < around.left || box.right > around.right
            || (circle && box.width > circle.width);
    }).map(text => text.textContent);
}"""
