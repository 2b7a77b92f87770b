"""Pictures of neurons, layers, products, networks and losses, drawn from what the code returns.

A picture is SVG text, and all are of one width. Its colours are `currentColor` and the CSS
variables `--nnfp-input`, `--nnfp-weight` and `--nnfp-plate`, so that it follows the page it stands
in; as a file of its own it is dark on white.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nnfp import _svg
from nnfp._svg import INPUT, RADIUS, RESULT, WEIGHT, WIDTH, half_width, number, text_width
from nnfp.batch import all_at_once
from nnfp.layer import Linear
from nnfp.neuron import Activation, relu
from nnfp.neuron import neuron as compute_neuron

NO_MATPLOTLIB = "expected Matplotlib, which draws the plots: pip install 'nnfp[plots]'"

Numbers = Tensor | Sequence[float] | Sequence[Sequence[float]]


@dataclass(frozen=True)
class Picture:
    """A picture as SVG text. A notebook shows it as it is.

    Attributes:
        title: What the picture shows, in words, for those who do not see it.
        svg: The whole SVG document.

    Examples:
        >>> neuron([1, 2], [5, 7])
        Picture(title='Neuron with inputs 1 and 2, weights 5 and 7: the sum is 19, ReLU gives 19')
    """

    title: str
    svg: str = field(repr=False)

    def __str__(self) -> str:
        """Return the SVG text."""
        return self.svg

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        r"""Write the SVG to a file, as UTF-8 and with `\n` line ends on every system.

        Args:
            path: Where to write; folders that are missing are made.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.svg, encoding="utf-8", newline="\n")


def neuron(
    x: Numbers, w: Numbers, b: Tensor | float | None = None, activation: Activation = relu
) -> Picture:
    """Draw one neuron at work on one sample: inputs, weights, the sum and what becomes of it.

    Args:
        x: The inputs of one sample, of shape `(in_features,)`: 1 to 5 of them.
        w: The weights, of shape `(in_features,)`.
        b: The bias, one number, or none.
        activation: The non-linear function that the sum is put through.

    Returns:
        The picture; its sum and its output are what [nnfp.neuron.neuron][] returns.

    Raises:
        ValueError: When the shapes do not fit each other, or there are too many inputs.

    Examples:
        >>> print(neuron([1, 2], [5, -7]).title)
        Neuron with inputs 1 and 2, weights 5 and −7: the sum is −9, ReLU gives 0
    """
    x, w = _tensor(x), _tensor(w)
    bias = torch.zeros(()) if b is None else _tensor(b)
    _check_sample(x)
    _check_size("inputs", len(x), 5)
    if bias.numel() != 1:
        raise ValueError(f"expected one number as the bias, got shape {tuple(bias.shape)}")
    bias = bias.reshape(())
    shown = _Forward(
        inputs=_texts(x),
        weights=[_texts(w)],
        biases=[] if b is None else [number(bias.item())],
        sums=[number(compute_neuron(x, w, bias, _unchanged).item())],
        outputs=[number(compute_neuron(x, w, bias, activation).item())],
        activation=_name(activation),
        graph=_graph(activation),
    )
    svg, bottom = _draw_forward(shown)
    terms = list(zip(shown.inputs, shown.weights[0], strict=True))
    written, bottom = _write_sum(terms, shown.biases, shown.sums[0], bottom)
    title = (
        f"Neuron with {_plural(len(x), 'input')} {_listed(shown.inputs)}, "
        f"{_plural(len(x), 'weight')} {_listed(shown.weights[0])}"
        + (f", bias {shown.biases[0]}" if shown.biases else "")
        + f": the sum is {shown.sums[0]}, {shown.activation} gives {shown.outputs[0]}"
    )
    return _picture(title, bottom, svg + written)


def layer(
    z: Numbers, weight: Numbers, bias: Numbers | None = None, activation: Activation = relu
) -> Picture:
    """Draw a layer at work on one sample: each neuron with its weights, sum and output.

    Args:
        z: The inputs of one sample, of shape `(in_features,)`: 1 to 4 of them.
        weight: The weights, of shape `(out_features, in_features)`: 1 to 4 neurons, a row each.
        bias: The biases, of shape `(out_features,)`, or none.
        activation: The non-linear function that each sum is put through.

    Returns:
        The picture; its sums and outputs are what [nnfp.batch.all_at_once][] returns.

    Raises:
        ValueError: When the shapes do not fit each other, or there are too many numbers.

    Examples:
        >>> print(layer([1, 2], [[5, 7], [6, 8]]).title)
        Layer of 2 neurons with inputs 1 and 2, weights 5 and 7, 6 and 8: ReLU gives 19 and 22
    """
    z, weight = _tensor(z), _tensor(weight)
    biases = None if bias is None else _tensor(bias)
    _check_sample(z)
    sums = all_at_once(z, weight, biases, _unchanged)
    _check_size("inputs", len(z), 4)
    _check_size("neurons", len(weight), 4)
    shown = _Forward(
        inputs=_texts(z),
        weights=[_texts(row) for row in weight],
        biases=[] if biases is None else _texts(biases),
        sums=_texts(sums),
        outputs=_texts(all_at_once(z, weight, biases, activation)),
        activation=_name(activation),
        graph=_graph(activation),
    )
    svg, bottom = _draw_forward(shown)
    title = (
        f"Layer of {_counted(len(weight), 'neuron')} "
        f"with {_plural(len(z), 'input')} {_listed(shown.inputs)}, "
        f"weights {', '.join(_listed(row) for row in shown.weights)}"
        + (f", {_plural(len(weight), 'bias')} {_listed(shown.biases)}" if shown.biases else "")
        + f": {shown.activation} gives {_listed(shown.outputs)}"
    )
    return _picture(title, bottom, svg)


class _Forward(NamedTuple):
    """One sample on its way through a row of neurons, as a picture shows it."""

    inputs: list[str]
    weights: list[list[str]]
    biases: list[str]
    sums: list[str]
    outputs: list[str]
    activation: str
    graph: list[tuple[float, float]]


# The middles of the columns, half the width that the widest number may have, and the height of the
# first row.
X_INPUT, X_SUM, X_ACTIVATION, X_OUTPUT = 44, 280, 359, 432
WIDEST = 42
TOP = 68


def _draw_forward(shown: _Forward) -> tuple[str, float]:
    """Draw inputs, edges, sums, activation and outputs from left to right; also say the bottom."""
    for value in (*shown.inputs, *shown.sums, *shown.outputs):
        if half_width([value]) > WIDEST:
            raise ValueError(f"expected numbers that fit into a circle of a picture, got {value}")
    count, neurons = len(shown.inputs), len(shown.sums)
    # How far back on its edge a weight stands. Those of one neuron, in the middle. Those of several
    # where no edges have crossed yet: at 1/(n + 1) of n inputs, all weights would be equally far
    # apart; a little nearer to the neurons, each neuron's form a group.
    share = 1 / 2 if neurons == 1 else 1 / (count + 1.4)
    pitch = max(68 if neurons == 1 and count > 3 else 92, 24 / share)
    longest = max(count, neurons)
    y_inputs = [TOP + pitch * (i + (longest - count) / 2) for i in range(count)]
    y_sums = [TOP + pitch * (i + (longest - neurons) / 2) for i in range(neurons)]

    svg = _draw_edges(shown, y_inputs, y_sums, share)
    for y, value in zip(y_inputs, shown.inputs, strict=True):
        svg += _svg.node(X_INPUT, y, value, INPUT, half_width(shown.inputs))
    for i, y in enumerate(y_sums):
        svg += _draw_result(shown, i, y)
    headings = (
        (X_INPUT, _plural(count, "input")),
        ((X_INPUT + X_SUM) / 2, _plural(count * neurons, "weight")),
        (X_SUM, _plural(neurons, "sum")),
        (X_ACTIVATION, shown.activation if len(shown.activation) <= 8 else ""),
        (X_OUTPUT, _plural(neurons, "output")),
    )
    for x, heading in headings:
        svg += _svg.text(x, 16, heading, faint=True) if heading else ""
    below = 22 if shown.biases else 0
    return svg, max(y_inputs[-1], y_sums[-1] + below) + RADIUS + 10


def _draw_edges(
    shown: _Forward, y_inputs: Sequence[float], y_sums: Sequence[float], share: float
) -> str:
    """Draw all edges and then, on top, all weights: each at that share of the way back."""
    start = X_INPUT + half_width(shown.inputs)
    end = X_SUM - half_width(shown.sums)
    edges = labels = ""
    for y_sum, row in zip(y_sums, shown.weights, strict=True):
        for y_input, weight in zip(y_inputs, row, strict=True):
            edges += _svg.line(start, y_input, end, y_sum, WEIGHT, opacity=0.5)
            # A long number moves back as far as it must to stay clear of the neuron.
            x = min(end - share * (end - start), end - 6 - text_width(weight) / 2)
            labels += _svg.label(x, y_sum - share * (y_sum - y_input), weight, WEIGHT)
    return edges + labels


def _draw_result(shown: _Forward, i: int, y: float) -> str:
    """Draw what becomes of one neuron's sum, and its bias below it."""
    half_sum, half_output = half_width(shown.sums), half_width(shown.outputs)
    svg = _svg.node(X_SUM, y, shown.sums[i], RESULT, half_sum)
    svg += _svg.line(X_SUM + half_sum, y, X_ACTIVATION - 18, y)
    svg += _draw_activation(shown.graph, X_ACTIVATION, y)
    svg += _svg.arrow(X_ACTIVATION + 18, X_OUTPUT - half_output - 6, y)
    svg += _svg.node(X_OUTPUT, y, shown.outputs[i], RESULT, half_output, ring=True)
    if shown.biases:
        x = X_SUM - RADIUS
        svg += _svg.text(x, y + RADIUS + 16, f"bias {shown.biases[i]}", WEIGHT, anchor="start")
    return svg


def _draw_activation(graph: Sequence[tuple[float, float]], x: float, y: float) -> str:
    """Draw the graph of an activation in a box around `(x, y)`."""
    box = _svg.box(x - 18, y - 18, 36, 36, RESULT, stroke=1.5)
    return box + _svg.path([(x + 12 * right, y - 10 * up) for right, up in graph])


def _graph(activation: Activation) -> list[tuple[float, float]]:
    """Ask an activation for its values from -4 to 4, and scale both axes to -1 to 1."""
    with torch.no_grad():
        xs = torch.linspace(-4, 4, 17)
        ys = activation(xs).nan_to_num()
    spread = (ys.max() - ys.min()).clamp(min=1e-6)
    ys = 2 * (ys - ys.min()) / spread - 1
    return list(zip((xs / 4).tolist(), ys.tolist(), strict=True))


def _write_sum(
    terms: Sequence[tuple[str, str]], biases: Sequence[str], result: str, y: float
) -> tuple[str, float]:
    """Write `1·5 + 2·7 = 19` below `y`, in as many lines as it takes; also say the bottom."""
    # Each piece is kept twice: plain, to know its width, and with its colours.
    pieces = []
    for i, (x, w) in enumerate(terms):
        x, w = x if i == 0 else _bracketed(x), _bracketed(w)
        plus = "+ " if i else ""
        colored = f"{plus}{_svg.span(x, INPUT)}·{_svg.span(w, WEIGHT)}"
        pieces.append((f"{plus}{x}·{w}", colored))
    for b in map(_bracketed, biases):
        pieces.append((f"+ {b}", f"+ {_svg.span(b, WEIGHT)}"))
    pieces.append((f"= {result}", f"= {result}"))

    lines = [pieces[0]]
    for plain, colored in pieces[1:]:
        longer = f"{lines[-1][0]} {plain}"
        if text_width(longer) <= WIDTH - 16:
            lines[-1] = (longer, f"{lines[-1][1]} {colored}")
        else:
            lines.append((plain, colored))
    svg = ""
    for i, (_, colored) in enumerate(lines):
        svg += _svg.marked_text(WIDTH / 2, y + 22 + 26 * i, colored)
    return svg, y + 26 * len(lines) + 14


def _bracketed(value: str) -> str:
    return f"({value})" if value.startswith("−") else value


def matmul(z: Numbers, weight: Numbers) -> Picture:
    """Draw a mini-batch times the weights of a layer, `Z Wᵀ`, with one of its sums written out.

    Args:
        z: The mini-batch, of shape `(batch, in_features)`: up to 5 × 5.
        weight: The weights, of shape `(out_features, in_features)`: up to 5 × 5, a row a neuron.

    Returns:
        The picture; the product is what [nnfp.batch.all_at_once][] returns without an activation.

    Raises:
        ValueError: When the shapes do not fit each other, or there are too many numbers.

    Examples:
        >>> print(matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]]).title)
        Z times W transposed: the rows 1 and 2, 3 and 4 become 19 and 22, 43 and 50
    """
    z, weight = _tensor(z), _tensor(weight)
    product = all_at_once(z, weight, None, _unchanged)
    if z.dim() != 2:
        raise ValueError(
            f"expected a mini-batch of shape (batch, in_features), got shape {tuple(z.shape)}"
        )
    (samples, inputs), neurons = z.shape, len(weight)
    _check_size("samples", samples, 5)
    _check_size("inputs", inputs, 5)
    _check_size("neurons", neurons, 5)
    by_samples, by_inputs = _counted(samples, "sample"), _counted(inputs, "input")
    by_neurons = _counted(neurons, "neuron")
    left = _Matrix("Z", by_samples, by_inputs, _rows(z), INPUT, (1, inputs))
    right = _Matrix("Wᵀ", by_inputs, by_neurons, _rows(weight.T), WEIGHT, (inputs, 1))
    result = _Matrix("Z Wᵀ", by_samples, by_neurons, _rows(product), RESULT, (1, 1))
    svg, bottom = _draw_product(left, right, result)
    terms = list(zip(left.rows[0], [row[0] for row in right.rows], strict=True))
    written, bottom = _write_sum(terms, [], result.rows[0][0], bottom)
    title = (
        f"Z times W transposed: the {_plural(samples, 'row')} "
        f"{', '.join(map(_listed, left.rows))} become{'s' if samples == 1 else ''} "
        f"{', '.join(map(_listed, result.rows))}"
    )
    return _picture(title, bottom, svg + written)


ROW = 34  # the height of a matrix's row


class _Matrix(NamedTuple):
    """A matrix in brackets: its name above, its sizes below, its first rows × columns outlined."""

    name: str
    height_in_words: str
    width_in_words: str
    rows: list[list[str]]
    color: str
    outlined: tuple[int, int]

    @property
    def cell(self) -> float:
        return max(text_width(value) for row in self.rows for value in row) + 12

    @property
    def width(self) -> float:
        words = (self.height_in_words, f"× {self.width_in_words}")
        return max(self.cell * len(self.rows[0]) + 16, *map(text_width, words))

    @property
    def height(self) -> float:
        return ROW * len(self.rows)


def _draw_product(*matrices: _Matrix) -> tuple[str, float]:
    """Draw `Z · Wᵀ = Z Wᵀ` in as many lines as it takes; also say the bottom."""
    gap = 30
    lines: list[list[tuple[str, _Matrix]]] = [[]]
    for sign, matrix in zip(("", "·", "="), matrices, strict=True):
        if lines[-1] and sum(m.width + gap for _, m in lines[-1]) + matrix.width > WIDTH - 8:
            lines.append([])
        lines[-1].append((sign, matrix))
    svg = ""
    top = 40.0
    for line in lines:
        width = sum(matrix.width + (gap if sign else 0) for sign, matrix in line)
        if width > WIDTH:
            raise ValueError(
                "expected numbers that fit beside each other in a picture, got the row "
                + max((", ".join(row) for _, matrix in line for row in matrix.rows), key=len)
            )
        height = max(matrix.height for _, matrix in line)
        x = (WIDTH - width) / 2
        for sign, matrix in line:
            if sign:
                svg += _svg.text(x + gap / 2, top + height / 2, sign, size=28)
                x += gap
            svg += _draw_matrix(matrix, x + matrix.width / 2, top + height / 2)
            x += matrix.width
        top += height + 108
    return svg, top - 54


def _draw_matrix(matrix: _Matrix, x: float, y: float) -> str:
    """Draw a matrix around its middle `(x, y)`."""
    cell = matrix.cell
    left, right = x - cell * len(matrix.rows[0]) / 2, x + cell * len(matrix.rows[0]) / 2
    top, bottom = y - matrix.height / 2, y + matrix.height / 2
    svg = _svg.text(x, top - 24, matrix.name, matrix.color, size=20)
    for inner, outer in ((left + 1, left - 6), (right - 1, right + 6)):
        svg += _svg.path([(inner, top), (outer, top), (outer, bottom), (inner, bottom)])
    high, wide = matrix.outlined
    svg += _svg.box(
        left + 3, top + 3, cell * wide - 6, ROW * high - 6, matrix.color, corner=8, stroke=1.5
    )
    for i, row in enumerate(matrix.rows):
        for j, value in enumerate(row):
            svg += _svg.text(left + (j + 0.5) * cell, top + (i + 0.5) * ROW, value, matrix.color)
    svg += _svg.text(x, bottom + 22, matrix.height_in_words, faint=True)
    return svg + _svg.text(x, bottom + 44, f"× {matrix.width_in_words}", faint=True)


def network(sizes: Sequence[int] | nn.Module) -> Picture:
    """Draw a network as columns of circles; of a layer wider than 6 it shows both ends.

    Args:
        sizes: How many numbers go in, and how many come out of each layer: 2 to 8 sizes. Or a
            network, whose linear layers are drawn in their order.

    Returns:
        The picture.

    Raises:
        ValueError: When there are too few or too many sizes, or the layers do not form a chain.

    Examples:
        >>> print(network([2, 8, 8, 1]).title)
        Network with 2 inputs, hidden layers of 8 and 8, 1 output
    """
    counts = _sizes(sizes) if isinstance(sizes, nn.Module) else list(sizes)
    if not 2 <= len(counts) <= 8:
        raise ValueError(f"expected 2 to 8 sizes, of the inputs and of each layer, got {counts}")
    if min(counts) < 1:
        raise ValueError(f"expected sizes of 1 or more, got {counts}")
    xs = [40 + 400 / (len(counts) - 1) * i for i in range(len(counts))]
    rows = max(min(count, 7) for count in counts)
    columns = [_circles(count, rows) for count in counts]
    svg = ""
    for (x, ys), (x_next, ys_next) in pairwise(zip(xs, columns, strict=True)):
        edges = [((x + 14, y), (x_next - 14, y_next)) for y in ys for y_next in ys_next]
        svg += _svg.path(*edges, color=WEIGHT, width=1, opacity=0.5)
    bottom = 24 + 44 * (rows - 1) + 14
    for i, (x, ys, count) in enumerate(zip(xs, columns, counts, strict=True)):
        color = RESULT if i else INPUT
        for y in ys:
            svg += _svg.dot(x, y, 14, color, ring=i == len(counts) - 1)
        if len(ys) < count:
            svg += "".join(_svg.dot(x, (ys[0] + ys[-1]) / 2 + dy, 1.5, color) for dy in (-9, 0, 9))
        svg += _svg.text(x, bottom + 26, str(count), color)
    svg += _svg.text(xs[0], bottom + 48, _plural(counts[0], "input"), faint=True)
    svg += _svg.text(xs[-1], bottom + 48, _plural(counts[-1], "output"), faint=True)
    title = f"Network with {_counted(counts[0], 'input')}, "
    if hidden := counts[1:-1]:
        words = f"hidden {_plural(len(hidden), 'layer')}"
        svg += _svg.text(WIDTH / 2, bottom + 48, words, faint=True)
        title += f"{words} of {_listed([str(count) for count in hidden])}, "
    return _picture(title + _counted(counts[-1], "output"), bottom + 64, svg)


def _sizes(net: nn.Module) -> list[int]:
    layers = [m for m in net.modules() if isinstance(m, Linear | nn.Linear)]
    if not layers:
        raise ValueError(f"expected a network with linear layers, got {type(net).__name__}")
    for before, after in pairwise(layers):
        if before.out_features != after.in_features:
            raise ValueError(
                f"expected a chain of layers, got one with {before.out_features} outputs "
                f"before one with {after.in_features} inputs"
            )
    return [layers[0].in_features, *(each.out_features for each in layers)]


def _circles(count: int, rows: int) -> list[float]:
    """Return where a layer's circles stand; of more than 6, three at each end of three dots."""
    shown = min(count, 7)
    top = 24 + 44 * (rows - shown) / 2
    return [top + 44 * i for i in range(shown) if count <= 6 or i != 3]


def losses(
    curves: Mapping[str, Sequence[float]],
    ylabel: str = "loss",
    xlabel: str = "step",
    log: bool = False,
) -> Picture:
    """Plot losses against steps, by Matplotlib; each curve is named at its end.

    Args:
        curves: A name and its numbers for each curve, 1 to 4 of them, the first number at step 0.
        ylabel: What is measured.
        xlabel: What is counted.
        log: Whether the losses stand on a logarithmic scale, which has no place for 0.

    Returns:
        The picture, byte for byte the same for the same numbers.

    Raises:
        ImportError: When Matplotlib is missing.
        ValueError: When there are too many curves, a name is too long, or a curve is empty or has
            a number that cannot be shown.

    Examples:
        >>> losses({"SGD": [9, 4, 1], "Solved": [9, 0, 0]})
        Picture(title='Plot of loss by step: SGD from 9 to 1, Solved from 9 to 0')
    """
    try:
        from nnfp import _plot
    except ImportError as error:
        raise ImportError(NO_MATPLOTLIB) from error
    _check_curves(curves, log)
    ranges = [f"{name} from {number(ys[0])} to {number(ys[-1])}" for name, ys in curves.items()]
    title = f"Plot of {ylabel} by {xlabel}: {', '.join(ranges)}"
    return _picture(title, _plot.HEIGHT, _plot.draw(curves, ylabel, xlabel, log))


def _check_curves(curves: Mapping[str, Sequence[float]], log: bool) -> None:
    _check_size("curves", len(curves), 4)
    for name, ys in curves.items():
        if len(name) > 24:
            raise ValueError(f"expected names of at most 24 characters, got {name!r}")
        if len(ys) == 0:
            raise ValueError(f"expected at least one number for {name!r}, got none")
        for step, y in enumerate(ys):
            if not math.isfinite(y) or (log and y <= 0):
                expected = "numbers above 0, for a logarithmic scale" if log else "finite numbers"
                raise ValueError(f"expected {expected}, got {y} at step {step} of {name!r}")


def landscape(
    x: Numbers,
    target: Numbers,
    path: Sequence[tuple[float, float]],
    answer: tuple[float, float],
    levels: Sequence[float] = (1, 10, 50, 100, 200, 300),
    weights: tuple[float, float] = (-1, 5),
    biases: tuple[float, float] = (-4, 4),
) -> Picture:
    """Draw the loss of a neuron with one input over its weight and bias, and a path of training.

    Lines of equal loss, found by Matplotlib, tell how steep the loss is. Where the neuron gives 0
    for every sample the loss is flat, and the picture is tinted.

    Args:
        x: The samples, one number each.
        target: What the neuron should give back, a number for each sample.
        path: The weight and the bias at the start and after each step.
        answer: The weight and the bias that the path should lead to.
        levels: The losses that get a line.
        weights: The lowest and the highest weight in the picture.
        biases: The lowest and the highest bias in the picture.

    Returns:
        The picture, byte for byte the same for the same numbers.

    Raises:
        ImportError: When Matplotlib is missing.
        ValueError: When there is not a target for each sample, or when the path is empty, or leaves
            the picture.

    Examples:
        >>> print(landscape([1, 2], [3, 6], [(1, 0), (2, 0.5)], answer=(3, 0)).title)
        Loss by weight and bias: from (1, 0) to (2, 0.5) in 1 step; the answer is (3, 0)
    """
    try:
        from nnfp import _landscape
    except ImportError as error:
        raise ImportError(NO_MATPLOTLIB) from error
    samples, targets = (_tensor(numbers).flatten().double() for numbers in (x, target))
    if len(samples) != len(targets):
        raise ValueError(f"expected {len(samples)} targets, one a sample, got {len(targets)}")
    _check_path([*path, answer], weights, biases)
    ws, bs = (torch.linspace(*ends, 121).double() for ends in (weights, biases))
    # A row for each bias, a column for each weight, and in the last dimension the samples.
    sums = ws[:, None] * samples + bs[:, None, None]
    losses = (relu(sums) - targets).square().mean(-1)
    area = _landscape.Area(ws.tolist(), bs.tolist())
    highest = sums.amax(-1).tolist()
    content = _landscape.draw(area, losses.tolist(), highest, levels, path, answer)
    first, last, goal = (
        f"({number(weight)}, {number(bias)})" for weight, bias in (path[0], path[-1], answer)
    )
    steps = _counted(len(path) - 1, "step")
    title = f"Loss by weight and bias: from {first} to {last} in {steps}; the answer is {goal}"
    return _picture(title, _landscape.HEIGHT, content)


def _check_path(
    points: Sequence[tuple[float, float]],
    weights: tuple[float, float],
    biases: tuple[float, float],
) -> None:
    if len(points) == 1:
        raise ValueError("expected a path with at least its start, got none")
    for weight, bias in points:
        if not (weights[0] <= weight <= weights[1] and biases[0] <= bias <= biases[1]):
            raise ValueError(
                f"expected weights from {weights[0]:g} to {weights[1]:g} and biases from "
                f"{biases[0]:g} to {biases[1]:g} in the picture, got ({weight:g}, {bias:g})"
            )


def _picture(title: str, height: float, content: str) -> Picture:
    return Picture(title, _svg.document(title, height, content))


def _unchanged(z: Tensor) -> Tensor:
    """Stand for an activation, to get at the sum before it."""
    return z


def _tensor(numbers: Numbers | float) -> Tensor:
    return torch.as_tensor(numbers).detach().to("cpu", torch.get_default_dtype())


def _texts(row: Tensor) -> list[str]:
    return [number(value) for value in row.tolist()]


def _rows(matrix: Tensor) -> list[list[str]]:
    return [_texts(row) for row in matrix]


def _check_sample(z: Tensor) -> None:
    if z.dim() != 1:
        raise ValueError(f"expected one sample of shape (in_features,), got shape {tuple(z.shape)}")


def _check_size(name: str, count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"expected 1 to {most} {name} in a picture, got {count}")


def _name(activation: Activation) -> str:
    name = getattr(activation, "__name__", type(activation).__name__)
    return {"relu": "ReLU", "<lambda>": "σ"}.get(name, name)


def _plural(count: int, noun: str) -> str:
    if count == 1:
        return noun
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def _counted(count: int, noun: str) -> str:
    return f"{count} {_plural(count, noun)}"


def _listed(texts: Sequence[str]) -> str:
    """Join texts as in a sentence: 1, 2 and 3."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
