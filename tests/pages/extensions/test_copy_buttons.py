"""A button copies its block; `test_ways.py` tries in a browser that it copies the whole of it."""

import re
from pathlib import Path

from markdown import Markdown

from tests.conftest import ROOT

SOURCE = """
```python
print(19)
```

```text
19
```

```bash
make serve
```
"""


def markdown() -> Markdown:
    extensions = ["pymdownx.highlight", "pymdownx.superfences", "pages.extensions.copy_buttons"]
    options = {"pymdownx.highlight": {"pygments_lang_class": True}}
    return Markdown(extensions=extensions, extension_configs=options)


def copied(html: str) -> list[str]:
    """What each button on a page copies, by the name of the block."""
    return re.findall(r'data-clipboard-target="#([\w-]+)"', html)


def test_what_a_reader_may_paste_has_a_button_and_an_output_has_none() -> None:
    html = markdown().convert(SOURCE)
    assert copied(html) == re.findall(r'<code id="([\w-]+)">', html) == ["code-1", "code-2"]
    assert '<div class="language-text highlight"><pre><span></span><code>19' in html


def test_a_page_put_into_another_gets_no_second_button_and_other_names() -> None:
    """As mkdocstrings does with the docstrings of a page."""
    md = markdown()
    inner = md.convert(SOURCE)
    html = md.postprocessors["pages.extensions.copy_buttons"].run(inner + inner)
    assert copied(html) == ["code-1", "code-2", "code-3", "code-4"]
    assert html.count("<button") == 4


def test_each_block_of_the_site_but_outputs_and_signatures_has_one(site: Path) -> None:
    for path in (site / "learn").glob("*/index.html"):
        html = path.read_text(encoding="utf-8")
        kinds = re.findall(r'class="language-(\w+) highlight"><pre>', html)
        assert len(copied(html)) == len([kind for kind in kinds if kind != "text"]) > 0
    signature = r'doc-signature highlight"><pre>(?:(?!</pre>).)*data-clipboard'
    assert not re.search(signature, (site / "reference/layer/index.html").read_text(), re.DOTALL)


def test_the_theme_makes_no_buttons_of_its_own() -> None:
    assert "content.code.copy" not in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
