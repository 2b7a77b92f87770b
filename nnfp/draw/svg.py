"""The SVG elements that the figures of `nnfp.draw` are made of; each function returns their text.

Each element has its own style and none has an id, so figures in one page cannot restyle each other
or the page.
"""

from collections.abc import Sequence
from html import escape

# Each color is a variable that a page may set, with the color of a standalone file as the fallback.
INPUT = "var(--nnfp-input, #c23b00)"
WEIGHT = "var(--nnfp-weight, #00786a)"
PLATE = "var(--nnfp-plate, #fff)"
RESULT = "currentColor"

WIDTH = 480
# On a phone a figure is 340 pixels wide, and its letters are still 11 pixels high.
LETTER = 16
RADIUS = 26


def document(title: str, height: float, content: str) -> str:
    """Wrap the content of a picture in its `<svg>` element."""
    lines = "".join(f"  {line}\n" for line in content.splitlines())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {coord(height)}" '
        f'width="{WIDTH}" height="{coord(height)}" '
        f'style="max-width: 100%; height: auto; fill: currentColor; font-size: {LETTER}px">\n'
        f"  <title>{escape(title)}</title>\n"
        # :root matches a picture in a separate file, but not one inside a page.
        "  <style>svg:root { color: #1c1c1c; background: #fff; "
        "font-family: system-ui, sans-serif }</style>\n"
        f"{lines}</svg>\n"
    )


def part(name: str, content: str) -> str:
    """Give elements a name, by which scripts on a page find them."""
    return f'<g data-part="{escape(name)}">\n{content}</g>\n'


def coord(value: float) -> str:
    """Write a coordinate with one decimal: more would not be visible."""
    return f"{round(value, 1) + 0.0:g}"


def text_width(text: str, size: float = LETTER) -> float:
    """Estimate the width of a text in pixels, erring on the wide side."""
    widths = {**dict.fromkeys(" .·,()", 0.39), **dict.fromkeys("−+=×", 0.84)}
    return size * sum(widths.get(character, 0.64) for character in text)


def half_width(texts: Sequence[str]) -> float:
    """Return the distance from the center of the nodes for these texts to their sides."""
    return max(RADIUS, *(text_width(text) / 2 + 5 for text in texts))


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    color: str = RESULT,
    *,
    opacity: float = 1,
) -> str:
    """Draw a straight line."""
    return (
        f'<line x1="{coord(x1)}" y1="{coord(y1)}" x2="{coord(x2)}" y2="{coord(y2)}" '
        f'style="stroke: {color}; stroke-width: 2; stroke-opacity: {opacity:g}"/>\n'
    )


def path(
    *lines: Sequence[tuple[float, float]],
    color: str = RESULT,
    width: float = 2,
    opacity: float = 1,
    dashes: str = "",
) -> str:
    """Draw one or more lines, each through its points; `dashes` are lengths, as in "7 4"."""
    d = " ".join("M " + " L ".join(f"{coord(x)} {coord(y)}" for x, y in points) for points in lines)
    return (
        f'<path d="{d}" style="fill: none; stroke: {color}; stroke-width: {width:g}; '
        f"stroke-opacity: {opacity:g}; stroke-linejoin: round"
        f'{"; stroke-dasharray: " if dashes else ""}{dashes}"/>\n'
    )


def curve(start: tuple[float, float], bend: tuple[float, float], end: tuple[float, float]) -> str:
    """Draw a line from `start` to `end` that bends towards `bend`, and reaches half of the way."""
    points = " ".join(f"{coord(x)} {coord(y)}" for x, y in (bend, end))
    d = f"M {coord(start[0])} {coord(start[1])} Q {points}"
    return f'<path d="{d}" style="fill: none; stroke: {RESULT}; stroke-width: 2"/>\n'


def area(*outlines: Sequence[tuple[float, float]], color: str = RESULT) -> str:
    """Tint the areas inside these outlines."""
    d = " ".join("M " + " L ".join(f"{coord(x)} {coord(y)}" for x, y in o) for o in outlines)
    return f'<path d="{d} z" style="fill: {color}; fill-opacity: 0.08"/>\n'


def dots(
    points: Sequence[tuple[float, float]], color: str, size: float, *, cap: str = "round"
) -> str:
    """Draw small dots, as lines of length zero with round or square ends."""
    d = " ".join(f"M {coord(x)} {coord(y)} h 0" for x, y in points)
    style = f"stroke: {color}; stroke-width: {size:g}; stroke-linecap: {cap}"
    return f'<path d="{d}" style="{style}"/>\n'


def arrow(x1: float, x2: float, y: float) -> str:
    """Draw a horizontal arrow to the right."""
    head = f"M {coord(x2)} {coord(y)} l -9 -5 v 10 z"
    return line(x1, y, x2 - 6, y) + f'<path d="{head}" style="fill: {RESULT}"/>\n'


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    color: str,
    *,
    corner: float = 6,
    stroke: float = 2,
) -> str:
    """Draw a tinted box with round corners; with large corners it is a circle."""
    return (
        f'<rect x="{coord(x)}" y="{coord(y)}" width="{coord(width)}" height="{coord(height)}" '
        f'rx="{coord(corner)}" style="fill: {color}; fill-opacity: 0.08; '
        f'stroke: {color}; stroke-width: {stroke:g}"/>\n'
    )


def cell(x: float, y: float, width: float, height: float, color: str, shade: float) -> str:
    """Draw a filled rectangle: the larger its shade, from 0 to 1, the darker it is."""
    return (
        f'<rect x="{coord(x)}" y="{coord(y)}" width="{coord(width)}" height="{coord(height)}" '
        f'style="fill: {color}; fill-opacity: {round(shade, 2):g}"/>\n'
    )


def node(x: float, y: float, content: str, color: str, half: float, *, ring: bool = False) -> str:
    """Draw a number in a circle, which widens for a long number; a ring marks a result."""
    svg = box(x - half, y - RADIUS, 2 * half, 2 * RADIUS, color, corner=RADIUS)
    if ring:
        svg += (
            f'<rect x="{coord(x - half - 5)}" y="{coord(y - RADIUS - 5)}" '
            f'width="{coord(2 * half + 10)}" height="{coord(2 * RADIUS + 10)}" '
            f'rx="{RADIUS + 5}" style="fill: none; stroke: {color}; stroke-width: 1.5"/>\n'
        )
    return svg + text(x, y, content, color)


def dot(x: float, y: float, radius: float, color: str, *, ring: bool = False) -> str:
    """Draw a tinted circle without a number; a ring marks a result."""
    shapes = [(radius, 2.0, 0.08), (radius + 4, 1.5, 0.0)] if ring else [(radius, 2.0, 0.08)]
    return "".join(
        f'<circle cx="{coord(x)}" cy="{coord(y)}" r="{coord(r)}" style="fill: {color}; '
        f'fill-opacity: {tint:g}; stroke: {color}; stroke-width: {stroke:g}"/>\n'
        for r, stroke, tint in shapes
    )


def label(x: float, y: float, content: str, color: str) -> str:
    """Write a text on a plate that hides the lines behind it."""
    half = text_width(content) / 2 + 3
    return (
        f'<rect x="{coord(x - half)}" y="{coord(y - 11)}" width="{coord(2 * half)}" height="22" '
        f'rx="4" style="fill: {PLATE}"/>\n' + text(x, y, content, color)
    )


def text(
    x: float,
    y: float,
    content: str,
    color: str = RESULT,
    *,
    size: float = LETTER,
    anchor: str = "middle",
    faint: bool = False,
) -> str:
    """Write a text with its middle, or another anchor, at `(x, y)`."""
    return marked_text(x, y, span(content, color), size=size, anchor=anchor, faint=faint)


def span(content: str, color: str) -> str:
    """Return a piece of text in a color, for `marked_text`."""
    if color == RESULT:
        return escape(content)
    return f'<tspan style="fill: {color}">{escape(content)}</tspan>'


def marked_text(
    x: float,
    y: float,
    markup: str,
    *,
    size: float = LETTER,
    anchor: str = "middle",
    faint: bool = False,
) -> str:
    """Write a text that consists of spans."""
    style = f"text-anchor: {anchor}"
    style += f"; font-size: {size:g}px" if size != LETTER else ""
    style += "; fill-opacity: 0.7" if faint else ""
    # A third of a letter below the middle: browsers and viewers agree only on the baseline.
    return f'<text x="{coord(x)}" y="{coord(y + 0.35 * size)}" style="{style}">{markup}</text>\n'
