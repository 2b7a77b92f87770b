"""Check what readers do on pages in each engine: predict, copy, search, choose colors, go back."""

import re
from collections.abc import Callable, Iterator

from tqdm import tqdm

from audit.browse import LEARN
from audit.engine import Engine, why
from audit.looks import WIDTHS
from audit.table import Row, none_of

# What an action shows in the end. It must be the same in each engine.
Seen = list[str]
HEADING = "return document.querySelector('h1').textContent.replace('¶', '').trim()"


def predict(engine: Engine, base: str, width: int) -> Seen:
    """Compare a wrong prediction on each page that has one, then the right one."""
    seen = []
    for url in LEARN:
        engine.open(base + url, width)
        if engine.run("return !document.querySelector('.nnfp-predict')"):
            continue
        for text in ("987654", engine.run(ANSWER)):
            engine.type(".nnfp-predict input", text)
            engine.press("Enter")
            seen.append(engine.wait("return document.querySelector('.nnfp-predict output').value"))
    assert len(seen) >= 2, "expected a page with a prediction"
    return seen


ANSWER = """
    const form = document.querySelector(".nnfp-predict");
    const question = form.closest("blockquote") ?? form;
    const printed = question.nextElementSibling.querySelector(".language-text code").textContent;
    return printed.trim().split("\\n").at(-1);
"""


def copy(engine: Engine, base: str, width: int) -> Seen:
    """Copy the first block of code and an example of the API, and paste both into a field."""
    seen = []
    for url in ("learn/neuron/", "reference/neuron/"):
        engine.open(base + url, width)
        engine.run(PASTE_FIELD)
        engine.click(".md-code__button")
        engine.wait("return document.querySelector('.md-dialog--active')")
        engine.run("document.querySelector('#paste').focus()")
        engine.press("Control+v")
        pasted = engine.wait("return document.querySelector('#paste').value")
        code = engine.run(CODE)
        assert pasted.split("\n")[0] in code, f"expected to copy from {code}, got {pasted}"
        assert ">>>" not in pasted, f"expected code without prompts, got {pasted}"
        seen.append(pasted)
    return seen


# The block of the first copy button, as it is shown.
CODE = "return document.querySelector('.md-code__button').closest('pre').textContent"
PASTE_FIELD = """
    const field = document.createElement("textarea");
    field.id = "paste";
    document.querySelector("article").append(field);
"""


def search(engine: Engine, base: str, width: int) -> Seen:
    """Search from another page, and open the first result."""
    engine.open(base + "learn/start/", width)
    if width < 960:
        engine.click("label.md-header__button[for=__search]")
    engine.wait("return document.querySelector('.md-search__input').checkVisibility()")
    engine.type(".md-search__input", "zero_grad")
    engine.wait(RESULTS_STAY)
    # More results come when the list is scrolled.
    titles: list[str] = engine.run(
        """return [...document.querySelectorAll(".md-search-result__link h1")]
            .slice(0, 3).map(one => one.textContent);"""
    )
    target = engine.run("return document.querySelector('.md-search-result__link').pathname")
    engine.click(".md-search-result__link")
    engine.wait("return location.pathname === arguments[0]", target)
    return [*titles, without_host(target), engine.wait(HEADING)]


# Results come with each typed letter. Wait for those that are still there after a moment.
RESULTS_STAY = """
    const results = () => document.querySelector(".md-search-result__list").textContent;
    const before = results();
    await new Promise(resolve => setTimeout(resolve, 500));
    return before.includes("zero_grad") && before === results();
"""


def choose_colors(engine: Engine, base: str, width: int) -> Seen:
    """Choose each of the three color schemes, and reload the page: the choice stays."""
    engine.open(base + "learn/layer/", width, "dark")
    seen = []
    for _ in range(3):
        engine.click("[data-nnfp-palette] label:not([hidden])")
        chosen = engine.run(SCHEME)
        engine.load(base + "learn/layer/")
        after: list[str] = engine.wait(SCHEME)
        assert after == chosen, f"chose {chosen}, but after a reload it was {after}"
        seen += chosen
    assert len(set(seen[::2])) == 3, f"expected three choices, got {seen}"
    return seen


SCHEME = """
    const choice = document.querySelector("[data-nnfp-palette] input:checked");
    return [choice.id, getComputedStyle(document.body).backgroundColor];
"""


def go_back(engine: Engine, base: str, width: int) -> Seen:
    """Go to the next page, back and forward: each page and its figure are there, without a load."""
    engine.open(base + "learn/neuron/", width)
    first = engine.run(HEADING)
    # The theme loads the next page itself once it knows the pages of the site.
    engine.wait(KNOWS_PAGES)
    engine.run("window.stays = true")
    engine.click(".md-footer__link--next")
    second = engine.wait(f"{HEADING} !== {first!r} && {HEADING.removeprefix('return ')}")
    engine.run("history.back()")
    engine.wait(f"{HEADING} === {first!r}")
    assert engine.run("return window.stays"), "expected to go back without loading a page"
    controls = "return document.querySelectorAll('explore-neuron :is(input, button)').length"
    shown = engine.wait(controls)
    engine.run("history.forward()")
    engine.wait(f"{HEADING} === {second!r}")
    return [first, second, f"{shown} controls"]


KNOWS_PAGES = """
    const loaded = performance.getEntriesByType("resource");
    return loaded.some(({ name, responseEnd }) => name.endsWith("sitemap.xml") && responseEnd);
"""


def draw(engine: Engine, base: str, width: int) -> Seen:
    """Draw a 1 on the home page with keys, and then a dot with a click."""
    engine.open(base, width)
    engine.run("document.querySelector('.nnfp-pad').focus()")
    for key in (" ", *["ArrowDown"] * 6):
        engine.press(key)
    first = engine.wait(READ, "a one")
    engine.click("explore-digits .nnfp-buttons button + button")  # Clear
    engine.wait(READ, "Nothing")
    engine.click(".nnfp-pad")
    return [first, engine.wait(READ, "The network reads")]


READ = """
    const { textContent } = document.querySelector("explore-digits .nnfp-result");
    return textContent.includes(arguments[0]) && textContent;
"""


def finish(engine: Engine, base: str, width: int) -> Seen:
    """Type the start of a name, let the network finish it, and add a letter with a click."""
    engine.open(base + "learn/attention/", width)
    engine.run("window.Math.random = () => 0.5")  # Firefox gives drivers another Math
    engine.type("explore-finish [name=start]", "jos")
    seen = [engine.wait(WRITTEN, "After jos, the likeliest")]
    engine.press("Enter")
    seen.append(engine.wait(WRITTEN, "The network writes jos"))
    engine.click("explore-finish button")  # Next letter
    return [*seen, engine.wait(WRITTEN, "After jos")]


WRITTEN = READ.replace("explore-digits", "explore-finish")

ACTIONS: list[Callable[[Engine, str, int], Seen]] = [
    predict,
    copy,
    search,
    choose_colors,
    go_back,
    draw,
    finish,
]


def check_actions(browsers: list[Engine], base: str) -> Iterator[Row]:
    """Check each action in each engine, against the first engine."""
    found: dict[str, list[str]] = {engine.name: [] for engine in browsers}
    ways = [(act, width) for act in ACTIONS for width in WIDTHS]
    for act, width in tqdm(ways, "actions"):
        expected: Seen = []
        for engine in browsers:
            where = f"{act.__name__} at {width}"
            try:
                engine.open(base, width)
                engine.run("localStorage.clear(); sessionStorage.clear()")
                seen = act(engine, base, width)
            except Exception as error:  # each driver has its own
                found[engine.name].append(f"{where}: {why(error)}")
                continue
            expected = expected or seen
            if seen != expected:
                found[engine.name].append(f"{where}: expected {expected}, got {seen}")
    for name, problems in found.items():
        yield none_of(f"{name}: actions that fail", problems)


def without_host(url: str) -> str:
    """Return a URL without its scheme and host."""
    return re.sub(r"^\w+://[^/]+", "", url)
