"""Check how every page looks in each engine: errors, width, formulas, figures, images, fonts."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tqdm import tqdm

from audit.browse import URLS
from audit.engine import Engine
from audit.table import Row, none_of

HEIGHTS = {390: 844}
# At these widths everything is checked, and at the extreme ones only whether the page fits.
WIDTHS = (390, 1280)
EXTREME_WIDTHS = (320, 1920)

# Runs before all other scripts of a page, and collects what goes wrong from then on. Not every
# engine reports this to its driver.
HEAR = """
window.heard = [];
for (const name of ["log", "info", "warn", "error"]) {
    console[name] = (...parts) => heard.push(`console.${name}: ${parts.join(" ")}`);
}
addEventListener("error", ({ message, target }) => {
    heard.push(message ?? `did not load: ${target.src ?? target.href}`);
}, true);
addEventListener("unhandledrejection", ({ reason }) => heard.push(`rejected: ${reason}`));
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    heard.push(`${violatedDirective} forbids ${blockedURI}`);
});
"""

WIDTH = """
    const page = document.documentElement;
    if (page.scrollWidth <= innerWidth) return [];
    const out = [...document.querySelectorAll("article *")]
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !scroller(one));
    return [`the page is ${page.scrollWidth} pixels wide`
        + (out.length ? `: ${describe(out.at(-1))}` : "")];
"""

# What JavaScript needs to name an element in a message, and to measure it.
HELPERS = """
    const describe = element => {
        const name = element.localName + [...element.classList].map(one => `.${one}`).join("");
        const text = element.textContent.replace(/\\s+/g, " ").trim().slice(0, 40);
        return text ? `${name} "${text}"` : name;
    };
    const article = document.querySelector("article");
    const column = (article ?? document.body).getBoundingClientRect();
    const scroller = element => {
        for (let box = element; box; box = box.parentElement) {
            if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return box;
        }
        return null;
    };
    const isSeen = element => {
        const { width, height } = element.getBoundingClientRect();
        return width >= 2 && height >= 2
            && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    };
    const outside = element => {
        // The theme makes the scrolling wrapper of a table wider than the column.
        if (element.closest(".md-typeset__scrollwrap")) return false;
        const { left, right } = (scroller(element) ?? element).getBoundingClientRect();
        return left < column.left - 1 || right > column.right + 1;
    };
"""

FORMULAS = """
    const problems = [];
    for (const math of document.querySelectorAll("article math")) {
        const box = math.getBoundingClientRect();
        if (!isSeen(math)) problems.push(`a formula is not visible: ${describe(math)}`);
        else if (outside(math)) problems.push(`a formula leaves the column: ${describe(math)}`);
        else if (math.getClientRects().length > 1)
            problems.push(`a formula is on two lines: ${describe(math)}`);
        if (math.getAttribute("display") !== "block") continue;
        const around = math.parentElement;
        const { left, width } = around.getBoundingClientRect();
        const fits = box.width <= width;
        const off = fits ? box.left + box.width / 2 - left - width / 2 : box.left - left;
        if (Math.abs(off) > 2) {
            problems.push(`a formula is ${Math.round(off)} pixels off: ${describe(math)}`);
        }
        // One pixel comes from rounding.
        if (fits && around.scrollWidth > around.clientWidth + 1) {
            problems.push(`a formula that fits scrolls: ${describe(math)}`);
        }
    }
    return problems;
"""

PICTURES = """
    const problems = [];
    for (const svg of document.querySelectorAll("article svg[role=img]")) {
        if (!isSeen(svg)) problems.push(`a figure is not visible: ${describe(svg)}`);
        else if (outside(svg)) problems.push(`a figure leaves the column: ${describe(svg)}`);
    }
    for (const image of document.images) {
        image.loading = "eager";
        await image.decode().catch(() => {});
        if (!image.naturalWidth) problems.push(`an image is not loaded: ${image.src}`);
    }
    return problems;
"""

CONTROLS = """
    const problems = [];
    for (const figure of document.querySelectorAll("main :not(:defined)")) {
        problems.push(`an interactive figure does not run: ${figure.localName}`);
    }
    // Tabs are chosen by their labels; their inputs are invisible.
    const controls = "article :is(input:not(.tabbed-set > input), select, button, textarea)";
    for (const control of document.querySelectorAll(controls)) {
        if (!control.checkVisibility()) continue;
        control.scrollIntoView({ block: "center", behavior: "instant" });
        const { left, top, width, height } = control.getBoundingClientRect();
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        const name = control.ariaLabel ?? control.labels?.[0]?.textContent ?? control.title;
        const what = `${describe(control)} ${control.name} ${name}`;
        if (!control.contains(hit)) {
            problems.push(`a control is covered by ${hit && describe(hit)}: ${what}`);
        } else if (outside(control) && !control.closest("pre, .highlight")) {
            problems.push(`a control leaves the column: ${what}`);
        }
    }
    return problems;
"""

FONTS = """
    const used = font => /Math/.test(font.family) && document.querySelector("math");
    return [...document.fonts]
        .filter(font => font.status === "error" || (font.status !== "loaded" && used(font)))
        .map(font => `the font ${font.family} is not loaded: ${font.status}`);
"""

# The checks of one page, by the row of the table that counts what they find.
CHECKS = {
    "pages wider than their screen": WIDTH,
    "formulas that look wrong": FORMULAS,
    "figures and images that look wrong": PICTURES,
    "controls that cannot be used": CONTROLS,
    "fonts that are missing": FONTS,
    "script errors and messages": "return window.heard;",
}


def add_ears(site: Path) -> None:
    """Let each page of a built site collect what goes wrong, in `window.heard`."""
    (site / "hear.js").write_text(HEAR, encoding="utf-8")
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        html = html.replace("<head>", '<head><script src="/hear.js"></script>', 1)
        path.write_text(html, encoding="utf-8")


def check_looks(engine: Engine, base: str) -> Iterator[Row]:
    """Check every page in one engine.

    Args:
        engine: A browser.
        base: The URL of a site to which `add_ears` was applied.
    """
    found: dict[str, list[str]] = {what: [] for what in CHECKS}
    ways = [*product(WIDTHS, URLS, [CHECKS])]
    ways += product(EXTREME_WIDTHS, URLS, [{"pages wider than their screen": WIDTH}])
    for width, url, checks in tqdm(ways, engine.name):
        engine.open(base + url, width, height=HEIGHTS.get(width, 900))
        for what, problems in look(engine, checks).items():
            found[what] += [f"{url or 'home'} at {width}: {problem}" for problem in problems]
    for what, problems in found.items():
        yield none_of(f"{engine.name}: {what}", problems)


def look(engine: Engine, checks: dict[str, str]) -> dict[str, list[str]]:
    """Open the folds of the current page, and run some checks.

    Returns:
        The problems that each check found, a line each.
    """
    parts = [
        f"found[{what!r}] = await (async () => {{ {script} }})();"
        for what, script in checks.items()
    ]
    found: dict[str, list[str]] = engine.run(OPEN + HELPERS + "".join(parts) + "return found;")
    return found


OPEN = """
    const found = {};
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
"""
