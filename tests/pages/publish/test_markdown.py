"""Each page is on the site as plain Markdown too, for those who read it elsewhere."""

import ast
import re
from pathlib import Path

import pytest

from pages.page import IMAGE, INLINE_CODE, read_page
from pages.publish.links import LINK
from pages.publish.markdown import main, plain
from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SITE = "https://site.org/"

each_page = pytest.mark.parametrize(
    "path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix()
)


def made(tmp_path: Path, text: str) -> str:
    """Make plain Markdown of a small page in the folder `learn` of a site."""
    path = tmp_path / "learn/page.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return plain(path, tmp_path, SITE)


def test_links_and_pictures_are_absolute_and_code_stays_as_it_is(tmp_path: Path) -> None:
    text = """---
description: What the page shows.
---

# Page

[Layer](layer.md#two), [elsewhere](https://elsewhere.org/a.md), `[x](y.md)`,
[`Linear`][torch.nn.Linear].

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
        .replace(
            "[torch.nn.Linear]",
            "(https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html#torch.nn.Linear)",
        )
        .replace('figures/a.svg "Its caption"', f"{SITE}learn/figures/a.svg")
        .replace("<details markdown>", "<details>")
        .replace("../index.md", SITE)
    )


def test_what_the_site_takes_from_the_package_is_the_code_itself(tmp_path: Path) -> None:
    text = "# Page\n\n::: nnfp.neuron.relu\n    options:\n      heading_level: 3\n\nThe end.\n"
    before, code, after = re.split(r"```(?:python)?\n", made(tmp_path, text))
    [function] = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert (before, function.name, after) == ("# Page\n\n", "relu", "\nThe end.\n")
    assert code in (ROOT / "nnfp/neuron.py").read_text(encoding="utf-8")


@each_page
def test_the_site_has_each_page_whole(site: Path, path: Path) -> None:
    name = path.relative_to(DOCS).as_posix()
    text = (site / name).read_text(encoding="utf-8")
    assert text in (site / "llms-full.txt").read_text(encoding="utf-8")
    written = [fence.content for fence in read_page(path).fences]
    shown = [fence.content for fence in read_page(site / name).fences]
    assert shown[: len(written)] == written  # after these come those from the package
    headings = re.findall(r"^#+ .*", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [h for h in re.findall(r"^#+ .*", text, re.MULTILINE) if h in headings]
    if name.startswith("reference/"):
        assert (ROOT / "nnfp" / f"{path.stem}.py").read_text(encoding="utf-8").strip() in text


@each_page
def test_every_link_in_it_leads_somewhere(site: Path, path: Path) -> None:
    [here] = re.findall(r"(\S+)llms-full.txt", (site / "llms.txt").read_text(encoding="utf-8"))
    page = read_page(site / path.relative_to(DOCS))
    for fence in page.fences:
        page.lines[fence.line - 1 : fence.end] = [""] * (fence.end - fence.line + 1)
    text = "\n".join(page.lines)
    links = [link["target"] for link in LINK.finditer(text) if link["target"]]
    targets = links + [image["path"] for image in IMAGE.finditer(INLINE_CODE.sub("", text))]
    assert [target for target in targets if not re.match("https?://", target)] == []
    assert targets or path.stem == "proof"
    own = [target.removeprefix(here).partition("#")[0] for target in targets if here in target]
    assert [target for target in own if not (site / target).exists()] == []


def test_a_list_of_all_pages_is_for_programs_that_read(site: Path) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    [here] = re.findall(r"(\S+)llms-full.txt", text)
    lines = re.findall(r"^- \[(.+)\]\((\S+)\)", text, re.MULTILINE)
    assert {link for _, link in lines} == {here + p.relative_to(DOCS).as_posix() for p in PAGES}
    assert ("Neuron", f"{here}learn/neuron.md") in lines
    assert text.startswith("# Neural networks from first principles\n\n> ")


def test_each_page_leads_to_its_markdown(site: Path) -> None:
    link = re.compile(r'<a href="([^"]*)" title="View this page as Markdown"')
    for path in PAGES:
        name = path.relative_to(DOCS).with_suffix("")
        folder = site / (name.parent if name.name == "index" else name)
        [target] = link.findall((folder / "index.html").read_text(encoding="utf-8"))
        assert (folder / target).resolve() == (site / path.relative_to(DOCS)).resolve()


def test_a_site_that_mkdocs_made_alone_leads_to_no_markdown(
    offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [path.read_text(encoding="utf-8") for path in offline.rglob("*.html")]
    assert len(pages) > len(PAGES)
    assert not any("View this page as Markdown" in page for page in pages)
    assert ".md)" not in (offline / "llms.txt").read_text(encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["plain", str(offline)])
    with pytest.raises(SystemExit, match="expected a site built with COMPLETE=1"):
        main()
