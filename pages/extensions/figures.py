"""Put the SVG of a figure into the page itself, where it follows the color scheme.

In a page's source, a figure is an image that is alone in its paragraph. Its title, if it has one,
becomes the caption:

    ![Two inputs, times two weights, are summed.](figures/neuron.svg "A neuron.")

Images in a line of text, raster images and remote ones stay the same.

A figure can be interactive: the option `explorables` maps the path of its file to the name of a
custom element that wraps the picture. Without JavaScript, the reader sees the picture.
"""

import posixpath
import re
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from mkdocs.exceptions import BuildError

from pages.extensions.context import find_here

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"


def inline_svg(svg: str, label: str, prefix: str) -> str:
    """Turn an SVG file into an element of a page.

    Args:
        svg: The text of the file.
        label: A description of the picture for screen readers, which skip a picture without one.
        prefix: Text to put before each id, so that two pictures on a page do not share one.

    Returns:
        An `<svg>` element. It has no declarations, namespaces or metadata, because only a file
        needs them, and no style sheet, because that would apply to the whole page.

    Raises:
        ParseError: When the text is not well-formed.

    Examples:
        >>> svg = '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/></svg>'
        >>> print(inline_svg(svg, "A line.", "line-"))
        <svg role="img" aria-label="A line." data-search-exclude=""><use href="#line-a" /></svg>
    """
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if not child.tag.startswith(SVG) or child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        element.attrib = {
            name.removeprefix(XLINK): _prefixed(name, value, prefix)
            for name, value in element.attrib.items()
        }
    root.attrib.pop("aria-labelledby", None)  # it would override the label
    # The search covers the text around a picture; the numbers in the picture would be noise.
    root.attrib.pop("role", None)
    root.attrib |= {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    root.set("data-search-exclude", "")
    root.tail = None
    return ElementTree.tostring(root, encoding="unicode")


def _prefixed(name: str, value: str, prefix: str) -> str:
    """Put the prefix before an id and in references to one; keep other values."""
    if name in ("id", "aria-labelledby", "aria-describedby"):
        return " ".join(prefix + word for word in value.split())
    if name.endswith("href"):
        return re.sub(r"^#", f"#{prefix}", value)
    return value.replace("url(#", f"url(#{prefix}")


class _Figures(Treeprocessor):
    def __init__(self, md: Markdown, explorables: dict[str, str]) -> None:
        super().__init__(md)
        self.explorables = explorables

    def run(self, root: Element) -> None:
        count = 0
        for paragraph in root.iter("p"):
            image = _only_svg(paragraph)
            if image is not None:
                count += 1
                self._make_figure(paragraph, image, f"figure-{count}-")

    def _make_figure(self, paragraph: Element, image: Element, prefix: str) -> None:
        source, label, title = (image.get(name, "") for name in ("src", "alt", "title"))
        if not label:
            raise BuildError(f"expected a description of the figure {source}, got ![]")
        try:
            here = find_here(self.md)
            file = posixpath.join(posixpath.dirname(here.source), source)
            svg = (here.docs_dir / file).read_text(encoding="utf-8")
            html = inline_svg(svg, label, prefix)
        except FileNotFoundError as error:
            raise BuildError(f"expected a file for the figure {source}, got none") from error
        except ElementTree.ParseError as error:
            raise BuildError(f"expected SVG in the figure {source}, got {error}") from error
        if explorable := self.explorables.get(file):
            html = f"<explore-{explorable}>{html}</explore-{explorable}>"
        paragraph.remove(image)
        paragraph.tag = "figure"
        paragraph.set("class", "page-figure")
        paragraph.text = self.md.htmlStash.store(html)
        if title:
            SubElement(paragraph, "figcaption").text = title


def _only_svg(paragraph: Element) -> Element | None:
    """Return the local SVG image if a paragraph contains nothing else, or `None`."""
    if len(paragraph) != 1 or paragraph[0].tag != "img":
        return None
    image = paragraph[0]
    around = (paragraph.text or "") + (image.tail or "")
    source = image.get("src", "")
    local = source.endswith(".svg") and ":" not in source and not source.startswith("/")
    return image if local and not around.strip() else None


class FiguresExtension(Extension):
    """The extension that mkdocs.yml calls `pages.extensions.figures`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "explorables": [{}, "The interactive elements around figures, by path"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run after the inline patterns (20) and before MkDocs checks images (0)."""
        figures = _Figures(md, self.getConfig("explorables"))
        md.treeprocessors.register(figures, "pages.extensions.figures", 15)


def makeExtension(**options: Any) -> FiguresExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return FiguresExtension(**options)
