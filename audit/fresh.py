"""Check that the site is all that a reader needs: install its package, and run its notebooks.

Run it with `make fresh`. The site is built and served on this machine, below a path. In a new
environment away from the project's folder, which contains only Jupyter, the command that the home
page shows (in its source, pip install ".[learn]") installs the package. Then the package is
removed, and each notebook that installs it is downloaded and executed: the first one installs it
again. Then each notebook is executed once more without its folded cells, such as answers, since a
reader may skip those. The outputs and figures must be those of the pages.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import nbformat

from audit.notebooks import differences
from audit.serve import serve
from pages.project import DOCS, ROOT

PATH = "some/where/"
JUPYTER = ["ipykernel", "nbclient"]


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what is done, and how long it took."""
    print(f"{title} ...", end=" ", flush=True)
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:.0f} s", flush=True)


def run(*command: str | Path, folder: Path, **variables: str) -> None:
    """Run a command, and end this program with what it printed if it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"\nexpected {shlex.join(map(str, command))} to succeed:\n{done.stdout}")


def shown_command(url: str) -> list[str]:
    """Return the command that installs the package, as the Markdown of the home page shows it."""
    with urlopen(f"{url}index.md") as response:
        [command] = re.findall(r"^pip install .*", response.read().decode(), re.MULTILINE)
    return shlex.split(command)


def read_open_cells(text: str) -> nbformat.NotebookNode:
    """Read a notebook without its folded cells."""
    notebook: nbformat.NotebookNode = nbformat.reads(text, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "jupyter" not in cell.metadata]
    return notebook


def download(url: str, site: Path, reader: Path, skimmer: Path) -> list[Path]:
    """Download the notebooks that install the package.

    Args:
        url: The URL of the served site.
        site: Its folder.
        reader: Where the notebooks are written.
        skimmer: Where they are written without their folded cells.

    Returns:
        Their paths below these folders.
    """
    found = []
    for path in sorted(site.rglob("*.ipynb")):
        name = path.relative_to(site / "notebooks")
        with urlopen(f"{url}notebooks/{name.as_posix()}") as response:
            text = response.read().decode()
        if "%pip install" in text:
            for folder in (reader, skimmer):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (reader / name).write_text(text, encoding="utf-8")
            nbformat.write(read_open_cells(text), skimmer / name)
            found.append(name)
    return found


def compare(notebook: Path, site: Path, folder: Path, installed: bool) -> list[str]:
    """List the outputs and figures of executed cells that are not those of their page.

    Args:
        notebook: The path of the notebook below the folder with all of them. It may lack cells.
        site: The built site.
        folder: Where the notebook was executed.
        installed: Whether the first cell had nothing to do. Otherwise, it prints what pip says.
    """
    shown = nbformat.read(site / "notebooks" / notebook, as_version=4)
    executed = nbformat.read(folder / notebook, as_version=4)
    names = {cell.id for cell in executed.cells}
    shown.cells = [cell for cell in shown.cells if cell.id in names]
    found = [
        text
        for text in differences(shown, executed)
        if installed or not text.partition(":")[0].endswith("-install")
    ]
    figures = (folder / notebook).parent.glob("figures/*")
    pages = (DOCS / notebook).parent
    changed = [
        f"{figure.name} is another figure"
        for figure in figures
        if figure.read_bytes() != (pages / "figures" / figure.name).read_bytes()
    ]
    return [*found, *changed]


def main() -> None:
    """Build and serve the site, install its package, run its notebooks, and list what differs."""
    problems = []
    with TemporaryDirectory() as temporary, serve(Path(temporary, "host")) as host:
        url, site = host + PATH, Path(temporary, "host", PATH)
        new, reader = Path(temporary, "new"), Path(temporary, "reader")
        skimmer = Path(temporary, "skimmer")
        reader.mkdir()
        programs = os.pathsep.join([str(new / "bin"), os.environ["PATH"]])
        # The project's folder must not be found, nor what the user of this machine has set up.
        variables = {"PATH": programs, "PYTHONPATH": "", "IPYTHONDIR": str(reader / ".ipython")}
        variables["PIP_CONSTRAINT"] = str(ROOT / "constraints.txt")
        with step("build the site"):
            run(sys.executable, "-m", "pages.publish", site, folder=ROOT, SITE_URL=url)
        with step("make an environment with Jupyter"):
            run(sys.executable, "-m", "venv", new, folder=reader)
            run(new / "bin/pip", "install", *JUPYTER, folder=reader, **variables)
        command = shown_command(url)
        with step(shlex.join(command)):
            run(new / "bin" / command[0], *command[1:], folder=reader, **variables)
        run(new / "bin/pip", "uninstall", "--yes", "nnfp", folder=reader, **variables)
        tries = [(reader, "run"), (skimmer, "run the open cells of")]
        for number, notebook in enumerate(download(url, site, reader, skimmer)):
            for folder, what in tries:
                with step(f"{what} {notebook}"):
                    jupyter = (new / "bin/jupyter", "execute", "--inplace", folder / notebook)
                    run(*jupyter, folder=folder, **variables)
                installed = number > 0 or folder == skimmer
                found = compare(notebook, site, folder, installed)
                problems += [f"{notebook}: {problem}" for problem in found]
    if problems:
        raise SystemExit("\n".join(problems))


if __name__ == "__main__":
    main()
