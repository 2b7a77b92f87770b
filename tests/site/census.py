"""Count what a reader sees on a built page: each block of code and each picture, in order."""

from html.parser import HTMLParser


class _Census(HTMLParser):
    """Collects the text of each `<pre>`, with the language of the box around it, and pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.blocks: list[tuple[str, str]] = []
        self.pictures: list[str] = []
        self._boxes: list[str] = []  # the classes of the open <div>s
        self._in_pre = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "div":
            self._boxes.append(attributes.get("class") or "")
        elif tag == "pre":
            self._in_pre = True
            self.blocks.append((self._language(), ""))
        elif tag == "img":
            self.pictures.append(attributes.get("alt") or "")
        elif tag == "svg" and attributes.get("role") == "img":  # others are the theme's icons
            self.pictures.append(attributes.get("aria-label") or "")

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
        if "doc-signature" in classes:
            return "api:signature"
        language = next((c[9:] for c in reversed(classes) if c.startswith("language-")), "none")
        return f"api:{language}" if "doc-object" in classes else language


def code_on(html: str) -> list[tuple[str, str]]:
    """List the language and the text of each block of code in `html`.

    Blocks inside an API entry, which come from the package and not from a page, have `api:` before
    their language; `api:signature` is what the name of a function and its arguments stand in.
    """
    return _Census(html).blocks


def pictures_on(html: str) -> list[str]:
    """List what each picture in `html` shows, in the words that stand in for it."""
    return _Census(html).pictures
