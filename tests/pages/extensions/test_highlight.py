"""Highlighted code has an element for each word with a colour of its own, and for no other."""

import re
from html import unescape
from pathlib import Path

from markdown import markdown

from tests.conftest import Tab

CODE = '''```python
def f(x):
    """Say it."""
    return x[0] + 1.5 < 2 and None, "<&>", nn.Linear
```
'''


def rendered(*extensions: str) -> str:
    return markdown(CODE, extensions=["pymdownx.highlight", "pymdownx.superfences", *extensions])


def elements(html: str) -> list[str]:
    return re.findall(r'<span class="(\w+)">', html)


def test_what_looks_like_the_text_around_it_has_no_element() -> None:
    assert {"n", "p", "o", "mi", "mf", "kc"} < set(elements(rendered()))
    assert elements(rendered("pages.extensions.highlight")) == ["k", "nf", "sd", "k", "ow", "s2"]


def test_no_letter_is_lost() -> None:
    without_tags = [
        unescape(re.sub("<[^>]*>", "", rendered(*e))) for e in ((), ("pages.extensions.highlight",))
    ]
    assert without_tags[0] == without_tags[1]
    assert without_tags[0].strip() == CODE.removeprefix("```python\n").removesuffix("```\n").strip()


def test_a_name_that_is_a_link_stays_one(site: Path) -> None:
    html = (site / "reference/layer/index.html").read_text(encoding="utf-8")
    assert re.search(r'<span class="n"><a [^>]*torch\.device">device</a></span>', html)


def test_what_has_no_element_had_no_colour_either(tab: Tab) -> None:
    """Were it not so, readers would see less than Pygments wrote."""
    page = tab()
    page.goto("learn/neuron/")
    colors = page.locator("pre > code").first.evaluate(
        """code => ["n", "mi", "mf", "kc"].map(name => {
            const span = code.appendChild(document.createElement("span"));
            span.className = name;
            return getComputedStyle(span).color === getComputedStyle(code).color;
        })"""
    )
    assert colors == [True] * 4
