"""The figure of a network that reads a digit: the image, the hidden activations, the answer."""

import torch
from torch import Tensor

from nnfp.draw import svg
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RESULT, WIDTH
from nnfp.draw.values import Numbers, tensor
from nnfp.layer import MLP

SIDE = 8  # cells in a row of the image, and of the hidden activations
CELL = 18  # from one cell to the next, in pixels
TOP = 44  # where the cells begin
LEFT, MIDDLE, RIGHT = 6, 181, 356  # where the three parts begin
BARS = RIGHT + 16
LONGEST = 60  # the bar of a probability of 1
LINE = 16  # from one digit to the next
HEIGHT = TOP + SIDE * CELL + 12


def reading(net: MLP, image: Numbers) -> Picture:
    """Draw how a network with one hidden layer reads a digit.

    The picture shows the image, the hidden activations and the ten probabilities. The darker a
    cell, the larger its number: in the image compared with 1, in the hidden layer with the largest
    activation. In dark color schemes, cells with larger numbers are lighter.

    Args:
        net: A network with 64 inputs, up to 64 hidden neurons and ten outputs, the logits.
        image: The inputs, of shape `(64,)` or `(8, 8)`: from 0 (no ink) to 1 (only ink).

    Returns:
        The picture. Its probabilities are the softmax of the logits.

    Raises:
        ValueError: If the network has other sizes, or the image has another shape or numbers that
            are not from 0 to 1.
        TypeError: If something in the image is not a number.

    Examples:
        >>> import torch
        >>> from nnfp import MLP, draw
        >>> net = MLP([64, 64, 10])
        >>> with torch.no_grad():
        ...     _ = net.layers[-1].weight.zero_()
        ...     net.layers[-1].bias[3] = 7
        >>> print(draw.reading(net, torch.ones(8, 8)).title)
        An image of 8 × 8 pixels, 64 hidden activations and ten probabilities: 3 with 99%
    """
    x = tensor(image)
    if x.shape not in ((SIDE * SIDE,), (SIDE, SIDE)):
        raise ValueError(f"expected an image of 8 × 8 or 64 numbers, got shape {tuple(x.shape)}")
    outside = x[~((x >= 0) & (x <= 1))]
    if len(outside):
        raise ValueError(f"expected an image with numbers from 0 to 1, got {outside[0]:g}")
    hidden, probabilities = _read(net, x.flatten())
    chosen = int(probabilities.argmax())
    title = (
        f"An image of 8 × 8 pixels, {len(hidden)} hidden activations and ten probabilities: "
        f"{chosen} with {percent(probabilities[chosen].item())}"
    )
    content = _heading(LEFT, "8 × 8 pixels") + _heading(MIDDLE, f"{len(hidden)} hidden")
    content += svg.text(WIDTH - 4, TOP - 20, "probabilities", anchor="end", faint=True)
    content += _arrow(LEFT) + _arrow(MIDDLE)
    content += _frame(LEFT, INPUT) + svg.part("image", _cells(LEFT, x.flatten(), INPUT))
    shades = hidden / hidden.max().clamp(min=1e-9)
    content += _frame(MIDDLE, RESULT) + svg.part("hidden", _cells(MIDDLE, shades, RESULT))
    for digit, probability in enumerate(probabilities.tolist()):
        content += svg.part(f"digit-{digit}", _bar(digit, probability, digit == chosen))
    content += svg.part("share", _share(chosen, probabilities[chosen].item()))
    return Picture(title, svg.document(title, HEIGHT, content))


def percent(probability: float) -> str:
    """Write a probability in percent, rounded down: nothing here is certain."""
    return f"{min(99, int(100 * probability))}%"


def _read(net: MLP, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the hidden activations and the probabilities."""
    weights = [layer.get_parameter("weight") for layer in net.layers]
    sizes = [weights[0].shape[1], *map(len, weights)]
    if len(sizes) != 3 or sizes[0] != SIDE * SIDE or sizes[1] > SIDE * SIDE or sizes[2] != 10:
        raise ValueError(f"expected a network of 64, up to 64, and 10 neurons, got {sizes}")
    with torch.no_grad():
        hidden = net.activation(net.layers[0](x))
        return hidden, net.layers[1](hidden).softmax(0)


def _heading(x: float, text: str) -> str:
    return svg.text(x + SIDE * CELL / 2, TOP - 20, text, faint=True)


def _arrow(x: float) -> str:
    return svg.arrow(x + SIDE * CELL + 6, x + SIDE * CELL + 25, TOP + SIDE * CELL / 2)


def _frame(x: float, color: str) -> str:
    side = SIDE * CELL + 3
    return svg.box(x - 2, TOP - 2, side, side, color, corner=3, stroke=1)


def _cells(x: float, shades: Tensor, color: str) -> str:
    """Draw a square for each number, eight in a row."""
    return "".join(
        svg.cell(x + CELL * (i % SIDE), TOP + CELL * (i // SIDE), CELL - 1, CELL - 1, color, shade)
        for i, shade in enumerate(shades.tolist())
    )


def _bar(digit: int, probability: float, chosen: bool) -> str:
    """Draw a digit, and a bar as long as its probability."""
    y = _row(digit)
    bar = svg.cell(BARS, y - 5, LONGEST * probability, 10, RESULT, 1)
    return svg.text(RIGHT + 4, y, str(digit), faint=not chosen) + bar


def _share(digit: int, probability: float) -> str:
    """Write a probability after its bar."""
    x = BARS + LONGEST * probability + 4
    return svg.text(x, _row(digit), percent(probability), anchor="start")


def _row(digit: int) -> float:
    return TOP + SIDE * CELL / 2 + LINE * (digit - 4.5)
