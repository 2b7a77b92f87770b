"""A button on each block of code that copies it; the theme's own script listens to it.

The theme would make these buttons while a reader waits, one after the other, and measure the page
after each. Outputs, which nobody pastes, and signatures have none.
"""

import re
from itertools import count

from pages.extensions.rewrite import RewriteExtension

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


def with_buttons(text: str) -> str:
    """Number the blocks of a page, and give each its button."""
    number = count(1)
    return BLOCK.sub(lambda block: block.expand(BUTTON.format(next(number))), text)


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return RewriteExtension(with_buttons)
