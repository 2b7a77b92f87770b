"""Test that the site shows how to install the package from the site."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown import Markdown

from audit.markup import read
from pages.extensions.package import locate_package
from pages.publish.wheel import wheel_name

SOURCE = 'Text.\n\n```bash\npip install ".[learn]"\n```\n'


def command(html: str | BeautifulSoup) -> str:
    """Return the command on a page that installs the package."""
    page = BeautifulSoup(html, "html.parser") if isinstance(html, str) else html
    blocks = [block.get_text() for block in page.select(".language-bash code, pre")]
    return next(text for text in blocks if "pip install" in text).strip()


def convert(**options: str) -> str:
    names = ["pymdownx.highlight", "pymdownx.superfences", "pages.extensions.package"]
    return Markdown(extensions=names, extension_configs={names[-1]: options}).convert(SOURCE)


def test_the_wheel_replaces_the_folder_of_the_project() -> None:
    html = convert(wheel="https://site.org/lib-1.0-py3-none-any.whl")
    assert command(html) == 'pip install "lib[learn] @ https://site.org/lib-1.0-py3-none-any.whl"'


def test_without_a_wheel_the_folder_of_the_project_stays() -> None:
    assert command(convert()) == 'pip install ".[learn]"'


@pytest.mark.parametrize("text", ['pip install ".[]"', "pip install '.[dev]'", "pip install ."])
def test_other_commands_stay_unchanged(text: str) -> None:
    assert locate_package(text, "https://site.org/lib-1.0-py3-none-any.whl") == text


@pytest.mark.parametrize("source", ["", "learn/start/"])
def test_a_page_shows_the_url_of_the_wheel(site: Path, base_url: str, source: str) -> None:
    shown = command(read(site / source / "index.html"))
    assert shown == f'pip install "nnfp[learn] @ {base_url}{wheel_name()}"'


def test_a_page_of_the_offline_site_shows_the_path_of_the_wheel(offline: Path) -> None:
    shown = command(read(offline / "index.html"))
    folder = f"{offline.name}.new"  # as it is called while it is built
    assert shown == f'pip install "{folder}/{wheel_name()}[learn]"'
