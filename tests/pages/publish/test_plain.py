"""Test the plain Markdown of each page, for programs and for reading elsewhere."""

import ast
import re
from pathlib import Path

import pytest

from pages.extensions.package import locate_package
from pages.page import IMAGE, INLINE_CODE, Fence, read_page
from pages.project import DOCS, ROOT, page_file, sources
from pages.publish.links import LINK, Links
from pages.publish.plain import plain
from pages.publish.wheel import wheel_name

SITE = "https://site.org/"

each_page = pytest.mark.parametrize("source", sources())


def made(folder: Path, text: str) -> str:
    """Make plain Markdown of a small page in the folder `learn` of a site."""
    path = folder / "learn/page.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    page = read_page(path)
    return plain(page, Links(page, folder, SITE, {"lib.C": f"{SITE}lib/#C"}))


def test_only_links_outside_of_code_become_absolute(tmp_path: Path) -> None:
    text = """---
description: What the page shows.
---

# Page

[Layer](layer.md#two), [elsewhere](https://elsewhere.org/a.md), `[x](y.md)`, [`C`][lib.C].

```python
x = names["[a](b.md)"]
```

![A picture](figures/a.svg "Its caption")

<details markdown>
<summary>Solution</summary>

[Home](../index.md)

</details>
"""
    assert made(tmp_path, text) == (
        text.partition("---\n\n")[2]
        .replace("layer.md#two", f"{SITE}learn/layer/#two")
        .replace("[lib.C]", f"({SITE}lib/#C)")
        .replace('figures/a.svg "Its caption"', f"{SITE}learn/figures/a.svg")
        .replace("<details markdown>", "<details>")
        .replace("../index.md", SITE)
    )


def test_an_api_entry_becomes_the_code_of_the_object(tmp_path: Path) -> None:
    text = "# Page\n\n::: nnfp.neuron.relu\n    options:\n      heading_level: 3\n\nThe end.\n"
    before, code, after = re.split(r"```(?:python)?\n", made(tmp_path, text))
    [function] = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert (before, function.name, after) == ("# Page\n\n", "relu", "\nThe end.\n")
    assert code in (ROOT / "nnfp/neuron.py").read_text(encoding="utf-8")


def test_an_api_entry_of_a_package_becomes_the_code_of_its_modules(tmp_path: Path) -> None:
    text = made(tmp_path, "# Page\n\n::: nnfp.draw\n")
    for module in (ROOT / "nnfp/draw").glob("*.py"):
        assert module.read_text(encoding="utf-8").strip() in text


def fences_of(text: str, folder: Path) -> list[Fence]:
    """Find the fences of a published page, whose figures have absolute URLs."""
    path = folder / "published.md"
    path.write_text(re.sub(r"(!\[[^\]]*\]\()https?://\S*/", r"\1", text), encoding="utf-8")
    return read_page(path).fences


@each_page
def test_the_markdown_on_the_site_is_complete(
    site: Path, base_url: str, source: str, tmp_path: Path
) -> None:
    text = (site / source).read_text(encoding="utf-8")
    assert text in (site / "llms-full.txt").read_text(encoding="utf-8")
    wheel = base_url + wheel_name()
    written = [locate_package(fence.content, wheel) for fence in read_page(DOCS / source).fences]
    shown = [fence.content for fence in fences_of(text, tmp_path)]
    assert shown[: len(written)] == written  # after these comes the code of the package
    headings = re.findall(r"^#+ .*", (DOCS / source).read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [h for h in re.findall(r"^#+ .*", text, re.MULTILINE) if h in headings]


@each_page
def test_every_link_leads_somewhere(site: Path, base_url: str, source: str, tmp_path: Path) -> None:
    text = (site / source).read_text(encoding="utf-8")
    lines = text.split("\n")
    for fence in fences_of(text, tmp_path):
        lines[fence.line - 1 : fence.end] = [""] * (fence.end - fence.line + 1)
    text = INLINE_CODE.sub("", "\n".join(lines))
    targets = [link["bare"] for link in LINK.finditer(text) if link["bare"]]
    targets += [image["path"] for image in IMAGE.finditer(text)]
    assert [target for target in targets if not re.match("https?://", target)] == []
    own = [
        target.removeprefix(base_url).partition("#")[0] for target in targets if base_url in target
    ]
    assert [target for target in own if not (site / target).exists()] == []


def test_llms_txt_lists_all_pages(site: Path, base_url: str) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^- \[(.+)\]\((\S+)\)", text, re.MULTILINE)
    assert [link for _, link in lines] == [base_url + source for source in sources()]
    assert ("Neuron", f"{base_url}learn/neuron.md") in lines
    assert text.startswith("# Neural networks from first principles\n\n> ")
    assert f"{base_url}llms-full.txt" in text


@each_page
def test_each_page_links_to_its_markdown(site: Path, source: str) -> None:
    file = site / page_file(source)
    link = re.compile(r'<a href="([^"]*)" title="View this page as Markdown"')
    [target] = link.findall(file.read_text(encoding="utf-8"))
    assert (file.parent / target).resolve() == (site / source).resolve()


def test_the_offline_site_has_no_links_to_markdown(offline: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in offline.rglob("*.html")]
    assert len(pages) > len(sources())
    assert not any("View this page as Markdown" in page for page in pages)
    assert ".md)" not in (offline / "llms.txt").read_text(encoding="utf-8")
