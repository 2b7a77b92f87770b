"""What a browser does for `make audit`: open pages, run scripts, click, type, take pictures."""

import shutil
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from typing import Any, Self

from audit.browse import Scheme

HEIGHT = 900
# Keys as WebDriver writes them, by their names in events. Playwright knows the names.
KEYS = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Control": "\ue009",
    "Escape": "\ue00c",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}
# A page is ready when its interactive figures run, its fonts are there and it has been drawn. A
# figure whose script is broken never runs: `audit.looks` finds it.
READY = """
    const figures = [...document.querySelectorAll("main :not(:defined)")];
    const running = figures.map(figure => customElements.whenDefined(figure.localName));
    const late = new Promise(resolve => setTimeout(resolve, 10_000));
    if (figures.length) await Promise.race([Promise.all(running), late]);
    await document.fonts.ready;
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
"""


class Engine(ABC):
    """A browser with one open page. Use it in a `with` statement, which closes the browser."""

    name: str

    def __init__(self) -> None:
        self.resources = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.resources.close()

    def open(self, url: str, width: int, scheme: Scheme = "light", height: int = HEIGHT) -> None:
        """Open a URL, and wait until the page has its fonts and is drawn."""
        self.show(width, height, scheme)
        self.load(url)
        self.run(READY)

    @abstractmethod
    def show(self, width: int, height: int, scheme: Scheme) -> None:
        """Set the size of the viewport, in pixels, and the system's color scheme."""

    @abstractmethod
    def load(self, url: str) -> None:
        """Open a URL, and wait for its `load` event."""

    @abstractmethod
    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of an async JavaScript function, and return what it returns.

        Args:
            script: Such as `return document.querySelector(arguments[0]).textContent`.
            arguments: Values for JavaScript's `arguments`.
        """

    @abstractmethod
    def click(self, selector: str) -> None:
        """Scroll to the first element that a CSS selector matches, and click it."""

    @abstractmethod
    def type(self, selector: str, text: str) -> None:
        """Replace the text of a field, by typing."""

    @abstractmethod
    def press(self, keys: str) -> None:
        """Press keys, such as `ArrowLeft` or `Control+a`, where the focus is."""

    @abstractmethod
    def picture(self) -> bytes:
        """Return a picture of the whole page, in PNG."""

    def wait(self, script: str, *arguments: object, seconds: float = 20) -> Any:
        """Run a script until it returns something true, and return that.

        Raises:
            TimeoutError: When it does not within the given time.
        """
        end = time.monotonic() + seconds
        while not (result := self.run(script, *arguments)):
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s in {self.name} for: {script}")
            time.sleep(0.05)
        return result


def program(what: str, names: list[str], package: str) -> str:
    """Return the path of an installed program.

    Raises:
        FileNotFoundError: When there is none.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError(
            f"expected {what}, found none: install it, on Debian with apt-get install {package}"
        )
    return found


def as_async(script: str) -> str:
    """Turn the body of an async function into that of a function that returns a promise."""
    return f"return (async function () {{ {script} }}).apply(null, arguments)"


def codes(keys: str) -> str:
    """Translate names of keys, such as `Control+a`, into WebDriver's characters."""
    return "".join(KEYS.get(key, key) for key in keys.split("+"))


def why(error: Exception) -> str:
    """Return the beginning of an error, with its type, in one line."""
    return f"{type(error).__name__}: {str(error)[:300]!r}"
