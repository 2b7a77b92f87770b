"""Test that any text is read as a page, or rejected with sentences that name file and line."""

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.page import Page, PageError, prose_of, read_page, readable
from pages.prove.commands import is_file
from pages.prove.lookup import look_up
from pages.prove.names import code_in_prose, wrong_marks
from pages.prove.quantities import backing, claims, wrong_numbers

PIECES = [
    *("---", "...", "- a", "description: 7", "cited:", '  "7": x', "a: [", "&b *b", "\t", "\0"),
    *("```", "````", "~~~", "```python", "```text", "```bash", "```py", "print(7)", "`", "``"),
    *("<!--", "-->", "<details markdown>", "<summary>x</summary>", "</details>", "<img>", "<"),
    *(
        "![",
        "](a.svg)",
        "![w[0]](a.svg)",
        '![A](a.svg "7 (of 8).")',
        "[t](b.md)",
        "[t][7]",
        "[^7]:",
    ),
    *("$", "$$", r"\frac{7}{8}", "{#id-7}", "&#8212;", "&frac12;", "&", "https://x.org/7", "<a@b>"),
    *("7.", "10)", "## 7.", "-", ">", "1.5e+07", "0x7", "1_000", "1,000", "−7", ".5", "2.1.0", "½"),
    *("`./`", "`lambda q: q`", "`a.b[0]`", "`/`", "::: nnfp.neuron", "::: ..", "two hundred", "²"),
    *(
        "\n",
        "\n\n",
        " ",
        "    ",
        "> ",
        "\\",
        "'",
        '"',
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "#",
        "\r",
    ),
]
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.lists(
    st.sampled_from(PIECES), max_size=25
).map("\n".join)
MESSAGE = re.compile(r"[^\n]*\.(?:md|py):\d+: .+", re.DOTALL)


def read_or_refuse(path: Path, content: bytes) -> Page | None:
    path.write_bytes(content)
    try:
        return read_page(path)
    except PageError as error:
        assert error.problems
        assert all(MESSAGE.fullmatch(problem) for problem in error.problems)
        return None


# The folder is shared by all examples on purpose: each of them overwrites the page.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_is_read_or_rejected_with_sentences(tmp_path: Path, text: str) -> None:
    page = read_or_refuse(tmp_path / "page.md", text.encode())
    if page is None:
        return
    assert [line for line, _ in readable(page)] == [line for line, _ in prose_of(page)]
    for line, seen in readable(page):
        assert len(seen) == len(page.lines[line - 1])
    assert all(number.value is not None for number in claims(page) + backing(page))
    for problem in wrong_numbers(page) + wrong_marks(page):
        assert MESSAGE.fullmatch(problem)
    assert all(code for _, code in code_in_prose(page))


CODE = [
    *(
        "x",
        "y",
        "x.real",
        "lambda q: q",
        "[i for i in x]",
        "(n := x)",
        "f'{x}'",
        "x[0]",
        "x[:]",
        "*",
    ),
    *("def f(a): return a", "class A: b", "import x.y", "from . import x", "del x", "await x", ";"),
    *(
        "./",
        "..",
        "/",
        "//",
        "\\",
        "<x>",
        "<a><b>",
        "docs",
        "site",
        "a" * 300,
        ".",
        "-",
        "'",
        "(",
        ")",
    ),
    *(" ", "\n", "\n    ", ":", "=", "@", "\0", "9" * 5000, "\\d", "match x:", "case {'a': b}:"),
]


@given(code=st.lists(st.sampled_from(CODE), max_size=8).map("".join))
def test_any_code_is_looked_up_or_rejected_with_a_reason(code: str) -> None:
    try:
        look_up(code, {"x": 1}, [])
    except LookupError as error:
        assert str(error)
    assert is_file(code) in (True, False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=40))
def test_any_bytes_are_read_or_rejected_with_sentences(tmp_path: Path, content: bytes) -> None:
    read_or_refuse(tmp_path / "page.md", content)
