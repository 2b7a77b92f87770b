"""Where things are: the project's root, its pages, and its settings under `[tool.pages]`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


@cache
def settings() -> dict[str, Any]:
    """Read what is specific to this project from `[tool.pages]` in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tool: dict[str, Any] = tomllib.loads(text)["tool"]
    return dict(tool["pages"])
