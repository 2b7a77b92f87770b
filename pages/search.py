"""What the site's search looks through: sentences, headings and names, and no blocks of code.

What the blocks are about is said around them, and they would be the half of it. In a built site,

    python -m pages.search site

puts it into a file of its own, so that nobody who does not search has to get it (assets/search.js).
"""

import json
import sys
from pathlib import Path

from pages.rewrite import RewriteExtension


def without_blocks(text: str) -> str:
    """Leave the blocks of code on a page out of the search."""
    return text.replace('<div class="language-', '<div data-search-exclude class="language-')


def makeExtension() -> RewriteExtension:  # noqa: N802 (Markdown's own name)
    """Make the extension; Markdown calls this by its name."""
    return RewriteExtension(without_blocks)


def main() -> None:
    """Put what is searched on the site in the folder that is named into a file of its own."""
    folder = Path(sys.argv[1], "search")
    path = folder / "search_index.json"
    if not path.is_file():
        raise SystemExit(f"expected the folder of a built site, got {sys.argv[1]}: no {path} in it")
    index = json.loads(path.read_text(encoding="utf-8"))
    # What was taken out stays out: once more, nothing is lost.
    if index["docs"]:
        (folder / "docs.json").write_text(json.dumps(index["docs"]), encoding="utf-8")
        path.write_text(json.dumps(index | {"docs": []}), encoding="utf-8")


if __name__ == "__main__":
    main()
