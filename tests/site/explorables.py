"""What the tests of all pictures that answer share."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

# Each thing on a page costs time whenever something on it is looked for, measured or judged.
ALONE = """() => {
    const article = document.querySelector("article");
    const part = [...article.querySelectorAll("*")].find(e => e.localName.startsWith("explore-"));
    for (const child of [...article.children]) if (!child.contains(part)) child.remove();
}"""


def alone(page: Page) -> None:
    """Take away what is on a page beside its explorable."""
    page.evaluate(ALONE)


def drive(page: Page, script: str, states: object) -> Any:
    """Give states to a script on a page, and get what it saw: as a text, which is sent faster."""
    return json.loads(
        page.evaluate(f"text => JSON.stringify(({script})(JSON.parse(text)))", json.dumps(states))
    )


def wait_for_address(page: Page, address: str, asked: dict[str, str]) -> None:
    """Wait until a page has this address, which asks for that state, its parts in any order.

    They stand in the order in which they were noted: at once, or one after the other.
    """

    def there(url: str) -> bool:
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        expected = {name: [value] for name, value in asked.items()}
        return (parts.path, query, parts.fragment) == (f"/{address}", expected, "")

    page.wait_for_url(there)
