"""Move the searched texts into a file that the browser loads on the first search."""

import json
from pathlib import Path


def defer_search(site: Path) -> None:
    """Take the texts out of the search index, because every reader loads that at once.

    `docs/assets/search.js` loads them from `search/docs.json` when somebody searches.

    Args:
        site: The folder of the built site.
    """
    path = site / "search/search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    path.with_name("docs.json").write_text(json.dumps(index["docs"]), encoding="utf-8")
    path.write_text(json.dumps(index | {"docs": []}), encoding="utf-8")
