"""Find the URL of a documented object, and write the inventory of another project's objects.

Building the site downloads nothing, so the inventory of a project that pages link to is a file in
the repository. It is made from a list of names:

    python -m pages.publish.inventory docs/_theme/NAME-names.txt

This writes `NAME.inv` next to the list and prints its checksum, which mkdocs.yml appends to the
file's URL: MkDocs caches an inventory by its URL for a day, and the checksum makes it read the new
one at once.
"""

import argparse
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocstrings import Inventory

from pages.project import ROOT, site_config


def find_objects(site: Path, url: str) -> dict[str, str]:
    """Return the URL of each object that a page may link to, by its name.

    Args:
        site: The folder of the built site, whose API pages are listed in its `objects.inv`.
        url: The URL of the site, with a slash at its end.
    """
    found: dict[str, str] = {}
    for inventory in _inventories():
        file = ROOT / urlsplit(inventory["url"]).path
        found |= _read(file, inventory["base_url"])
    # The offline site has `layer.html` where the published one has `layer/`.
    own = _read(site / "objects.inv", url)
    return found | {name: link.replace(".html#", "/#") for name, link in own.items()}


def _inventories() -> list[dict[str, str]]:
    """List the inventories that mkdocs.yml names."""
    plugins = [plugin for plugin in site_config()["plugins"] if isinstance(plugin, dict)]
    options: dict[str, Any] = next(p["mkdocstrings"] for p in plugins if "mkdocstrings" in p)
    inventories: list[dict[str, str]] = options["handlers"]["python"]["inventories"]
    return inventories


def _read(file: Path, url: str) -> dict[str, str]:
    with file.open("rb") as inventory:
        items = Inventory.parse_sphinx(inventory).values()
    return {item.name: url + item.uri for item in items}


def make_inventory(project: str, names: str) -> Inventory:
    r"""Turn a list of names into an inventory.

    Args:
        project: The name of the project that is listed.
        names: One object on each line: its name and its URL, in which `$` means the name. An object
            without a URL has a page named after it. `#` starts a comment.

    Examples:
        >>> inventory = make_inventory("lib", "lib.f\nlib.C  classes.html#$")
        >>> inventory["lib.f"].uri, inventory["lib.C"].uri
        ('generated/lib.f.html#lib.f', 'classes.html#lib.C')
    """
    inventory = Inventory(project=project, version="")
    for line in names.splitlines():
        if line and not line.startswith("#"):
            name, *url = line.split()
            uri = (url or ["generated/$.html#$"])[0].replace("$", name)
            inventory.register(name, domain="py", role="obj", uri=uri)
    return inventory


def checksum(file: Path) -> str:
    """Return eight hexadecimal digits that identify a version of an inventory."""
    return f"{zlib.crc32(file.read_bytes()):08x}"


def main() -> None:
    """Write the inventory for the list of names on the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", type=Path, help="a list of names, such as torch-names.txt")
    names = parser.parse_args().names
    project = names.stem.removesuffix("-names")
    inventory = make_inventory(project, names.read_text(encoding="utf-8"))
    file = names.with_name(f"{project}.inv")
    file.write_bytes(inventory.format_sphinx())
    print(checksum(file))


if __name__ == "__main__":
    main()
