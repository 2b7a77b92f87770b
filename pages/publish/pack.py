"""Pack the offline site into a zip file."""

import os
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest time that a zip file can hold.
FIRST = 315532800


def pack(site: Path) -> Path:
    """Write a zip file next to the folder of a site, and return its path.

    The same site gives the same bytes: every file is dated by `SOURCE_DATE_EPOCH`.

    Args:
        site: The folder; the zip file unpacks to a folder of the same name.
    """
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
