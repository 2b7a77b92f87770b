"""Draw the picture that stands beside a link to a page elsewhere: its title, and its first figure.

    python -m pages.publish.social site

A page with a figure gets `social.png` beside it; the others show that of the home page. The same
page gives the same bytes on each machine: the letters are those that come with Matplotlib.
"""

import re
import sys
from html import escape
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap

import resvg_py

from pages.extensions.figures import inline_svg
from pages.page import Page, read_page
from pages.project import DOCS

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
# The figure stands on the right, the words on the left.
FIGURE_WIDTH, FIGURE_HEIGHT = 620, 440


def picture(page: Page, figure: str) -> str:
    """Lay out the picture of a page, as SVG.

    Args:
        page: The page; its title and, if it begins with one, its question are shown.
        figure: The SVG of its first figure.
    """
    title, site = _title(page), _title(read_page(DOCS / "index.md"))
    question = next((line[1:-1] for line in page.lines if re.fullmatch(r"\*[^*]+\*", line)), "")
    words = "" if title == site else f'<text x="164" y="102" font-size="26">{escape(site)}</text>'
    y = 250
    for size, step, line in [
        *((60, 74, line) for line in wrap(title, 11)),
        *((28, 42, line) for line in wrap(question.replace("`", ""), 24)),
    ]:
        look = 'font-weight="bold"' if size == 60 else 'fill="#666"'
        words += f'<text x="{MARGIN}" y="{y}" font-size="{size}" {look}>{escape(line)}</text>'
        y += step
    mark = (DOCS / "assets/favicon.svg").read_text(encoding="utf-8")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="DejaVu Sans" color="#1c1c1c" fill="#1c1c1c">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f"{_placed(mark, MARGIN, 60, 64, 64)}{words}"
        f"{_placed(figure, WIDTH - FIGURE_WIDTH - 40, 120, FIGURE_WIDTH, FIGURE_HEIGHT)}</svg>"
    )


def _title(page: Page) -> str:
    return next(line[2:] for line in page.lines if line.startswith("# "))


def _placed(svg: str, x: int, y: int, width: int, height: int) -> str:
    """Put a picture into a box, as large as fits, in the colours that it has by itself."""
    inner = re.sub(r"var\(--[\w-]+, ([^)]+)\)", r"\1", inline_svg(svg, "", ""))
    box = re.search(r'viewBox="[^"]*"', inner)
    if not box:
        raise ValueError(f"expected a viewBox in the picture, got {svg[:80]}")
    place = f'x="{x}" y="{y}" width="{width}" height="{height}" font-size="16"'
    return re.sub(r"^<svg[^>]*>", f"<svg {place} {box[0]}>", inner)


def draw(svg: str) -> bytes:
    """Draw SVG as PNG, with Matplotlib's letters, whatever the machine has."""
    matplotlib = find_spec("matplotlib")
    if matplotlib is None or matplotlib.origin is None:
        raise SystemExit("expected Matplotlib, whose letters the pictures are written in")
    fonts = Path(matplotlib.origin).parent / "mpl-data/fonts/ttf"
    files = [str(fonts / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return resvg_py.svg_to_bytes(svg, width=WIDTH, skip_system_fonts=True, font_files=files)


def main() -> None:
    """Draw the picture of each page with a figure into the folder of the site that is named."""
    site = Path(sys.argv[1])
    for path in sorted(DOCS.rglob("*.md")):
        page = read_page(path)
        figure = next((image for block in page.blocks for image in block.figures), None)
        if figure:
            svg = (path.parent / figure.path).read_text(encoding="utf-8")
            name = path.relative_to(DOCS).with_suffix("")
            folder = site / (name.parent if name.name == "index" else name)
            (folder / "social.png").write_bytes(draw(picture(page, svg)))


if __name__ == "__main__":
    main()
