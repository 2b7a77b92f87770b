"""What a page shows is compared with what its blocks did, and each difference is told."""

from inspect import cleandoc

import pytest

from pages.page import read_page
from pages.prove.compare import agree, differences, faults
from pages.prove.session import Session


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Write a page, run it, and give what its author is told of it."""
    monkeypatch.chdir(tmp_path)

    def told(text, **files):
        path = tmp_path / "page.md"
        path.write_text(cleandoc(text) + "\n")
        session = Session(read_page(path))
        found = []
        for block in session.page.blocks:
            result = session.run(block)
            found += faults(session, block, result) or differences(session, block, result)
        session.close()
        return "\n".join(found)

    return told


def block(code, output=None, mark="```"):
    text = f"```python\n{code}\n```\n"
    return text if output is None else f"{text}\n{mark}text\n{output}\n{mark}\n"


TRACEBACK = "Traceback (most recent call last):\n  ...\n"


def test_a_page_that_tells_the_truth_is_passed_over(told):
    assert told(block("print(19)", "19")) == ""
    assert told(block("a = 19")) == ""
    assert told(block("print()", "")) == ""
    assert told(block("print('a\\n\\nb', end='')", "a\n\nb")) == ""


def test_a_wrong_digit_is_told(told):
    assert told(block("print(1)\nprint(19)\nprint(3)", "1\n18\n3")) == (
        "page.md:7: the page shows another output than the block's\n"
        "--- on the page\n"
        "+++ in truth\n"
        " 1\n"
        "-18\n"
        "+19\n"
        " 3"
    )


def test_an_operator_changed_in_a_block_is_told(told):
    assert "-11\n+24" in told(block("print(3 * 8)", "11"))


def test_an_output_that_the_page_does_not_show_is_told(told):
    message = told("Text\n\n" + block("a = 1\nprint(a)"))
    assert message.startswith("page.md:3: the page shows another output than the block's\n")
    assert message.endswith("\n+1")


def test_an_output_that_is_not_printed_is_told(told):
    message = told(block("a = 1", "1"))
    assert message.startswith("page.md:5: the page shows another output than the block's\n")
    assert message.endswith("\n-1")


@pytest.mark.parametrize(
    ("printed", "page"),
    [("1", "1 "), ("1 ", "1"), ("1", " 1"), ("1\\n", "1"), ("1", "1\n"), ("-0", "0"), ("σ", "s")],
)
def test_output_is_compared_to_the_letter(told, printed, page):
    assert "page.md:5: the page shows another output" in told(block(f"print('{printed}')", page))


def test_blanks_at_the_end_of_a_line_are_made_visible(told):
    assert told(block("print(1)", "1  ")).endswith("\n-1··\n+1")


def test_the_output_of_another_block_is_not_this_one_s(told):
    message = told(block("print(1)", "2") + "\n" + block("print(2)", "1"))
    assert "page.md:5" in message
    assert "page.md:13" in message


def test_a_page_that_forgets_its_seed_is_told(told):
    seeded = "import torch\ntorch.manual_seed(0)\nprint(torch.rand(3))"
    true = "tensor([0.4963, 0.7682, 0.0885])"
    assert told(block(seeded, true)) == ""
    forgetful = seeded.replace("torch.manual_seed(0)\n", "")
    assert f"-{true}\n+tensor([" in told(block(forgetful, true))


def test_an_error_that_the_page_shows_is_expected(told):
    assert told(block("1 / 0", f"{TRACEBACK}ZeroDivisionError: division by zero")) == ""


def test_an_error_may_come_after_what_is_printed(told):
    output = f"before\n{TRACEBACK}ZeroDivisionError: division by zero"
    assert told(block("print('before')\n1 / 0", output)) == ""
    assert "+before" in told(block("print('before')\n1 / 0", output.removeprefix("before\n")))


def test_an_error_s_message_may_have_several_lines(told):
    raises = "raise ValueError('one\\n\\nthree')"
    assert told(block(raises, f"{TRACEBACK}ValueError: one\n\nthree")) == ""
    assert "+three" in told(block(raises, f"{TRACEBACK}ValueError: one"))


def test_an_error_of_the_page_s_own_class_is_named_as_the_prompt_names_it(told):
    code = "class Own(Exception):\n    pass\n\nraise Own('mine')"
    assert told(block(code, f"{TRACEBACK}Own: mine")) == ""
    assert "+Own: mine" in told(block(code, f"{TRACEBACK}__main__.Own: mine"))


def test_an_expected_error_that_does_not_come_is_told(told):
    output = f"{TRACEBACK}ZeroDivisionError: division by zero"
    message = told(block("print(1 / 1)", output))
    assert message.startswith("page.md:5: the page shows another output than the block's\n")
    assert message.endswith("-ZeroDivisionError: division by zero\n+1.0")


@pytest.mark.parametrize("raises", ["raise ValueError('two')", "raise TypeError('one')"])
def test_another_error_than_the_expected_is_told(told, raises):
    assert "-ValueError: one\n+" in told(block(raises, f"{TRACEBACK}ValueError: one"))


def test_an_error_that_the_page_does_not_show_is_told_with_its_line(told):
    message = told("Text\n\n" + block("a = 1\na / 0", "1.0"))
    assert message.startswith("page.md:3: the block raised\nTraceback (most recent call last):\n")
    assert 'page.md", line 5, in <module>\n    a / 0\n' in message
    assert message.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize("code", ["import sys; sys.exit(3)", "import pytest; pytest.skip('3')"])
def test_leaving_python_or_skipping_a_test_cannot_be_expected(told, code):
    assert "page.md:1: the block raised" in told(block(code))
    name = "SystemExit" if "sys" in code else "Skipped"
    assert "page.md:1: the block raised" in told(block(code, f"{TRACEBACK}{name}: 3"))


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nprint('careful', file=sys.stderr)",
        "import warnings\nwarnings.warn('careful', stacklevel=1)",
    ],
)
def test_what_is_written_to_stderr_is_told(told, code):
    message = told(block(code))
    assert message.startswith(
        "page.md:1: the block wrote to stderr, which the page cannot show; a reader would see\n"
    )
    assert "careful\n" in message


@pytest.mark.parametrize("character", ["\\t", "\\r", "\\x1b", "\\f", "\\u2028", "\\u200b"])
def test_output_that_a_page_cannot_show_is_told(told, character):
    assert told(block(f"print('a{character}b')", "ab")) == (
        f"page.md:1: the block printed what cannot be seen on a page: ['{character.lower()}']"
    ).replace("\\f", "\\x0c")


def figure(content, after="![A](a.svg)"):
    return block(f"file = open('a.svg', 'w')\n_ = file.write({content!r})\nfile.close()") + after


def test_a_figure_that_the_block_before_it_draws_is_true(told, tmp_path):
    (tmp_path / "a.svg").write_text("A\n")
    assert told(figure("A\n", "\n\n![A](a.svg)\n")) == ""


def test_a_figure_that_is_not_there_is_told(told):
    assert told(figure("A\n", "\n![A](a.svg)")) == (
        "page.md:7: a.svg is another picture than the block draws\n"
        "--- on the page\n+++ in truth\n+A"
    )


def test_a_changed_byte_of_a_figure_is_told(told, tmp_path):
    (tmp_path / "a.svg").write_text("<path d='1'/>\n")
    message = told(figure("<path d='2'/>\n", "\n![A](a.svg)"))
    assert message.startswith("page.md:7: a.svg is another picture than the block draws\n")
    assert message.endswith("-<path d='1'/>\n+<path d='2'/>")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"A\r\n", "-A·\n+A"),
        (b"A", "they part at byte 1; the page's has 1 bytes, the true one 2"),
        (b"A\n\xff", "they part at byte 2; the page's has 3 bytes, the true one 2"),
        (b"\x89PNG", "they part at byte 0; the page's has 4 bytes, the true one 2"),
    ],
)
def test_a_change_that_no_line_shows_is_told_by_its_place(told, tmp_path, content, place):
    (tmp_path / "a.svg").write_bytes(content)
    assert told(figure("A\n", "\n![A](a.svg)")).endswith(f"\n{place}")


def test_a_figure_that_no_block_drew_is_told(told, tmp_path):
    (tmp_path / "a.svg").write_text("A\n")
    assert told(block("a = 1") + "\n![A](a.svg)") == (
        "page.md:5: a.svg was not drawn by the block before it, but by none"
    )


def test_a_figure_that_another_block_drew_is_told(told, tmp_path):
    (tmp_path / "a.svg").write_text("A\n")
    assert told(figure("A\n", "\n![A](a.svg)\n\n") + block("b = 1") + "\n![A](a.svg)") == (
        "page.md:13: a.svg was not drawn by the block before it, but by the one at line 1"
    )


def test_a_figure_that_a_second_block_draws_again_is_true_of_both(told, tmp_path):
    (tmp_path / "a.svg").write_text("A\n")
    again = figure("A\n", "\n![A](a.svg)\n\n")
    assert told(again + again) == ""


def test_a_figure_drawn_and_not_shown_is_told(told):
    assert told(figure("A\n", "")) == (
        "page.md:1: the block drew a.svg, which the page does not show after it"
    )


@pytest.mark.parametrize("path", ["b.svg", "./a.svg", "A.svg", "https://example.org/a.svg"])
def test_a_figure_is_named_as_the_block_names_it(told, path):
    message = told(figure("A\n", f"\n![A]({path})"))
    assert f"page.md:7: {path} was not drawn by the block before it, but by none" in message
    assert "page.md:1: the block drew a.svg, which the page does not show after it" in message


def test_a_page_is_told_of_all_its_faults_at_once(told):
    message = told(
        block("import sys\nprint(1, file=sys.stderr)\nopen('b.svg', 'w').close()") + "\n![A](a.svg)"
    )
    assert [line for line in message.splitlines() if line.startswith("page.md:")] == [
        "page.md:1: the block wrote to stderr, which the page cannot show; a reader would see",
        "page.md:7: a.svg was not drawn by the block before it, but by none",
        "page.md:1: the block drew b.svg, which the page does not show after it",
    ]


@pytest.mark.parametrize(
    ("page", "true"),
    [
        ("loss 0.2500", "loss 0.2501"),
        ("0.999 to 1.000", "1.000 to 0.999"),
        ("0.5", "0.49"),  # each is shown as short as it can be
        ("0.3", "0.31"),
        ("1.00e-4", "9.99e-5"),
        ("-0.0000", "0.0000"),
        ("tensor([ 0.1, -0.2])", "tensor([ 0.2, -0.3])"),
        ('<path d="M 285 44 L 9.9 1"/>', '<path d="M 285.1 44 L 10 1"/>'),
    ],
)
def test_numbers_may_differ_by_one_in_their_last_digit_when_told_so(page, true):
    assert agree(page, true, ulps=1)
    assert agree(true, page, ulps=1)
    assert not agree(page, true)


@pytest.mark.parametrize(
    ("page", "true"),
    [
        ("loss 0.2500", "loss 0.2502"),
        ("loss 0.25", "cost 0.25"),
        ("0.1 0.2", "0.1"),
        ("0.5", "0.48"),
        ("shape (3, 4)", "shape (3, 5)"),
        ("float32", "float33"),
        ("#12e455", "#13e455"),
        ("v1.5", "v1.6"),
        ("1.00e-4", "1.00e-5"),
        ("0.01", "-0.01"),
    ],
)
def test_words_whole_numbers_and_more_than_one_digit_never_may(page, true):
    assert not agree(page, true, ulps=1)
    assert not agree(true, page, ulps=1)
