"""Test that the parts of a section become tabs."""

from pathlib import Path

from bs4 import BeautifulSoup
from markdown import Markdown

from audit.markup import read
from pages.extensions.tabs import make_tabs

SOURCE = """
## Get it

First.

### One

```bash
# a comment
## another
### and another
one
```

- a list

### Two

Two.

## Next

### A part

Text.
"""


def convert(text: str) -> BeautifulSoup:
    names = [
        "pymdownx.highlight",
        "pymdownx.superfences",
        "pymdownx.tabbed",
        "pages.extensions.tabs",
    ]
    options: dict[str, dict[str, object]] = {
        "pymdownx.tabbed": {"alternate_style": True},
        names[-1]: {"sections": ["Get it"]},
    }
    html = Markdown(extensions=names, extension_configs=options).convert(text)
    return BeautifulSoup(html, "html.parser")


def test_the_parts_of_a_listed_section_become_tabs() -> None:
    page = convert(SOURCE)
    assert [label.get_text() for label in page.select(".tabbed-labels label")] == ["One", "Two"]
    one, two = page.select(".tabbed-block")
    assert one.select_one("li") and "one" in one.get_text()
    assert two.get_text(strip=True) == "Two."


def test_comments_in_code_are_no_headings() -> None:
    [code] = convert(SOURCE).select("pre")
    assert code.get_text().splitlines() == [
        "# a comment",
        "## another",
        "### and another",
        "one",
    ]


def test_other_sections_keep_their_headings() -> None:
    page = convert(SOURCE)
    assert [heading.get_text() for heading in page.select("h2")] == ["Get it", "Next"]
    assert [heading.get_text() for heading in page.select("h3")] == ["A part"]
    assert page.select("h3 + p")[0].get_text() == "Text."


def test_a_page_without_such_a_section_stays_unchanged() -> None:
    lines = SOURCE.splitlines()
    assert list(make_tabs(lines, ["Elsewhere"])) == lines


def test_the_home_page_has_a_tab_for_each_way_to_get_the_package(site: Path) -> None:
    page = read(site / "index.html")
    names = [label.get_text() for label in page.select(".tabbed-labels label")]
    assert names == ["pip", "Colab", "Clone"]
