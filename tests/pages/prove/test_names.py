"""Test that the names that a sentence writes as code exist."""

from collections.abc import Callable
from contextlib import closing
from inspect import cleandoc
from pathlib import Path

import pytest

from pages.page import read_page
from pages.prove.names import wrong_names
from pages.prove.session import Session

pytest_plugins = ["pytester"]

PAGE = """\
# A layer, as {}

```python
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(1, 1)

net = Net()
total = 2 * 7
```

```bash
make serve
```
"""


Wrong = Callable[..., list[str]]
Proof = Callable[..., pytest.RunResult]


@pytest.fixture
def wrong(tmp_path: Path) -> Wrong:
    """List what is wrong with a page whose title names `code`, or with the page `text`."""

    def wrong(code: str, text: str = PAGE) -> list[str]:
        path = tmp_path / "page.md"
        path.write_text(text.format(code), encoding="utf-8")
        with closing(Session(read_page(path))) as session:
            for block in session.page.blocks[-1:]:
                session.run(block)
            return wrong_names(session)

    return wrong


def test_text_without_code_names_nothing(wrong: Wrong) -> None:
    assert wrong("a class, nn.Linaer") == []


@pytest.mark.parametrize(
    "code",
    [
        # on the page
        "`fc1`",
        "`2 * 7`",
        "`class Net(nn.Module):`",
        "``Net()``",
        "`make serve`",
        # in its session, with what belongs to it
        "`net.fc1.weight`",
        "`net.fc1.weight.T`",
        "`Net().parameters()`",
        "`net.fc1.bias + total`",
        # in Python, torch and nnfp
        "`zip`",
        "`def`",
        "`==`",
        "`>>>`",
        "`'abc'.upper`",
        "`nn.init.zeros_`",
        "`torch.nn.functional.relu`",
        "`nn.Linear(2, 2, bias=False)`",
        "`torch.__version__[0]`",
        "[`nn.Linear(2, 2)`][torch.nn.Linear]",
        "`torch.maximum(net.fc1.weight, 0)`",
        "`DataParallel`",
        "`Solved`",
        "`nnfp.Linear`",
        # of the project
        "`README.md`",
        "`pages/`",
        "`docs/learn/<idea>.md`",
        "`.venv\\Scripts\\activate`",
        "`make test`",
        "`python -m pages.mutants --sample 3`",
        "`pip`",
        "`pytest --page-ulps=1`",
        "`site/`",
        "`make serve PORT=8001`",
        "`pytest docs -qx`",
        "`python -m pages.mutants docs/index.md`",
        # Python with names that it binds itself
        "`lambda q: q`",
        "`[i for i in net.parameters()]`",
        # a backtick that begins no code
        "\\`",
    ],
)
def test_existing_names_are_accepted(wrong: Wrong, code: str) -> None:
    assert wrong(code) == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("fc2", "nothing is named fc2"),
        ("fc", "nothing is named fc"),
        ("nn.Linaer", "nn has no Linaer"),
        ("net.fc2.weight", "net has no fc2"),
        ("net.fc1.wieght", "net.fc1 has no wieght"),
        ("Net().parameter()", "Net() has no parameter"),
        ("nn.Linear(2, bais=False)", "nn.Linear got an unexpected keyword argument 'bais'"),
        ("net.forward(1).item()", "the value of net.forward(1) is known only when it runs"),
        ("torch.__version__[99]", "torch.__version__ has no 99"),
        ("total[0]", "total has no 0"),
        ("total + x", "nothing is named x"),
        ("__name__", "nothing is named __name__"),
        ("for x in:", "it is not Python"),
        ("READMEE.md", "nothing is named READMEE"),
        ("docs/lern/<idea>.md", "it is not Python"),
        ("/etc", "it is not Python"),
        ("./", "it is not Python"),
        ("site/no/such", "nothing is named site"),
        ("pytest dcos", "there is no file dcos"),
        ("pytest --page-ulpz=1", "pytest has no option --page-ulpz"),
        ("python -m pages.mutants --sampel 3", "python -m pages.mutants has no option --sampel"),
        ("make tset", "the Makefile has no target tset"),
        ("python -m pages.mutant", "there is no module pages.mutant"),
    ],
)
def test_a_missing_name_is_reported_with_its_line(wrong: Wrong, code: str, why: str) -> None:
    [message] = wrong(f"`{code}`")
    assert f"page.md:1: `{code}` does not exist: {why}\nexpected " in message


def test_a_link_leads_to_the_object_that_it_names(wrong: Wrong) -> None:
    [message] = wrong("[`nn.Linear`][torch.nn.Bilinear]")
    assert ":1: expected a link to nn.Linear, got [`nn.Linear`][torch.nn.Bilinear]" in message


def test_a_name_in_a_comment_is_not_looked_up(wrong: Wrong) -> None:
    assert wrong("", "# A page\n\n<!-- `a1`\n`a2` -->\n") == []


FILE = """\
`{}`

```python
# add.py
import os.path, no_such_module
from torch import distributed as dist
import torch.nn.functional as F
def add(model): return 19
```

```bash
cat add.py
```

```text
```
"""


@pytest.mark.parametrize("code", ["os.path", "add", "add(model)", "add.py", "python add.py"])
def test_what_a_file_of_the_page_shows_exists(wrong: Wrong, code: str) -> None:
    text = FILE.replace("cat", "python")
    assert wrong(code, text) == []


def test_what_a_file_of_the_page_imports_exists(wrong: Wrong) -> None:
    text = FILE.replace(", no_such_module", "")
    assert wrong("dist.all_gather(1, 2)", text) == wrong("F.relu", text) == []
    [message] = wrong("dist.all_gatherer", text)
    assert "dist has no all_gatherer" in message


def test_an_import_that_fails_does_not_fail_the_names(wrong: Wrong) -> None:
    [message] = wrong("dist.no_such_name", FILE)
    assert "`dist.no_such_name` does not exist" in message


def test_all_wrong_names_are_listed_in_tables_too(wrong: Wrong) -> None:
    text = "# A page\n\n| `a1` |\n|---|\n| [`a2`](b.md) |\n\n> `a3`, `zip` and ``a4``\n"
    lines = [message.split(":")[1:3] for message in wrong("", text)]
    assert lines == [
        ["3", " `a1` does not exist"],
        ["5", " `a2` does not exist"],
        ["7", " `a3` does not exist"],
        ["7", " `a4` does not exist"],
    ]


def test_inline_code_on_two_lines_is_rejected(wrong: Wrong) -> None:
    [message] = wrong("", "# A page\n\nIt calls `nn.\nLinear` here.\n")[:1]
    assert ":3: expected code in a sentence to end on its line, got 'It calls `nn.'" in message


@pytest.fixture
def proof(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Proof:
    """Run pytest on a page with one block, as `make test` does."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = [
        "-p",
        "pages.prove.plugin",
        "-p",
        "pytest_markdown_docs.plugin",
        "-p",
        "no:cacheprovider",
    ]

    def proof(sentence: str, block: str, *options: str) -> pytest.RunResult:
        text = f"{sentence}\n\n```python\n{cleandoc(block)}\n```\n"
        Path("page.md").write_text(text, encoding="utf-8")
        return pytester.runpytest_inprocess(*plugins, "--markdown-docs", "-ra", *options)

    return proof


def test_a_page_that_names_code_has_a_test_for_names_after_its_blocks(proof: Proof) -> None:
    result = proof("The `total`.", "total = 2")
    result.assert_outcomes(passed=2)
    listed = proof("The `total`.", "total = 2", "--collect-only", "-q")
    listed.stdout.fnmatch_lines(["page.md::[[]CodeFence#1[]][[]line:3[]]", "page.md::names"])


def test_a_name_that_does_not_exist_fails_the_page(proof: Proof) -> None:
    result = proof("The `totl`.", "total = 2")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["page.md:1: `totl` does not exist: nothing is named totl", "FAILED page.md::names*"]
    )
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_names_selected_alone_run_the_blocks_first(proof: Proof) -> None:
    block = """
    numbers = [2]
    assert len(numbers) == 1
    numbers.append(3)
    """
    proof("The `numbers.append`.", block, "-k", "names").assert_outcomes(passed=1, deselected=1)


def test_names_are_not_looked_up_after_a_block_that_raised(proof: Proof) -> None:
    result = proof("The `total`.", "1 / 0\ntotal = 2")
    result.assert_outcomes(failed=1, skipped=1)
    alone = proof("The `total`.", "1 / 0\ntotal = 2", "-k", "names")
    alone.stdout.fnmatch_lines(["page.md:3: the block raised"])


def test_an_update_does_not_look_up_names(proof: Proof) -> None:
    proof("The `totl`.", "total = 2", "--update-pages").assert_outcomes(passed=1)
