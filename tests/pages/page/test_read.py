"""Test that a page is read completely, and rejected if part of it would be shown untested."""

from inspect import cleandoc
from pathlib import Path

import pytest
from markdown import markdown

from pages.page import Block, Fence, Page, PageError, read_page, scan
from tests.site.census import pictures_on


def problems(text: str) -> list[str]:
    with pytest.raises(PageError) as refused:
        scan(text)
    return refused.value.problems


def refusal(text: str) -> str:
    [problem] = problems(text)
    return problem


def nested(prefix: str, text: str) -> str:
    return "\n".join((prefix + line).rstrip() for line in text.splitlines())


def page_of(folder: Path, text: str) -> Page:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return read_page(path)


BLOCK = "```python\nif True:\n\n    print(1)\n```\n\n```text\n1\n```"
DRAWS = "```python\ndraw()\n```"
FOLD = f"<details markdown>\n<summary>How it is drawn</summary>\n\n{DRAWS}\n\n</details>"


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
def test_a_block_is_found_wherever_it_is_nested(around: str, prefix: str) -> None:
    [fence] = scan(around.format(nested(prefix, BLOCK)))
    assert fence.content == "if True:\n\n    print(1)\n"
    assert fence.prefix == prefix


def test_a_fence_may_use_tildes_or_more_marks() -> None:
    text = "~~~python\nprint('```')\n~~~\n\n`````python\nprint('````')\n`````"
    assert [fence.content for fence in scan(text)] == ["print('```')\n", "print('````')\n"]


def test_a_fence_inside_a_longer_fence_is_its_text() -> None:
    assert scan("````markdown\n```python\n1 / 0\n```\n````") == []


def test_blocks_come_in_the_order_of_the_page() -> None:
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


def test_a_block_knows_its_lines(tmp_path: Path) -> None:
    text = "# Title\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n![A](a.svg)\n"
    [block] = page_of(tmp_path, text).blocks
    assert block.output
    assert (block.code.line, block.code.end) == (3, 5)
    assert (block.output.line, block.output.end) == (7, 9)
    assert [(image.path, image.line) for image in block.figures] == [("a.svg", 11)]


def test_a_block_is_found_by_its_line(tmp_path: Path) -> None:
    page = page_of(tmp_path, f"{BLOCK}\n\n{DRAWS}\n")
    assert page.block_at(11) is page.blocks[1]


def test_looking_up_a_line_without_a_block_reports_a_changed_page(tmp_path: Path) -> None:
    page = page_of(tmp_path, BLOCK)
    with pytest.raises(PageError, match="the page changed since its tests were collected") as error:
        page.block_at(2)
    assert str(error.value).startswith(f"{page.name}:2: ")


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
def test_a_fence_with_options_or_an_unknown_language_is_rejected(info: str) -> None:
    assert refusal(f"Text\n\n```{info}\n1\n```\n\n```text\n1\n```\n\n![A](a.svg)") == (
        "line 3: expected a fence to be one of python, text, bash, markdown and nothing more, "
        f"got ```{info}"
    )


@pytest.mark.parametrize("bullet", ["- ", "* ", "1. ", "    - ", "Text ", "> - ", "\\", ":   "])
def test_a_fence_begins_its_line(bullet: str) -> None:
    line = f"{bullet}```python"
    assert problems(f"{line}\nprint(1)\n```")[0] == (
        f"line 1: expected a fence to begin its line, got {line!r}"
    )


def test_a_fence_is_closed() -> None:
    assert refusal("Text\n\n```python\nprint(1)\n") == (
        "line 3: expected the fence to be closed by '```', got the page's end"
    )


@pytest.mark.parametrize("close", ["````", " ```", "    ```", "> ```", "```text", "```python"])
def test_a_fence_is_closed_by_its_own_mark(close: str) -> None:
    assert refusal(f"```python\nprint(1)\n{close}\nMore\n```") == (
        f"line 3: expected '```' for line 1, got {close!r}"
    )


def test_a_block_after_one_that_is_not_closed_is_read_as_a_block() -> None:
    text = f"```python\nprint(1)\n ```\n\nText\n\n{BLOCK}\n\n![Alone, after](a.svg)\n\nText\n"
    assert refusal(text) == "line 3: expected '```' for line 1, got ' ```'"


@pytest.mark.parametrize(
    ("prefix", "line"), [("    ", "print(1)"), ("    ", "  print(1)"), ("> ", ""), ("> ", "1")]
)
def test_each_line_of_a_block_is_indented_like_its_fence(prefix: str, line: str) -> None:
    text = f"{prefix}```python\n{line}\n{prefix}```"
    assert refusal(text) == f"line 2: expected the line to be indented like its fence, got {line!r}"


@pytest.mark.parametrize(
    "character",
    ["\t", "\f", "\v", "\r", "\x1b", "\x85", "\u2028", "\u202e", "\u200b", "\xa0", "\0"],
)
def test_invisible_characters_are_rejected(character: str) -> None:
    expected = f"line 2: expected characters that can be seen, got {character!r}"
    assert refusal(f"Text\nmore{character}text") == expected
    assert refusal(f"```python\nprint('{character}')\n```") == expected


def test_an_output_comes_right_after_the_block_that_prints_it() -> None:
    expected = "expected the block that prints this right before it"
    block, output, image = "```python\nprint(1)\n```", "```text\n1\n```", "![A](a.svg)"
    assert refusal(output) == f"line 1: {expected}"
    assert refusal(f"{block}\n\nIt prints:\n\n{output}") == f"line 7: {expected}"
    assert refusal(f"{block}\n\n{output}\n\n{output}") == f"line 9: {expected}"
    assert refusal(f"{block}\n\n{image}\n\n{output}") == f"line 7: {expected}"
    assert refusal(f"````markdown\nText\n````\n\n{output}") == f"line 5: {expected}"


def test_commands_run_if_an_output_follows(tmp_path: Path) -> None:
    page = page_of(tmp_path, "```bash\nmake\n```\n\n```text\ndone\n```\n\n```bash\nmake\n```\n")
    [block] = page.blocks
    assert block.code == Fence("bash", "make\n", "", 1, 3)
    assert block.output == Fence("text", "done\n", "", 5, 7)
    assert block.is_command


def test_an_image_after_an_output_of_commands_belongs_to_them(tmp_path: Path) -> None:
    text = "```bash\nmake\n```\n\n```text\ndone\n```\n\n![A](a.svg)\n"
    [block] = page_of(tmp_path, text).blocks
    assert [image.path for image in block.figures] == ["a.svg"]


FILE = "```python\n# {}\nx = 1\n```\n\n"
RUNS = "```bash\n{}\n```\n\n```text\n1\n```\n"


def test_a_block_that_begins_with_the_name_of_a_file_is_a_file(tmp_path: Path) -> None:
    text = FILE.format("a-b.py") + RUNS.format("python a-b.py") + FILE.format("3 files, a.py too")
    assert [block.file for block in page_of(tmp_path, text).blocks] == ["a-b.py", "", ""]


@pytest.mark.parametrize("command", ["python a.py", "torchrun --standalone ./a.py -v", "cd b;a.py"])
def test_a_file_may_be_used_by_any_command(tmp_path: Path, command: str) -> None:
    page = page_of(tmp_path, FILE.format("a.py") + "Text.\n\n" + RUNS.format(command))
    assert page.blocks[0].file == "a.py"


@pytest.mark.parametrize(
    "text",
    [
        FILE.format("a.py"),
        RUNS.format("python a.py") + "\n" + FILE.format("a.py"),
        FILE.format("a.py") + "```bash\npython a.py\n```\n",
        FILE.format("a.py") + RUNS.format("python aa.py a.pyc"),
    ],
)
def test_a_file_that_no_command_below_it_runs_is_rejected(text: str) -> None:
    line = text[: text.index("```python")].count("\n") + 1
    assert refusal(text) == (
        f"line {line}: expected commands with an output that use a.py below, got none"
    )


def test_a_file_has_neither_an_output_nor_a_figure() -> None:
    runs = RUNS.format("python a.py")
    assert refusal(f"{FILE.format('a.py')}```text\n1\n```\n\n{runs}") == (
        "line 6: expected the block that prints this right before it"
    )
    assert refusal(f"{FILE.format('a.py')}![A](a.svg)\n\n{runs}") == (
        "line 6: expected the block that draws a.svg before it"
    )


def test_an_image_without_a_block_that_draws_it_is_rejected() -> None:
    expected = "expected the block that draws a.svg before it"
    assert refusal("![A](a.svg)") == f"line 1: {expected}"
    assert refusal(f"{DRAWS}\n\nAn image:\n\n![A](a.svg)") == f"line 7: {expected}"
    assert refusal("```bash\nmake\n```\n\n![A](a.svg)") == f"line 5: {expected}"


def test_a_block_may_have_an_output_and_several_images(tmp_path: Path) -> None:
    text = f"{BLOCK}\n\n![A](a.svg)\n\n![B](b.svg 'A title')\n"
    [block] = page_of(tmp_path, text).blocks
    assert [image.path for image in block.figures] == ["a.svg", "b.svg"]


@pytest.mark.parametrize(
    "fold",
    [
        FOLD,
        FOLD.replace("\n</details>", "\n```text\nSaved.\n```\n\n</details>"),
        FOLD.replace(">\n<summary>", "><summary>"),
        nested("> ", FOLD),
    ],
)
def test_images_right_before_a_fold_belong_to_its_only_block(tmp_path: Path, fold: str) -> None:
    [block] = page_of(tmp_path, f"Text\n\n![A](a.svg)\n\n![B](b.svg)\n\n{fold}\n").blocks
    assert [(image.path, image.line) for image in block.figures] == [("a.svg", 3), ("b.svg", 5)]


@pytest.mark.parametrize(
    "fold",
    [
        f"Text\n\n{FOLD}",
        DRAWS,
        FOLD.replace("</summary>", "</summary>\n\nText"),
        FOLD.replace("\n</details>", "\nText\n\n</details>"),
        FOLD.replace("\n</details>", f"\n{DRAWS}\n\n</details>"),
        FOLD.replace("python", "bash"),
        FOLD.removesuffix("</details>"),
    ],
)
def test_a_fold_with_more_than_one_block_draws_no_image_before_it(fold: str) -> None:
    assert refusal(f"Text\n\n![A](a.svg)\n\n{fold}\n") == (
        "line 3: expected the block that draws a.svg before it"
    )


def test_an_image_between_a_block_and_a_fold_belongs_to_the_block(tmp_path: Path) -> None:
    first, second = page_of(tmp_path, f"{DRAWS}\n\n![A](a.svg)\n\n{FOLD}\n").blocks
    assert [image.path for image in first.figures] == ["a.svg"]
    assert second.figures == []


@pytest.mark.parametrize(
    ("line", "alt", "path"),
    [
        ("![A](a.svg)", "A", "a.svg"),
        ('![A](a.svg "One (of two).")', "A", "a.svg"),
        ("![A](a.svg 'It says \"two\" (2).')", "A", "a.svg"),
        ("![w[0]](a.svg)", "w[0]", "a.svg"),
        ("![the weights [1, 2] and [3, 4]](a.svg)", "the weights [1, 2] and [3, 4]", "a.svg"),
        (r"![w\[0\] \* x](a.svg)", "w[0] * x", "a.svg"),
        ("![A &amp; B](a.svg)", "A & B", "a.svg"),
        ("![The `relu` of `` `x` ``.](a.svg)", "The relu of `x`.", "a.svg"),
        ("![`a](b.svg)`](figures/c-1.svg)", "a](b.svg)", "figures/c-1.svg"),
        ("> ![A](a.svg)", "A", "a.svg"),
        ("    ![A](a.svg)  ", "A", "a.svg"),
    ],
)
def test_an_image_is_read_as_the_site_reads_it(
    tmp_path: Path, line: str, alt: str, path: str
) -> None:
    [block] = page_of(tmp_path, f"{DRAWS}\n\n{line}\n").blocks
    assert [(image.alt, image.path) for image in block.figures] == [(alt, path)]
    assert pictures_on(markdown(line.strip(), extensions=["attr_list", "md_in_html"])) == [alt]


@pytest.mark.parametrize(
    "line",
    [
        "Text ![A](a.svg)",
        "`Code` ![A](a.svg)",
        "![A](a.svg) text",
        "![A](a.svg) >",
        "![A](a.svg) ![B](b.svg)",
        "![A](a.svg){ width=300 }",
        "[![A](a.svg)](b.html)",
        "![A](`a`.svg)",
        "![A](<a.svg>)",
        '![A](a.svg "A "quoted" word")',
        "![A][b]",
        "![A]",
        "- ![A](a.svg)",
        "![A",
        "| ![A](a.svg) |",
        r"\`![A](a.svg)\`",
        "`![A](a.svg)``",
    ],
)
def test_an_image_that_is_not_alone_on_its_line_is_rejected(line: str) -> None:
    assert refusal(f"{DRAWS}\n\n{line}") == (
        "line 5: expected an image alone on its line, its path without blanks and brackets, as in "
        f'![What it shows](figures/name.svg "A caption."), got {line!r}'
    )


@pytest.mark.parametrize("line", ["![](a.svg)", "![ ](a.svg)", "![The $x_1$ axis](a.svg)"])
def test_an_image_without_a_plain_description_is_rejected(line: str) -> None:
    expected = f"line 5: expected words for what a.svg shows, got {line!r}"
    assert refusal(f"{DRAWS}\n\n{line}") == expected


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
def test_code_or_images_in_html_are_rejected(line: str) -> None:
    assert refusal(line) == f"line 1: expected images and code to be Markdown, got {line!r}"


def test_inline_code_may_contain_what_is_rejected_elsewhere() -> None:
    assert scan("Write `![A](a.svg)`, `<img>` or `` ``` ``; never 1 <2.") == []


def test_all_problems_of_a_page_are_listed(tmp_path: Path) -> None:
    text = "---\na: [\n---\n\n<img>\n\n```py\n1\n```\n\nA\ttab\n\n![A](a.svg) text\n\n```bash\n1\n"
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PageError) as refused:
        read_page(path)
    lines = [problem.split(": ", 1)[0] for problem in refused.value.problems]
    name = lines[0].removesuffix(":2")
    assert name.endswith("page.md")
    assert lines == [f"{name}:{line}" for line in (2, 5, 7, 11, 13, 15)]
    assert str(refused.value).split("\n") == refused.value.problems


def test_a_page_with_crlf_reads_like_one_with_lf(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(BLOCK.replace("\n", "\r\n").encode())
    page = read_page(path)
    assert page.blocks[0].code.content == "if True:\n\n    print(1)\n"
    assert "\n".join(page.lines) == BLOCK


def test_a_file_that_is_not_utf_8_is_rejected_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(b"One\nTw\xff\n")
    with pytest.raises(PageError, match=r"page\.md:2: expected text in UTF-8, got the byte 0xff"):
        read_page(path)


def test_a_missing_page_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"page\.md:1: expected a page, got: No such file"):
        read_page(tmp_path / "page.md")


def test_a_folder_is_not_a_page(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r":1: expected a page, got: Is a directory"):
        read_page(tmp_path)


def test_an_empty_page_has_no_blocks(tmp_path: Path) -> None:
    blocks: list[Block] = page_of(tmp_path, "").blocks
    assert blocks == []


@pytest.mark.parametrize("path", ["a.svg", "a.png", "figures/ä/1.2-a_b.svg"])
def test_a_figure_is_an_svg_or_png_below_the_page(tmp_path: Path, path: str) -> None:
    [block] = page_of(tmp_path, f"{DRAWS}\n\n![A]({path})\n").blocks
    assert [image.path for image in block.figures] == [path]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "a.jpg",
            "a.SVG",
            "a.pdf",
            "my%20figure.svg",
            "./a.svg",
            "../a.svg",
            "/a.svg",
            "b//a.svg",
        ),
        *("https://example.org/a.svg", "a.svg#part", "a.svg?size=1"),
    ],
)
def test_a_figure_with_any_other_path_is_rejected(path: str) -> None:
    assert refusal(f"{DRAWS}\n\n![A]({path})") == (
        "line 5: expected a path of letters, digits, _, - and . such as figures/name.svg or "
        f"name.png, got {path!r}"
    )


@pytest.mark.parametrize("text", ["one\rtwo", "one\r\ntwo\n", "one\r\n\rtwo"])
def test_mixed_line_ends_on_a_page_are_rejected(tmp_path: Path, text: str) -> None:
    """An update would make them all alike."""
    path = tmp_path / "page.md"
    path.write_bytes(text.encode())
    with pytest.raises(PageError, match="expected all lines to end with"):
        read_page(path)
