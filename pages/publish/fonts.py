"""Put the fonts of text and code into the style sheet.

A font in a separate file may come when the text of a page has been drawn: then the text moves, or
keeps another font until the next page. In the style sheet, it costs few bytes more, and no request.
"""

import re
from base64 import b64encode
from pathlib import Path

SHEET = "assets/site.css"
# The font of formulas is not among them: many pages need none.
EMBEDDED = re.compile(r'(?<=url\(")fonts/AtkinsonHyperlegible\w+\.woff2(?="\))')


def embed_fonts(site: Path) -> None:
    """Replace the URLs of the fonts in the style sheet of the built site with the fonts.

    Args:
        site: The folder of the built site.
    """
    sheet = site / SHEET

    def content(url: re.Match[str]) -> str:
        font = b64encode((sheet.parent / url[0]).read_bytes()).decode()
        return f"data:font/woff2;base64,{font}"

    css, count = EMBEDDED.subn(content, sheet.read_text(encoding="utf-8"))
    if not count:
        raise SystemExit(f"expected a font to embed in {SHEET}, got none")
    sheet.write_text(css, encoding="utf-8", newline="\n")
