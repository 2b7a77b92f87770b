"""Test that the census lists what a reader sees, which other tests compare with what was run."""

import pytest
from markdown import markdown

from pages.page import scan
from tests.site.census import code_on, pictures_on

BLOCK = "```python\nprint(1)\n```"
SEEN = [("python", "print(1)\n")]


def build(text: str, *extensions: str) -> str:
    """Build a page as the site does, with further extensions."""
    names = ["md_in_html", "pymdownx.highlight", "pymdownx.superfences", *extensions]
    settings = {"pymdownx.highlight": {"pygments_lang_class": True}}
    return markdown(text, extensions=names, extension_configs=settings)


def run(text: str) -> list[tuple[str, str]]:
    return [("python", fence.content) for fence in scan(text)]


def nested(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())


def test_a_block_is_listed_as_it_runs() -> None:
    assert code_on(build(BLOCK)) == SEEN == run(BLOCK)


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        (f'=== "A tab"\n\n{nested(BLOCK)}', "pymdownx.tabbed"),
        (f"!!! note\n\n{nested(BLOCK)}", "admonition"),
        (f"??? note\n\n{nested(BLOCK)}", "pymdownx.details"),
        (f"<details markdown>\n\n{BLOCK}\n\n</details>", "md_in_html"),
        (f"Term\n:   Definition\n\n{nested(BLOCK)}", "def_list"),
        ("Said:\n\n> ```python\n> print(1)\n> ```", "md_in_html"),
    ],
)
def test_a_nested_block_is_listed_where_an_extension_renders_it(text: str, extension: str) -> None:
    assert code_on(build(text, extension)) == SEEN == run(text)


@pytest.mark.parametrize("marker", ['=== "A tab"', "!!! note", "??? note"])
def test_a_nested_block_that_becomes_plain_text_is_not_listed(marker: str) -> None:
    text = f"{marker}\n\n{nested(BLOCK)}"
    assert run(text) == SEEN
    assert code_on(build(text)) != SEEN


def test_a_block_in_a_comment_is_not_listed() -> None:
    text = f"<!--\n\n{BLOCK}\n\n-->"
    assert run(text) == SEEN
    assert code_on(build(text)) == []


def test_a_block_in_the_front_matter_is_neither_run_nor_listed() -> None:
    text = f"---\ntitle: |\n{nested(BLOCK)}\n---\nText."
    assert run(text) == code_on(build(text, "meta")) == []


def test_blocks_are_listed_in_the_order_in_which_they_are_shown() -> None:
    text = f"Text[^1]\n\n[^1]:\n{nested(BLOCK)}\n\n" + BLOCK.replace("1", "2")
    assert [text for _, text in run(text)] == ["print(1)\n", "print(2)\n"]
    assert [text for _, text in code_on(build(text, "footnotes"))] == ["print(2)\n", "print(1)\n"]


@pytest.mark.parametrize("text", ["Text.\n\n    print(1)\n", "<PRE>print(1)</PRE>"])
def test_code_without_a_fence_is_listed_without_a_language(text: str) -> None:
    [(language, code)] = code_on(markdown(text))
    assert (language, code.strip()) == ("none", "print(1)")


def test_indented_code_is_listed_but_not_run() -> None:
    text = "Text.\n\n    print(1)\n"
    assert run(text) == []
    assert [code for _, code in code_on(build(text))] == ["print(1)\n"]


def test_tabs_are_listed_as_the_site_shows_them() -> None:
    output = "```text\n\na\tb\n\n```"
    assert code_on(build(output)) == [("text", "a   b\n")]


def test_entities_are_listed_as_characters() -> None:
    text = "```python\nif 1 < 2 and '&amp;' != \"σ\":\n\n    print('>')\n```"
    assert code_on(build(text)) == run(text)


def test_code_in_an_api_entry_is_marked() -> None:
    html = (
        '<div class="doc doc-object"><div class="language-python doc-signature highlight">'
        "<pre>f(x)</pre></div>"
        '<div class="language-pycon highlight"><pre>&gt;&gt;&gt; f(1)</pre></div></div>'
        '<div class="language-text highlight"><pre>1</pre></div>'
    )
    assert code_on(html) == [("api:signature", "f(x)"), ("api:pycon", ">>> f(1)"), ("text", "1")]


def test_pictures_are_listed_by_their_text_without_icons() -> None:
    html = (
        '<svg viewBox="0 0 1 1"></svg><IMG alt="A &lt; B" src="a.png">'
        '<svg role="img" aria-label="C"></svg><img src="d.png">'
    )
    assert pictures_on(html) == ["A < B", "C", ""]
