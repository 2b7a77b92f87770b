"""Show the parts of a section as tabs, which need no script and are all printed on paper.

In the source of a page, the parts are below headings and read well as they are. This extension
rewrites the headings for `pymdownx.tabbed`, which makes the tabs. mkdocs.yml lists the sections.
"""

import re
from collections.abc import Collection, Iterator

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from pages.page.fences import FENCE

HEADING = re.compile(r"(?P<level>#{2,3}) (?P<title>.+?)\s*")


def make_tabs(lines: list[str], sections: Collection[str]) -> Iterator[str]:
    """Rewrite the parts of some sections as `pymdownx.tabbed` takes them.

    Args:
        lines: The lines of a page.
        sections: The titles of the sections whose parts become tabs.

    Examples:
        >>> list(make_tabs(["## Ways", "### One", "Text.", "## Next", "### Part"], ["Ways"]))
        ['## Ways', '=== "One"', '    Text.', '## Next', '### Part']
    """
    has_tabs, indent, fence = False, "", ""
    for line in lines:
        mark = FENCE.fullmatch(line)
        heading = None if fence else HEADING.fullmatch(line)
        if mark:  # a comment in a block of code is no heading
            fence = "" if fence and mark["mark"].startswith(fence) else fence or mark["mark"]
        if heading and heading["level"] == "##":
            has_tabs, indent = heading["title"] in sections, ""
        if heading and heading["level"] == "###" and has_tabs:
            indent = "    "
            yield f'=== "{heading["title"]}"'
        else:
            yield f"{indent}{line}" if line else line


class _TabMaker(Preprocessor):
    def __init__(self, md: Markdown, sections: list[str]) -> None:
        super().__init__(md)
        self.sections = sections

    def run(self, lines: list[str]) -> list[str]:
        return list(make_tabs(lines, self.sections))


class TabsExtension(Extension):
    """The extension that mkdocs.yml names; its option lists the titles of the sections."""

    def __init__(self, **options: list[str]) -> None:
        self.config = {"sections": [[], "The sections whose parts become tabs"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run before the step (priority 25) that takes the blocks of code out of the text."""
        md.preprocessors.register(_TabMaker(md, self.getConfig("sections")), __name__, 28)


def makeExtension(**options: list[str]) -> TabsExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return TabsExtension(**options)
