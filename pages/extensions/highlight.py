"""Highlighted code, with an element for each word that has a colour of its own, and for no other.

Pygments puts every name, sign and number into an element. In the colours of this site they look
like the text around them (signs, which the theme makes paler, do so too), and without these
elements a page has half as many.
"""

import re

from pages.extensions.rewrite import RewriteExtension

# Names, signs, spaces, numbers, and True, False and None. Where one is a link, it stays as it is.
PLAIN = re.compile(r'<span class="(?:n|p|o|w|mi|mf|kc)">([^<]*)</span>')


def colours_only(text: str) -> str:
    """Put what has no colour of its own into the text around it."""
    return PLAIN.sub(r"\1", text)


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return RewriteExtension(colours_only)
