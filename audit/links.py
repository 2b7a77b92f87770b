"""Check that every link within a built site leads to a place on it: `python -m audit.links site`.

It reads pages, notebooks, pages as Markdown, the sitemap and the files for language models. The
variable `SITE_URL` says which URL the site was built for.
"""

import argparse
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from audit.markup import read, values
from pages.project import site_url

# A whole URL in a text, without the punctuation after it.
URL = re.compile(r"https?://[^\s<>()\[\]\"'`]*[^\s<>()\[\]\"'`.,;:]")
TEXTS = (".ipynb", ".md", ".txt", ".xml")
# Names of the reader's own machine, where no site for others can be.
HERE = ("127.0.0.1", "localhost", "0.0.0.0")


def broken_links(site: Path, base: str) -> list[str]:
    """List the links of a built site that lead to nothing on it, each with its file.

    Links to other hosts count only if they lead to the reader's own machine.

    Args:
        site: The folder of the site.
        base: The URL that the site was built for, with a slash at its end.

    Returns:
        Lines such as "a/index.html: ../b/#missing".
    """
    return [
        f"{file.relative_to(site).as_posix()}: {link}"
        for file in sorted(path for path in site.rglob("*") if path.is_file())
        for link in dict.fromkeys(_links(file))
        if not _is_good(site, base, urljoin(_url(site, base, file), link))
    ]


def _url(site: Path, base: str, file: Path) -> str:
    return base + file.relative_to(site).as_posix().removesuffix("index.html")


def _links(file: Path) -> Iterator[str]:
    """Yield each link of a file as it is written there."""
    if file.suffix == ".html":
        page = read(file)
        yield from values(page, "href") + values(page, "src")
        yield from (
            str(meta["content"])
            for meta in page.select("meta[property$=':url'], meta[property$=':image']")
        )
    elif file.suffix == ".ipynb":
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            yield from URL.findall("".join(cell["source"]))
    elif file.suffix in TEXTS:
        yield from URL.findall(file.read_text(encoding="utf-8"))


def _is_good(site: Path, base: str, url: str) -> bool:
    target, anchor = urldefrag(url)
    if not target.startswith(base):
        host = urlsplit(target).hostname
        return host != urlsplit(base).hostname and host not in HERE
    file = site / unquote(urlsplit(target.removeprefix(base)).path)
    file = file / "index.html" if file.is_dir() else file
    return file.is_file() and (
        not anchor or file.suffix != ".html" or unquote(anchor) in _ids(file)
    )


@cache
def _ids(file: Path) -> frozenset[str]:
    return frozenset(values(read(file), "id"))


def main() -> None:
    """Check the site in the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m audit.links", description="Check all links.")
    parser.add_argument("site", type=Path, help="the folder of the built site")
    if broken := broken_links(parser.parse_args().site, site_url()):
        raise SystemExit(
            "\n".join([f"expected links that lead to a place on {site_url()}:", *broken])
        )


if __name__ == "__main__":
    main()
