"""Recognize pieces of Markdown within a line: code, formulas, images, and what is not shown."""

import html
import re
import unicodedata

# Inline code ends with as many backticks as it begins with; an escaped one begins no code.
INLINE_CODE = re.compile(r"(?<![\\`])(?P<mark>`+)(?!`).+?(?<!`)(?P=mark)(?!`)")
# The alt text may contain one level of brackets, as in ![w[0]](w.svg).
IMAGE = re.compile(
    r"!\[(?P<alt>(?:\\.|[^\[\]\\\n]|\[(?:\\.|[^\[\]\\\n])*\])*)\]"
    r"""\((?P<path>[^()<>\s\0]+)(?P<caption>(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*)\)"""
)
FORMULA = re.compile(r"(?s:\$\$.+?\$\$)|(?<!\\)\$(?!\s)[^$\n]+(?<!\s)\$")
COMMENT = re.compile(r"(?s:<!--.*?-->)")
# A link's target and title, or the name of its reference.
TARGET = re.compile(
    r"(?<=\])\([ ]*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"
    r"""(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)"""
    r"|(?<=\])\[[^\]\n]*\]"
)
# The parts of a line that a reader does not see, apart from comments.
UNSEEN = re.compile(
    "|".join(
        [
            TARGET.pattern,
            r"(?m:^[ >]*\[[^\]^\n][^\]\n]*\]:[ ]*\S+(?:[ ]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ ]*$)",
            r"\[\^[^\]\s]+\]:?",  # a footnote's label
            r"</?(?:details|summary)\b[^>\n]*>",
            r"<[a-z][a-z0-9+.-]+:[^<>\s]+>|<[^<>\s@]+@[^<>\s]+>",
            r"\bhttps?://[^\s<>()\[\]\"'`]+",
            r"(?P<entity>&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);)",
            r"\{:?[ ]*[#.][a-z][^{}\n]*\}",  # an attribute list
        ]
    ),
    re.IGNORECASE,
)
# In the alt text of an image: code, escaped characters and entities.
_MARKED = re.compile(
    rf"(?P<code>{INLINE_CODE.pattern})|\\(?P<escaped>[\\`*_{{}}\[\]()>#+.!-])|&#?\w+;"
)
_TOKEN = re.compile(
    f"(?P<kept>{INLINE_CODE.pattern}|{FORMULA.pattern})|(?P<image>{IMAGE.pattern})"
    f"|{UNSEEN.pattern}",
    re.IGNORECASE,
)


def without_code(text: str) -> str:
    """Replace inline code with NUL characters, because no page contains them."""
    return INLINE_CODE.sub(lambda code: "\0" * len(code[0]), text)


def words_of(alt: str) -> str:
    r"""Return the alt text of an image as the site shows it.

    Examples:
        >>> words_of(r"`relu` &amp; \[w\]")
        'relu & [w]'
    """

    def plain(match: re.Match[str]) -> str:
        if match["code"]:
            return match["code"].strip("`").strip()
        return match["escaped"] or html.unescape(match[0])

    return _MARKED.sub(plain, alt)


def blank(text: str) -> str:
    """Replace all but line ends with spaces, so that what follows keeps its line and column."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """Blank the HTML comments in a text, but not code that looks like one."""
    pattern = f"(?P<code>{INLINE_CODE.pattern})|{COMMENT.pattern}"
    return re.sub(pattern, lambda found: found["code"] or blank(found[0]), text)


def without_unseen(text: str) -> str:
    """Blank what a reader does not see, such as URLs, but keep the alt text and captions of images.

    Code and formulas stay as they are, because what looks like a link in them is not one. An entity
    that shows a number, such as `&#189;`, becomes that number.

    Examples:
        >>> without_unseen("[two](2.md) of $w[0][1]$")
        '[two]       of $w[0][1]$'
    """

    def seen(found: re.Match[str]) -> str:
        if found["image"]:
            start, end = (at - found.start() for at in found.span("path"))
            return found[0][:start] + " " * (end - start) + found[0][end:]
        entity = html.unescape(found["entity"] or "")
        is_number = any(unicodedata.numeric(character, None) is not None for character in entity)
        if is_number:
            return entity.ljust(len(found[0]))
        return found[0] if found["kept"] else blank(found[0])

    return _TOKEN.sub(seen, text)
