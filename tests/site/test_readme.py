"""Test that the README agrees with the home page: title, examples, commands, path, disk space."""

import re
from pathlib import Path

from pages.page import prose_of, read_page, title_of
from pages.project import DOCS, ROOT, site_config

HOME = DOCS / "index.md"
README = ROOT / "README.md"


def text_of(path: Path) -> str:
    """Return the prose of a page on one line."""
    return " ".join(" ".join(text for _, text in prose_of(read_page(path))).split())


def test_the_readme_states_the_disk_space_of_the_home_page() -> None:
    home, readme = (re.findall(r"([\d.]+) GB", text_of(path)) for path in (HOME, README))
    assert len(home) == 4
    assert sorted(readme) == sorted(home)


def test_the_readme_has_the_title_of_the_home_page() -> None:
    assert title_of(read_page(README)) == title_of(read_page(HOME)) == site_config()["site_name"]


def test_the_readme_shows_the_examples_of_the_home_page() -> None:
    def examples(path: Path) -> list[tuple[str, str, list[str]]]:
        return [
            (
                block.code.content.replace('"docs/figures/', '"figures/'),
                block.output.content if block.output else "",
                [image.alt for image in block.figures],
            )
            for block in read_page(path).blocks
        ]

    shown = examples(README)
    assert len(shown) == 2
    assert [example for example in examples(HOME) if example in shown] == shown


def test_the_readme_shows_the_figure_of_the_home_page() -> None:
    def figures(path: Path) -> list[Path]:
        images = [image for block in read_page(path).blocks for image in block.figures]
        return [(path.parent / image.path).resolve() for image in images]

    assert figures(README) == figures(HOME)[:1] == [DOCS / "figures/home.svg"]


def test_the_readme_shows_the_commands_of_the_home_page() -> None:
    home, readme = (
        [fence.content for fence in read_page(path).fences if fence.language == "bash"]
        for path in (HOME, README)
    )
    make, get = ["make serve\n", "make test\n"], ['pip install ".[learn]"\n']
    assert [command for command in home if command in make + get] == get + make
    assert readme[:3] == make + get


def path_on(path: Path) -> list[tuple[str, Path, str]]:
    """List the rows of the table under *The path*: title, file and question."""
    row = re.compile(r"\| \[(?P<title>.+)\]\((?P<file>.+)\) \| (?P<question>.+) \|")
    rows = [row.fullmatch(text) for _, text in prose_of(read_page(path))]
    return [(r["title"], path.parent / r["file"], r["question"]) for r in rows if r]


def test_the_readme_lists_the_path_of_the_home_page() -> None:
    assert path_on(README) == path_on(HOME)


def test_the_path_matches_the_menu() -> None:
    [learn] = [section["Learn"] for section in site_config()["nav"] if "Learn" in section]
    menu = [(title, DOCS / source) for page in learn for title, source in page.items()]
    assert [(title, file) for title, file, _ in path_on(HOME)] == menu
