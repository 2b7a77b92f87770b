"""Find the prose of a page, and the part of it that a reader sees."""

import re
from collections.abc import Iterator

from pages.page.markdown import blank, without_comments, without_unseen
from pages.page.model import Page

QUOTE = r"[ >]*"
BULLET = r"(?:[-*+] +)"
NUMBERED = re.compile(rf"(?P<before>(?P<indent>{QUOTE}){BULLET}*)(?P<number>\d+[.)])(?= |$)")
BULLETED = re.compile(rf"(?P<indent>{QUOTE}){BULLET}")
TITLE = re.compile(r"# +(?P<title>.+?)(?: +#+)?(?: +\{[^{}]*\})? *")
NUMBERED_HEADING = re.compile(r"(?P<before>#+ +)(?P<number>\d+(?:\.\d+)*[.)])(?= |$)")
# A list inside an item of another list is indented by at least this many columns.
NESTED = 4


def prose_of(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page that are neither code, output nor settings, each with its number.

    The description in the front matter is prose, too. HTML comments are blanked.
    """
    hidden = {line for fence in page.fences for line in range(fence.line, fence.end + 1)}
    in_api = in_description = False
    numbers, lines = [], []
    for number, text in enumerate(page.lines, start=1):
        # An API entry is `:::` and the indented settings below it.
        in_api = text.startswith(":::") or (in_api and text.startswith("    "))
        in_description = number < page.first_line and (
            text.startswith("description:") or (in_description and text.startswith(" "))
        )
        in_text = number >= page.first_line and number not in hidden and not in_api
        if in_text or in_description:
            numbers.append(number)
            lines.append(text)
    yield from zip(numbers, without_comments("\n".join(lines)).split("\n"), strict=False)


def title_of(page: Page) -> str:
    """Return the first heading of level 1, or the name of the file when there is none."""
    headings = (TITLE.fullmatch(text) for line, text in prose_of(page) if line >= page.first_line)
    return next((heading["title"] for heading in headings if heading), page.path.stem)


def readable(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the lines of prose with all that a reader does not see replaced by spaces.

    The rest keeps its column. The markers of numbered lists and headings are blanked as well: they
    count items and are not numbers that the page states.
    """
    numbers, lines = [], []
    items = _Items()
    for number, text in prose_of(page):
        numbers.append(number)
        lines.append(items.without_marker(number, text))
    yield from zip(numbers, without_unseen("\n".join(lines)).split("\n"), strict=False)


class _Items:
    """Distinguishes list markers from numbers that happen to begin a line.

    In the middle of a paragraph, `19. It` is the end of a sentence. A list begins after a blank
    line, a heading or a block of code, or indented inside another list.
    """

    def __init__(self) -> None:
        self.last = -1  # the number of the line before, or -1 if no paragraph continues after it
        self.numbered = False
        self.indent = 0

    def without_marker(self, number: int, text: str) -> str:
        """Blank the marker of an item or a heading at the beginning of a line."""
        if heading := NUMBERED_HEADING.match(text):
            text = _without_number(heading, text)
        item = NUMBERED.match(text)
        listed = item or BULLETED.match(text)
        if number != self.last + 1:
            self.numbered = item is not None
            self.indent = len(listed["indent"]) if listed else len(text)
        goes_on = text.strip(" >") and not text.startswith("#")
        self.last = number if goes_on else -1
        if item and (self.numbered or len(item["indent"]) >= self.indent + NESTED):
            return _without_number(item, text)
        return text


def _without_number(found: re.Match[str], text: str) -> str:
    return found["before"] + blank(found["number"]) + text[found.end() :]
