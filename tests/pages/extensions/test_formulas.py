"""Test that formulas on a page become MathML in the site's font and colors."""

import re
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from markdown import markdown
from mkdocs.exceptions import BuildError

from pages.extensions.formulas import mathml
from pages.project import DOCS

COLORS = {"red": "input", "green": "weight"}
FONT = DOCS / "assets/fonts/STIXTwoMath.woff2"


def render(source: str) -> str:
    options: dict[str, dict[str, Any]] = {
        "pymdownx.arithmatex": {"generic": True},
        "pages.extensions.formulas": {"colors": COLORS},
    }
    names = ["tables", "md_in_html", *options]
    return markdown(source, extensions=names, extension_configs=options)


def test_a_formula_in_a_line_becomes_mathml() -> None:
    assert render("The sum $a < b$ is.") == (
        '<p>The sum <span class="page-math"><math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math></span>'
        " is.</p>"
    )


def test_a_displayed_formula_is_in_a_named_box() -> None:
    assert render("$$\na < b\n$$") == (
        '<div aria-label="Formula" class="page-formula" role="group">'
        '<math display="block"><mi>a</mi><mo>&lt;</mo><mi>b</mi></math></div>'
    )


def test_the_columns_of_a_matrix_survive_the_escaping_of_ampersands() -> None:
    assert render(r"$$\begin{bmatrix} 1 & 2 \end{bmatrix}$$").count("<mtd>") == 2


@pytest.mark.parametrize(("color", "name"), COLORS.items())
def test_a_color_becomes_its_class(color: str, name: str) -> None:
    html = render(rf"$\textcolor{{{color}}}{{1}}$")
    assert f'class="{name}"' in html
    assert "color" not in html


@pytest.mark.parametrize("color", ["blue", "orange"])
def test_a_color_without_a_class_is_rejected(color: str) -> None:
    with pytest.raises(BuildError, match=r"expected red or green as the color .*, got \$.*textcol"):
        mathml(rf"\textcolor{{{color}}}{{x}}", block=False, classes=COLORS)


def test_invalid_tex_is_rejected_with_its_text() -> None:
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
def test_formulas_are_found_in_all_text(source: str) -> None:
    assert "<math><mi>x</mi></math>" in render(source)


def test_formulas_in_code_stay_unchanged() -> None:
    assert render("`$x$`") == "<p><code>$x$</code></p>"


def listed_characters() -> set[int]:
    lines = (DOCS / "_theme/math-characters.txt").read_text(encoding="utf-8").splitlines()
    spans = [span.split("-") for line in lines if not line.startswith("#") for span in line.split()]
    return {code for span in spans for code in range(int(span[0], 16), int(span[-1], 16) + 1)}


def test_the_font_has_the_listed_characters() -> None:
    # Unicode has no letter at U+1D455: the italic h is ℎ.
    assert listed_characters() - set(TTFont(FONT).getBestCmap()) == {0x1D455}


def test_the_font_can_stretch_characters() -> None:
    assert "MATH" in TTFont(FONT)


@pytest.mark.parametrize(
    ("color", "ours"),
    [
        ("red", "x x_1 x_2 x_i x_n Z 1 2 3 4"),
        ("green", "w w_1 w_2 w_i w_n W W_1 W_2 b b_1 b_2 5 6 7 8 0"),
    ],
)
def test_formulas_color_the_tutorials_numbers(color: str, ours: str) -> None:
    """The numbers are those of the tutorial's examples; a bias has the color of the weights."""
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    colored = set(re.findall(rf"\\textcolor{{{color}}}{{(.*?)}}", pages))
    assert colored
    assert colored <= set(ours.split())
