"""Check that interactive figures show the same in each engine, from controls and from links."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from audit.browse import URLS
from audit.engine import Engine, why
from audit.looks import WIDTHS
from audit.markup import read
from audit.table import Row, none_of

# How many of the states that a tour reaches are also opened as links.
LINKS = 3


class Step(NamedTuple):
    """What a figure shows after one change: all its text, and its state in the URL."""

    what: str
    shown: str
    query: str
    refused: bool


# Lets time fly while a script runs: timers act at once, and `settled` waits until none is left.
# Random numbers are the same in each engine. `restore` must follow, because WebKit's driver uses
# the page's timers.
CLOCK = """
    const waiting = new Set();
    const names = ["setTimeout", "setInterval", "requestAnimationFrame",
        "clearTimeout", "clearInterval", "cancelAnimationFrame"];
    const real = Object.fromEntries(names.map(name => [name, window[name]]));
    const fly = (start, stop, kind) => {
        window[start] = (act, delay, ...rest) => {
            const once = (...given) => {
                if (start !== "setInterval") waiting.delete(kind + id);
                act(...given);
            };
            const id = real[start].call(window, once, 0, ...rest);
            waiting.add(kind + id);
            return id;
        };
        window[stop] = id => {
            waiting.delete(kind + id);
            real[stop].call(window, id);
        };
    };
    fly("setTimeout", "clearTimeout", "timer ");
    fly("setInterval", "clearInterval", "timer ");
    fly("requestAnimationFrame", "cancelAnimationFrame", "frame ");
    let seed = 1;
    // In Firefox, drivers' scripts have another `Math` than the page.
    window.Math.random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
    const restore = () => Object.assign(window, real);
    const wait = time => new Promise(resolve => real.setTimeout.call(window, resolve, time));
    const settled = async () => {
        for (let i = 0; i < 500 && waiting.size; i++) await wait(10);
    };
"""

SHOWN = """
    const figure = document.querySelector(arguments[0]);
    const shown = () => {
        const parts = [];
        const walker = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const { parentElement: parent, data } = walker.currentNode;
            if (parent.closest("[role=status]") || !parent.checkVisibility()) continue;
            // Chromium takes text in a hidden part of a picture for visible.
            if (parent.closest('[style*="display: none"]')) continue;
            if (data.trim()) parts.push(data.replace(/\\s+/g, " ").trim());
        }
        for (const part of figure.querySelectorAll("[aria-label]")) parts.push(part.ariaLabel);
        for (const field of figure.querySelectorAll("input, select")) {
            parts.push(`${field.name}=${field.type === "checkbox" ? field.checked : field.value}`);
        }
        return parts.join(" · ");
    };
    // Some load numbers when they are first used.
    const loaded = async () => {
        while (figure.ariaBusy) await new Promise(resolve => setTimeout(resolve, 20));
    };
    const refused = () => Boolean(figure.querySelector("[role=alert]")?.textContent);
    const step = what => [what, shown(), location.search, refused()];
"""

# Changes each control of a figure, one after the other.
TOUR = """
    const steps = [step("the start")];
    const all = () => [...figure.querySelectorAll("input, select, button, [tabindex='0']")];
    const controls = all().map(one => `${one.name || one.ariaLabel || one.textContent.trim()}`);
    const others = control => {
        if (control.localName === "select") return [...control.options].map(one => one.value);
        if (control.type === "range") return [0.75 * control.max, control.min];
        if (control.type === "number") return [Number(control.value) + 1, 1.25, -3];
        return control.type === "text" ? ["7", "(3, 2)", "seven"] : null;
    };
    // A control ends with its first value, so that the next one's changes show, too.
    const values = control => others(control)?.concat(control.value) ?? [null];
    for (let i = 0; i < controls.length; i++) {
        for (const value of all()[i] ? values(all()[i]) : []) {
            const control = all()[i];
            if (!control?.checkVisibility() || control.disabled) continue;
            if (value === null && control.matches("button, input")) control.click();
            else if (value === null) {
                control.focus();
                const key = { key: "ArrowRight", code: "ArrowRight", bubbles: true };
                control.dispatchEvent(new KeyboardEvent("keydown", key));
            } else {
                control.focus();
                control.value = value;
                control.dispatchEvent(new Event("input", { bubbles: true }));
                control.dispatchEvent(new Event("change", { bubbles: true }));
            }
            await wait(0);
            await settled();
            await loaded();
            steps.push(step(`${controls[i]} ${value ?? "used"}`));
        }
    }
    restore();
    return steps;
"""


def figures(site: Path) -> list[tuple[str, str]]:
    """List the interactive figures of a built site: each with its page's URL and its tag."""
    found = []
    for url in URLS:
        page = read(site / url / "index.html")
        names = {tag.name for tag in page.select("article *") if tag.name.startswith("explore-")}
        found += [(url, name) for name in sorted(names)]
    return found


def check_figures(browsers: list[Engine], site: Path, base: str) -> Iterator[Row]:
    """Check each interactive figure in each engine, against the first engine.

    Args:
        browsers: The engines. Each of them changes all controls of each figure, and opens links.
        site: The folder of the built site.
        base: The URL of the site.
    """
    found: dict[str, list[str]] = {engine.name: [] for engine in browsers}
    ways = [(*figure, width) for width in WIDTHS for figure in figures(site)]
    for url, tag, width in tqdm(ways, "interactive figures"):
        expected: list[Step] = []
        for engine in browsers:
            engine.open(base + url, width)
            try:
                steps = tour(engine, tag)
                expected = expected or steps
                problems = differences(expected, steps)
                for link in pick(expected):
                    engine.open(base + url + link.query, width)
                    got = look(engine, tag, f"the link {link.query}")
                    problems += differences([link], [got])
            except Exception as error:  # each driver has its own
                problems = [why(error)]
            found[engine.name] += [f"{url or 'home'} at {width}: {one}" for one in problems]
    for name, problems in found.items():
        yield none_of(f"{name}: figures that show something else", problems)


def tour(engine: Engine, tag: str) -> list[Step]:
    """Change all controls of a figure on the current page, as scripts do and as readers do."""
    steps = [Step(*step) for step in engine.run(CLOCK + SHOWN + TOUR, tag)]
    for selector, text in [("input[type=number]", "4"), ("input[type=text]", "(3, 2)")]:
        field = f"{tag} {selector}"
        if engine.run("return document.querySelector(arguments[0])?.checkVisibility()", field):
            engine.type(field, text)
            engine.press("Tab")
            steps.append(look(engine, tag, f"{selector} typed"))
    if engine.run(MARK_RESET, tag):
        engine.click("[data-reset]")
        steps.append(look(engine, tag, "Reset clicked"))
    return steps


MARK_RESET = """
    const buttons = [...document.querySelectorAll(`${arguments[0]} button`)];
    const reset = buttons.find(button => button.textContent === "Reset");
    reset?.setAttribute("data-reset", "");
    return Boolean(reset);
"""


def look(engine: Engine, tag: str, what: str) -> Step:
    """Return what a figure shows once nothing in it changes."""
    step: list[Any] = engine.run(SHOWN + LOOK, tag, what)
    return Step(*step)


LOOK = """
    await loaded();
    let last;
    while (last !== shown()) {
        last = shown();
        await new Promise(resolve => setTimeout(resolve, 200));
    }
    return step(arguments[1]);
"""


def pick(steps: list[Step]) -> list[Step]:
    """Pick some states to open as links, spread over a tour."""
    last = {step.query: step for step in steps if step.query and not step.refused}
    states = list(last.values())
    return states[:: max(1, len(states) // LINKS)][:LINKS]


def differences(expected: list[Step], steps: list[Step]) -> list[str]:
    """Describe the first step at which a figure shows something else than expected, if any."""
    for one, other in zip(expected, steps, strict=False):
        if one.shown != other.shown:
            parts = zip(one.shown.split(" · "), other.shown.split(" · "), strict=False)
            wanted, got = next((p for p in parts if p[0] != p[1]), (one.shown, other.shown))
            return [f"{other.what}: expected {wanted!r}, got {got!r}"]
    if len(expected) != len(steps):
        return [f"expected {len(expected)} controls and buttons to act, got {len(steps)}"]
    return []
