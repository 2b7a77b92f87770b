"""Move what is searched into a file that the browser loads on the first search.

python -m pages.publish.search site
"""

import json
import sys
from pathlib import Path


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
