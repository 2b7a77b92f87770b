"""Test that blocks of code have a copy button; `test_ways.py` tests what it copies."""

import re
from pathlib import Path

from bs4 import BeautifulSoup
from markdown import Markdown

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

SESSION = """
```pycon
>>> for x in ("<", '"'):
...     print(x)
<
"
>>> x
'"'
>>> [
...     1]
[1]
```
"""


def markdown() -> Markdown:
    extensions = ["pymdownx.highlight", "pymdownx.superfences", "pages.extensions.copy_buttons"]
    options = {"pymdownx.highlight": {"pygments_lang_class": True}}
    return Markdown(extensions=extensions, extension_configs=options)


def copied(html: str) -> list[str]:
    """List what each button on a page copies, by the id of the block."""
    return re.findall(r'data-clipboard-target="#([\w-]+)"', html)


def test_only_code_has_a_button() -> None:
    html = markdown().convert(SOURCE)
    assert copied(html) == re.findall(r'<code id="([\w-]+)"', html) == ["code-1", "code-2"]
    assert '<div class="language-text highlight"><pre><span></span><code>19' in html


def test_the_button_of_a_session_copies_its_code_alone() -> None:
    [button] = BeautifulSoup(markdown().convert(SESSION), "html.parser").select("button")
    # A blank line ends a loop that is pasted into a Python prompt.
    expected = """for x in ("<", '"'):\n    print(x)\n\nx\n[\n    1]"""
    assert button["data-clipboard-text"] == expected
    assert "data-clipboard-target" not in button.attrs


def test_processing_html_twice_adds_each_button_once() -> None:
    """Docstrings are: alone, and as a part of their page."""
    md = markdown()
    inner = md.convert(SOURCE)
    html = md.postprocessors["pages.extensions.copy_buttons"].run(inner + inner)
    assert copied(html) == ["code-1", "code-2", "code-3", "code-4"]
    assert html.count("<button") == 4


def test_only_blocks_of_code_on_the_site_have_a_button(site: Path) -> None:
    for path in (site / "learn").glob("*/index.html"):
        html = path.read_text(encoding="utf-8")
        kinds = re.findall(r'class="language-(\w+) highlight"><pre>', html)
        assert len(copied(html)) == len([kind for kind in kinds if kind != "text"]) > 0


def test_signatures_have_no_button(site: Path) -> None:
    signature = r'doc-signature highlight"><pre>(?:(?!</pre>).)*data-clipboard'
    assert not re.search(signature, (site / "reference/layer/index.html").read_text(), re.DOTALL)
