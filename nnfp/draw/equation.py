"""Write a weighted sum as an equation below a figure."""

from collections.abc import Sequence

from nnfp.draw import svg
from nnfp.draw.svg import INPUT, WEIGHT, WIDTH, text_width


def write(
    inputs: Sequence[str], weights: Sequence[str], biases: Sequence[str], result: str, y: float
) -> tuple[str, float]:
    """Write the sum of the products and biases below `y`, on as many lines as it needs.

    Returns:
        The content and the height at which it ends.
    """
    # Each term is kept twice: plain, to measure its width, and as colored SVG.
    terms = []
    for i, (x, w) in enumerate(zip(inputs, weights, strict=True)):
        x, w = x if i == 0 else _bracketed(x), _bracketed(w)
        plus = "+ " if i else ""
        colored = f"{plus}{svg.span(x, INPUT)}·{svg.span(w, WEIGHT)}"
        terms.append((f"{plus}{x}·{w}", colored))
    for b in map(_bracketed, biases):
        terms.append((f"+ {b}", f"+ {svg.span(b, WEIGHT)}"))
    terms.append((f"= {result}", f"= {result}"))

    lines = [terms[0]]
    for plain, colored in terms[1:]:
        longer = f"{lines[-1][0]} {plain}"
        if text_width(longer) <= WIDTH - 16:
            lines[-1] = (longer, f"{lines[-1][1]} {colored}")
        else:
            lines.append((plain, colored))
    content = ""
    for i, (_, colored) in enumerate(lines):
        content += svg.marked_text(WIDTH / 2, y + 22 + 26 * i, colored)
    return svg.part("equation", content), y + 26 * len(lines) + 14


def _bracketed(value: str) -> str:
    return f"({value})" if value.startswith("−") else value
