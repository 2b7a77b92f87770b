"""Fixtures for the tests of mutants: pages to change."""

from pathlib import Path

import pytest

from pages.page import read_page
from pages.prove.quantities import write_notes

PAGE = """\
# A page

The sum is 19.

```python
from pathlib import Path
total = 1 * 5 + 2 * 7
unused = 3
_ = Path("figures/a.svg").write_text(f"<svg><text>{total}</text></svg>")
print(total)
```

```text
19
```

![The sum, 19](figures/a.svg)
"""


def write_page(path: Path, text: str) -> Path:
    """Write a page and the notes of its numbers."""
    path.write_text(text, encoding="utf-8")
    write_notes(read_page(path))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a page that passes; a change of its `unused` is not caught."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("<svg><text>19</text></svg>", encoding="utf-8")
    (tmp_path / "numbers").mkdir()
    return write_page(tmp_path / "page.md", PAGE)
