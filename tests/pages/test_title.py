"""Test that the title of a page is its first heading."""

from pathlib import Path

import pytest

from pages.page import read_page, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A neuron\n\n# Another", "A neuron"),
        ("Text.\n\n# `nn.Linear` #", "`nn.Linear`"),
        ("---\n# comment\ncited: {}\n---\n\n# Title", "Title"),
        ("```python\n# comment\n```\n\n# Title", "Title"),
        ("- list\n\n    ```python\n    # comment\n    ```\n\n# Title", "Title"),
        ("    # code\n\n# Title", "Title"),
        ("## Part\n\n# Title", "Title"),
        ("Only text.", "page"),
        ("```python\n# comment\n```", "page"),
    ],
)
def test_the_title_is_the_first_heading(tmp_path: Path, text: str, title: str) -> None:
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    assert title_of(read_page(path)) == title
