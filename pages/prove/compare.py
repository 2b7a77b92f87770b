"""Compare what a page shows with what its blocks did, and describe the differences."""

import re
from decimal import Decimal

from pages.page import Block
from pages.project import ROOT, settings
from pages.prove.diff import diff, diff_bytes, shortened
from pages.prove.result import Result
from pages.prove.session import Session

# The words before the command that updates a page.
MEND = "to update the page: "
TRACEBACK = "Traceback (most recent call last):\n"
# A number that is not part of a name, such as float64, or of a color.
NUMBER = re.compile(r"(?<![\w.#])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# In an error, the sizes of a shape such as 2x3 count, too.
NUMBER_IN_ERROR = re.compile(r"(?<![A-Za-z_.])\d+(?:\.\d+)?(?:e[+-]?\d+)?|(?<=\dx)\d+")
# What Matplotlib and other tools change in an SVG in each run: random names, and the time.
UNSTABLE = re.compile(
    rb"""(?<=id=")\w*?[0-9a-f]{10}(?=")|(?<=#)\w*?[0-9a-f]{10}|<dc:date>[^<]*</dc:date>"""
    rb"""|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![\w.])\d{10,}(?![\w.])"""
    rb"""|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*)?|\b\d\d:\d\d:\d\d\b""",
    re.IGNORECASE,
)
# The last line of the output of commands that fail.
STATUS = re.compile(r"^exit status (?P<status>[1-9]\d*)\n\Z", re.MULTILINE)
# A page shows at most this many characters.
LONGEST_OUTPUT = 100_000


def shown(result: Result) -> str:
    """Return what a reader would see below the block: its output, and how it failed.

    That is the end of a traceback, or the exit status of commands. What commands wrote to stderr
    comes after what they printed: in which order both appear in a terminal depends on luck.
    """
    text = _ended(result.stdout)
    if result.status is not None:
        text += _ended(without_notes(result.stderr))
    if result.status:
        text += f"exit status {result.status}\n"
    if result.error is not None:
        text += f"{TRACEBACK}  ...\n{result.error.last}"
    return text


def _ended(text: str) -> str:
    return f"{text}\n" if text and not text.endswith("\n") else text


def expects_error(block: Block) -> bool:
    """Return whether the page shows a traceback for this block, or the status of commands."""
    if block.output is None:
        return False
    if block.is_command:
        return STATUS.search(block.output.content) is not None
    return TRACEBACK in block.output.content


def raised_unexpectedly(block: Block, result: Result) -> bool:
    """Return whether the block failed in a way that the page does not or cannot show."""
    if result.error is None and not result.status:
        return False
    can_be_shown = result.error is None or result.error.kind == "Exception"
    return not (can_be_shown and expects_error(block))


def faults(session: Session, block: Block, result: Result) -> list[str]:
    """List what the author must fix in a block, each with its line."""
    at = _at(session, block.code.line)
    if raised_unexpectedly(block, result):
        if result.error:
            return [f"{at}: the block raised\n{result.error.traceback}"]
        return [
            f"{at}: expected commands that succeed, or whose output ends as the last line of this\n"
            f"{shortened(shown(result))}"
        ]
    found = []
    if result.status == 0 and not shown(result):
        found.append(f"{at}: expected commands that print something, because an output follows")
    if (stderr := without_notes(result.stderr)) and result.status is None:
        found.append(
            f"{at}: the block wrote to stderr, which the page cannot show; a reader would see\n"
            f"{shortened(stderr)}"
        )
    if len(shown(result)) > LONGEST_OUTPUT:
        found.append(
            f"{at}: the block printed {len(shown(result))} characters: "
            f"expected at most {LONGEST_OUTPUT}"
        )
    if paths := [path for path in _of_this_machine(session) if path in shown(result)]:
        found.append(f"{at}: the block printed a path of this machine: {paths[0]}")
    invisible = sorted({c for c in shown(result) if c != "\n" and not c.isprintable()})
    if invisible:
        found.append(f"{at}: the block printed what cannot be seen on a page: {invisible}")
    return found + _wrong_figures(session, block, result)


def without_notes(stderr: str) -> str:
    """Leave out the lines that are about the machine and not about the page."""
    notes = settings().get("machine-notes", [])
    lines = stderr.splitlines(keepends=True)
    return "".join(line for line in lines if not any(note in line for note in notes))


def _of_this_machine(session: Session) -> list[str]:
    """List the folders whose paths differ on another machine or in another run."""
    return [str(path) for path in (session.interpreter.folder, session.page.path.parent, ROOT)]


def _wrong_figures(session: Session, block: Block, result: Result) -> list[str]:
    found = []
    expected = {image.path: image.line for image in block.figures}
    for path in sorted(set(expected) - set(result.figures)):
        where = _at(session, expected[path])
        drawer = _drawer(session, path)
        found.append(f"{where}: expected the block before it to draw {path}, but {drawer}")
    for path in sorted(set(result.figures) - set(expected)):
        at = _at(session, block.code.line)
        found.append(f"{at}: the block drew {path}, which the page does not show after it")
    for path in sorted(set(result.figures) & set(expected)):
        for line in _other_drawers(session, block, path, result.figures[path]):
            found.append(
                f"{_at(session, expected[path])}: {path} was drawn differently by the block "
                f"at line {line}: expected a separate file name for each picture"
            )
    return found


def _other_drawers(session: Session, block: Block, path: str, drawn: bytes) -> list[int]:
    """List the lines of earlier blocks that drew a different picture to the same path."""
    return [
        line
        for line, earlier in session.results.items()
        if line < block.code.line and earlier.figures.get(path, drawn) != drawn
    ]


def differences(session: Session, block: Block, result: Result, ulps: int = 0) -> list[str]:
    """List where the page shows something other than what the block did, each with its line.

    Args:
        session: The session of the page.
        block: One of its blocks.
        result: What the block did.
        ulps: How many units in their last shown digit numbers may differ by, in figures, too. With
            1 or more, errors may be worded differently. It is meant for machines and versions of
            libraries that the page was not written on.

    Returns:
        A message for the output and for each figure that differs.
    """
    found = []
    page, true = block.output.content if block.output else "", shown(result)
    if not same_output(page, true, ulps):
        line = block.output.line if block.output else block.code.line
        found.append(
            f"{_at(session, line)}: the page's output differs from the block's\n"
            f"{diff(page, true)}\n{_advice(session)}"
        )
    for image in block.figures:
        file = session.page.path.parent / image.path
        committed = file.read_bytes() if file.exists() else b""
        drawn = result.figures.get(image.path, committed)
        if _other_drawers(session, block, image.path, drawn):
            continue  # already a fault, and an update cannot fix it
        if committed != drawn and not agree_as_text(committed, drawn, ulps):
            where = f"{_at(session, image.line)}: {image.path} differs from what the block draws"
            if committed and UNSTABLE.sub(b"", committed) == UNSTABLE.sub(b"", drawn):
                found.append(
                    f"{where}: its random names or times change in each run; with "
                    'Matplotlib, set plt.rcParams["svg.hashsalt"] and savefig(…, '
                    'metadata={"Date": None})'
                )
            else:
                found.append(f"{where}\n{diff_bytes(committed, drawn)}\n{_advice(session)}")
    return found


def _advice(session: Session) -> str:
    return f"{MEND}pytest --update-pages {session.page.name}"


def same_output(page: str, true: str, ulps: int) -> bool:
    """Compare two outputs; with `ulps`, compare only the type and the numbers of an error."""
    if not ulps:
        return page == true
    printed, _, error = page.partition(TRACEBACK)
    true_printed, _, true_error = true.partition(TRACEBACK)
    return agree(printed, true_printed, ulps) and _same_error(error, true_error, ulps)


def _same_error(page: str, true: str, ulps: int) -> bool:
    kinds = [error.removeprefix("  ...\n").partition(":")[0].strip() for error in (page, true)]
    numbers = [NUMBER_IN_ERROR.findall(error) for error in (page, true)]
    if kinds[0] != kinds[1] or len(numbers[0]) != len(numbers[1]):
        return False
    return all(_near(ours, theirs, ulps) for ours, theirs in zip(*numbers, strict=True))


def agree(page: str, true: str, ulps: int = 0) -> bool:
    """Compare two texts; numbers with a fraction may differ by units in their last shown digit.

    Examples:
        >>> agree("loss 0.25", "loss 0.26"), agree("loss 0.25", "loss 0.26", ulps=1)
        (False, True)
        >>> agree("loss 0.25", "loss 0.27", ulps=1), agree("shape 25", "shape 26", ulps=1)
        (False, False)
    """
    if page == true or not ulps:
        return page == true
    numbers = zip(NUMBER.findall(page), NUMBER.findall(true), strict=False)
    same_words = NUMBER.split(page) == NUMBER.split(true)
    return same_words and all(_near(*pair, ulps) for pair in numbers)


def _near(page: str, true: str, ulps: int) -> bool:
    if not set(".e") & set(page + true):
        return page == true
    try:
        numbers = Decimal(page), Decimal(true)
        last_digits = [int(number.as_tuple().exponent) for number in numbers]
        return abs(numbers[0] - numbers[1]) <= ulps * Decimal(10) ** min(last_digits)
    except ArithmeticError:  # an exponent that is too large
        return page == true


def agree_as_text(page: bytes, true: bytes, ulps: int) -> bool:
    """Compare two pictures as text; two raster images never agree."""
    try:
        return agree(page.decode(), true.decode(), ulps)
    except UnicodeDecodeError:
        return False


def _at(session: Session, line: int) -> str:
    return f"{session.page.name}:{line}"


def _drawer(session: Session, path: str) -> str:
    for line, result in session.results.items():
        if path in result.figures:
            return f"the one at line {line} did"
    return "no block did"
