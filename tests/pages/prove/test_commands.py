"""Test that a command or file that a page names exists in this project."""

import pytest

from pages.prove.commands import is_command, is_file


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "pages",
        "pages/",
        ".ci/run",
        "docs/learn/<idea>.md",
        "tests/<package>/test_<idea>.py",
        # made by commands
        "site",
        "site/",
        ".venv",
        ".venv/bin/activate",
        r".venv\Scripts\activate",
        "audit/node_modules/",
    ],
)
def test_a_file_of_the_project_exists(name: str) -> None:
    assert is_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "./",
        "..",
        "../",
        "...",
        "/",
        "\\",
        "/etc",
        "a//b",
        "docs/../docs",
        "README.md/",
        "READMEE.md",
        "docs/lern/<idea>.md",
        "docs/**",
        "site/no/such",
        "dist/no-such.zip",
        ".venv/bin/no-such",
        "no/such/node_modules",
    ],
)
def test_a_missing_file_of_the_project_is_rejected(name: str) -> None:
    assert not is_file(name)


@pytest.mark.parametrize(
    "command",
    [
        "make",
        "make test",
        "make serve PORT=8001",
        "pip",
        "pytest --page-ulps=1",
        "pytest -qx -n2 docs/learn/neuron.md -k line:7",
        "pytest docs/learn/neuron.md::names",
        "ruff format --check pages",
        "mkdocs build --strict",
        "pip install --constraint constraints.txt torch",
        "python --version",
        "python benchmarks/bench.py",
        "python -m venv .venv",
        "python -m http.server --bind localhost",
        "python -m pages.mutants --sample 3 docs/index.md",
        "python -m pages.publish.search site",
    ],
)
def test_a_command_with_right_arguments_exists(command: str) -> None:
    assert is_command(command)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("make tset", "the Makefile has no target tset"),
        ("make test serv", "the Makefile has no target serv"),
        ("make serve PROT=1", "the Makefile has no variable PROT"),
        ("make installed", "the Makefile has no target installed"),
        ("pytest --page-ulpz=1", "pytest has no option --page-ulpz"),
        ("pytest --page-ulp", "pytest has no option --page-ulp"),
        ("pytest -qJ", "pytest has no option -qJ"),
        ("pytest dcos", "there is no file dcos"),
        ("pytest docs/no.md::names", "there is no file docs/no.md::names"),
        ("ruff fromat", "there is no file fromat"),
        ("ruff check pages/no.py", "there is no file pages/no.py"),
        ("mkdocs build --stritc", "mkdocs has no option --stritc"),
        ("pip install --constrain x", "pip has no option --constrain"),
        ("python benchmarks/bnch.py", "there is no file benchmarks/bnch.py"),
        ("python -m pages.mutant", "there is no module pages.mutant"),
        ("python -m no_such", "there is no module no_such"),
        ("python -m http.no_such", "there is no module http.no_such"),
        ("python -m pages.mutants --sampel 3", "python -m pages.mutants has no option --sampel"),
        ("python -m pages.publish.search -x", "pages.publish.search has no --help"),
    ],
)
def test_a_command_with_a_wrong_argument_is_rejected(command: str, why: str) -> None:
    with pytest.raises(LookupError) as error:
        is_command(command)
    assert str(error.value).startswith(why)


@pytest.mark.parametrize(
    "text", ["no-such-program", "x @ y", "'", "", "no-such --help", "x = 'a b"]
)
def test_text_without_a_program_is_not_a_command(text: str) -> None:
    assert not is_command(text)
