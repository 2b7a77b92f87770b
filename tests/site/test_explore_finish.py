"""Test the explorable that finishes names: its network, its picture, and how it is used."""

import gzip
import random
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Locator, Page, Route, expect
from torch import Tensor

from audit.browse import listen, shift, unusable
from nnfp import draw
from nnfp.attention import Transformer, attention_weights, trained_transformer
from nnfp.letters import LETTERS, names, windows
from pages.project import DOCS
from tests.conftest import Tab
from tests.nnfp.draw.figures import SVG, attribute, elements
from tests.site.explorables import FOLLOW, stop_clock, wait_for_url

PAGE = "learn/attention/"
SCRIPT = (DOCS / "assets/explore-finish.js").read_text(encoding="utf-8")
HEADS = [f"head-{block}-{head}" for block in (1, 2) for head in (1, 2, 3, 4)]

# Shows each start as a link to it would, and returns what the picture shows.
SHOW = f"""async starts => {{
    {FOLLOW}
    const figure = document.querySelector("explore-finish");
    follow({{ start: "a" }});
    while (!window.nnfpTransformer) await new Promise(done => setTimeout(done, 10));
    return starts.map(start => {{
        follow({{ start }});
        const parts = {{}};
        for (const part of figure.querySelectorAll("svg [data-part]")) {{
            parts[part.dataset.part] = [...part.querySelectorAll("rect")].map(rect => [
                ...["x", "y", "width", "height"].map(name => Number(rect.getAttribute(name))),
                Number(rect.style.fillOpacity),
            ]);
        }}
        return {{
            parts,
            texts: [...figure.querySelectorAll("svg text")].map(text => text.textContent),
            label: figure.querySelector("svg[role=img]").ariaLabel,
            says: figure.querySelector(".nnfp-result").textContent,
        }};
    }});
}}"""


def starts() -> list[str]:
    """Return starts of names, real and random ones, of every length from 0 to 15."""
    chance = random.Random(0)
    _, valid = names()
    real = [name[: chance.randint(1, len(name))] for name in chance.sample(valid, 20)]
    made = ["".join(chance.choices(LETTERS[1:], k=length)) for length in range(16)]
    return real + made


@pytest.fixture(scope="session")
def net() -> Transformer:
    return trained_transformer().double()


def read(net: Transformer, start: str) -> tuple[list[Tensor], Tensor]:
    """Return what the last letter attends to, for each head, and the logits, as torch computes."""
    letters = windows([start], size=1)[0].flatten()
    attention: list[Tensor] = []

    def on_block(block: Any, given: tuple[Tensor], _: Tensor) -> None:
        query, key, _ = block.attention.split(block.norm1(given[0]))
        attention.extend(attention_weights(query, key, is_causal=True)[:, -1])

    hooks = [block.register_forward_hook(on_block) for block in net.blocks]
    with torch.no_grad():
        logits = net(letters)[-1]
    for hook in hooks:
        hook.remove()
    return attention, logits


def expected_name(net: Transformer, start: str, drawn: list[float]) -> str:
    """Write a name with these random numbers from 0 to 1: each picks a letter."""
    name = start
    for number in drawn:
        shares = read(net, name)[1].softmax(0).cumsum(0)
        letter = int((shares <= number).sum())
        if letter == 0 or len(name) == 15:
            break
        name += LETTERS[letter]
    return name


@pytest.fixture
def live(tab: Tab) -> Page:
    page = tab()
    visit(page, PAGE)
    return page


@pytest.fixture(params=["wide", "narrow"])
def touched(tab: Tab, request: pytest.FixtureRequest) -> Page:
    page = tab(has_touch=True, reduced_motion="reduce")
    if request.param == "narrow":
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
    visit(page, PAGE)
    return page


def visit(page: Page, url: str) -> None:
    page.goto(url)
    button(page, "Reset").wait_for()


def button(page: Page, name: str) -> Locator:
    return page.locator("explore-finish").get_by_role("button", name=name, exact=True)


def field(page: Page) -> Locator:
    return page.get_by_label("start of a name")


def result(page: Page) -> Locator:
    return page.locator("explore-finish .nnfp-result")


def numbers(page: Page) -> Locator:
    return page.locator("explore-finish p.nnfp-quiet")


def message(page: Page) -> Locator:
    return page.locator("explore-finish [role=alert]")


def part(page: Page, name: str) -> Locator:
    return page.locator(f"explore-finish svg [data-part={name}] text")


def letters(page: Page) -> Locator:
    return page.locator("explore-finish svg [data-part^=letter-] text")


def draw_next(page: Page, drawn: list[float]) -> None:
    """Let the page's random numbers be these, and then 0.5."""
    page.evaluate("drawn => { Math.random = () => drawn.shift() ?? 0.5; }", drawn)


# The network


def test_numbers_equal_those_of_torch(live: Page, net: Transformer) -> None:
    """The page computes them inside a function, so the test takes its source."""
    [forward] = re.findall(r"  const forward = .*?\n  \};\n", SCRIPT, re.DOTALL)
    live.evaluate(SHOW, [])
    inputs = [windows([start], size=1)[0].flatten().tolist() for start in starts()]
    computed = live.evaluate(
        f"all => {{ {forward} return all.map(x => forward(window.nnfpTransformer, x)); }}", inputs
    )
    for start, seen in zip(starts(), computed, strict=True):
        attention, logits = read(net, start)
        assert len(seen["attention"]) == len(attention) == 8
        for shares, expected in [
            *zip(seen["attention"], attention, strict=True),
            (seen["logits"], logits),
            (seen["probabilities"], logits.softmax(0)),
        ]:
            actual = torch.tensor(shares, dtype=torch.float64)
            torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-12)


def test_the_picture_is_the_one_that_the_package_draws(live: Page, net: Transformer) -> None:
    for start, seen in zip(starts(), live.evaluate(SHOW, starts()), strict=True):
        picture = draw.finishing(net, start)
        assert seen["label"] == picture.title
        if len(start) < 15:
            assert seen["says"].replace("\u00a0", " ") == f"{picture.title}."
        assert seen["texts"] == ["".join(text.itertext()) for text in elements(picture, "text")]
        for group in elements(picture, "g"):
            name = attribute(group, "data-part")
            if not name.startswith("letter"):  # the site has frames around their columns
                rects = group.findall(f"{SVG}rect")
                expected = [numbers_of(rect.attrib) for rect in rects]
                assert seen["parts"][name] == [pytest.approx(one, abs=0.11) for one in expected]


def numbers_of(rect: dict[str, str]) -> list[float]:
    shade = re.findall(r"fill-opacity: ([\d.]+)", rect["style"])[0]
    return [*(float(rect[name]) for name in ("x", "y", "width", "height")), float(shade)]


@pytest.mark.parametrize("start", ["", "x"])
def test_a_name_is_written_with_the_probabilities_of_the_network(
    tab: Tab, net: Transformer, start: str
) -> None:
    page = tab(reduced_motion="reduce")
    visit(page, PAGE)
    field(page).fill(start)
    chance = random.Random(len(start))
    for _ in range(5):
        drawn = [chance.random() for _ in range(16)]
        draw_next(page, drawn)
        button(page, "Finish the name").click()
        name = expected_name(net, start, drawn)
        expect(result(page)).to_contain_text(f"The network writes {name}. ")


def test_the_weights_have_less_than_60_kilobytes() -> None:
    script = (DOCS / "assets/weights/transformer.js").read_bytes()
    assert len(gzip.compress(script)) < 60_000


# How it is used


def test_at_the_start_the_figure_is_that_of_the_page(live: Page) -> None:
    expect(result(live)).to_have_text("Type how your name begins, or let the network finish mar.")
    expect(field(live)).to_have_value("mar")
    expect(numbers(live)).to_have_text("Point at a head, a letter or a bar to see its numbers.")
    figure = (DOCS / "learn/figures/attention-finish.svg").read_text(encoding="utf-8")
    label = live.locator("explore-finish svg[role=img]").get_attribute("aria-label")
    assert f"<title>{label}</title>" in figure


@pytest.mark.parametrize("use", ["type", "next", "point", "choose"])
def test_the_weights_are_requested_at_the_first_use(tab: Tab, use: str) -> None:
    page = tab(reduced_motion="reduce")
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    visit(page, PAGE)
    page.wait_for_load_state("networkidle")
    assert not [url for url in urls if "weights" in url]
    draw_next(page, [])
    if use == "type":
        field(page).fill("maria")
        expect(result(page)).to_contain_text("After maria, the likeliest are the end with")
    elif use == "next":
        button(page, "Next letter").click()
        expect(result(page)).to_contain_text(re.compile("^After mar[a-z], the likeliest are"))
    elif use == "point":
        part(page, "head-1-1").hover()
        expect(numbers(page)).to_contain_text("In block 1, head 1, r attends to: the dot")
    else:
        page.get_by_label("look at").select_option("2-1")
        expect(numbers(page)).to_contain_text("In block 2, head 1, r attends to: the dot")
    loaded = [url for url in urls if "weights" in url]
    assert len(loaded) == 1 and loaded[0].endswith("/assets/weights/transformer.js")


def test_a_message_says_that_the_weights_did_not_load(page: Page) -> None:
    page.route("**/weights/transformer.js", lambda route: route.abort())
    visit(page, PAGE)
    button(page, "Finish the name").click()
    said = "The weights could not be loaded. To try again, finish the name."
    expect(result(page)).to_have_text(said)
    expect(page.locator("explore-finish [role=status]")).to_have_text(said)
    part(page, "head-1-1").hover()
    part(page, "letter-1").hover()
    expect(result(page)).to_have_text(said)
    page.unroute("**/weights/transformer.js")
    button(page, "Finish the name").click()
    expect(result(page)).to_contain_text("The network writes mar")


def test_a_page_in_place_of_the_weights_is_an_error_too(page: Page) -> None:
    page.route("**/weights/transformer.js", lambda route: route.fulfill(body="// no weights"))
    visit(page, PAGE)
    button(page, "Finish the name").click()
    expect(result(page)).to_contain_text("The weights could not be loaded.")


def test_weights_that_come_late_are_read_out(page: Page) -> None:
    waiting: list[Route] = []
    page.route("**/weights/transformer.js", lambda route: waiting.append(route))
    visit(page, PAGE)
    field(page).fill("jo")
    spoken = page.locator("explore-finish [role=status]")
    expect(spoken).to_have_text("The weights are loading …")
    waiting[0].continue_()
    expect(spoken).to_contain_text("After jo, the likeliest are")


def test_letters_are_added_one_at_a_time(live: Page) -> None:
    draw_next(live, [0.3, 0.01])
    button(live, "Next letter").click()
    expect(result(live)).to_contain_text(re.compile("^After mar[a-z], the likeliest are"))
    name = "".join(letters(live).all_text_contents()).removeprefix(".")
    assert name.startswith("mar") and len(name) == 4
    expect(part(live, "who")).to_have_text(f"{name[-1]} attends to")
    live.evaluate("Math.random = () => 0")
    button(live, "Next letter").click()
    expect(result(live)).to_contain_text(f"The network writes {name}. Finish the name again")
    live.evaluate("Math.random = () => 0.3")
    button(live, "Next letter").click()
    expect(result(live)).to_contain_text(f"After {name}, the likeliest are")


def test_a_name_is_finished_letter_by_letter(page: Page, net: Transformer) -> None:
    name = expected_name(net, "el", [0.5] * 14)
    visit(page, PAGE)
    field(page).fill("el")
    expect(result(page)).to_contain_text("After el, the likeliest are")
    stop_clock(page)
    draw_next(page, [])
    button(page, "Finish the name").click()
    assert len(name) > 4
    for length in range(3, len(name)):
        expect(result(page)).to_contain_text(f"After {name[:length]}, the")
        page.clock.run_for(100)
        expect(result(page)).to_contain_text(f"After {name[:length]}, the")
        page.clock.run_for(50)
    page.clock.run_for(150)
    expect(result(page)).to_contain_text(f"The network writes {name}.")


def let_it_finish(page: Page, start: str) -> None:
    """Let the network finish a name, as far as it gets while the page's clock is stopped."""
    visit(page, PAGE)
    field(page).fill(start)
    expect(result(page)).to_contain_text(f"After {start}, the likeliest are")
    stop_clock(page)
    button(page, "Finish the name").click()


def test_typing_stops_the_network(page: Page) -> None:
    let_it_finish(page, "jo")
    field(page).fill("anna")
    page.clock.run_for(3000)
    expect(result(page)).to_contain_text("After anna, the likeliest are the end with")


def test_a_wrong_start_stops_the_network_too(page: Page) -> None:
    let_it_finish(page, "jo")
    field(page).press("End")
    field(page).press_sequentially("1")
    page.clock.run_for(3000)
    expect(field(page)).to_have_value("jo1")
    expect(message(page)).to_have_text("Expected letters from a to z, got jo1.")


def test_a_name_has_at_most_15_letters(live: Page) -> None:
    field(live).fill("maximilianmaxim")
    said = "maximilianmaxim has 15 letters, and the network reads no more."
    for name in ("Next letter", "Finish the name"):
        expect(result(live)).to_have_text(said)
        button(live, name).click()
    expect(result(live)).to_have_text(said)
    field(live).press_sequentially("i")
    expect(message(live)).to_have_text("Expected at most 15 letters, got 16.")
    expect(result(live)).to_be_hidden()


def test_other_characters_are_refused(live: Page) -> None:
    for text in ("mar1", "é", "jo ann", "o'neil", "иван", "."):
        field(live).fill(text)
        expect(message(live)).to_have_text(f"Expected letters from a to z, got {text}.")
        field(live).press("Enter")
    field(live).blur()
    expect(field(live)).to_have_value("mar")
    expect(letters(live)).to_have_text([".", "m", "a", "r"])


def test_a_name_may_have_capital_letters(live: Page) -> None:
    field(live).fill(" Ann ")
    expect(result(live)).to_contain_text("After ann, the likeliest are a with")
    expect(message(live)).to_have_text("")


def test_a_head_shows_its_numbers(live: Page, net: Transformer) -> None:
    attention, _ = read(net, "anna")
    field(live).fill("Anna")
    named = ["the dot", "a", "n", "n", "a"]
    for i in (0, 5):
        texts = [
            f"{name} {100 * share:.0f}%" for name, share in zip(named, attention[i], strict=True)
        ]
        live.get_by_label("look at").select_option(HEADS[i].removeprefix("head-"))
        expect(numbers(live)).to_have_text(
            f"In block {i // 4 + 1}, head {i % 4 + 1}, a attends to: "
            f"{', '.join(texts[:-1])} and {texts[-1]}."
        )
    faded = live.locator("explore-finish svg .nnfp-faded")
    expect(faded).to_have_count(7)
    part(live, HEADS[5]).click()
    expect(faded).to_have_count(0)
    part(live, HEADS[2]).click()
    expect(live.get_by_label("look at")).to_have_value("1-3")


def test_a_letter_shows_how_much_each_head_attends_to_it(live: Page, net: Transformer) -> None:
    shares = [f"{100 * each[2]:.0f}%" for each in read(net, "anna")[0]]
    field(live).fill("Anna")
    part(live, "letter-2").hover()
    one, other = (f"{', '.join(four[:3])} and {four[3]}" for four in (shares[:4], shares[4:]))
    expect(numbers(live)).to_have_text(
        f"a attends to letter 2, n: {one} in block 1, {other} in block 2."
    )


def test_a_bar_shows_its_probability(live: Page, net: Transformer) -> None:
    probabilities = read(net, "anna")[1].softmax(0)
    field(live).fill("Anna")
    part(live, "next-12").hover()
    expect(numbers(live)).to_have_text(f"The next letter is l with {100 * probabilities[12]:.1f}%.")
    part(live, "next-0").hover()
    expect(numbers(live)).to_have_text(f"The name ends here with {100 * probabilities[0]:.1f}%.")


# Keyboard, touch, screen readers


def test_everything_works_from_the_keyboard(tab: Tab) -> None:
    page = tab(reduced_motion="reduce")
    visit(page, PAGE)
    draw_next(page, [])
    spoken = page.locator("explore-finish [role=status]")
    field(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("jos")
    expect(spoken).to_contain_text("After jos, the likeliest are e with")
    page.keyboard.press("Enter")
    expect(spoken).to_contain_text("The network writes jos")
    for name in ("Next letter", "Finish the name", "Reset"):
        page.keyboard.press("Tab")
        expect(button(page, name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("mar")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(spoken).to_contain_text("In block 1, head 1, r attends to: the dot")


def test_the_explorable_is_accessible(touched: Page) -> None:
    heard = listen(touched)
    assert shift(touched) < 0.01
    field(touched).fill("elizabethannmar")
    expect(result(touched)).to_contain_text("has 15 letters")
    field(touched).fill("ann")
    button(touched, "Finish the name").tap()
    expect(result(touched)).to_contain_text("The network writes ann")
    part(touched, "head-2-3").tap()
    expect(numbers(touched)).to_contain_text("In block 2, head 3")
    field(touched).fill("4")
    expect(message(touched)).to_be_visible()
    assert unusable(touched, "explore-finish") == []
    assert heard == []


# The URL


def test_the_url_stores_the_name(live: Page, page: Page) -> None:
    field(live).fill("ro")
    live.get_by_label("look at").select_option("1-2")
    draw_next(live, [0.99, 0.99])
    for _ in range(2):
        button(live, "Next letter").click()
    rest = live.evaluate("document.querySelector('explore-finish').state.rest")
    wait_for_url(live, PAGE, {"start": "ro", "rest": rest, "head": "1-2"})
    heard = listen(page)
    visit(page, live.url)
    expect(result(page)).to_have_text(result(live).inner_text())
    expect(numbers(page)).to_contain_text("In block 1, head 2")
    button(page, "Reset").click()
    wait_for_url(page, PAGE, {})
    expect(result(page)).to_contain_text("After mar, the likeliest are")
    assert heard == []


LINKS = {
    "start=m4x": "Expected letters from a to z, got m4x.",
    "rest=a.b": "Expected letters from a to z, got a.b.",
    "start=abcdefgh&rest=ijklmnop": "Expected at most 15 letters, got 16.",
    "head=3-1": "Expected a head from 1-1 to 2-4, got 3-1.",
}


def test_a_link_with_something_else_says_so(live: Page) -> None:
    for link, says in LINKS.items():
        live.evaluate(f"link => {{ {FOLLOW} follow(link); }}", link)
        expect(message(live)).to_have_text(says)


def test_it_works_from_a_file(tab: Tab, offline: Path) -> None:
    page = tab(reduced_motion="reduce")
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    visit(page, (offline / "learn/attention.html").as_uri())
    button(page, "Finish the name").click()
    expect(result(page)).to_contain_text("The network writes mar")
    assert heard == []
