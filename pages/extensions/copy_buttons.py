"""Add a button that copies the code to each block of code; the theme's script makes it work.

The theme can add such buttons itself (`content.code.copy`). But it puts each into a `<nav>` without
a name, and accessibility checkers reject that. It also adds them to outputs and signatures.

Of an example in a docstring, which shows a session with `>>>` and outputs, the button copies only
the code.
"""

import re
from doctest import DocTestParser
from html import escape, unescape
from itertools import count

from pages.extensions.rewrite import RewriteExtension

# A block, with or without a button: the HTML of a docstring is processed once more as a part of
# its page.
BLOCK = re.compile(
    r'(class="language-(?!text\b)(\w+) highlight"><pre>(?:<span></span>)?)'
    r'<code(?: id="code-\d+"[^>]*)?>(.*?)</code>(?:<span class="md-code__nav">.*?</span>)?</pre>',
    re.DOTALL,
)


def add_buttons(html: str) -> str:
    """Number the blocks of code on a page and give each a button, except outputs."""
    number = count(1)
    return BLOCK.sub(lambda block: _add_button(block, f"code-{next(number)}"), html)


def _add_button(block: re.Match[str], name: str) -> str:
    start, language, code = block.groups()
    text = unescape(re.sub("<[^>]+>", "", code))
    what = f'data-clipboard-target="#{name}"'
    if language == "pycon":
        what = f'data-clipboard-text="{escape(_code_of(text))}"'
    # Where the first line would reach below the button, the style sheet starts one line lower.
    # The numbers of its lines are as wide as their digits and three more letters.
    numbers = re.search(r'data-linenos="([^"]*)"', code)
    first = len(text.partition("\n")[0]) + (len(numbers[1]) + 3 if numbers else 0)
    return (
        f'{start}<code id="{name}" style="--first-line: {first}">{code}</code>'
        '<span class="md-code__nav"><button type="button" class="md-code__button" '
        f'aria-label="Copy" data-md-type="copy" {what}></button></span></pre>'
    )


def _code_of(session: str) -> str:
    """Return the code of a session, without its prompts and outputs."""
    sources = [example.source for example in DocTestParser().get_examples(session)]
    # Pasted into a Python prompt, a loop or a definition needs a blank line after it.
    return "".join(code + "\n" * ("\n " in code) for code in sources).rstrip()


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return RewriteExtension(add_buttons)
