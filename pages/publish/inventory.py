"""Links to torch's documentation: a list of names becomes the file that mkdocstrings reads.

`pages/torch-names.txt` is the list, `pages/torch.inv` what comes of it. Both are committed, so that
nothing is downloaded while the site is built. After a change of the list:

    python -m pages.publish.inventory

It prints the checksum that `mkdocs.yml` has to name.
"""

import zlib

from pages.project import ROOT

NAMES = ROOT / "pages/torch-names.txt"
INVENTORY = ROOT / "pages/torch.inv"


def read_names(text: str) -> dict[str, str]:
    """Read the list of names.

    Args:
        text: Lines of a name and its address, or of a name alone; `#` begins a comment.

    Returns:
        The address of each name.

    Examples:
        >>> read_names("torch.relu")
        {'torch.relu': 'generated/torch.relu.html#torch.relu'}
        >>> read_names("torch.Tensor  tensors.html#$")
        {'torch.Tensor': 'tensors.html#torch.Tensor'}
    """
    addresses = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, *address = line.split()
            addresses[name] = (address or ["generated/$.html#$"])[0].replace("$", name)
    return addresses


def make_inventory(addresses: dict[str, str]) -> bytes:
    """Write the addresses as an inventory in Sphinx's format, version 2.

    Args:
        addresses: The address of each name.

    Returns:
        The bytes of the file.
    """
    head = "# Sphinx inventory version 2\n# Project: torch\n# Version:\n"
    head += "# The remainder of this file is compressed using zlib.\n"
    lines = [f"{name} py:obj 1 {address} -\n" for name, address in addresses.items()]
    return head.encode() + zlib.compress("".join(lines).encode())


def checksum(inventory: bytes) -> str:
    """Give the eight digits by which `mkdocs.yml` tells this inventory from an older copy."""
    return f"{zlib.crc32(inventory):08x}"


if __name__ == "__main__":
    INVENTORY.write_bytes(make_inventory(read_names(NAMES.read_text(encoding="utf-8"))))
    print(checksum(INVENTORY.read_bytes()))
