"""The census counts what a reader sees, so that nothing is shown that was not run."""

import pytest
from markdown import markdown

from pages.page import scan
from tests.site.census import code_on, pictures_on

BLOCK = "```python\nprint(1)\n```"
SEEN = [("python", "print(1)\n")]


def build(text, *extensions):
    """Build a page as the site does, with further extensions."""
    extensions = ["md_in_html", "pymdownx.highlight", "pymdownx.superfences", *extensions]
    settings = {"pymdownx.highlight": {"pygments_lang_class": True}}
    return markdown(text, extensions=extensions, extension_configs=settings)


def run(text):
    return [("python", fence.content) for fence in scan(text)]


def nested(text):
    return "\n".join("    " + line for line in text.splitlines())


def test_a_block_that_is_seen_is_run():
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
def test_a_nested_block_is_counted_where_the_extension_renders_it(text, extension):
    assert code_on(build(text, extension)) == SEEN == run(text)


@pytest.mark.parametrize("marker", ['=== "A tab"', "!!! note", "??? note"])
def test_a_nested_block_that_becomes_plain_text_is_missed(marker):
    text = f"{marker}\n\n{nested(BLOCK)}"
    assert run(text) == SEEN
    assert code_on(build(text)) != SEEN


def test_a_block_in_a_comment_is_missed():
    text = f"<!--\n\n{BLOCK}\n\n-->"
    assert run(text) == SEEN
    assert code_on(build(text)) == []


def test_a_block_in_the_front_matter_is_neither_seen_nor_run():
    text = f"---\ntitle: |\n{nested(BLOCK)}\n---\nText."
    assert run(text) == code_on(build(text, "meta")) == []


def test_a_block_that_is_seen_in_another_order_is_noticed():
    text = f"Text[^1]\n\n[^1]:\n{nested(BLOCK)}\n\n" + BLOCK.replace("1", "2")
    assert [text for _, text in run(text)] == ["print(1)\n", "print(2)\n"]
    assert [text for _, text in code_on(build(text, "footnotes"))] == ["print(2)\n", "print(1)\n"]


@pytest.mark.parametrize("text", ["Text.\n\n    print(1)\n", "<PRE>print(1)</PRE>"])
def test_code_that_is_not_fenced_is_counted_though_it_is_not_run(text):
    [(language, code)] = code_on(markdown(text))
    assert (language, code.strip()) == ("none", "print(1)")


def test_indented_code_is_counted_as_the_site_highlights_it():
    text = "Text.\n\n    print(1)\n"
    assert run(text) == []
    assert [code for _, code in code_on(build(text))] == ["print(1)\n"]


def test_tabs_and_blank_lines_that_the_site_changes_are_noticed():
    output = "```text\n\na\tb\n\n```"
    assert code_on(build(output)) == [("text", "a   b\n")]


def test_text_is_counted_as_it_is_read():
    text = "```python\nif 1 < 2 and '&amp;' != \"σ\":\n\n    print('>')\n```"
    assert code_on(build(text)) == run(text)


def test_code_in_an_api_entry_is_told_from_the_page_s_own():
    html = (
        '<div class="doc doc-object"><div class="language-python doc-signature highlight">'
        "<pre>f(x)</pre></div>"
        '<div class="language-pycon highlight"><pre>&gt;&gt;&gt; f(1)</pre></div></div>'
        '<div class="language-text highlight"><pre>1</pre></div>'
    )
    assert code_on(html) == [("api:signature", "f(x)"), ("api:pycon", ">>> f(1)"), ("text", "1")]


def test_pictures_are_counted_by_what_they_show_and_icons_are_not():
    html = (
        '<svg viewBox="0 0 1 1"></svg><IMG alt="A &lt; B" src="a.png">'
        '<svg role="img" aria-label="C"></svg><img src="d.png">'
    )
    assert pictures_on(html) == ["A < B", "C", ""]
