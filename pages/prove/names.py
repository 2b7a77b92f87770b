"""Check that the code in a page's prose exists.

Code in a sentence, such as `nn.Linear` or `2 * x + 1`, must be in a block or an output of its page,
or be Python whose names all exist: in the page's session after its last block, in Python, or in one
of the packages under `[tool.pages]`. It may also be a file of the project or a command.
"""

import keyword
import re
import token
from collections.abc import Iterator

from pages.page import INLINE_CODE, Page, prose_of
from pages.project import settings
from pages.prove.commands import is_command, is_file
from pages.prove.session import Session

# A link to the documentation of an object. It must lead to the object that its text names.
LINKED = re.compile(r"\[`(?P<code>[^`]+)`\]\[(?:\w+\.)*(?P<last>\w+)\]")


def code_in_prose(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the code in the sentences, captions and tables of a page, with its line."""
    for line, text in prose_of(page):
        for match in INLINE_CODE.finditer(text):
            if code := match[0].strip("`").strip():
                yield line, code


def wrong_names(session: Session) -> list[str]:
    """List the names in a page's prose that do not exist, each with its file and line.

    Args:
        session: The session of a page whose blocks have all run.
    """
    page = session.page
    packages = settings()["packages"]
    problems = wrong_marks(page)
    for line, code in code_in_prose(page):
        try:
            if not _is_known(page, code) and (reason := session.look_up(code)):
                raise LookupError(reason)
        except LookupError as error:
            problems.append(
                f"{page.name}:{line}: `{code}` does not exist: {error}\n"
                "expected code from a block or an output of this page, names from its session, "
                f"Python, {', '.join(packages)}, a file of the project, or a command"
            )
    return problems


def wrong_marks(page: Page) -> list[str]:
    """List the lines of prose in which code does not end, or a link leads to another object."""
    problems = []
    for line, text in prose_of(page):
        if "`" in INLINE_CODE.sub("", text).replace("\\`", ""):
            problems.append(
                f"{page.name}:{line}: expected code in a sentence to end on its line, got {text!r}"
            )
        for link in LINKED.finditer(text):
            if link["last"] not in re.findall(r"\w+", link["code"]):
                problems.append(
                    f"{page.name}:{line}: expected a link to {link['code']}, got {link[0]}"
                )
    return problems


def _is_known(page: Page, code: str) -> bool:
    """Return whether `code` is known to exist without looking at the page's session.

    Raises:
        LookupError: When it is a command with a wrong option, target or file.
    """
    shown = "\n".join(fence.content for fence in page.fences)
    return _contains(shown, code) or _is_token(code) or is_file(code) or is_command(code)


def _contains(text: str, code: str) -> bool:
    """Return whether `code` is in `text`, and not within a longer word."""
    before = r"(?<!\w)" if code[0].isalnum() else ""
    after = r"(?!\w)" if code[-1].isalnum() else ""
    return re.search(before + re.escape(code) + after, text) is not None


def _is_token(code: str) -> bool:
    """Return whether `code` is a keyword or an operator of Python, such as `@`, or its prompt."""
    return keyword.iskeyword(code) or code in token.EXACT_TOKEN_TYPES or code == ">>>"
