"""Add a button that copies the code to each block of code; the theme's script makes it work.

The theme can add such buttons itself (`content.code.copy`). But it puts each into a `<nav>` without
a name, and accessibility checkers reject that. It also adds them to outputs and signatures.
"""

import re
from itertools import count

from pages.extensions.rewrite import RewriteExtension

# A block, with or without a button: the HTML of a docstring is processed once more as a part of
# its page.
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


def add_buttons(html: str) -> str:
    """Number the blocks of code on a page and give each a button, except outputs."""
    number = count(1)
    return BLOCK.sub(lambda block: block.expand(BUTTON.format(next(number))), html)


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return RewriteExtension(add_buttons)
