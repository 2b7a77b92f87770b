import doctest
import re

import pytest
from fontTools.ttLib import TTFont
from markdown import markdown
from mkdocs.exceptions import BuildError

from pages.extensions import formulas as math
from pages.extensions.formulas import mathml
from pages.project import ROOT


def render(source: str) -> str:
    options = {"pymdownx.arithmatex": {"generic": True}}
    names = ["tables", "md_in_html", "pymdownx.arithmatex", "pages.extensions.formulas"]
    return markdown(source, extensions=names, extension_configs=options)


def test_a_formula_in_a_line_becomes_mathml() -> None:
    html = render("The sum $a < b$ is.")
    assert html == (
        '<p>The sum <span class="nnfp-math"><math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math></span>'
        " is.</p>"
    )


def test_a_formula_of_its_own_stands_in_a_box_that_takes_the_focus_and_has_a_name() -> None:
    html = render("$$\na < b\n$$")
    assert html == (
        '<div aria-label="Formula" class="nnfp-formula" role="group" tabindex="0">'
        '<math display="block"><mi>a</mi><mo>&lt;</mo><mi>b</mi></math></div>'
    )


def test_columns_of_a_matrix_survive_the_escaping_of_ampersands() -> None:
    assert render(r"$$\begin{bmatrix} 1 & 2 \end{bmatrix}$$").count("<mtd>") == 2


@pytest.mark.parametrize(
    ("source", "name"),
    [(r"$\textcolor{red}{1}$", "nnfp-input"), (r"$\textcolor{green}{5}$", "nnfp-weight")],
)
def test_red_is_an_input_and_green_is_a_weight(source: str, name: str) -> None:
    html = render(source)
    assert f'class="{name}"' in html
    assert "color" not in html


def test_another_colour_is_refused() -> None:
    with pytest.raises(BuildError, match=r"expected red \(an input\) or green .* got \$.*blue"):
        mathml(r"\textcolor{blue}{x}", block=False)


def test_tex_that_cannot_be_read_is_refused_and_the_formula_named() -> None:
    with pytest.raises(BuildError, match=r"in TeX, got \$\\frac\{1\}\{\$: at 9: Expected"):
        mathml(r"\frac{1}{", block=True)


@pytest.mark.parametrize(
    "source",
    [
        "| a |\n|---|\n| $x$ |",
        "- in a list, $x$",
        "<details markdown><summary>Solution</summary>\n\nIt is $x$.\n\n</details>",
        "# Heading $x$",
    ],
)
def test_formulas_are_found_wherever_text_is(source: str) -> None:
    assert "<math><mi>x</mi></math>" in render(source)


def test_code_stays_code() -> None:
    assert render("`$x$`") == "<p><code>$x$</code></p>"


def listed_characters() -> set[int]:
    lines = (ROOT / "docs/_theme/math-characters.txt").read_text(encoding="utf-8").splitlines()
    spans = [span.split("-") for line in lines if not line.startswith("#") for span in line.split()]
    return {code for span in spans for code in range(int(span[0], 16), int(span[-1], 16) + 1)}


def test_the_font_has_the_listed_characters() -> None:
    font = set(TTFont(ROOT / "docs/assets/fonts/STIXTwoMath.woff2").getBestCmap())
    # Unicode has no letter there: the italic h is ℎ.
    assert listed_characters() - font == {0x1D455}


def test_the_font_can_stretch_brackets_and_roots() -> None:
    assert "MATH" in TTFont(ROOT / "docs/assets/fonts/STIXTwoMath.woff2")


@pytest.mark.parametrize(
    ("colour", "ours"),
    [("red", "x x_1 x_2 Z 1 2 3 4"), ("green", "w w_1 w_2 W b 5 6 7 8 0")],
)
def test_inputs_are_red_and_weights_green(colour: str, ours: str) -> None:
    """The numbers are those that run through the tutorial; a bias has the colour of the weights."""
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    coloured = set(re.findall(rf"\\textcolor{{{colour}}}{{(.*?)}}", pages))
    assert coloured
    assert coloured <= set(ours.split())


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(math) == doctest.TestResults(failed=0, attempted=1)
