"""Draw curves with Matplotlib, in the style of the other figures."""

import re
import warnings
from collections.abc import Mapping, Sequence
from html import escape
from io import StringIO
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from nnfp.draw.svg import INPUT, LETTER, RESULT, WEIGHT, WIDTH, coord, text
from nnfp.draw.words import number

HEIGHT = 290
ROUND = (1, 2, 5, 10)  # the steps between marks: these times a power of ten

# Matplotlib has no CSS variables, so it draws in the colors on the left, and those on the right
# replace them. Curves differ in color, in dashes and in the marker at their end.
INK = "#000001"
PAGE_COLORS = {INK: RESULT, "#000002": WEIGHT, "#000003": INPUT, "#000004": RESULT}
LINES = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "D"))

STYLE = {
    "svg.fonttype": "none",
    "font.size": LETTER,
    "text.color": INK,
    "text.parse_math": False,
    "lines.linewidth": 2,
    "lines.markersize": 8,
    "axes.linewidth": 1.5,
    "axes.edgecolor": INK,
    "axes.spines.left": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": INK,
    "grid.alpha": 0.2,
    "grid.linewidth": 1,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 8,
    "ytick.major.pad": 10,
}


def draw(curves: Mapping[str, Sequence[float]], ylabel: str, xlabel: str, log: bool) -> str:
    """Return the content of a figure that shows the curves."""
    file = StringIO()
    with mpl.rc_context(), warnings.catch_warnings():
        # A font of the reader's system shows the letters that Matplotlib's font lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        # Settings of the user would change the figure.
        mpl.rcdefaults()
        for name, value in STYLE.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        left, right = 70.0, WIDTH - 16 - max(map(name_width, curves))
        # Matplotlib measures in inches; at 72 dots per inch its unit is a pixel.
        figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=72)
        axes = figure.add_axes(
            (left / WIDTH, 60 / HEIGHT, (right - left) / WIDTH, (HEIGHT - 108) / HEIGHT)
        )
        _plot(axes, curves)
        _scale(axes, curves, log)
        _name_ends(axes, curves)
        figure.savefig(file, format="svg")
    labels = text(left, 18, ylabel, anchor="start", faint=True)
    labels += text((left + right) / 2, HEIGHT - 14, xlabel, faint=True)
    return labels + _strokes(file.getvalue())


def name_width(name: str) -> float:
    """Measure a name in Matplotlib's default font, which is wider than most."""
    font = FontProperties(size=LETTER)
    width: float = text_to_path.get_text_width_height_descent(name, font, ismath=False)[0]
    return width


def _plot(axes: Axes, curves: Mapping[str, Sequence[float]]) -> None:
    for ys, color, (dashes, marker) in zip(curves.values(), PAGE_COLORS, LINES, strict=False):
        # Above the axis, so that it does not cover a loss of 0. Matplotlib would clip the marker
        # there, but `_strokes` drops the clipping.
        axes.plot(
            ys,
            color=color,
            linestyle=dashes,
            marker=marker,
            markevery=[len(ys) - 1],
            zorder=3,
        )


def _scale(axes: Axes, curves: Mapping[str, Sequence[float]], log: bool) -> None:
    lowest, highest = min(map(min, curves.values())), max(map(max, curves.values()))
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=ROUND[:3] if highest < 50 * lowest else (1,)))
    else:
        lowest = min(0, lowest)
        axes.set_ylim(lowest, highest if highest > lowest else lowest + 1)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0, max(1, *(len(ys) - 1 for ys in curves.values())))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=ROUND, integer=True))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def _name_ends(axes: Axes, curves: Mapping[str, Sequence[float]]) -> None:
    """Write the name of each curve next to its end; names that would overlap are stacked."""
    ends = []
    for (name, ys), color in zip(curves.items(), PAGE_COLORS, strict=False):
        x, y = axes.transData.transform((len(ys) - 1, ys[-1]))
        if len(ys) - 1 < axes.get_xlim()[1]:  # keep it off the axis line
            y = max(y, axes.bbox.y0 + 0.75 * LETTER)
        ends.append((y, x, name, color))
    free = 0.0
    for y, x, name, color in sorted(ends):
        y = max(y, free)
        axes.annotate(name, (x + 12, y), xycoords="figure pixels", va="center", color=color)
        free = y + 1.25 * LETTER


def _strokes(svg: str) -> str:
    """Keep the visible elements of Matplotlib's SVG.

    Its ids and its date are dropped because they differ from run to run, and its style sheet
    because it would apply to the whole page.
    """
    space = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(svg)
    markers = {e.get("id"): e.get("d", "") for e in root.iter(f"{space}path") if e.get("id")}
    kept = ""
    for element in root.iter():
        style, d = element.get("style", ""), element.get("d", "")
        x, y = _rounded(element.get("x", "")), _rounded(element.get("y", ""))
        if element.tag == f"{space}path" and "stroke: " in style and not element.get("id"):
            kept += f'<path d="{_rounded(d)}" style="{_page_colors(style)}"/>\n'
        elif element.tag == f"{space}use":
            d = markers[element.get("{http://www.w3.org/1999/xlink}href", "").removeprefix("#")]
            at = f'd="{_rounded(d)}" transform="translate({x} {y})"'
            kept += f'<path {at} style="{_page_colors(style)}"/>\n'
        elif element.tag == f"{space}text":
            style = _page_colors(re.sub("font[^;]*; ?", "", style))
            kept += f'<text x="{x}" y="{y}" style="{style}">{escape(element.text or "")}</text>\n'
    return kept


def _rounded(numbers: str) -> str:
    one_line = " ".join(numbers.split())
    return re.sub(r"-?\d+\.\d+", lambda found: coord(float(found[0])), one_line)


def _page_colors(style: str) -> str:
    for ink, color in PAGE_COLORS.items():
        style = style.replace(ink, color)
    return style
