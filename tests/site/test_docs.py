"""Test that the site shows exactly what the tests of the pages have checked."""

import ast
import doctest
import importlib
import re
import tomllib
from codeop import CommandCompiler
from collections import Counter
from contextlib import closing
from copy import copy
from pathlib import Path
from textwrap import dedent

import pytest

from audit.markup import parse
from pages.extensions.package import locate_package
from pages.page import Block, Page, prose_of, read_page
from pages.project import DOCS, ROOT, page_file, site_config
from pages.prove.compare import differences, expects_error
from pages.prove.session import Session
from pages.publish.wheel import wheel_name
from tests.site.census import code_on, pictures_on

pytest_plugins = ["pytester"]

ON_SITE = sorted(path for path in DOCS.rglob("*.md"))
PAGES = [*ON_SITE, *sorted(ROOT.glob("*.md"))]
LEARN = sorted((DOCS / "learn").glob("*.md"))
NOT_PROSE = "h1, h2, h3, .md-content__button, .nnfp-actions, details, pre, table, math, svg, .doc"
MODULES = [path for path in sorted((ROOT / "nnfp").rglob("*.py")) if path.stem != "__init__"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def built(site: Path, source: Path) -> str:
    return file_of(site, source).read_text(encoding="utf-8")


def file_of(site: Path, source: Path) -> Path:
    return site / page_file(source.relative_to(DOCS).as_posix())


each_on_site = pytest.mark.parametrize("path", ON_SITE, ids=name)
each_page = pytest.mark.parametrize("path", PAGES, ids=name)


def test_the_tutorial_has_all_of_its_pages() -> None:
    learn = [path.stem for path in ON_SITE if path.parent.name == "learn"]
    assert {"start", "neuron", "batch", "layer", "optimizer"} <= set(learn)
    assert DOCS / "index.md" in ON_SITE


def test_the_site_has_exactly_the_pages_of_the_source(site: Path) -> None:
    on_site = {file_of(site, path) for path in ON_SITE}
    moved = {site / page_file(old) for old in site_config()["extra"]["moved"] if "#" not in old}
    assert set(site.rglob("*.html")) == on_site | moved | {site / "404.html"}


@pytest.mark.parametrize("path", LEARN, ids=name)
def test_a_learn_page_has_at_most_1800_words(site: Path, path: Path) -> None:
    # All tests share what was parsed, so this removes boxes from a copy.
    article = copy(parse(built(site, path)).select("article")[0])
    for box in article.select(NOT_PROSE):
        box.decompose()
    assert 500 < len(article.get_text().split()) <= 1800


@each_on_site
def test_a_page_shows_exactly_the_blocks_of_its_source(
    site: Path, base_url: str, path: Path
) -> None:
    seen = [block for block in code_on(built(site, path)) if not block[0].startswith("api:")]
    wheel = base_url + wheel_name()
    fences = read_page(path).fences
    assert seen == [(fence.language, shown(fence.content, wheel)) for fence in fences]


def shown(content: str, wheel: str) -> str:
    """Remove blank lines at the end of a block, and name the site's wheel, as the site does."""
    return locate_package(content.rstrip("\n") + "\n", wheel)


def test_links_in_the_documents_outside_the_site_lead_to_files() -> None:
    found = [
        target
        for path in ROOT.glob("*.md")
        for _, text in prose_of(read_page(path))
        for target in re.findall(r"\]\(([\w./-]+)(?:#[^)]*)?\)", text)
    ]
    assert {"CONTRIBUTING.md", "LICENSE"} <= set(found)
    assert [target for target in found if not (ROOT / target).exists()] == []


def test_the_home_page_states_the_required_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    minimum = project["requires-python"].removeprefix(">=")
    home, readme = ((ROOT / file).read_text("utf-8") for file in ("docs/index.md", "README.md"))
    assert f'"{minimum}": requires-python' in home
    assert f"Python {minimum}" in home and f"Python {minimum}" in readme


def markdown_examples(path: Path) -> list[str]:
    fences = read_page(path).fences
    return [fence.content for fence in fences if fence.language == "markdown"]


def test_only_contributing_shows_how_a_page_is_written() -> None:
    assert [path for path in PAGES if markdown_examples(path)] == [ROOT / "CONTRIBUTING.md"]


def test_the_example_page_in_contributing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [example] = markdown_examples(ROOT / "CONTRIBUTING.md")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "page.md"
    (tmp_path / "figures").mkdir()
    path.write_text(example, encoding="utf-8")
    page = read_page(path)
    with closing(Session(page)) as session:
        for block in page.blocks:
            result = session.run(block)
            untrue = differences(session, block, result)
            # The picture that it draws does not exist yet.
            assert [line for line in untrue if "neuron.svg" not in line] == []


@each_on_site
def test_a_page_shows_exactly_the_pictures_of_its_source(site: Path, path: Path) -> None:
    drawn = [image.alt for block in read_page(path).blocks for image in block.figures]
    assert pictures_on(built(site, path)) == drawn


def test_every_block_of_python_is_a_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    folders = [ROOT / path for path in options["testpaths"] if path == "docs" or ".md" in path]
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ("-p", "pytest_markdown_docs.plugin", "-p", "no:cacheprovider")
    items, _ = pytester.inline_genitems(*plugins, *folders)
    collected = [
        (item.path, item.start_line)  # type: ignore[attr-defined]  # set by pytest-markdown-docs
        for item in items
        if item.name not in ("names", "numbers")
    ]
    blocks = [(path, block.code.line) for path in PAGES for block in read_page(path).blocks]
    assert sorted(collected) == sorted(blocks)
    assert blocks


def test_every_figure_is_shown_once_on_the_site() -> None:
    files = [path for folder in DOCS.rglob("figures") for path in folder.iterdir()]
    shown = Counter(
        (path.parent / image.path).resolve()
        for path in ON_SITE
        for block in read_page(path).blocks
        for image in block.figures
    )
    assert shown == Counter(files)


def examples_in(text: str) -> list[tuple[str, str]]:
    return [(e.source, e.want) for e in doctest.DocTestParser().get_examples(text)]


def test_examples_on_api_pages_are_the_tested_ones(site: Path) -> None:
    seen = [
        example
        for path in ON_SITE
        for language, text in code_on(built(site, path))
        if language == "api:pycon"
        for example in examples_in(text)
    ]
    run = [
        (example.source, example.want)
        for module in MODULES
        for test in doctest.DocTestFinder().find(importlib.import_module(dotted(module)))
        for example in test.examples
    ]
    assert Counter(seen) == Counter(run)
    assert seen


def dotted(module: Path) -> str:
    """Name a module as it is imported."""
    return ".".join(module.relative_to(ROOT).with_suffix("").parts)


def definitions(module: Path) -> list[str]:
    """List the source of each function and class of a module, indented as on its API page."""
    text = module.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    return [
        dedent("".join(lines[first_line(node) - 1 : node.end_lineno]))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]


def first_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    """Return the line in which a definition begins, with its first decorator."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def test_api_pages_show_the_source_of_the_package(site: Path) -> None:
    package = {source for module in MODULES for source in definitions(module)}
    seen = {
        text
        for path in ON_SITE
        for language, text in code_on(built(site, path))
        if language == "api:python"
    }
    assert seen - package == set()
    assert seen


def test_api_entries_have_no_other_code(site: Path) -> None:
    languages = {language for path in ON_SITE for language, _ in code_on(built(site, path))}
    assert {language for language in languages if language.startswith("api:")} == {
        "api:pycon",
        "api:python",
        "api:signature",
    }


def for_a_prompt(page: Page) -> list[Block]:
    """List the blocks that a reader may paste into a Python prompt: no files, no commands."""
    return [block for block in page.blocks if not block.file and not block.is_command]


def trouble_at_the_prompt(page: Page) -> list[str]:
    """List where a Python prompt rejects a block that is pasted into it, line by line."""
    compiler = CommandCompiler()
    found = []
    for block in for_a_prompt(page):
        waiting = ""
        lines = enumerate([*block.code.content.splitlines(), ""], block.code.line + 1)
        for number, line in lines:
            waiting += f"{line}\n"
            try:
                done = compiler(waiting.removesuffix("\n"), symbol="single")
            except (SyntaxError, ValueError) as error:
                found.append(f"{page.name}:{number}: a Python prompt does not take this: {error}")
                break
            if done is not None:
                waiting = ""
        else:
            if waiting:
                found.append(f"{page.name}:{block.code.end}: a Python prompt waits for more")
    return found


def echoes(page: Page) -> list[str]:
    """List the values that a prompt would print by itself: all but those of calls."""
    found = []
    for block in for_a_prompt(page):
        tree = ast.parse(block.code.content)
        # The last statement of a block that raises has no value.
        raises = tree.body[-1] if expects_error(block) else None
        found += [
            f"{page.name}:{block.code.line + node.lineno}: a Python prompt would show the value of "
            f"{ast.unparse(node)}: print it"
            for node in at_module_level(tree)
            if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
            if node is not raises
        ]
    return found


def at_module_level(tree: ast.AST) -> list[ast.AST]:
    """List what runs when the block runs, loops and branches included, without function bodies."""
    inner = [
        node
        for child in ast.iter_child_nodes(tree)
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in at_module_level(child)
    ]
    return [tree, *inner]


@each_on_site
def test_every_line_of_code_fits_next_to_the_menu(path: Path) -> None:
    """On a screen that is 1280 pixels wide, no reader needs to scroll sideways."""
    lines = [
        line
        for block in read_page(path).blocks
        for line in block.code.content.split("\n")
        if len(re.sub(r"  # \(\d+\)$", "", line)) > 80
    ]
    assert lines == []


@each_page
def test_every_block_can_be_pasted_into_a_python_prompt(path: Path) -> None:
    page = read_page(path)
    assert trouble_at_the_prompt(page) + echoes(page) == []


def pasted(tmp_path: Path, code: str) -> Page:
    path = tmp_path / "page.md"
    path.write_text(f"```python\n{code}\n```\n")
    return read_page(path)


@pytest.mark.parametrize(
    "code",
    [
        "a = 1\n\n\nb = 2",
        "def f():\n    return 1",
        "def f():\n    return 1\n",
        "def f():\n    # why\n    return (\n\n        1\n    )\n\nf()",
        "class A:\n    def f(self):\n        pass\n    def g(self):\n        pass\n\nA()",
        "if True:\n    print(1)\nelse:\n    print(2)\n\nprint(3)",
        "text = '''one\n\ntwo'''\nprint(text)",
        "# a comment\nprint(1)",
        "@decorator\ndef f():\n    pass",
    ],
)
def test_a_prompt_accepts_a_block_of_complete_statements(tmp_path: Path, code: str) -> None:
    assert trouble_at_the_prompt(pasted(tmp_path, code)) == []


@pytest.mark.parametrize(
    ("code", "line", "trouble"),
    [
        ("def f():\n    a = 1\n\n    return a", 5, "unexpected indent"),
        ("class A:\n    a = 1\n\n    def f(self):\n        pass\n", 5, "unexpected indent"),
        ("if True:\n    print(1)\n\nelse:\n    print(2)", 5, "invalid syntax"),
        ("def f():\n    return 1\nprint(f())", 4, "invalid syntax"),
        ("for i in range(3):\n    print(i)\nprint(4)", 4, "invalid syntax"),
    ],
)
def test_a_block_that_a_prompt_rejects_is_reported_with_its_line(
    tmp_path: Path, code: str, line: int, trouble: str
) -> None:
    [found] = trouble_at_the_prompt(pasted(tmp_path, code))
    assert f"page.md:{line}: a Python prompt does not take this: {trouble}" in found


def test_an_incomplete_block_is_reported(tmp_path: Path) -> None:
    [found] = trouble_at_the_prompt(pasted(tmp_path, "print(\n    1"))
    assert "page.md:4: a Python prompt waits for more" in found


@pytest.mark.parametrize("code", ["a", "'text'", "1 + 2", "a.b", "for i in a:\n    i", "..."])
def test_a_value_that_a_prompt_would_show_is_reported(tmp_path: Path, code: str) -> None:
    [found] = echoes(pasted(tmp_path, f"a = []\n{code}"))
    assert "a Python prompt would show the value of" in found
    assert found.endswith(": print it")


@pytest.mark.parametrize("code", ["f()", "a = 1", "def f():\n    'Text.'", "assert a", "del a"])
def test_statements_without_a_value_are_accepted(tmp_path: Path, code: str) -> None:
    assert echoes(pasted(tmp_path, code)) == []


def test_an_expression_that_raises_is_accepted(tmp_path: Path) -> None:
    page = pasted(tmp_path, "1 / 1\n1 / 0\n```\n\n```text\nTraceback (most recent call last):")
    [found] = echoes(page)
    assert "the value of 1 / 1" in found
