"""Write contact sheets: pictures of all pages in three engines, for people to look at.

`make sheets` runs this. Each sheet shows some pages at one width and in one color scheme, each page
in the three engines next to each other, so that differences catch the eye.
"""

import argparse
import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright
from tqdm import tqdm

from audit.browse import SCHEMES, URLS, Scheme
from audit.engine import Engine
from audit.engines import engines
from audit.site import built

# How much smaller than on the screen a page is, by its width.
SCALES = {390: 0.5, 1280: 0.375}
# The largest sheet. A longer page continues in another column.
MOST_WIDTH, MOST_HEIGHT = 4500, 6000
GAP, LABEL = 12, 32


def take(engine: Engine, url: str, width: int, scheme: Scheme) -> Image.Image:
    """Return a small picture of a whole page."""
    engine.open(url, width, scheme)
    page = Image.open(io.BytesIO(engine.picture())).convert("RGB")
    size = round(page.width * SCALES[width]), round(page.height * SCALES[width])
    return page.resize(size, Image.Resampling.BOX)


def columns(pictures: dict[str, Image.Image], what: str) -> Iterator[Image.Image]:
    """Put pictures of one page next to each other, in as many columns as its length needs.

    Args:
        pictures: A picture from each engine, by the engine's name.
        what: What they show, for the labels.
    """
    width = sum(picture.width + GAP for picture in pictures.values())
    length = max(picture.height for picture in pictures.values())
    for top in range(0, length, MOST_HEIGHT - LABEL):
        column = Image.new("RGB", (width, min(length - top + LABEL, MOST_HEIGHT)), "white")
        left = 0
        for name, picture in pictures.items():
            more = " (continued)" if top else ""
            label = f"{name}\n{what}{more}"
            ImageDraw.Draw(column).text((left, 0), label, "black", ImageFont.load_default(10))
            rest = picture.crop((0, top, picture.width, max(top, picture.height)))
            column.paste(rest, (left, LABEL))
            left += picture.width + GAP
        yield column


def sheets(all_columns: list[Image.Image]) -> Iterator[Image.Image]:
    """Put columns next to each other, in as many sheets as their width needs."""
    while all_columns:
        width = 0
        row = []
        while all_columns and width + all_columns[0].width <= MOST_WIDTH:
            row.append(all_columns.pop(0))
            width += row[-1].width
        sheet = Image.new("RGB", (width, max(column.height for column in row)), "white")
        left = 0
        for column in row:
            sheet.paste(column, (left, 0))
            left += column.width
        yield sheet


def main() -> None:
    """Write the sheets into the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m audit.sheets", description="Write the sheets.")
    parser.add_argument("folder", type=Path, help="the folder to write them to")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with built() as (_, base), sync_playwright() as playwright, engines(playwright) as browsers:
        for scheme, width in product(SCHEMES, SCALES):
            row: list[Image.Image] = []
            for url in tqdm(URLS, f"{width}, {scheme}"):
                pictures = {one.name: take(one, base + url, width, scheme) for one in browsers}
                row += columns(pictures, url or "home")
            for number, sheet in enumerate(sheets(row), 1):
                sheet.save(folder / f"{width}-{scheme}-{number}.png")


if __name__ == "__main__":
    main()
