"""Tie each number in a page's prose to the code, output or figure that backs it.

A number in a sentence, heading, caption, table or formula must be found in a block of code, an
output or a figure of its page. `numbers/<page>.txt`, next to the page, notes section by section
which of them it is. Where a page shows the docstrings of a module, the numbers in them must be
found in the code of the module. When a sentence or its backing changes, the note no longer matches
and a test fails; `pytest --update-pages` rewrites it for the author to review.

Numbers in digits must always be backed, with their sign; the word or operator after a number is
noted with it. Number words up to twelve need no backing; larger ones and fractions do. For a number
from elsewhere, the front matter cites the source:

    cited:
      "3.11": pyproject.toml
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from pathlib import Path

from pages.page import INLINE_CODE, Page, PageError, readable
from pages.prove.diff import diff, first_difference
from pages.prove.docstrings import modules_of
from pages.prove.values import (
    NAME,
    NUMBER,
    NUMBER_IN_CODE,
    SEVERAL,
    UNIT,
    numbers_in_prose,
    value_of,
)

# Parts of an SVG file that nobody sees.
HIDDEN = re.compile(r"<(style|metadata|script)\b.*?</\1>|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Number:
    """A number, or a name with a digit, as written, with its line and its section or block.

    In prose, its unit is the word or the operator after it.
    """

    text: str
    line: int
    place: str
    unit: str = ""

    @property
    def value(self) -> Decimal | str:
        """The value to compare: 1,000 and 1e3 are equal, and so are 2 and 2.0, or TF32 and tf32."""
        return value_of(self.text)


def claims(page: Page, section: str = "") -> list[Number]:
    """List the numbers that the page's prose states, in order, each with its section."""
    source = dict(enumerate(page.lines, start=1))
    found = []
    for line, text in readable(page):
        if text.startswith("#"):
            section = source[line]
        # pages.prove.names looks up the names in inline code.
        without_code = INLINE_CODE.sub(lambda code: " " * len(code[0]), text)
        for match in numbers_in_prose(text, without_code):
            unit = UNIT.match(text, match.end())
            after = re.sub(r"\s+", " ", unit["unit"]) if unit else ""
            found.append(Number(match[0], line, section, after))
    return found


def backing(page: Page) -> list[Number]:
    """List the numbers that are proven: those in blocks, outputs and figures."""
    found = []
    for count, block in enumerate(page.blocks, start=1):
        for line, text in enumerate(block.code.content.split("\n"), start=block.code.line + 1):
            found += _numbers(NUMBER_IN_CODE, text, line, f"code {count}")
        if output := block.output:
            for line, text in enumerate(output.content.split("\n"), start=output.line + 1):
                found += _numbers(NUMBER, text, line, f"output {count}")
        for image in block.figures:
            for text in _texts(page.path.parent / image.path):
                found += _numbers(NUMBER, text, image.line, f"figure {Path(image.path).stem}")
    return found


def _texts(figure: Path) -> list[str]:
    """List the texts in an SVG file; a raster image or a figure not drawn yet has none."""
    try:
        svg = figure.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [unescape(text) for text in re.findall(r">([^<]+)", HIDDEN.sub("", svg))]


def _numbers(pattern: re.Pattern[str], text: str, line: int, place: str) -> list[Number]:
    matches = (*pattern.finditer(text), *NAME.finditer(text))
    return [Number(match[0], line, place) for match in matches]


def notes(page: Page) -> list[tuple[str, str]]:
    """Return a note for each number that the page states: its nearest backing or cited source.

    Returns:
        The lines to note, each with the file and line that it is about.

    Raises:
        PageError: When a number has no backing, or a citation is not used.
    """
    problems: list[str] = []
    sources = _cited(page, problems)
    stated = claims(page)
    lines = _notes(page, stated, sources, problems)
    try:
        for module in modules_of(page):
            in_module = claims(module, f"# {module.path.name}")
            lines += _notes(module, in_module, sources, problems)
            stated += in_module
    except PageError as error:
        problems += error.problems
    unused = sorted(set(sources) - {claim.text for claim in stated})
    problems += [f"{page.name}:1: no sentence has the cited {number}" for number in unused]
    if problems:
        raise PageError(problems)
    return lines


def _notes(
    page: Page, stated: list[Number], sources: dict[str, str], problems: list[str]
) -> list[tuple[str, str]]:
    found = [
        (line, f"expected {several[0]!r} in digits")
        for line, text in readable(page)
        for several in SEVERAL.finditer(text)
    ]
    proven: dict[Decimal | str, list[Number]] = {}
    for number in backing(page):
        proven.setdefault(number.value, []).append(number)
    lines, section = [], ""
    for claim in stated:
        if claim.place != section:
            section = claim.place
            lines.append((f"{page.name}:{claim.line}", section))
        if claim.text in sources:
            where = f"cited, {sources[claim.text]}"
        elif same := proven.get(claim.value):
            where = min(same, key=lambda number: abs(number.line - claim.line)).place
        else:
            message = (
                f"no block, output or figure of this page has the number {claim.text}; "
                "show it, leave it out, or cite its source in the front matter"
            )
            found.append((claim.line, message))
            continue
        lines.append((f"{page.name}:{claim.line}", f"{claim.text}{claim.unit}: {where}"))
    problems += [f"{page.name}:{line}: {message}" for line, message in sorted(found)]
    return lines


def _cited(page: Page, problems: list[str]) -> dict[str, str]:
    cited = page.front.get("cited") or {}
    if isinstance(cited, dict):
        return {str(number): str(source) for number, source in cited.items()}
    problems.append(f"{page.name}:1: expected cited to be numbers with their sources")
    return {}


def notes_file(page: Page) -> Path:
    """Return the path of the file that keeps the notes of a page."""
    return page.path.parent / "numbers" / f"{page.path.stem}.txt"


def wrong_numbers(page: Page) -> list[str]:
    """List the numbers of a page that have no backing or do not match the notes."""
    try:
        true = notes(page)
    except PageError as error:
        return error.problems
    kept = _kept(notes_file(page))
    now = [text for _, text in true]
    before = kept.split("\n")[:-1]
    if now == before:
        return []
    same = first_difference(now, before)
    at = true[same][0] if same < len(true) else f"{page.name}:{len(page.lines)}"
    return [
        f"{at}: a number or its backing has changed\n"
        f"{diff(kept, _text(now))}\n"
        f"if the sentence is right: pytest --update-pages {page.name}"
    ]


def write_notes(page: Page) -> bool:
    """Write the notes of a page, if its folder keeps notes; return whether any changed.

    Raises:
        PageError: When a number has no backing, a citation is not used, or the notes cannot be
            written.
    """
    file = notes_file(page)
    if not file.parent.is_dir():
        return False
    text = _text([text for _, text in notes(page)])
    if text == _kept(file):
        return False
    try:
        if text:
            file.write_text(text, encoding="utf-8")
        else:
            file.unlink()
    except OSError as error:
        raise page.error(1, f"its numbers cannot be noted in {file}: {error.strerror}") from None
    return True


def _kept(file: Path) -> str:
    """Return the saved notes, or an empty text if the file is missing or is not text."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
