"""Draw one sample on its way through a row of neurons, from the inputs to the outputs."""

from collections.abc import Sequence
from typing import NamedTuple

from nnfp.draw import activation, svg
from nnfp.draw.svg import INPUT, RADIUS, RESULT, WEIGHT, half_width, text_width
from nnfp.draw.words import number, plural

# The centers of the columns, half the width of the widest number, and the center of the first row.
X_INPUT, X_SUM, X_ACTIVATION, X_OUTPUT = 44, 280, 359, 432
WIDEST = 42
TOP = 68


class Forward(NamedTuple):
    """One sample and what each neuron makes of it, as the figure writes it."""

    inputs: list[str]
    weights: list[list[str]]
    biases: list[str]
    sums: list[str]
    outputs: list[str]
    activation: str
    graph: list[list[activation.Point]]


def circle_text(value: float) -> str:
    """Write a number so that it fits into a circle, with fewer digits if that helps.

    Raises:
        ValueError: If the number is too wide even then.
    """
    for text in (number(value), number(value, digits=1)):
        if half_width([text]) <= WIDEST:
            return text
    raise ValueError(f"expected numbers that fit into a circle of a picture, got {number(value)}")


def draw(sample: Forward) -> tuple[str, float]:
    """Draw inputs, weights, sums, activation and outputs from left to right.

    Returns:
        The content of the figure and its height.
    """
    count, neurons = len(sample.inputs), len(sample.sums)
    # Where on its edge each weight is, as a share of the way back from the neuron. The weights of
    # one neuron are in the middle. Those of several are before the first crossing of edges: at
    # 1/(n + 1) of the way for n inputs all weights would be equally far apart; a little closer to
    # the neurons, the weights of each neuron form a group.
    share = 1 / 2 if neurons == 1 else 1 / (count + 1.4)
    pitch = max(68 if neurons == 1 and count > 3 else 92, 24 / share)
    longest = max(count, neurons)
    y_inputs = [TOP + pitch * (i + (longest - count) / 2) for i in range(count)]
    y_sums = [TOP + pitch * (i + (longest - neurons) / 2) for i in range(neurons)]

    content = _draw_edges(sample, y_inputs, y_sums, share)
    for i, (y, value) in enumerate(zip(y_inputs, sample.inputs, strict=True), 1):
        circle = svg.node(X_INPUT, y, value, INPUT, half_width(sample.inputs))
        content += svg.part(f"input-{i}", circle)
    for i, y in enumerate(y_sums):
        content += _draw_result(sample, i, y)
    headings = {
        "inputs": (X_INPUT, plural(count, "input")),
        "weights": ((X_INPUT + X_SUM) / 2, plural(count * neurons, "weight")),
        "sums": (X_SUM, plural(neurons, "sum")),
        "activation": (X_ACTIVATION, sample.activation if len(sample.activation) <= 8 else ""),
        "outputs": (X_OUTPUT, plural(neurons, "output")),
    }
    for name, (x, heading) in headings.items():
        content += svg.part(name, svg.text(x, 16, heading, faint=True)) if heading else ""
    below = 22 if sample.biases else 0
    return content, max(y_inputs[-1], y_sums[-1] + below) + RADIUS + 10


def _draw_edges(
    sample: Forward, y_inputs: Sequence[float], y_sums: Sequence[float], share: float
) -> str:
    """Draw all edges, and on them each weight, at this share of the way back."""
    start = X_INPUT + half_width(sample.inputs)
    end = X_SUM - half_width(sample.sums)
    edges = labels = ""
    for i, (y_sum, row) in enumerate(zip(y_sums, sample.weights, strict=True)):
        for j, (y_input, weight) in enumerate(zip(y_inputs, row, strict=True), 1):
            name = f"{_name(sample, 'weight', i)}-{j}"
            edge = svg.line(start, y_input, end, y_sum, WEIGHT, opacity=0.5)
            edges += svg.part(name, edge)
            # A wide number moves back as far as it must to stay clear of the neuron.
            x = min(end - share * (end - start), end - 6 - text_width(weight) / 2)
            label = svg.label(x, y_sum - share * (y_sum - y_input), weight, WEIGHT)
            labels += svg.part(name, label)
    return edges + labels


def _draw_result(sample: Forward, i: int, y: float) -> str:
    """Draw the sum of neuron `i`, its bias below it, and its output."""
    half_sum, half_output = half_width(sample.sums), half_width(sample.outputs)
    parts = {
        "sum": svg.node(X_SUM, y, sample.sums[i], RESULT, half_sum),
        "to-activation": svg.line(X_SUM + half_sum, y, X_ACTIVATION - 18, y),
        "activation": activation.draw(sample.graph, X_ACTIVATION, y),
        "to-output": svg.arrow(X_ACTIVATION + 18, X_OUTPUT - half_output - 6, y),
        "output": svg.node(X_OUTPUT, y, sample.outputs[i], RESULT, half_output, ring=True),
    }
    if sample.biases:
        bias = f"bias {sample.biases[i]}"
        parts["bias"] = svg.text(X_SUM - RADIUS, y + RADIUS + 16, bias, WEIGHT, anchor="start")
    return "".join(svg.part(_name(sample, kind, i), part) for kind, part in parts.items())


def _name(sample: Forward, kind: str, i: int) -> str:
    """Name a part of neuron `i`: sum-2, or sum in a figure of one neuron."""
    return kind if len(sample.sums) == 1 else f"{kind}-{i + 1}"
