"""Test that each page with code has a notebook with the same blocks, outputs and pictures."""

import json
import os
import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import nbformat
import pytest
from markdown import markdown
from nbclient import NotebookClient

from audit.notebooks import differences, outputs_of
from pages.extensions.package import locate_package
from pages.page import PageError, read_page
from pages.project import DOCS, page_file, page_url, sources
from pages.prove.compare import agree_as_text
from pages.publish.links import Links
from pages.publish.notebooks import make_notebook, notebook_file, write_notebook
from pages.publish.wheel import wheel_name
from tests.site.census import pictures_on

SOURCES = [source for source in sources() if read_page(DOCS / source).blocks]
Notebook = Any

each_page = pytest.mark.parametrize("source", SOURCES)


def needs_only_the_package(source: str) -> bool:
    """Return whether a reader can run the page without the project's folder."""
    return not source.startswith("about/")


# `make fresh` runs the notebooks of the others.
each_page_about_the_project = pytest.mark.parametrize(
    "source", [source for source in SOURCES if not needs_only_the_package(source)]
)


@pytest.fixture(scope="session")
def published(site: Path) -> Callable[[str], Notebook]:
    """Read the notebook of a page from the built site."""

    def read(source: str) -> Notebook:
        return nbformat.read(site / notebook_file(source), as_version=4)

    return read


Published = Callable[[str], Notebook]


def made(folder: Path, text: str, source: str = "learn/page.md", wheel: str = "") -> Notebook:
    """Make a notebook of a small page."""
    path = folder / source
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    page = read_page(path)
    notebook = make_notebook(page, Links(page, folder, "https://site.org/", {}, wheel))
    return nbformat.reads(notebook, as_version=4)


def cells(notebook: Notebook, kind: str) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def prose(notebook: Notebook) -> str:
    """Return the Markdown of a notebook, without the note at its top."""
    return "\n\n".join(cell.source for cell in cells(notebook, "markdown")[1:])


# A notebook is its page


@each_page
def test_saving_a_valid_notebook_changes_nothing(site: Path, source: str) -> None:
    file = site / notebook_file(source)
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == file.read_text(encoding="utf-8")


def block_of(cell: Any) -> str:
    """Return the block of a cell; if it is folded, a file or a command, a line was added above."""
    code: str = cell.source
    added = "jupyter" in cell.metadata or code.startswith("%%")
    return code.partition("\n")[2] if added else code


@each_page
def test_code_cells_equal_the_blocks_of_the_page(published: Published, source: str) -> None:
    in_cells = [block_of(cell) for cell in cells(published(source), "code")]
    if needs_only_the_package(source):
        assert in_cells.pop(0).startswith("# Install nnfp")
    blocks = read_page(DOCS / source).blocks
    assert in_cells == [block.code.content.rstrip("\n") for block in blocks]


@each_page
def test_a_notebook_has_each_picture_with_its_description(
    published: Published, source: str
) -> None:
    images = [image for block in read_page(DOCS / source).blocks for image in block.figures]
    assert pictures_on(markdown(prose(published(source)))) == [image.alt for image in images]


def words(text: str) -> list[str]:
    """List the words that a reader sees: no targets of links, no tags, no options of API entries.

    The summary of a fold is left out, since each cell that the fold continues in repeats it.
    """
    text = re.sub(
        r"<summary>.*?</summary>|<[^>]*>|\]\([^)]*\)|\]\[[^]]*\]|^::: .*\n( {4}.*\n)*",
        "",
        text,
        flags=re.M,
    )
    return re.findall(r"\w+", text)


@each_page
def test_a_notebook_has_every_word_between_the_blocks(
    published: Published, base_url: str, source: str
) -> None:
    page = read_page(DOCS / source)
    within = {
        line
        for block in page.blocks
        for fence in (block.code, block.output or block.code)
        for line in range(fence.line, fence.end + 1)
    } | {image.line for block in page.blocks for image in block.figures}
    kept = [text for line, text in enumerate(page.lines, 1) if line not in within]
    text = locate_package("\n".join(kept), base_url + wheel_name())
    expected = words(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S))
    found = words(re.sub(r"On its API page, .*", "", prose(published(source))))
    assert found == expected


# It runs


def execute(notebook: Notebook, folder: Path) -> Notebook:
    """Run a notebook in a fresh kernel, in the given folder."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=60,
        coalesce_streams=True,
        # Shutting a kernel down takes as long as running a short notebook.
        shutdown_kernel="immediate",
        # A kernel warns that it communicates by TCP, which stays on this machine.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    # As after the activation of the environment.
    programs = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    changed = {"IPYTHONDIR": str(folder / "ipython"), "PATH": programs}
    return client.execute(env=os.environ | changed)


@each_page_about_the_project
def test_a_fresh_kernel_reproduces_the_page(
    published: Published, source: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    ulps = pytestconfig.getoption("--page-ulps")
    # The cell that installs the package prints nothing here, where the package is installed.
    assert differences(published(source), execute(published(source), tmp_path), ulps) == []
    page = read_page(DOCS / source)
    for block in page.blocks:
        for image in block.figures:
            drawn = (page.path.parent / image.path).read_bytes()
            assert agree_as_text((tmp_path / image.path).read_bytes(), drawn, ulps)


@each_page
def test_only_the_cells_that_must_fail_are_tagged(published: Published, source: str) -> None:
    for cell in cells(published(source), "code"):
        fails = any(output.output_type == "error" for output in cell.outputs)
        assert cell.metadata.get("tags", []) == (["raises-exception"] if fails else [])


FILE_AND_COMMANDS = """\
```python
# add.py
import sys
print("to stderr", file=sys.stderr)
print(5 + 14)
sys.exit(len(sys.argv))
```

```bash
x=1
python add.py || true
```

```text
19
to stderr
```

```bash
python add.py | grep -v 1
python add.py one
```

```text
19
to stderr
to stderr
exit status 2
```
"""


def test_a_file_and_commands_run_in_a_notebook_as_on_the_page(tmp_path: Path) -> None:
    notebook = made(tmp_path, FILE_AND_COMMANDS)
    file, first, second = cells(notebook, "code")
    assert file.source.startswith("%%writefile add.py\n# add.py\nimport sys\n")
    assert outputs_of(file) == [("stdout", "Writing add.py")]
    assert first.source == "%%bash\nx=1\npython add.py || true"
    assert outputs_of(first) == [("stdout", "19\nto stderr")]
    [printed, (_, kind, message)] = outputs_of(second)
    assert printed == ("stdout", "19\nto stderr\nto stderr")
    assert (kind, message[-32:]) == ("CalledProcessError", "returned non-zero exit status 2.")
    assert second.metadata.tags == ["raises-exception"]
    assert differences(notebook, execute(made(tmp_path, FILE_AND_COMMANDS), tmp_path)) == []


def test_another_output_of_a_command_in_a_notebook_is_a_difference(tmp_path: Path) -> None:
    notebook = made(tmp_path, FILE_AND_COMMANDS.replace("19\nto", "18\nto", 1))
    found = differences(notebook, execute(made(tmp_path, FILE_AND_COMMANDS), tmp_path))
    assert [difference.partition(":")[0] for difference in found] == ["page-2"]


# It installs the package

WHEEL = "lib-1.0-py3-none-any.whl"


def install_cell(notebook: Notebook) -> str:
    """Return the code of the first cell if it installs the package."""
    code: str = cells(notebook, "code")[0].source
    return code if "pip install" in code else ""


@each_page
def test_a_notebook_that_needs_only_the_package_installs_it(
    published: Published, base_url: str, site: Path, source: str
) -> None:
    code = install_cell(published(source))
    assert bool(code) == needs_only_the_package(source)
    if code:
        [url] = re.findall(r'%pip install --quiet "nnfp\[learn\] @ (.*)"', code)
        assert url.startswith(base_url)
        assert (site / url.removeprefix(base_url)).is_file()


@pytest.mark.parametrize(
    ("source", "wheel", "needed"),
    [
        (
            "learn/page.md",
            f"https://site.org/base/{WHEEL}",
            f"lib[learn] @ https://site.org/base/{WHEEL}",
        ),
        ("learn/page.md", WHEEL, f"../../{WHEEL}[learn]"),
        ("index.md", WHEEL, f"../{WHEEL}[learn]"),
    ],
)
def test_the_first_cell_finds_the_wheel_from_the_notebook(
    tmp_path: Path, source: str, wheel: str, needed: str
) -> None:
    notebook = made(tmp_path, "```python\nx = 1\n```\n", source, wheel)
    assert f'%pip install --quiet "{needed}"' in install_cell(notebook)
    assert "installs the package `lib`" in notebook.cells[0].source


def test_a_page_about_the_project_does_not_install_the_package(tmp_path: Path) -> None:
    notebook = made(tmp_path, "```python\nx = 1\n```\n", "about/page.md", WHEEL)
    assert install_cell(notebook) == ""
    assert "(https://site.org/#get-the-package)" in notebook.cells[0].source


def test_commands_in_a_notebook_install_the_package_from_the_site(tmp_path: Path) -> None:
    text = '```python\nx = 1\n```\n\n```bash\npip install ".[learn]"\n```\n'
    url = f"https://site.org/{WHEEL}"
    assert f'pip install "lib[learn] @ {url}"' in prose(made(tmp_path, text, wheel=url))


# Its links


def links(html: str) -> set[str]:
    return set(re.findall(r'<a [^>]*?href="([^"]*)"', html))


@each_page
def test_links_in_a_notebook_lead_where_those_of_the_page_do(
    site: Path, base_url: str, published: Published, source: str
) -> None:
    html = (site / page_file(source)).read_text(encoding="utf-8")
    html = html[html.index("<article") : html.index("</article>")]
    on_page = {urljoin(base_url + page_url(source), link) for link in links(html)}
    text = re.sub(r"On its API page, .*", "", prose(published(source)))
    assert links(markdown(text)) - on_page == set()
    assert links(markdown(text))


@each_page
def test_links_from_a_notebook_to_the_site_work(
    site: Path, base_url: str, published: Published, source: str
) -> None:
    text = "\n\n".join(cell.source for cell in cells(published(source), "markdown"))
    here = [link for link in links(markdown(text)) if link.startswith(base_url)]
    for link in here:
        url, anchor = urldefrag(link.removeprefix(base_url))
        html = (site / url / "index.html").read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in html, link
    assert base_url + page_url(source) in here


@each_page
def test_a_notebook_has_no_syntax_that_only_the_site_understands(
    published: Published, source: str
) -> None:
    text = re.sub(r"`[^`]*`", "", prose(published(source)))
    assert (
        re.findall(r"\]\[|^:::|^!!!|^\?\?\?|^===|<\w+ markdown|\{ ?[.:#]|\.md\b", text, re.M) == []
    )


# On the site


def test_each_page_with_code_links_to_its_notebook(site: Path) -> None:
    offered = {}
    for html in site.rglob("*.html"):
        for button in re.findall(r"<a [^>]*download[^>]*>", html.read_text(encoding="utf-8")):
            assert 'title="Download as a notebook"' in button
            [link] = links(button)
            offered[html] = (html.parent / link).resolve()
    assert offered == {site / page_file(s): (site / notebook_file(s)).resolve() for s in SOURCES}
    assert set(offered.values()) == {path.resolve() for path in site.rglob("*.ipynb")}


def test_the_offline_site_has_the_same_notebooks_except_where_the_wheel_is(
    site: Path, base_url: str, offline: Path
) -> None:
    for source in SOURCES:
        name = notebook_file(source)
        here = re.compile(rf"nnfp\[learn\] @ {re.escape(base_url)}(nnfp-[\w.-]+\.whl)")
        up = "../" * source.count("/") + "../"
        text = here.sub(rf"{up}\1[learn]", (site / name).read_text(encoding="utf-8"))
        assert (offline / name).read_text(encoding="utf-8") == text
    html = (offline / "learn/neuron.html").read_text(encoding="utf-8")
    [link] = re.findall(r'<a href="([^"]*)" download', html)
    assert (offline / "learn" / link).is_file()


def test_the_search_does_not_find_notebooks(site: Path) -> None:
    docs = json.loads((site / "search/docs.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("/")[0] for entry in docs}
    assert found >= {"learn", "reference"}
    assert "notebooks" not in found


def test_pages_with_the_same_name_have_separate_notebooks(tmp_path: Path) -> None:
    docs, site = tmp_path / "docs", tmp_path / "site"
    for folder in ("learn", "about"):
        (docs / folder).mkdir(parents=True)
        (docs / folder / "twin.md").write_text(f"```python\nx = '{folder}'\n```\n")
        page = read_page(docs / folder / "twin.md")
        write_notebook(site, page, Links(page, docs, "https://site.org/base/", {}))
    written = {path.parent.name: path.read_text() for path in site.rglob("twin.ipynb")}
    for folder in ("learn", "about"):
        assert f"x = '{folder}'" in written[folder]
        assert f"(https://site.org/base/{folder}/twin/)" in written[folder]


# How it is made


@pytest.mark.parametrize("name", ["my page", "1.2-intro", "café", "名前", "a" * 100])
def test_cell_names_are_valid_for_any_page(tmp_path: Path, name: str) -> None:
    text = "Text.\n\n```python\nx = 1\n```\n\nText.\n"
    notebook = made(tmp_path, text, f"learn/{name}.md")
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == 4


def test_the_title_of_a_notebook_is_that_of_the_page(tmp_path: Path) -> None:
    text = "---\n# comment\ndescription: A page.\n---\n\n```python\n# comment\n```\n\n# Title\n"
    about = made(tmp_path, text).cells[0].source
    assert "the page [Title](https://site.org/learn/page/)" in about


FOLDED = """# Page

<details markdown>
<summary>Solution</summary>

{before}

```python
print(1)
```

```text
1
```

{after}

</details>

**2.** Next.
"""


def test_a_folded_answer_stays_folded(tmp_path: Path) -> None:
    notebook = made(tmp_path, FOLDED.format(before="", after="One."))
    [code] = cells(notebook, "code")
    assert code.metadata == {"jupyter": {"outputs_hidden": True, "source_hidden": True}}
    assert prose(notebook) == (
        "# Page\n\n<details>\n<summary>Solution</summary>\n\nOne.\n\n</details>\n\n**2.** Next."
    )


def test_the_first_line_of_a_folded_cell_is_not_the_answer(tmp_path: Path) -> None:
    [code] = cells(made(tmp_path, FOLDED.format(before="", after="")), "code")
    assert code.source == "# Solution\nprint(1)"


def test_a_folded_file_begins_with_the_command_that_writes_it(tmp_path: Path) -> None:
    file = FOLDED.format(before="", after="").replace("print(1)", "# a.py\nprint(1)")
    text = (
        file.replace("```text\n1\n```\n\n", "") + "\n```bash\npython a.py\n```\n\n```text\n1\n```\n"
    )
    code, _ = cells(made(tmp_path, text), "code")
    assert code.source == "%%writefile a.py\n# a.py\nprint(1)"


def test_the_words_before_a_folded_block_are_folded_too(tmp_path: Path) -> None:
    _, before, after = cells(made(tmp_path, FOLDED.format(before="Add.", after="")), "markdown")
    fold = "<details>\n<summary>Solution</summary>\n\nAdd.\n\n</details>"
    assert before.source == f"# Page\n\n{fold}"
    assert after.source == "**2.** Next."


def test_a_block_that_is_not_folded_stays_open(tmp_path: Path) -> None:
    notebook = made(tmp_path, FOLDED.format(before="", after="") + "\n```python\nx = 1\n```\n")
    assert cells(notebook, "code")[1].metadata == {}


def test_a_picture_is_embedded_with_its_texts(tmp_path: Path) -> None:
    (tmp_path / "learn/figures").mkdir(parents=True)
    (tmp_path / "learn/figures/a.svg").write_bytes(b"<svg/>")
    text = '```python\nx = 1\n```\n\n![A "<" sign](figures/a.svg "A sign.")\n\nText.'
    assert prose(made(tmp_path, text)) == (
        '<img alt="A &quot;&lt;&quot; sign" src="data:image/svg+xml;base64,PHN2Zy8+">\n\n'
        "*A sign.*\n\nText."
    )


def test_a_picture_that_is_not_drawn_yet_is_rejected_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"5: expected a file for the picture b\.svg"):
        made(tmp_path, "```python\nx = 1\n```\n\n![A word.](b.svg)\n")


def test_the_front_matter_of_a_page_is_left_out(tmp_path: Path) -> None:
    text = "---\ncited:\n  - '[a][b]'\n---\n# Title\n\n---\n"
    assert prose(made(tmp_path, text)) == "# Title\n\n---"


def test_text_after_a_block_in_a_list_does_not_become_code(tmp_path: Path) -> None:
    text = (
        "1. Run\n\n    ```python\n    x = 1\n    ```\n\n    and see.\n\n2. Rest\n\n    goes on.\n"
    )
    notebook = made(tmp_path, text)
    assert [cell.source for cell in notebook.cells[1:]] == [
        "1. Run",
        "x = 1",
        "and see.\n\n2. Rest\n\n    goes on.",
    ]


@pytest.mark.parametrize("between", [">\n", ""])
def test_a_block_in_a_quote_splits_the_quote(tmp_path: Path, between: str) -> None:
    block = "> ```python\n> x = 1\n> ```\n"
    notebook = made(tmp_path, f"> Run\n{between}{block}{between}> and see.\n")
    assert [cell.source for cell in notebook.cells[1:]] == ["> Run", "x = 1", "> and see."]


def test_an_output_is_separate_from_the_error_after_it(tmp_path: Path) -> None:
    block = "```python\nprint(1)\nraise lib.OddError('a: b')\n```\n"
    output = "```text\n1\nTraceback (most recent call last):\n  ...\nlib.OddError: a: b\n```\n"
    [cell] = cells(made(tmp_path, f"{block}\n{output}"), "code")
    assert outputs_of(cell) == [("stdout", "1"), ("error", "OddError", "a: b")]
    assert cell.outputs[1].traceback == [
        "Traceback (most recent call last):",
        "  ...",
        "lib.OddError: a: b",
    ]


def test_a_cell_keeps_its_name_when_its_text_changes(tmp_path: Path) -> None:
    page = "# A\n\n```python\nx = {}\n```\n\nText {}."
    names = [[cell.id for cell in made(tmp_path, page.format(n, n)).cells] for n in (1, 2)]
    assert names == [["page-about", "page-1-text", "page-1", "page-end"]] * 2
