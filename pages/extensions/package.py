"""Show how to install the project's package from the site instead of from the project's folder.

In the source of a page, `pip install ".[extra]"` installs the package with an extra from the
project's folder. Readers of the published site have no such folder, so the site shows the URL of
its wheel instead. Without a wheel, as in `make serve`, the source is shown as it is.
"""

import re
from posixpath import basename

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

# The project's folder, as pip takes it, with extras.
FOLDER = re.compile(r'"\.\[(?P<extras>[\w,-]+)\]"')


def locate_package(text: str, wheel: str) -> str:
    """Replace the project's folder with a wheel where a text says how to install the package.

    Args:
        text: The text.
        wheel: The URL or the path of the wheel. If it is empty, the text stays as it is.

    Examples:
        >>> locate_package('pip install ".[all]"', "https://site.org/lib-1.0-py3-none-any.whl")
        'pip install "lib[all] @ https://site.org/lib-1.0-py3-none-any.whl"'
    """
    if not wheel:
        return text
    return FOLDER.sub(lambda found: f'"{requirement(wheel, found["extras"])}"', text)


def requirement(wheel: str, extras: str) -> str:
    """Return what pip takes to install a wheel with extras.

    Args:
        wheel: The URL or the path of the wheel.
        extras: The names of the extras, separated by commas.

    Examples:
        >>> requirement("site/lib-1.0-py3-none-any.whl", "all")
        'site/lib-1.0-py3-none-any.whl[all]'
    """
    if "://" not in wheel:
        return f"{wheel}[{extras}]"
    return f"{package_name(wheel)}[{extras}] @ {wheel}"


def package_name(wheel: str) -> str:
    """Return the name of the package in a wheel.

    Args:
        wheel: The URL or the path of the wheel.
    """
    return basename(wheel).partition("-")[0]


class _Locator(Preprocessor):
    def __init__(self, md: Markdown, wheel: str) -> None:
        super().__init__(md)
        self.wheel = wheel

    def run(self, lines: list[str]) -> list[str]:
        return [locate_package(line, self.wheel) for line in lines]


class PackageExtension(Extension):
    """The extension that mkdocs.yml names; its option is the URL or the path of the wheel."""

    def __init__(self, **options: str) -> None:
        self.config = {"wheel": ["", "The URL or the path of the wheel"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Markdown's name)
        """Run before the step (priority 25) that takes the blocks of code out of the text."""
        md.preprocessors.register(_Locator(md, self.getConfig("wheel")), __name__, 29)


def makeExtension(**options: str) -> PackageExtension:  # noqa: N802 (Markdown's name)
    """Make the extension; Markdown calls this function by its name."""
    return PackageExtension(**options)
