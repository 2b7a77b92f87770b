"""What the tests of all pictures that answer share."""

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
