"""Give each page of a built site the policy that nothing but the site's own files is loaded or run.

    python -m pages.publish.policy site

The theme writes a few scripts into its pages. The policy (a Content-Security-Policy) lists their
hashes, those of all pages together, since instant navigation shows many pages under the policy of
the first. A script that somebody else has put into a page is not on the list, and is not run.
"""

import re
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

# An inline script, unless it is data.
SCRIPT = re.compile(
    r"<script(?![^>]*(?:\ssrc=|\stype=\"application/))[^>]*>(.*?)</script>", re.DOTALL
)
START = '<meta charset="utf-8">'


def policy(pages: list[str]) -> str:
    """Return the policy that lets the scripts of these pages run, and no others.

    Examples:
        >>> policy(["<script>1</script>"]).split("; ")[1]
        "script-src 'self' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    scripts = {script for page in pages for script in SCRIPT.findall(page)}
    hashes = sorted(b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *(f"'sha256-{hash}'" for hash in hashes)]),
            # The theme sets styles on elements, and has its icons in the style sheet.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
        ]
    )


def main() -> None:
    """Write the policy into every page of the folder that is named."""
    site = Path(sys.argv[1])
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    if not pages:
        raise SystemExit(f"expected the folder of a built site, got {site}: no page in it")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(list(pages.values()))}">'
    for path, page in pages.items():
        before, start, after = page.partition(START)
        if not start:
            raise SystemExit(f"expected {START} in {path}, and found none")
        path.write_text(before + start + meta + after, encoding="utf-8")


if __name__ == "__main__":
    main()
