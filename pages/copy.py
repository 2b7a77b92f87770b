"""A button on each block of code that copies it; the theme's own script listens to it.

The theme would make these buttons while a reader waits, one after the other, and measure the page
after each. Outputs, which nobody pastes, and signatures have none.
"""

import re
from itertools import count
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

# A block as it is written first, or as it is when the page that it was put into is read again.
BLOCK = re.compile(
    r'(class="language-(?!text\b)\w+ highlight"><pre>(?:<span></span>)?)<code(?: id="code-\d+")?>'
    r'(.*?)</code>(?:<span class="md-code__nav">.*?</span>)?</pre>',
    re.DOTALL,
)
BUTTON = (
    r'\1<code id="code-{0}">\2</code><span class="md-code__nav"><button type="button" '
    r'class="md-code__button" aria-label="Copy" data-md-type="copy" '
    r'data-clipboard-target="#code-{0}"></button></span></pre>'
)


class _CopyButtons(Postprocessor):
    def run(self, text: str) -> str:
        number = count(1)
        return BLOCK.sub(lambda block: block.expand(BUTTON.format(next(number))), text)


class CopyExtension(Extension):
    """The extension that `mkdocs.yml` names `pages.copy`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's own name)
        """Go over the page after the blocks have been put into it (30)."""
        md.postprocessors.register(_CopyButtons(md), "pages.copy", 0)


def makeExtension(**options: Any) -> CopyExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return CopyExtension(**options)
