"""Count the code on a built page: each block that a reader sees, in order, as it is rendered."""

from html.parser import HTMLParser


class _Blocks(HTMLParser):
    """Collects the text of each `<pre>`, with the language of the box around it."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[str, str]] = []
        self._boxes: list[str] = []  # the classes of the open <div>s
        self._in_pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div":
            self._boxes.append(dict(attrs).get("class") or "")
        elif tag == "pre":
            self._in_pre = True
            self.blocks.append((self._language(), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._boxes.pop()
        elif tag == "pre":
            self._in_pre = False

    def handle_data(self, data: str) -> None:
        if self._in_pre:
            language, text = self.blocks[-1]
            self.blocks[-1] = (language, text + data)

    def _language(self) -> str:
        """Name the block's language; code that stands in an API entry is told as such."""
        classes = " ".join(self._boxes).split()
        language = next((c[9:] for c in reversed(classes) if c.startswith("language-")), "none")
        return f"api:{language}" if "doc-object" in classes else language


def code_on(html: str) -> list[tuple[str, str]]:
    """List the language and the text of each block of code in `html`.

    Blocks inside an API entry, which come from the package and not from a page, have `api:` before
    their language.
    """
    parser = _Blocks()
    parser.feed(html)
    parser.close()
    return parser.blocks
