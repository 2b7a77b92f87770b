"""The scanner finds every block of Python, and refuses what it could only overlook."""

from inspect import cleandoc

import pytest

from pages.page import PageError, read_page, scan


def refusal(text):
    with pytest.raises(PageError) as refused:
        scan(text)
    return str(refused.value)


def nested(prefix, text):
    return "\n".join((prefix + line).rstrip() for line in text.splitlines())


BLOCK = "```python\nif True:\n\n    print(1)\n```\n\n```text\n1\n```"


@pytest.mark.parametrize(
    ("around", "prefix"),
    [
        ("{}", ""),
        ('=== "A tab"\n\n{}', "    "),
        ("!!! note\n\n{}", "    "),
        ("??? note\n\n{}", "    "),
        ("<details markdown><summary>A solution</summary>\n\n{}\n\n</details>", ""),
        ("1. An item\n\n{}", "    "),
        ("[^1]: A footnote\n\n{}", "    "),
        ("Term\n:   Definition\n\n{}", "    "),
        ("Said:\n\n{}", "> "),
        ("!!! note\n\n    Said:\n\n{}", "    > "),
    ],
)
def test_a_block_is_found_wherever_it_is_nested(around, prefix):
    [fence] = scan(around.format(nested(prefix, BLOCK)))
    assert fence.content == "if True:\n\n    print(1)\n"
    assert fence.prefix == prefix


def test_a_block_may_be_fenced_by_tildes_or_by_more_marks():
    text = "~~~python\nprint('```')\n~~~\n\n`````python\nprint('````')\n`````"
    assert [fence.content for fence in scan(text)] == ["print('```')\n", "print('````')\n"]


def test_a_fence_inside_a_longer_fence_is_its_text():
    assert scan("````markdown\n```python\n1 / 0\n```\n````") == []


def test_a_block_knows_its_lines(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("# Title\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n![A](a.svg)\n")
    [block] = read_page(path).blocks
    assert (block.code.line, block.code.end) == (3, 5)
    assert (block.output.line, block.output.end) == (7, 9)
    assert [(image.path, image.line) for image in block.figures] == [("a.svg", 11)]


@pytest.mark.parametrize(
    "info",
    [
        "Python",
        "py",
        "{.python}",
        " python",
        "python ",
        "python notest",
        "python continuation",
        "python print(1) ```",
        'python title="how notest works"',
        'python hl_lines="1"',
        "pycon",
        "console",
        "sh",
        "",
    ],
)
def test_a_fence_is_of_a_known_language_without_options(info):
    assert refusal(f"Text\n\n```{info}\n1\n```") == (
        "line 3: expected a fence to be one of python, text, bash, markdown and nothing more, "
        f"got ```{info}"
    )


@pytest.mark.parametrize("bullet", ["- ", "* ", "1. ", "    - ", "Text ", "> - ", "\\", ":   "])
def test_a_fence_begins_its_line(bullet):
    line = f"{bullet}```python"
    assert refusal(f"{line}\nprint(1)\n```") == (
        f"line 1: expected a fence to begin its line, got {line!r}"
    )


def test_a_fence_is_closed():
    assert refusal("Text\n\n```python\nprint(1)\n") == (
        "line 3: expected the fence to be closed by '```', got the page's end"
    )


@pytest.mark.parametrize("close", ["````", " ```", "    ```", "> ```", "```text", "```python"])
def test_a_fence_is_closed_by_its_own_mark(close):
    assert refusal(f"```python\nprint(1)\n{close}\nMore\n```") == (
        f"line 3: expected '```' for line 1, got {close!r}"
    )


@pytest.mark.parametrize(
    ("prefix", "line"), [("    ", "print(1)"), ("    ", "  print(1)"), ("> ", ""), ("> ", "1")]
)
def test_each_line_of_a_block_is_indented_like_its_fence(prefix, line):
    text = f"{prefix}```python\n{line}\n{prefix}```"
    assert refusal(text) == f"line 2: expected the line to be indented like its fence, got {line!r}"


@pytest.mark.parametrize(
    "character", ["\t", "\f", "\v", "\r", "\x1b", "\x85", "\u2028", "\u202e", "\u200b", "\xa0"]
)
def test_each_character_can_be_seen(character):
    expected = f"line 2: expected characters that can be seen, got {character!r}"
    assert refusal(f"Text\nmore{character}text") == expected
    assert refusal(f"```python\nprint('{character}')\n```") == expected


def test_an_output_stands_next_after_the_block_that_prints_it():
    expected = "expected the block of Python that prints this next before it"
    block, output, image = "```python\nprint(1)\n```", "```text\n1\n```", "![A](a.svg)"
    assert refusal(output) == f"line 1: {expected}"
    assert refusal(f"{block}\n\nIt prints:\n\n{output}") == f"line 7: {expected}"
    assert refusal(f"{block}\n\n{output}\n\n{output}") == f"line 9: {expected}"
    assert refusal(f"{block}\n\n{image}\n\n{output}") == f"line 7: {expected}"
    assert refusal(f"```bash\nmake\n```\n\n{output}") == f"line 5: {expected}"


def test_an_image_stands_next_after_the_block_that_draws_it():
    expected = "expected the block that draws a.svg before it"
    assert refusal("![A](a.svg)") == f"line 1: {expected}"
    assert refusal("```python\ndraw()\n```\n\nA picture:\n\n![A](a.svg)") == f"line 7: {expected}"


def test_a_block_may_have_an_output_and_several_images():
    text = "```python\ndraw()\n```\n\n```text\n1\n```\n\n![A](a.svg)\n\n![B](b.svg 'A title')\n"
    assert len(scan(text)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Text ![A](a.svg)",
        "![A](a.svg) text",
        "![A](a.svg) ![B](b.svg)",
        "![A](a.svg){ width=300 }",
        "[![A](a.svg)](b.html)",
        "![A][b]",
        "![A]",
        "- ![A](a.svg)",
        "![A",
        "| ![A](a.svg) |",
        r"\`![A](a.svg)\`",
        "`![A](a.svg)``",
    ],
)
def test_an_image_stands_alone_on_its_line(line):
    assert refusal(f"```python\ndraw()\n```\n\n{line}") == (
        f"line 5: expected a picture to stand alone on its line, got {line!r}"
    )


@pytest.mark.parametrize(
    "line",
    [
        '<img src="a.svg">',
        "<IMG",
        "<pre>1</pre>",
        "<pre",
        "Text <code>1</code>",
        "<svg viewBox='0 0 1 1'>",
        '<object data="a.svg">',
        "<picture>",
        '<iframe src="a.html">',
        '<image src="a.svg"/>',
        "<xmp>1</xmp>",
        "<kbd>1</kbd>",
    ],
)
def test_code_and_pictures_are_not_written_in_html(line):
    expected = f"line 1: expected pictures and code to be Markdown, got {line!r}"
    assert refusal(line) == expected


def test_code_within_a_line_may_name_what_is_refused_elsewhere():
    line = "Write `![A](a.svg)`, `<img>` or `` ``` ``; never 1 <2."
    assert scan(line) == []


def test_a_page_with_crlf_reads_as_one_without(tmp_path):
    path = tmp_path / "page.md"
    path.write_bytes(BLOCK.replace("\n", "\r\n").encode())
    [block] = read_page(path).blocks
    assert block.code.content == "if True:\n\n    print(1)\n"


def test_blocks_come_in_the_order_of_the_page():
    text = cleandoc(
        """
        ```python
        first()
        ```
        !!! note
            ```python
            second()
            ```
        ```python
        third()
        ```
        """
    )
    assert [fence.content for fence in scan(text)] == ["first()\n", "second()\n", "third()\n"]
