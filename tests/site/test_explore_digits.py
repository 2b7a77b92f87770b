"""Test the explorable that reads drawn digits: its strokes, its network, and how it is used."""

import json
import math
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import Tensor

from audit.browse import listen, shift, unusable
from benchmarks import weights
from nnfp import MLP, accuracy, digits, evaluate
from pages.project import DOCS
from tests.conftest import Tab
from tests.site.explorables import FOLLOW, middle, wait_for_url

# The drawings are shown once, not once in each process.
pytestmark = pytest.mark.xdist_group("digits")

PAGE = ""
Point = tuple[float, float]
Strokes = list[list[Point]]
DRAWN: dict[str, Strokes] = json.loads(
    (Path(__file__).parent / "drawn_digits.json").read_text(encoding="utf-8")
)
SCRIPT = (DOCS / "assets/explore-digits.js").read_text(encoding="utf-8")
EXAMPLES = re.findall(r'^    "([\w.-]+)",$', SCRIPT, re.MULTILINE)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

# Shows each drawing as a link to it would, and returns what the picture shows.
SHOW = f"""async drawings => {{
    {FOLLOW}
    const figure = document.querySelector("explore-digits");
    const shades = name => [...figure.querySelectorAll(`[data-part=${{name}}] rect`)]
        .map(cell => Number(cell.style.fillOpacity));
    const bar = digit => figure.querySelector(`[data-part=digit-${{digit}}] rect`);
    follow({{ strokes: "AA" }});
    while (!window.nnfpDigits) await new Promise(done => setTimeout(done, 10));
    return drawings.map(strokes => {{
        follow({{ strokes }});
        return {{
            image: shades("image"),
            hidden: shades("hidden"),
            bars: [...Array(10).keys()].map(digit => Number(bar(digit).getAttribute("width"))),
            says: figure.querySelector(".nnfp-result").textContent,
            label: figure.querySelector("svg[role=img]").ariaLabel,
            share: figure.querySelector("[data-part=share] text").textContent,
            message: figure.querySelector("[role=alert]").textContent,
        }};
    }});
}}"""

# Whether the URL has the whole drawing. A slow drawing is noted in parts.
NOTED = """() => document.querySelector("explore-digits").state.strokes ===
    new URLSearchParams(location.search).get("strokes")"""


def decode(text: str) -> Strokes:
    """Return the strokes in a URL: each begins in steps of 4, and its other points are moves."""
    strokes: Strokes = []
    for stroke in filter(None, text.split(".")):
        codes = [LETTERS.index(letter) for letter in stroke]
        x, y = 4 * codes[0], 4 * codes[1]
        points: list[Point] = [(x, y)]
        for right, down in zip(codes[2::2], codes[3::2], strict=True):
            x, y = x + right - 32, y + down - 32
            points.append((x, y))
        strokes.append(points)
    return strokes


def encode(strokes: Strokes) -> str:
    """Write strokes as the URL has them; no two neighboring points may be far from each other."""
    written = []
    for first, *rest in strokes:
        x, y = (4 * round(c / 4) for c in first)
        text = LETTERS[x // 4] + LETTERS[y // 4]
        for point in rest:
            right, down = round(point[0]) - x, round(point[1]) - y
            text += LETTERS[right + 32] + LETTERS[down + 32]
            x, y = x + right, y + down
        written.append(text)
    return ".".join(written)


def count_dark(strokes: Strokes) -> Tensor:
    """Treat strokes as the data were: 64 counts of dark pixels, from 0 to 16."""
    points = torch.tensor([point for stroke in strokes for point in stroke], dtype=torch.float64)
    x, y = points.T
    height = y.max() - y.min()
    if height > 0:  # no slant: the left ends of top and bottom are above each other
        top, bottom = (x[(y - end).abs() <= 0.08 * height].min() for end in (y.min(), y.max()))
        x = x - ((bottom - top) / height).clamp(-0.7, 0.7) * y
    width, height = (max(size, 24) for size in (x.max() - x.min(), y.max() - y.min()))
    across = min(14 / width, 26 / height)
    down = min(26 / height, 2 * across)
    x = 16 + (x - (x.min() + x.max()) / 2) * across
    y = 16 + (y - (y.min() + y.max()) / 2) * down
    place = torch.arange(32, dtype=torch.float64) + 0.5
    rows, columns = torch.meshgrid(place, place, indexing="ij")
    nearest = torch.full((32, 32), math.inf, dtype=torch.float64)
    begin = 0
    for stroke in strokes:
        part = range(begin, begin + len(stroke))
        for i in part:
            j = max(i - 1, begin)
            dx, dy = x[i] - x[j], y[i] - y[j]
            share = ((columns - x[j]) * dx + (rows - y[j]) * dy) / (dx * dx + dy * dy)
            share = share.nan_to_num(0).clamp(0, 1)
            right, below = columns - x[j] - share * dx, rows - y[j] - share * dy
            nearest = torch.minimum(nearest, right * right + below * below)
        begin += len(stroke)
    bitmap = torch.zeros(1024, dtype=torch.float64)
    # In float32, places that are equally near have the same distance. The first ones are dark.
    bitmap[nearest.flatten().float().argsort(stable=True)[:312]] = 1
    return bitmap.reshape(8, 4, 8, 4).sum(dim=(1, 3)).flatten()


@pytest.fixture(scope="session")
def net() -> MLP:
    net = MLP([64, 64, 10]).double()
    state = json.loads(weights.PACKAGE.read_text(encoding="utf-8"))
    net.load_state_dict(
        {name: torch.tensor(values, dtype=torch.float64) for name, values in state.items()}
    )
    return net


def read(net: MLP, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Return the hidden activations and the probabilities that torch computes."""
    with torch.no_grad():
        hidden = net.layers[0](counts / 16).relu()
        return hidden, net(counts / 16).softmax(0)


@pytest.fixture
def live(tab: Tab) -> Page:
    page = tab()
    visit(page, PAGE)
    return page


@pytest.fixture(params=["wide", "narrow"])
def touched(tab: Tab, request: pytest.FixtureRequest) -> Page:
    page = tab(has_touch=True)
    if request.param == "narrow":
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
    visit(page, PAGE)
    return page


def visit(page: Page, url: str) -> None:
    page.goto(url)
    pad(page).wait_for()


def pad(page: Page) -> Locator:
    return page.locator(".nnfp-pad")


def result(page: Page) -> Locator:
    return page.locator("explore-digits .nnfp-result")


def button(page: Page, name: str) -> Locator:
    return page.locator("explore-digits").get_by_role("button", name=name, exact=True)


def requested(page: Page) -> list[str]:
    """Start to collect the requests for the weights."""
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    return urls


def move(page: Page, strokes: Strokes, size: float = 1, at: Point = (0, 0)) -> None:
    """Draw strokes with the mouse."""
    middle(pad(page))  # scrolls
    box = pad(page).locator("svg").bounding_box()
    assert box
    scale = box["width"] / 256

    def place(point: Point) -> Point:
        x, y = (at[k] + size * c for k, c in enumerate(point))
        return box["x"] + scale * x, box["y"] + scale * y

    for first, *rest in strokes:
        page.mouse.move(*place(first))
        page.mouse.down()
        for point in rest:
            page.mouse.move(*place(point))
        page.mouse.up()


# The weights


def test_the_site_and_the_package_have_the_same_weights() -> None:
    script = weights.SITE.read_text(encoding="utf-8")
    site = json.loads(script[script.index("{") : script.rindex("}") + 1])
    assert site == json.loads(weights.PACKAGE.read_text(encoding="utf-8"))
    assert len(script) < 60_000


def test_the_network_reads_96_of_100_unseen_digits() -> None:
    _, _, test = digits()
    assert evaluate(weights.read(), [test], accuracy) > 0.96


def test_weights_are_written_with_three_digits(tmp_path: Path) -> None:
    net = MLP([64, 64, 10])
    package, site = tmp_path / "weights.json", tmp_path / "weights.js"
    weights.write(net, package, site)
    for one, other in zip(net.parameters(), weights.read(package).parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0.006, atol=0)
    assert site.read_text("utf-8").endswith(f"= {package.read_text('utf-8').strip()};\n")


# The treatment of strokes, and the network


def random_drawings(count: int) -> list[str]:
    """Scribble lines, taps and flat or narrow figures."""
    chance = random.Random(0)
    drawings = ["AA", "gg", "ggggggzggg", "__AA", "ggg-g-g-"]
    for _ in range(count):
        strokes = []
        for _ in range(chance.randint(1, 3)):
            length = 2 * chance.randint(1, 20)
            spread = chance.choice([3, 10, 31])
            moves = [32 + chance.randint(-spread, spread) for _ in range(length - 2)]
            codes = [chance.randrange(16, 48), chance.randrange(16, 48), *moves]
            strokes.append("".join(LETTERS[code] for code in codes))
        drawings.append(".".join(strokes))
    return drawings


def transform(strokes: Strokes, size: float, at: Point, slant: float) -> Strokes:
    """Make a drawing larger or smaller, lean it to the right, and move it."""
    return [
        [(at[0] + size * (x + slant * (128 - y)), at[1] + size * y) for x, y in stroke]
        for stroke in strokes
    ]


# Sizes, places and slants.
WAYS = [
    (1.0, (0.0, 0.0), 0.0),
    (0.4, (10.0, 120.0), 0.0),
    (0.6, (95.0, 5.0), 0.0),
    (1.1, (-15.0, -15.0), 0.0),
    (0.8, (25.0, 20.0), 0.2),
    (0.8, (25.0, 20.0), -0.15),
    (0.7, (30.0, 50.0), 0.0),
]


def all_drawings() -> list[str]:
    drawn = [encode(transform(one, *way)) for way in WAYS for one in DRAWN.values()]
    return [*EXAMPLES, *drawn, *random_drawings(40)]


@pytest.fixture(scope="session")
def shown(tab: Tab) -> dict[str, dict[str, Any]]:
    """Return what the page shows for each drawing."""
    page = tab()
    visit(page, PAGE)
    drawings = all_drawings()
    return dict(zip(drawings, page.evaluate(SHOW, drawings), strict=True))


def test_strokes_are_treated_as_the_data_were(shown: dict[str, dict[str, Any]]) -> None:
    for drawing, seen in shown.items():
        assert seen["message"] == ""
        counts = count_dark(decode(drawing))
        assert counts.sum() == 312
        assert seen["image"] == pytest.approx((counts / 16).tolist(), abs=0.0051), drawing


def test_activations_and_probabilities_are_those_of_torch(
    shown: dict[str, dict[str, Any]], net: MLP
) -> None:
    for drawing, seen in shown.items():
        hidden, probabilities = read(net, count_dark(decode(drawing)))
        assert seen["hidden"] == pytest.approx((hidden / hidden.max()).tolist(), abs=0.0051)
        assert seen["bars"] == pytest.approx((60 * probabilities).tolist(), abs=0.051)
        best = int(probabilities.argmax())
        percent = f"{min(99, int(100 * probabilities[best]))}%"
        assert seen["share"] == percent
        assert re.match(rf"The network reads an? {WORDS[best]}, with {percent}\.", seen["says"])
        assert seen["label"].endswith(f"ten probabilities: {best} with {percent}")


def test_a_second_guess_is_named_from_ten_percent_on(
    shown: dict[str, dict[str, Any]], net: MLP
) -> None:
    named = 0
    for drawing, seen in shown.items():
        _, probabilities = read(net, count_dark(decode(drawing)))
        second, digit = (probabilities.topk(2).values[1], probabilities.topk(2).indices[1])
        assert ("It could be" in seen["says"]) == (second >= 0.1)
        if second >= 0.1:
            percent = f"{int(100 * second)}%"
            assert re.search(rf"be an? {WORDS[int(digit)]}, with {percent}\.$", seen["says"])
            named += 1
    assert named > 5


def test_logits_equal_those_of_torch(live: Page, net: MLP) -> None:
    """The page computes logits inside a function, so the test takes its source."""
    [forward] = re.findall(r"  const forward = .*?\n  \};\n", SCRIPT, re.DOTALL)
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(30, 64, generator=generator, dtype=torch.float64)
    live.evaluate(SHOW, ["AA"])
    computed = live.evaluate(
        f"images => {{ {forward} return images.map(x => forward(window.nnfpDigits, x)); }}",
        images.tolist(),
    )
    for image, seen in zip(images, computed, strict=True):
        with torch.no_grad():
            hidden = net.layers[0](image).relu()
            logits = net(image)
        for name, expected in [
            ("hidden", hidden),
            ("logits", logits),
            ("probabilities", logits.softmax(0)),
        ]:
            actual = torch.tensor(seen[name], dtype=torch.float64)
            torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_at_least_eight_of_ten_drawn_digits_are_read_right(
    shown: dict[str, dict[str, Any]], way: tuple[float, Point, float]
) -> None:
    says = [shown[encode(transform(one, *way))]["says"] for one in DRAWN.values()]
    right = [f" {word}, with" in say for word, say in zip(WORDS, says, strict=True)]
    assert sum(right) >= 8, says


def test_every_example_is_read_right(shown: dict[str, dict[str, Any]]) -> None:
    assert len(EXAMPLES) == 10
    for word, example in zip(WORDS, EXAMPLES, strict=True):
        assert f" {word}, with 9" in shown[example]["says"]


# The start, and drawing


def test_at_the_start_the_figure_shows_the_first_example(
    shown: dict[str, dict[str, Any]], live: Page
) -> None:
    """Its numbers come from the package, and the pad has the strokes that they belong to."""
    figure = (DOCS / "figures/digits.svg").read_text(encoding="utf-8")
    [start] = [seen for seen in shown.values() if f">{seen['label']}<" in figure][:1]
    cells = [float(shade) for shade in re.findall(r'height="17".*fill-opacity: ([\d.]+)', figure)]
    assert len(cells) == 128
    assert cells == pytest.approx(
        shown[EXAMPLES[3]]["image"] + shown[EXAMPLES[3]]["hidden"], abs=0.011
    )
    assert start["label"] == shown[EXAMPLES[3]]["label"]
    expect(live.locator("explore-digits svg[role=img]")).to_have_attribute(
        "aria-label", start["label"]
    )
    expect(result(live)).to_have_text("The network reads a three. Draw your own digit over it.")
    assert pad(live).locator("path").get_attribute("d")


def test_the_weights_are_requested_at_the_first_stroke(page: Page) -> None:
    urls = requested(page)
    visit(page, PAGE)
    page.wait_for_load_state("networkidle")
    assert not [url for url in urls if "weights" in url]
    move(page, DRAWN["2"])
    expect(result(page)).to_contain_text("The network reads a two, with")
    assert [url for url in urls if "weights" in url] == [
        url for url in urls if url.endswith("/assets/weights/digits.js")
    ]
    button(page, "example 5").click()
    expect(result(page)).to_contain_text("The network reads a five, with")
    assert len([url for url in urls if "weights" in url]) == 1


def test_a_message_says_that_the_weights_did_not_load(page: Page) -> None:
    page.route("**/weights/digits.js", lambda route: route.abort())
    visit(page, PAGE)
    button(page, "example 7").click()
    said = "The weights could not be loaded. Draw on to try again."
    expect(result(page)).to_have_text(said)
    expect(page.locator("explore-digits [role=status]")).to_have_text(said)
    page.unroute("**/weights/digits.js")
    button(page, "example 4").click()
    expect(result(page)).to_contain_text("The network reads a four, with")


@pytest.mark.parametrize("digit", [4, 7])
def test_a_digit_drawn_with_a_mouse_is_read(live: Page, digit: int) -> None:
    move(live, DRAWN[str(digit)], 0.7, (30, 50))
    expect(result(live)).to_contain_text(f" {WORDS[digit]}, with")


def test_the_first_stroke_replaces_an_example_and_the_next_one_does_not(live: Page) -> None:
    dots = pad(live).locator("path")
    move(live, [[(60, 60), (60, 200)]])
    first = dots.get_attribute("d") or ""
    assert first.count("M") == 1 and first.startswith("M 60 60")
    move(live, [[(100, 60), (100, 200)]])
    assert (dots.get_attribute("d") or "").count("M") == 2


def test_a_drawing_is_where_the_mouse_was(live: Page) -> None:
    move(live, [[(20, 40), (200, 40), (200, 220)]])
    live.wait_for_function(NOTED)
    [points] = decode(live.url.partition("strokes=")[2])
    assert points[0] == pytest.approx((20, 40), abs=3)
    assert points[-1] == pytest.approx((200, 220), abs=2)
    assert max(x for x, _ in points) < 203
    steps = [math.dist(one, other) for one, other in pairwise(points)]
    assert max(steps) < 50 and len(points) < 60


def test_nothing_is_read_before_something_is_drawn(live: Page) -> None:
    button(live, "Clear").click()
    expect(result(live)).to_have_text("Nothing is drawn, so there is nothing to read.")
    picture = live.locator("explore-digits svg[role=img]")
    expect(picture).to_have_attribute("aria-label", re.compile("reads nothing"))
    expect(live.locator("explore-digits [data-part=share] text")).to_have_text("")
    shades = picture.locator("[data-part=image] rect, [data-part=hidden] rect")
    assert set(shades.evaluate_all("all => all.map(one => one.style.fillOpacity)")) == {"0"}


def test_undo_removes_the_last_stroke(live: Page) -> None:
    button(live, "Clear").click()
    move(live, [[(60, 60), (60, 200)], [(100, 60), (100, 200)]])
    button(live, "Undo").click()
    drawn = pad(live).locator("path").get_attribute("d") or ""
    assert drawn.startswith("M 60 60") and drawn.count("M") == 1
    button(live, "Undo").click()
    expect(result(live)).to_contain_text("Nothing is drawn")
    button(live, "Undo").click()
    expect(result(live)).to_contain_text("Nothing is drawn")


def test_a_drawing_that_is_too_long_is_not_continued(live: Page) -> None:
    long = EXAMPLES[0] + "gggg" * 730
    live.evaluate(SHOW, [long])
    move(live, [[(20, 20), (200, 200)]])
    expect(live.locator("explore-digits [role=alert]")).to_contain_text("too many lines")
    button(live, "Undo").click()
    expect(live.locator("explore-digits [role=alert]")).to_have_text("")


# Keyboard, touch, screen readers


def test_a_digit_can_be_drawn_with_keys(live: Page) -> None:
    spoken = live.locator("explore-digits [role=status]")
    button(live, "Clear").click()
    pad(live).focus()
    live.keyboard.press("ArrowRight")
    expect(spoken).to_have_text(
        "Pen up, column 7 of 16, row 4. Nothing is drawn, so there is nothing to read."
    )
    live.keyboard.press("Space")
    for key in ["ArrowRight"] * 5 + ["ArrowDown", "End"] * 4 + ["ArrowDown"] * 2:
        live.keyboard.press(key)
    expect(result(live)).to_contain_text("The network reads a seven")
    expect(spoken).to_contain_text(re.compile("^Pen down, column 8 of 16, row 14. The network"))
    live.keyboard.press("Space")
    live.keyboard.press("PageUp")
    live.keyboard.press("Home")
    expect(spoken).to_contain_text("Pen up, column 8 of 16, row 12.")
    assert (pad(live).locator("path").get_attribute("d") or "").count("M") == 1


def test_the_pen_of_the_keyboard_stays_on_the_pad(live: Page) -> None:
    pad(live).focus()
    for _ in range(20):
        live.keyboard.press("Home")
    pen = pad(live).locator("circle")
    expect(pen).to_be_visible()
    assert (pen.get_attribute("cx"), pen.get_attribute("cy")) == ("8", "8")
    for _ in range(20):
        live.keyboard.press("PageDown")
    assert (pen.get_attribute("cx"), pen.get_attribute("cy")) == ("248", "248")
    button(live, "Undo").focus()
    expect(pen).to_be_hidden()


def test_a_key_that_is_held_lifts_the_pen_only_once(live: Page) -> None:
    pad(live).focus()
    for _ in range(4):
        live.keyboard.down("Space")
    live.keyboard.up("Space")
    expect(live.locator("explore-digits [role=status]")).to_contain_text("Pen down")


def test_keys_with_another_key_belong_to_the_browser(live: Page) -> None:
    pad(live).focus()
    live.keyboard.press("Home")
    place = pad(live).locator("circle").get_attribute("cx")
    live.evaluate("() => { onkeydown = event => { window.handled = event.defaultPrevented; }; }")
    for key in ("Control", "Meta", "Alt"):
        live.keyboard.press(f"{key}+ArrowRight")
        assert live.evaluate("window.handled") is False
    assert pad(live).locator("circle").get_attribute("cx") == place


def test_a_stroke_goes_on_with_keys_after_the_drawing_was_cleared(live: Page) -> None:
    pad(live).focus()
    live.keyboard.press("Space")
    live.keyboard.press("ArrowDown")
    live.evaluate(f"() => {{ {FOLLOW} follow({{ strokes: '' }}); }}")
    live.keyboard.press("ArrowDown")
    live.keyboard.press("ArrowDown")
    assert pad(live).locator("path").get_attribute("d") == "M 88 88  L 88 104"


def test_examples_can_be_chosen_by_keyboard(live: Page) -> None:
    pad(live).focus()
    for _ in range(3):
        live.keyboard.press("Tab")
    expect(button(live, "Reset")).to_be_focused()
    live.keyboard.press("Tab")
    live.keyboard.press("Tab")
    live.keyboard.press("Enter")
    expect(live.locator("explore-digits [role=status]")).to_contain_text(
        "The network reads a one, with"
    )


def test_a_finger_draws_and_does_not_scroll(touched: Page) -> None:
    x, y = middle(pad(touched))
    before = touched.evaluate("scrollY")
    finger = touched.context.new_cdp_session(touched)
    for kind, down in (("Start", -60), ("Move", -20), ("Move", 20), ("Move", 60), ("End", 60)):
        points = [] if kind == "End" else [{"x": x, "y": y + down}]
        event = {"type": f"touch{kind}", "touchPoints": points}
        finger.send("Input.dispatchTouchEvent", event)
    expect(result(touched)).to_contain_text("The network reads a one, with")
    assert touched.evaluate("scrollY") == before


def test_the_explorable_is_accessible(touched: Page) -> None:
    heard = listen(touched)
    assert shift(touched) < 0.01
    button(touched, "example 8").tap()
    expect(result(touched)).to_contain_text("The network reads an eight, with")
    assert unusable(touched, "explore-digits") == []
    button(touched, "Clear").tap()
    expect(result(touched)).to_contain_text("Nothing")
    assert unusable(touched, "explore-digits") == []
    assert heard == []


# The URL


def test_the_url_stores_the_drawing(live: Page, page: Page) -> None:
    move(live, DRAWN["6"])
    expect(result(live)).to_contain_text("The network reads a six, with")
    live.wait_for_function(NOTED)
    heard = listen(page)
    visit(page, live.url)
    expect(result(page)).to_have_text(result(live).inner_text())
    drawn = pad(live).locator("path").get_attribute("d")
    assert pad(page).locator("path").get_attribute("d") == drawn
    assert len(live.url) < 300
    assert heard == []


def test_reset_returns_to_the_figure(tab: Tab) -> None:
    page = tab()
    visit(page, f"?strokes={EXAMPLES[8]}")
    expect(result(page)).to_contain_text("The network reads an eight, with")
    button(page, "Reset").click()
    expect(result(page)).to_contain_text("The network reads a three, with")
    wait_for_url(page, PAGE, {})


def test_a_link_without_strokes_shows_an_empty_pad(tab: Tab) -> None:
    page = tab()
    visit(page, "?strokes=")
    expect(result(page)).to_contain_text("Nothing is drawn")


@pytest.mark.parametrize("strokes", ["A", "AA.B", "AA..BB", "AA BB", "ÄÖ"])
def test_a_link_with_other_letters_keeps_the_figure(tab: Tab, strokes: str) -> None:
    page = tab()
    visit(page, f"?strokes={strokes}")
    expect(page.locator("explore-digits [role=alert]")).to_have_text(
        f"Expected strokes in the letters of this page's URLs, got {strokes}."
    )
    expect(result(page)).to_contain_text("The network reads a three.")


def test_it_works_from_a_file(page: Page, offline: Path) -> None:
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    visit(page, (offline / "index.html").as_uri())
    move(page, DRAWN["3"])
    expect(result(page)).to_contain_text("The network reads a three, with")
    assert heard == []
