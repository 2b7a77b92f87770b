"""Lay out the home page: what it begins with becomes a hero, and its table of pages becomes cards.

The hero is everything above the first section: the title, what the site is, where to begin, and the
figure next to them. The table has a link to a page in each row, and the page's question:

    | page | its question |
    |---|---|
    | [Neuron](learn/neuron.md) | What does one neuron compute? |

Its card adds the minutes that it takes to read the page, and the page's first figure. To show only
a part of a figure, list it in mkdocs.yml by the path of its file, with the part as a `viewBox`:

    - pages.extensions.home:
        parts:
          learn/figures/neuron.svg: 0 30 320 144
"""

import math
import posixpath
import re
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from mkdocs.exceptions import BuildError

from pages.extensions.context import Here, find_here
from pages.extensions.figures import inline_svg
from pages.page import Page, prose_of, read_page

HOME = "index.md"
WORDS_A_MINUTE = 200
HEADER = ["page", "its question"]


def minutes_to_read(page: Page) -> int:
    """Return how long it takes to read a page: its sentences and its Python, at 200 words a minute.

    The description in its front matter, outputs and commands do not count.
    """
    texts = [text for line, text in prose_of(page) if line >= page.first_line]
    texts += [fence.content for fence in page.fences if fence.language == "python"]
    return math.ceil(sum(len(text.split()) for text in texts) / WORDS_A_MINUTE)


def crop(svg: str, part: str) -> str:
    """Return the part of a picture that a `viewBox` names.

    Raises:
        BuildError: When the picture does not contain this part.
    """
    root = ElementTree.fromstring(svg)
    left, top, width, height = map(float, root.get("viewBox", "0 0 0 0").split())
    x, y, w, h = map(float, part.split())
    if x < left or y < top or x + w > left + width or y + h > top + height:
        whole = root.get("viewBox")
        raise BuildError(f"expected a part of a figure to be within {whole}, got {part}")
    root.attrib |= {"viewBox": part, "width": f"{w:g}", "height": f"{h:g}"}
    return ElementTree.tostring(root, encoding="unicode")


class _Home(Treeprocessor):
    def __init__(self, md: Markdown, parts: dict[str, str]) -> None:
        super().__init__(md)
        self.parts = parts

    def run(self, root: Element) -> None:
        here = find_here(self.md)
        if here.source != HOME:
            return
        _make_hero(root)
        for table in root.iter("table"):
            if ["".join(cell.itertext()) for cell in table.iter("th")] == HEADER:
                self._make_cards(table, here)

    def _make_cards(self, table: Element, here: Here) -> None:
        rows = table.findall("tbody/tr")
        table.clear()
        table.tag = "ol"
        table.set("class", "page-path")
        for number, (name, question) in enumerate(rows, 1):
            link = name.find("a")
            if link is None:
                raise BuildError(f"expected a link to a page in row {number} of the path, got none")
            source = link.get("href", "")
            page = read_page(here.docs_dir / source)
            card = SubElement(table, "li")
            if picture := self._picture(page, here, f"card-{number}-"):
                SubElement(card, "div", {"class": "page-picture"}).text = picture
            SubElement(card, "a", {"href": source}).text = "".join(link.itertext())
            sentence = SubElement(card, "p")
            sentence.text, sentence[:] = question.text, question[:]
            minutes = SubElement(card, "p", {"class": "page-minutes"})
            minutes.text = f"{minutes_to_read(page)} min"

    def _picture(self, page: Page, here: Here, prefix: str) -> str | None:
        """Return the picture of a page's card, which needs no words: the question says them."""
        paths = [image.path for block in page.blocks for image in block.figures]
        folder = posixpath.dirname(page.path.relative_to(here.docs_dir).as_posix())
        files = [posixpath.join(folder, path) for path in paths if path.endswith(".svg")]
        file = next((file for file in files if file in self.parts), next(iter(files), None))
        if file is None:
            return None
        svg = (here.docs_dir / file).read_text(encoding="utf-8")
        if part := self.parts.get(file):
            svg = crop(svg, part)
        # Only a file has a title: here, it would be a tooltip above the link.
        html = re.sub(r"<title>.*?</title>", "", inline_svg(svg, "", prefix))
        return self.md.htmlStash.store(html)


def _make_hero(root: Element) -> None:
    """Wrap what precedes the first section, and in it the figure with the code that draws it."""
    tags = [child.tag for child in root]
    end = tags.index("h2") if "h2" in tags else len(tags)
    hero, aside = Element("div", {"class": "page-hero"}), Element("div", {"class": "page-aside"})
    for child in root[:end]:
        is_aside = child.tag in ("figure", "details")
        if is_aside and not len(aside):
            hero.append(aside)
        (aside if is_aside else hero).append(child)
    for link in hero.iter("a"):
        link.attrib.pop("data-preview", None)  # a preview would cover the figure
    root[:end] = [hero]


class HomeExtension(Extension):
    """The extension that mkdocs.yml calls `pages.extensions.home`."""

    def __init__(self, **options: Any) -> None:
        self.config = {"parts": [{}, "The parts of figures that cards show, by path"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run after figures (15) and previews of links (10), before MkDocs resolves links (0)."""
        md.treeprocessors.register(_Home(md, self.getConfig("parts")), "pages.extensions.home", 8)


def makeExtension(**options: Any) -> HomeExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return HomeExtension(**options)
