"""Draw the picture that other sites show with a link to a page: its title and its first figure.

A page with a figure gets a `social.png` in its folder; other pages use the home page's. The same
page gives the same bytes on each machine, since the font comes with Matplotlib.
"""

import re
from html import escape
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap

import resvg_py

from pages.extensions.figures import inline_svg
from pages.page import Page, read_page, title_of
from pages.project import DOCS, page_file, site_config, sources

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
# The figure is on the right, the words are on the left.
FIGURE_WIDTH, FIGURE_HEIGHT = 620, 440


def draw_social_pictures(site: Path) -> None:
    """Draw the picture of each page with a figure into the built site.

    Args:
        site: The folder of the built site.
    """
    name = site_config()["site_name"]
    for source in sources():
        page = read_page(DOCS / source)
        figures = (image for block in page.blocks for image in block.figures)
        if svg := next((image for image in figures if image.path.endswith(".svg")), None):
            figure = (page.path.parent / svg.path).read_text(encoding="utf-8")
            file = (site / page_file(source)).with_name("social.png")
            file.write_bytes(rasterize(lay_out(page, figure, name)))


def lay_out(page: Page, figure: str, site_name: str) -> str:
    """Return the picture of a page as SVG.

    Args:
        page: The page; its title and, if it begins with one, its question are shown.
        figure: The SVG of its first figure.
        site_name: The name of the site.
    """
    title = _without_marks(title_of(page))
    question = next((line for line in page.lines if re.fullmatch(r"\*[^*]+\*", line)), "")
    words = ""
    if title != site_name:
        words += f'<text x="164" y="102" font-size="26">{escape(site_name)}</text>'
    y = 250
    for size, step, line in [
        *((60, 74, line) for line in wrap(title, 11)),
        *((28, 42, line) for line in wrap(_without_marks(question), 24)),
    ]:
        look = 'font-weight="bold"' if size == 60 else 'fill="#666"'
        words += f'<text x="{MARGIN}" y="{y}" font-size="{size}" {look}>{escape(line)}</text>'
        y += step
    logo = (DOCS / site_config()["theme"]["favicon"]).read_text(encoding="utf-8")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="DejaVu Sans" color="#1c1c1c" fill="#1c1c1c">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f"{_placed(logo, MARGIN, 60, 64, 64)}{words}"
        f"{_placed(figure, WIDTH - FIGURE_WIDTH - 40, 120, FIGURE_WIDTH, FIGURE_HEIGHT)}</svg>"
    )


def _without_marks(text: str) -> str:
    """Return Markdown as it is read, without the marks of code and emphasis."""
    return re.sub("[`*]", "", text)


def _placed(svg: str, x: int, y: int, width: int, height: int) -> str:
    """Fit a picture into a box, in the colors that it has outside the site."""
    inner = re.sub(r"var\(--[\w-]+, ([^)]+)\)", r"\1", inline_svg(svg, "", ""))
    box = re.search(r'viewBox="[^"]*"', inner)
    if not box:
        raise ValueError(f"expected a viewBox in the picture, got {svg[:80]}")
    place = f'x="{x}" y="{y}" width="{width}" height="{height}" font-size="16"'
    return re.sub(r"^<svg[^>]*>", f"<svg {place} {box[0]}>", inner)


def rasterize(svg: str) -> bytes:
    """Turn SVG into PNG, with Matplotlib's font and none of the machine's."""
    matplotlib = find_spec("matplotlib")
    if matplotlib is None or matplotlib.origin is None:
        raise SystemExit("expected Matplotlib, whose font the pictures use, got none")
    fonts = Path(matplotlib.origin).parent / "mpl-data/fonts/ttf"
    files = [str(fonts / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return resvg_py.svg_to_bytes(svg, width=WIDTH, skip_system_fonts=True, font_files=files)
