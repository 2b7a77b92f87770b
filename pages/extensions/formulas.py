r"""Turn formulas into MathML when the site is built, so that showing them needs no script.

`pymdownx.arithmatex` finds `$...$` and `$$...$$`; this extension replaces what it found. Colors
with a meaning are written `\textcolor{red}{1}`, so that code hosts show them, too. On the site they
become classes, so that the style sheet chooses the shades:

    - pages.extensions.formulas:
        colors: {red: input, green: weight}
"""

import re
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from math_core import LatexError, LatexToMathML
from mkdocs.exceptions import BuildError

_converter = LatexToMathML(fancy_error=False)
COLOR = re.compile(r'style="color:(#[0-9A-F]+);"')


def mathml(tex: str, *, block: bool, classes: dict[str, str] | None = None) -> str:
    r"""Turn TeX into MathML.

    Args:
        tex: The formula, without its dollar signs.
        block: Whether it is displayed on separate lines.
        classes: The class for each color that a formula may have.

    Returns:
        A `<math>` element.

    Raises:
        BuildError: When the formula cannot be read, or has a color without a class.

    Examples:
        >>> mathml(r"\textcolor{red}{1} < 2", block=False, classes={"red": "input"})
        '<math><mrow class="input"><mn>1</mn></mrow><mo>&lt;</mo><mn>2</mn></math>'
    """
    names = {_code_of(color): name for color, name in (classes or {}).items()}

    def named(style: re.Match[str]) -> str:
        if style[1] not in names:
            known = " or ".join(classes or ["none"])
            raise BuildError(f"expected {known} as the color in a formula, got ${tex}$")
        return f'class="{names[style[1]]}"'

    return COLOR.sub(named, _convert(tex, block=block))


def _convert(tex: str, *, block: bool) -> str:
    try:
        return _converter.convert_with_local_state(tex, displaystyle=block)
    except LatexError as error:
        raise BuildError(f"expected a formula in TeX, got ${tex}$: at {error}") from error


def _code_of(color: str) -> str:
    """Return the hexadecimal code that math-core writes for a color's name."""
    found = COLOR.search(_convert(rf"\textcolor{{{color}}}{{x}}", block=False))
    assert found
    return found[1]


class _Formulas(Treeprocessor):
    def __init__(self, md: Markdown, classes: dict[str, str]) -> None:
        super().__init__(md)
        self.classes = classes

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.get("class") == "arithmatex":
                self._replace(element)

    def _replace(self, element: Element) -> None:
        # Arithmatex wraps a formula in \( \) or \[ \], and escapes only displayed ones.
        block = element.tag == "div"
        tex = (element.text or "")[2:-2].strip()
        html = mathml(unescape(tex) if block else tex, block=block, classes=self.classes)
        # Stashed, so that the Markdown processors that follow leave it alone.
        element.text = self.md.htmlStash.store(html)
        element.set("class", "page-formula" if block else "page-math")
        if block:
            # A box that is too narrow scrolls and becomes a Tab stop, which needs a name.
            element.attrib |= {"role": "group", "aria-label": "Formula"}


class FormulasExtension(Extension):
    """The extension that mkdocs.yml calls `pages.extensions.formulas`."""

    def __init__(self, **options: Any) -> None:
        self.config = {"colors": [{}, "The class for each color that a formula may have"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run after the inline patterns (priority 20), which find the formulas."""
        formulas = _Formulas(md, self.getConfig("colors"))
        md.treeprocessors.register(formulas, "pages.extensions.formulas", 15)


def makeExtension(**options: Any) -> FormulasExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return FormulasExtension(**options)
