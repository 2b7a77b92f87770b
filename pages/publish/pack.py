"""Pack a built site, so that it can be sent and opened without a server.

    python -m pages.publish.pack dist/nnfp-site

The same site gives the same bytes: every file is dated by `SOURCE_DATE_EPOCH`.
"""

import os
import sys
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# A zip knows no time before this.
FIRST = 315532800


def pack(site: Path) -> Path:
    """Write a zip beside the folder `site`, which it unpacks to, and return where it is."""
    seconds = max(FIRST, int(os.environ.get("SOURCE_DATE_EPOCH", FIRST)))
    date = time.gmtime(seconds)
    file = site.with_name(f"{site.name}.zip")
    with ZipFile(file, "w") as packed:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            name = path.relative_to(site.parent).as_posix()
            info = ZipInfo(name, (date.tm_year, *date[1:6]))
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            packed.writestr(info, path.read_bytes(), compresslevel=9)
    return file


def main() -> None:
    """Pack the folder that is named."""
    site = Path(sys.argv[1])
    if not (site / "index.html").is_file():
        raise SystemExit(f"expected the folder of a built site, got {site}: no index.html in it")
    file = pack(site)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB; unpack it and open {site.name}/index.html")


if __name__ == "__main__":
    main()
