"""Each page is a notebook too: the same blocks, outputs and pictures, and it runs by itself."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import nbformat
import pytest
from markdown import markdown
from nbclient import NotebookClient

from pages.page import PageError, read_page
from pages.prove.session import Session
from pages.prove.update import update
from pages.publish.notebooks import (
    DOCS,
    NOTEBOOKS,
    default_address,
    main,
    make_notebook,
    notebook_of,
    pages_with_notebooks,
    write_notebook,
)
from tests.conftest import ROOT
from tests.pages.publish.kernels import Manager
from tests.site.census import pictures_on

PAGES = pages_with_notebooks()

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def committed(path: Path) -> Any:
    return nbformat.read(notebook_of(path), as_version=4)


def made(tmp_path: Path, text: str, name: str = "page") -> Any:
    """Make a notebook of a small page in the folder `learn` of a site."""
    path = tmp_path / "learn" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    notebook = make_notebook(read_page(path), tmp_path, "https://site.org/")
    return nbformat.reads(notebook, as_version=4)


def current(path: Path) -> str:
    return make_notebook(read_page(path), DOCS, default_address())


def cells(notebook: Any, kind: str) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def prose(notebook: Any) -> str:
    """The Markdown of a notebook, without the note at its top."""
    return "\n\n".join(cell.source for cell in cells(notebook, "markdown")[1:])


# They are there, and they are the pages


def test_each_page_with_a_block_has_a_notebook_and_no_other_file_is_there() -> None:
    assert {DOCS / "index.md", DOCS / "learn/neuron.md"} <= set(PAGES)
    assert sorted(NOTEBOOKS.iterdir()) == sorted(notebook_of(path) for path in PAGES)


@each_page
def test_a_notebook_is_what_its_page_gives_now(path: Path) -> None:
    if notebook_of(path).read_text(encoding="utf-8") != current(path):
        name, page = (file.relative_to(ROOT) for file in (notebook_of(path), path))
        pytest.fail(f"{name} is not what {page} gives now; to rewrite it: make update", False)


@each_page
def test_a_notebook_is_valid_and_reads_the_same_when_it_is_saved(path: Path) -> None:
    nbformat.validate(committed(path))
    assert nbformat.writes(committed(path)) + "\n" == notebook_of(path).read_text(encoding="utf-8")


def block_of(cell: Any) -> str:
    """The block that a cell was made of; a folded one has a line of its own above it."""
    return cell.source.partition("\n")[2] if "jupyter" in cell.metadata else cell.source


@each_page
def test_its_cells_of_code_are_the_blocks_of_the_page_in_order(path: Path) -> None:
    in_cells = [block_of(cell) for cell in cells(committed(path), "code")]
    assert in_cells == [block.code.content.rstrip("\n") for block in read_page(path).blocks]


@each_page
def test_each_picture_is_in_it_with_its_words(path: Path) -> None:
    images = [image for block in read_page(path).blocks for image in block.figures]
    html = markdown(prose(committed(path)))
    assert pictures_on(html) == [image.alt for image in images]


def words(text: str) -> list[str]:
    """The words that a reader reads: no links' targets, no tags, no options of API entries.

    The summary of a fold is not among them, as it stands in each cell that the fold goes on in.
    """
    text = re.sub(
        r"<summary>.*?</summary>|<[^>]*>|\]\([^)]*\)|\]\[[^]]*\]|^::: .*\n( {4}.*\n)*",
        "",
        text,
        flags=re.M,
    )
    return re.findall(r"\w+", text)


@each_page
def test_no_word_between_the_blocks_is_lost(path: Path) -> None:
    page = read_page(path)
    within = {
        line
        for block in page.blocks
        for fence in (block.code, block.output or block.code)
        for line in range(fence.line, fence.end + 1)
    } | {image.line for block in page.blocks for image in block.figures}
    kept = [text for line, text in enumerate(page.lines, 1) if line not in within]
    expected = words(re.sub(r"\A---\n.*?\n---\n", "", "\n".join(kept), flags=re.S))
    found = words(re.sub(r"On its API page, .*", "", prose(committed(path))))
    assert found == expected


# They run


def execute(notebook: Any, folder: Path) -> Any:
    """Run a notebook in a fresh kernel, in a folder of its own."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=Manager,
        timeout=60,
        coalesce_streams=True,
        # A kernel that is asked to end takes its time, as long as a short notebook does.
        shutdown_kernel="immediate",
        # A kernel warns that it speaks to us over TCP, on this machine alone.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    environment = os.environ | {"IPYTHONDIR": str(folder / "ipython")}
    return asyncio.run(client.async_execute(env=environment))


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads in which notebooks are run: in the tests' own, the browser's event loop may run.

    A kernel begins and ends slowly and has little to do then, so two are there at a time.
    """
    with ThreadPoolExecutor(2) as pool:
        yield pool


@dataclass(frozen=True)
class Run:
    """A page's notebook that is being run, and the folder that it draws into."""

    folder: Path
    executed: Future[Any]


@pytest.fixture(scope="module")
def runs(pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Run]:
    """The notebooks of all pages, of which each test waits for its own."""
    folders = {path: tmp_path_factory.mktemp(path.stem) for path in PAGES}
    return {
        path: Run(folder, pool.submit(execute, committed(path), folder))
        for path, folder in folders.items()
    }


# A line of torch's own log, on stderr, tells of the machine, as that it has CUDA's compiler alone.
LOG = re.compile(r"[IWE]\d{4} .*\n?")


def told(cell: Any) -> list[tuple[str, ...]]:
    """What stands below a cell; a page ends the last line of an output, whether printed or not."""
    return [
        ("error", output.ename, output.evalue)
        if output.output_type == "error"
        else (output.name, output.text.removesuffix("\n"))
        if output.output_type == "stream"
        else (output.output_type, str(output.data))
        for output in cell.outputs
        if not (output.get("name") == "stderr" and LOG.sub("", output.text) == "")
    ]


# The process that is copied is begun once for all of these.
together = pytest.mark.xdist_group("kernels")


@together
@each_page
def test_a_fresh_kernel_gives_the_outputs_and_pictures_of_the_page(
    runs: dict[Path, Run], path: Path
) -> None:
    executed, folder = runs[path].executed.result(), runs[path].folder
    for shown, ran in zip(committed(path).cells, executed.cells, strict=True):
        if shown.cell_type == "code":
            assert told(ran) == told(shown), f"{shown.id} gives another output in a notebook"
    for block in read_page(path).blocks:
        for image in block.figures:
            assert (folder / image.path).read_bytes() == (path.parent / image.path).read_bytes()


@together
def test_a_kernel_finds_nothing_that_another_left(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    finds = "print(hasattr(builtins, 'left'), os.environ.get('LEFT'), torch.initial_seed() == 7)"
    leaves = "builtins.left = os.environ['LEFT'] = str(torch.manual_seed(7))"
    code = f"import builtins, os, torch\n{finds}\n{leaves}"
    for _ in range(2):
        notebook = made(tmp_path, f"```python\n{code}\n```\n")
        [cell] = cells(pool.submit(execute, notebook, tmp_path).result(), "code")
        assert told(cell) == [("stdout", "False None False")]


@each_page
def test_the_cells_that_must_fail_are_tagged_and_no_others(path: Path) -> None:
    for cell in cells(committed(path), "code"):
        fails = any(output.output_type == "error" for output in cell.outputs)
        assert cell.metadata.get("tags", []) == (["raises-exception"] if fails else [])


# Their links


def links(html: str) -> set[str]:
    return set(re.findall(r'<a [^>]*?href="([^"]*)"', html))


def built(site: Path, path: Path) -> str:
    """The content of a built page."""
    folder = path.relative_to(DOCS).with_suffix("")
    folder = folder.parent if folder.name == "index" else folder
    html = (site / folder / "index.html").read_text(encoding="utf-8")
    return html[html.index("<article") : html.index("</article>")]


def address_of(path: Path) -> str:
    folder = path.relative_to(DOCS).with_suffix("").as_posix().removesuffix("index")
    return urljoin(default_address(), f"{folder}/" if folder else "")


@each_page
def test_its_links_lead_where_those_of_the_page_lead(site: Path, path: Path) -> None:
    text = re.sub(r"On its API page, .*", "", prose(committed(path)))
    on_page = {urljoin(address_of(path), link) for link in links(built(site, path))}
    assert links(markdown(text)) - on_page == set()
    assert links(markdown(text))


@each_page
def test_its_links_to_the_site_arrive(site: Path, path: Path) -> None:
    text = "\n\n".join(cell.source for cell in cells(committed(path), "markdown"))
    here = [link for link in links(markdown(text)) if link.startswith(default_address())]
    for link in here:
        address, anchor = urldefrag(link.removeprefix(default_address()))
        html = (site / address / "index.html").read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in html, link
    assert address_of(path) in here


@each_page
def test_nothing_that_only_the_site_understands_is_left(path: Path) -> None:
    text = re.sub(r"`[^`]*`", "", prose(committed(path)))
    assert (
        re.findall(r"\]\[|^:::|^!!!|^\?\?\?|^===|<\w+ markdown|\{ ?[.:#]|\.md\b", text, re.M) == []
    )


# On the site


def test_each_page_with_a_notebook_offers_it_and_no_other_page_does(site: Path) -> None:
    offered = {}
    for html in site.rglob("*.html"):
        for button in re.findall(r"<a [^>]*download[^>]*>", html.read_text(encoding="utf-8")):
            assert 'title="Download as a notebook"' in button
            [link] = links(button)
            offered[html.parent] = (html.parent / link).resolve()
    pages = {path: path.relative_to(DOCS).with_suffix("") for path in PAGES}
    assert offered == {
        (site / page if page.name != "index" else (site / page).parent): site
        / "notebooks"
        / notebook_of(path).name
        for path, page in pages.items()
    }
    for file in offered.values():
        assert file.read_bytes() == (NOTEBOOKS / file.name).read_bytes()


def test_the_search_does_not_find_them(site: Path) -> None:
    docs = json.loads((site / "search/docs.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("/")[0] for entry in docs}
    assert found >= {"learn", "reference"}
    assert "notebooks" not in found


def test_links_lead_to_the_published_site_where_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "https://site.org/")
    main(tmp_path / "notebooks")
    for path in PAGES:
        text = (tmp_path / "notebooks" / notebook_of(path).name).read_text(encoding="utf-8")
        assert text == current(path).replace(default_address(), "https://site.org/")


def test_without_an_address_of_its_own_the_site_has_the_default_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    main(tmp_path)
    assert [(tmp_path / file.name).read_bytes() for file in NOTEBOOKS.iterdir()] == [
        file.read_bytes() for file in NOTEBOOKS.iterdir()
    ]


# What becomes of what stands on a page


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


def test_an_answer_is_folded_in_words_and_in_code(tmp_path: Path) -> None:
    notebook = made(tmp_path, FOLDED.format(before="", after="One."))
    [code] = cells(notebook, "code")
    assert code.metadata == {"jupyter": {"outputs_hidden": True, "source_hidden": True}}
    assert prose(notebook) == (
        "# Page\n\n<details>\n<summary>Solution</summary>\n\nOne.\n\n</details>\n\n**2.** Next."
    )


def test_the_line_that_a_folded_cell_goes_on_showing_is_not_the_answer(tmp_path: Path) -> None:
    [code] = cells(made(tmp_path, FOLDED.format(before="", after="")), "code")
    assert code.source == "# Solution\nprint(1)"


def test_the_words_before_a_folded_block_are_folded_too(tmp_path: Path) -> None:
    _, before, after = cells(made(tmp_path, FOLDED.format(before="Add.", after="")), "markdown")
    fold = "<details>\n<summary>Solution</summary>\n\nAdd.\n\n</details>"
    assert before.source == f"# Page\n\n{fold}"
    assert after.source == "**2.** Next."


def test_a_block_that_is_not_folded_stays_open(tmp_path: Path) -> None:
    notebook = made(tmp_path, FOLDED.format(before="", after="") + "\n```python\nx = 1\n```\n")
    assert cells(notebook, "code")[1].metadata == {}


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("[a](other.md)", "[a](https://site.org/learn/other/)"),
        ("[a](other.md#part)", "[a](https://site.org/learn/other/#part)"),
        ("[a](../index.md)", "[a](https://site.org/)"),
        ("[a](../assets/a.css)", "[a](https://site.org/assets/a.css)"),
        ("[a](#part)", "[a](https://site.org/learn/page/#part)"),
        ("[a](https://else.org/)", "[a](https://else.org/)"),
        ("[two\nlines](other.md)", "[two\nlines](https://site.org/learn/other/)"),
        ("[`x[0]`](other.md)", "[`x[0]`](https://site.org/learn/other/)"),
        (
            "[`nn.Linear`][torch.nn.Linear]",
            "[`nn.Linear`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html"
            "#torch.nn.Linear)",
        ),
        ("[`lib.mod.f`][]", "[`lib.mod.f`](https://site.org/reference/mod/#lib.mod.f)"),
        ("[f][lib.mod.f]", "[f](https://site.org/reference/mod/#lib.mod.f)"),
        (
            "::: lib.mod.f\n    options:\n      a: 1\n\nText",
            "On its API page, with its source: "
            "[`lib.mod.f`](https://site.org/reference/mod/#lib.mod.f)\n\n\n\nText",
        ),
        ("`a[0](x.md)` and `b[0][1]`", "`a[0](x.md)` and `b[0][1]`"),
        ("a[0] (x) [b]", "a[0] (x) [b]"),
        ("```bash\nmake [a](b.md)\n```", "```bash\nmake [a](b.md)\n```"),
    ],
)
def test_a_link_leads_to_the_same_place_from_anywhere(
    tmp_path: Path, link: str, target: str
) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/mod.md").touch()
    assert prose(made(tmp_path, link)) == target


@pytest.mark.parametrize("name", ["lib.mod.f", "torch.no.such", "word", ""])
def test_a_link_to_nothing_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(PageError) as error:
        made(tmp_path, f"Text.\n\nMore\n[text][{name}]")
    [problem] = error.value.problems
    assert problem.endswith(
        f".md:4: expected a link to an object that has a page, got {name or 'text'}"
    )


def test_a_picture_is_in_the_notebook_itself_with_its_words_and_caption(tmp_path: Path) -> None:
    (tmp_path / "learn/figures").mkdir(parents=True)
    (tmp_path / "learn/figures/a.svg").write_bytes(b"<svg/>")
    text = '```python\nx = 1\n```\n\n![A "<" sign](figures/a.svg "A sign.")\n\nText.'
    assert prose(made(tmp_path, text)) == (
        '<img alt="A &quot;&lt;&quot; sign" src="data:image/svg+xml;base64,PHN2Zy8+">\n\n'
        "*A sign.*\n\nText."
    )


def test_a_picture_that_is_not_drawn_yet_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"\.md:5: expected a file for the picture b\.svg"):
        made(tmp_path, "```python\nx = 1\n```\n\n![A word.](b.svg)\n")


def test_the_front_matter_of_a_page_is_left_out(tmp_path: Path) -> None:
    text = '---\ncited:\n  - "[a][b]"\n---\n# Title\n\n---\n'
    assert prose(made(tmp_path, text)) == "# Title\n\n---"


def test_what_goes_on_after_a_block_in_a_list_does_not_become_code(tmp_path: Path) -> None:
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
def test_a_block_in_a_quote_parts_the_quote(tmp_path: Path, between: str) -> None:
    block = "> ```python\n> x = 1\n> ```\n"
    notebook = made(tmp_path, f"> Run\n{between}{block}{between}> and see.\n")
    assert [cell.source for cell in notebook.cells[1:]] == ["> Run", "x = 1", "> and see."]


def test_an_output_is_told_from_the_error_after_it(tmp_path: Path) -> None:
    block = "```python\nprint(1)\nraise lib.OddError('a: b')\n```\n"
    output = "```text\n1\nTraceback (most recent call last):\n  ...\nlib.OddError: a: b\n```\n"
    [cell] = cells(made(tmp_path, f"{block}\n{output}"), "code")
    assert told(cell) == [("stdout", "1"), ("error", "OddError", "a: b")]
    assert cell.outputs[1].traceback == [
        "Traceback (most recent call last):",
        "  ...",
        "lib.OddError: a: b",
    ]


def test_a_cell_keeps_its_name_when_its_text_changes(tmp_path: Path) -> None:
    page = "# A\n\n```python\nx = {}\n```\n\nText {}."
    names = [[cell.id for cell in made(tmp_path, page.format(n, n)).cells] for n in (1, 2)]
    assert names == [["page-about", "page-1-text", "page-1", "page-end"]] * 2


# Rewriting them


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pages.publish.notebooks.DOCS", tmp_path)
    monkeypatch.setattr("pages.publish.notebooks.NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path


def rewritten(path: Path, text: str) -> bool:
    """Write a page, and its notebook after it."""
    path.write_text(text, encoding="utf-8")
    with closing(Session(read_page(path))) as session:
        return write_notebook(session)


def test_a_notebook_is_rewritten_when_its_page_says_something_else(docs: Path) -> None:
    assert rewritten(docs / "a.md", "```python\nx = 1\n```\n")
    assert not rewritten(docs / "a.md", "```python\nx = 1\n```\n")
    assert rewritten(docs / "a.md", "```python\nx = 2\n```\n")
    assert "x = 2" in (docs / "notebooks/a.ipynb").read_text(encoding="utf-8")


def test_a_notebook_has_the_output_that_was_written_into_the_page_meanwhile(docs: Path) -> None:
    page = docs / "a.md"
    page.write_text("```python\nprint(1)\n```\n", encoding="utf-8")
    with closing(Session(read_page(page))) as session:
        session.run(session.page.blocks[0])
        assert update(session)
        assert write_notebook(session)
    [cell] = cells(nbformat.read(docs / "notebooks/a.ipynb", as_version=4), "code")
    assert told(cell) == [("stdout", "1")]


def test_a_page_without_blocks_gets_no_notebook(docs: Path) -> None:
    assert not rewritten(docs / "a.md", "# A\n")
    assert not (docs / "notebooks").exists()


def test_a_page_that_is_not_on_the_site_gets_no_notebook(
    docs: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert not rewritten(tmp_path_factory.mktemp("elsewhere") / "README.md", "```python\n```\n")
    assert not (docs / "notebooks").exists()


def test_a_site_without_a_default_address_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.publish.notebooks.ROOT", tmp_path)
    (tmp_path / "mkdocs.yml").write_text("site_url: https://site.org\n")
    with pytest.raises(ValueError, match="expected site_url: !ENV"):
        default_address()
