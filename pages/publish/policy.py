"""Complete the Content-Security-Policy of each page with the hashes of the inline scripts.

The policy itself is in `docs/_theme/material/main.html`. It lets a page load and run only the
site's files, and the few scripts that the theme writes into its pages. Every page lists the inline
scripts of all pages, since instant navigation shows many pages under the policy of the first.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

# The template has this text in the place of the hashes.
PLACEHOLDER = "'inline-scripts'"
# An inline script, unless it is data.
SCRIPT = re.compile(
    r"<script(?![^>]*(?:\ssrc=|\stype=\"application/))[^>]*>(.*?)</script>", re.DOTALL
)


def complete_policy(site: Path) -> None:
    """Write the hashes of the inline scripts into every page of the built site.

    Args:
        site: The folder of the built site.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    hashes = hash_scripts(pages.values())
    for path, page in pages.items():
        path.write_text(page.replace(PLACEHOLDER, hashes), encoding="utf-8", newline="\n")


def hash_scripts(pages: Iterable[str]) -> str:
    """List the hashes of the inline scripts of these pages, as a policy does.

    Examples:
        >>> hash_scripts(["<script>1</script>"])
        "'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    scripts = {script for page in pages for script in SCRIPT.findall(page)}
    hashes = sorted(b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{hash}'" for hash in hashes)
