r"""Formulas become MathML while the site is built, so that a page needs no script to show them.

`pymdownx.arithmatex` finds `$...$` and `$$...$$`; the extension here goes over what it found. In a
formula an input is written `\textcolor{red}{1}` and a weight `\textcolor{green}{5}`, which code
hosts colour too; on the site the hues come from `docs/assets/site.css`, as in the figures.
"""

import re
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from math_core import LatexError, LatexToMathML
from mkdocs.exceptions import BuildError

# What math-core writes for red and green, and what the style sheet calls them.
COLOURS = {"#FF0000": "nnfp-input", "#03FF00": "nnfp-weight"}

_converter = LatexToMathML(fancy_error=False)


def mathml(tex: str, *, block: bool) -> str:
    r"""Turn TeX into MathML.

    Args:
        tex: The formula, without its dollars.
        block: Whether it stands on a line of its own.

    Returns:
        A `<math>` element.

    Raises:
        BuildError: When the formula cannot be read, or has a colour without a meaning.

    Examples:
        >>> mathml(r"\textcolor{red}{1} < 2", block=False)
        '<math><mrow class="nnfp-input"><mn>1</mn></mrow><mo>&lt;</mo><mn>2</mn></math>'
    """
    try:
        html = _converter.convert_with_local_state(tex, displaystyle=block)
    except LatexError as error:
        raise BuildError(f"expected a formula in TeX, got ${tex}$: at {error}") from error
    for colour, name in COLOURS.items():
        html = html.replace(f'style="color:{colour};"', f'class="{name}"')
    if re.search(r"color:#", html):
        raise BuildError(
            f"expected red (an input) or green (a weight) as the colours of a formula, got ${tex}$"
        )
    return html


class _Formulas(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.get("class") == "arithmatex":
                self._convert(element)

    def _convert(self, element: Element) -> None:
        # Arithmatex wraps a formula in \( \) or \[ \], and escapes a block's alone.
        block = element.tag == "div"
        tex = (element.text or "")[2:-2].strip()
        html = mathml(unescape(tex) if block else tex, block=block)
        # Stored as it is: the Markdown that still runs must not touch it.
        element.text = self.md.htmlStash.store(html)
        element.set("class", "nnfp-formula" if block else "nnfp-math")
        if block:
            # A wide formula scrolls in its box, and the arrow keys need the focus for that.
            element.attrib |= {"tabindex": "0", "role": "group", "aria-label": "Formula"}


class MathExtension(Extension):
    """The extension that `mkdocs.yml` names `pages.extensions.formulas`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the tree after the inline patterns (priority 20) have made it."""
        md.treeprocessors.register(_Formulas(md), "pages.extensions.formulas", 15)


def makeExtension(**options: Any) -> MathExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return MathExtension(**options)
