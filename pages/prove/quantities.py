"""Tie each number in a page's sentences to the code, output or figure that backs it.

A number in a sentence, heading, caption, table or formula must be found in a block of code, an
output or a figure of its page. Which one backs it is noted in `numbers/<page>.txt` beside the page,
section by section. The docstrings of a module that a page shows are held to the code of the module.
When the sentence changes, or what backs it does, the note is no longer what the
page gives, and a test fails; `pytest --update-pages` writes it anew, for its author to review.

Digits always count, with their sign, and the word or operator after a number is noted with it. Of
number words, those up to twelve count things and are free; the larger ones and the fractions are
numbers. What comes from outside is named in the page's front matter:

    cited:
      "3.11": pyproject.toml
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pages.page import INLINE_CODE, Page, front_matter, prose_of
from pages.prove.compare import diff, first_difference
from pages.prove.docstrings import modules_of

# Not part of a name, such as fc1 or float64; a minus with something close before it is no sign.
NUMBER = re.compile(
    r"(?<![A-Za-z\d.])(?:(?<![)\]])[-−])?(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:e-?\d+)?"
)
WORDS = {
    "half": 0.5,
    "quarter": 0.25,
    "tenth": 0.1,
    "hundredth": 0.01,
    "thousandth": 0.001,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "million": 1000000,
    "billion": 1000000000,
}
# A name with a digit in it, such as TF32, is held to the same.
NAME = re.compile(r"(?<!\w)[A-Za-z]+\d\w*")
# Hundreds, and millionths, are held to the number that is in them.
WORD = re.compile(rf"\b({'|'.join(WORDS)})(?:th)?s?\b", re.IGNORECASE)
# Several words in a row: their sum or product is better read in digits.
_BIG = "|".join(word for word, value in WORDS.items() if value > 1)
_ANY = f"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|{_BIG}"
SEVERAL = re.compile(
    rf"\b(?:(?:{_ANY})[ -](?:{_BIG})|(?:{_BIG})[ -](?:and )?(?:{_ANY}))\b", re.IGNORECASE
)
# Other signs than the ten digits, such as ½ and ².
SYMBOL = re.compile(r"[^\x00-\x7F]")
# What a reader does not see of a line: where a link leads to, the name of a reference, tags.
UNSEEN = re.compile(r"(?<=\])\([^)]*\)|(?<=\])\[[^]]*\]|</?[a-z][^>]*>")
STYLE = re.compile("<style.*?</style>", re.DOTALL)
# What a number is a number of, or what is computed with it: the word or the sign next after it.
UNIT = re.compile(r"\}*(?P<unit>[\s-]?(?:\\?[^\W\d_]+|[%‰°=<>≈+−·×/]))")


@dataclass(frozen=True)
class Number:
    """A number, or a name with a digit, as it is written; its line, and the place that it is in.

    In a sentence, its unit is the word or the operator next after it.
    """

    text: str
    line: int
    place: str
    unit: str = ""

    @property
    def value(self) -> float | str:
        """The number itself: 1,000 and 1e3 are one, so are 2 and 2.0, and TF32 and tf32."""
        if NAME.fullmatch(self.text):
            return self.text.lower()
        if word := WORD.fullmatch(self.text):
            return WORDS[word[1].lower()]
        if len(self.text) == 1:
            return unicodedata.numeric(self.text)
        return float(self.text.replace(",", "").replace("−", "-"))


def claims(page: Page, section: str = "") -> list[Number]:
    """List the numbers that the page's sentences state, in order, with the section they are in."""
    found = []
    for line, text in prose_of(page):
        if text.startswith("#"):
            section = text
        seen = UNSEEN.sub("", text)
        # The names in inline code are looked up by pages.prove.names.
        plain = INLINE_CODE.sub(lambda code: " " * len(code[0]), seen)
        matches = [*NUMBER.finditer(seen), *WORD.finditer(seen), *NAME.finditer(plain)]
        signs = SYMBOL.finditer(seen)
        matches += [sign for sign in signs if unicodedata.numeric(sign[0], None) is not None]
        for match in sorted(matches, key=lambda match: match.start()):
            unit = UNIT.match(seen, match.end())
            found.append(Number(match[0], line, section, unit["unit"] if unit else ""))
    return found


def backing(page: Page) -> list[Number]:
    """List the numbers that are proven: those in blocks, outputs and figures."""
    found = []
    for count, block in enumerate(page.blocks, start=1):
        for fence, place in ((block.code, f"code {count}"), (block.output, f"output {count}")):
            if fence:
                for line, text in enumerate(fence.content.split("\n"), start=fence.line + 1):
                    found += _numbers(text, line, place)
        for image in block.figures:
            svg = (page.path.parent / image.path).read_text(encoding="utf-8")
            for text in re.findall(r">([^<]+)", STYLE.sub("", svg)):
                found += _numbers(text, image.line, f"figure {Path(image.path).stem}")
    return found


def _numbers(text: str, line: int, place: str) -> list[Number]:
    return [
        Number(match[0], line, place) for match in (*NUMBER.finditer(text), *NAME.finditer(text))
    ]


def notes(page: Page) -> list[tuple[str, str]]:
    """Say for each number that the page states which place near it backs it, or cites it.

    Where the page shows the docstrings of a module, their numbers are backed by its code.

    Returns:
        The lines to note, each with the file and line that it is about.

    Raises:
        ValueError: When a number is backed by nothing, or a citation is of no use.
    """
    sources = _cited(page)
    stated = claims(page)
    lines = _notes(page, stated, sources)
    for module in modules_of(page):
        in_module = claims(module, f"# {module.path.name}")
        lines += _notes(module, in_module, sources)
        stated += in_module
    if unused := sorted(set(sources) - {claim.text for claim in stated}):
        raise ValueError(f"{page.name}:1: no sentence has the cited {', '.join(unused)}")
    return lines


def _notes(page: Page, stated: list[Number], sources: dict[str, str]) -> list[tuple[str, str]]:
    for line, text in prose_of(page):
        if several := SEVERAL.search(UNSEEN.sub("", text)):
            raise ValueError(f"{page.name}:{line}: expected {several[0]!r} in digits")
    proven = backing(page)
    lines, section = [], ""
    for claim in stated:
        at = f"{page.name}:{claim.line}"
        if claim.place != section:
            section = claim.place
            lines.append((at, section))
        cited = claim.text in sources
        where = f"cited, {sources[claim.text]}" if cited else _nearest(claim, proven, at)
        lines.append((at, f"{claim.text}{claim.unit}: {where}"))
    return lines


def _cited(page: Page) -> dict[str, str]:
    cited = front_matter(page)[0].get("cited") or {}
    if not isinstance(cited, dict):
        raise ValueError(f"{page.name}:1: expected cited to be numbers with their sources")
    return {str(number): str(source) for number, source in cited.items()}


def _nearest(claim: Number, proven: list[Number], at: str) -> str:
    same = [number for number in proven if number.value == claim.value]
    if not same:
        raise ValueError(
            f"{at}: no block, output or figure of this page has the number "
            f"{claim.text}; show it, leave it out, or cite its source in the front matter"
        )
    return min(same, key=lambda number: abs(number.line - claim.line)).place


def notes_file(page: Page) -> Path:
    """Name the file in which the notes of a page are kept."""
    return page.path.parent / "numbers" / f"{page.path.stem}.txt"


def wrong_numbers(page: Page) -> str:
    """Say which number of a page is not backed as noted; an empty answer means that all are."""
    try:
        true = notes(page)
    except ValueError as error:
        return str(error)
    file = notes_file(page)
    kept = file.read_text(encoding="utf-8") if file.exists() else ""
    now = [text for _, text in true]
    before = kept.split("\n")[:-1]
    if now == before:
        return ""
    same = first_difference(now, before)
    at = true[same][0] if same < len(true) else f"{page.name}:{len(page.lines)}"
    return (
        f"{at}: a number has changed, or what backs it\n"
        f"{diff(kept, _text(now))}\n"
        f"if the sentence is right: pytest --update-pages {page.name}"
    )


def write_notes(page: Page) -> bool:
    """Note what backs the numbers of a page, where its folder keeps notes; tell of a change.

    Raises:
        ValueError: When a number is backed by nothing, or a citation is of no use.
    """
    file = notes_file(page)
    if not file.parent.is_dir() or not wrong_numbers(page):
        return False
    file.write_text(_text([text for _, text in notes(page)]), encoding="utf-8")
    return True


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
