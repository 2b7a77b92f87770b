"""The figure of a computation: a circle for each value, and the slopes on the way back."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from nnfp.draw import svg
from nnfp.draw.checks import check_count
from nnfp.draw.picture import Picture
from nnfp.draw.svg import INPUT, RADIUS, RESULT, WEIGHT, WIDTH, half_width, text_width
from nnfp.draw.words import listed, number

PITCH = 104  # the height of a row
TOP = 54  # the center of the first row
SIDE = 46  # the center of the first column
WIDEST = 34  # half the width of the widest circle
SHARE = 0.54  # where on its line a local slope is: nearer to the lower end, where there is room
BEND = 50  # how far the two lines between the same circles bend away from each other


class Node(Protocol):
    """What a figure reads of a value, such as a [nnfp.gradient.Value][]."""

    @property
    def data(self) -> float:
        """The number."""

    @property
    def grad(self) -> float:
        """The slope of the result with respect to this value."""

    @property
    def inputs(self) -> "Sequence[tuple[Node, float]]":
        """The values that this one was computed from, each with its local slope."""


Point = tuple[float, float]


def graph(values: Mapping[str, Node]) -> Picture:
    """Draw how a result was computed: each value in a circle, and lines to what it went into.

    After `backward()`, the slope of each value is below its circle, and the local slopes are on the
    lines.

    Args:
        values: All values by name, the result last. A name that starts with `x` has the color of
            inputs, one that starts with `w` or `b` that of weights.

    Returns:
        The picture.

    Raises:
        ValueError: If there are no values, a value in the computation has no name, a value is not a
            part of the computation, there are more than 5 steps or 5 values side by side, or a
            number or a name is too long to be shown.

    Examples:
        >>> from nnfp import Value, draw
        >>> x, w = Value(2), Value(3)
        >>> y = x * w
        >>> y.backward()
        >>> print(draw.graph({"x": x, "w": w, "y": y}).title)
        Computation of y: x is 2, w is 3 and y is 6; the slopes are 3, 2 and 1
    """
    if not values:
        raise ValueError("expected at least one value, got none")
    names = {node: name for name, node in values.items()}
    *_, result = values.values()
    order = _inputs_first(result, names)
    places = _place(order)
    after = result.grad != 0
    circles = "".join(_circle(node, names[node], places[node], after) for node in order)
    edges = "".join(_edges(node, names, places, after) for node in order)
    numbers = [f"{name} is {number(node.data)}" for name, node in values.items()]
    title = f"Computation of {names[result]}: {listed(numbers)}"
    if after:
        title += f"; the slopes are {listed([number(node.grad) for node in values.values()])}"
    bottom = max(y for _, y in places.values()) + RADIUS + (32 if after else 6)
    return Picture(title, svg.document(title, bottom, edges + circles))


def _inputs_first(result: Node, names: Mapping[Node, str]) -> list[Node]:
    """Return all values of a computation, each after its inputs."""
    order: list[Node] = []

    def visit(node: Node) -> None:
        if node not in names:
            raise ValueError(f"expected a name for each value, got none for {number(node.data)}")
        if node not in order:
            for source, _ in node.inputs:
                visit(source)
            order.append(node)

    visit(result)
    if unused := [name for node, name in names.items() if node not in order]:
        raise ValueError(f"expected only values that {names[result]} depends on, got {unused[0]}")
    return order


def _place(order: Sequence[Node]) -> dict[Node, Point]:
    """Return the center of each circle: a column for each step, and inputs next to their use."""
    column: dict[Node, int] = {}
    for node in order:
        column[node] = max((column[source] + 1 for source, _ in node.inputs), default=0)
    uses: dict[Node, list[Node]] = {node: [] for node in order}
    for node in order:
        for source, _ in node.inputs:
            uses[source].append(node)
    for node in order:
        if not node.inputs and uses[node]:
            column[node] = min(column[use] for use in uses[node]) - 1
    count = max(column.values()) + 1
    check_count("steps", count, 5)
    y: dict[Node, float] = {}
    for i in range(count):
        # Computed values first, next to their inputs, then those that come in at this step.
        here = sorted((n for n in order if column[n] == i), key=lambda node: not node.inputs)
        check_count("values side by side", len(here), 5)
        lowest: float = TOP - PITCH
        for node in here:
            before = [y[s] for s, _ in node.inputs if s.inputs or not column[s]]
            wished = sum(before) / len(before) if before else 0.0
            # One that comes in later is lower, so that its line does not meet the slope above it.
            y[node] = lowest = max(wished, lowest + PITCH * (1 if node.inputs or not i else 1.25))
    x = [SIDE + (WIDTH - 2 * SIDE) / max(count - 1, 1) * i for i in range(count)]
    return {node: (x[column[node]], y[node]) for node in order}


def _color(name: str) -> str:
    return {"x": INPUT, "w": WEIGHT, "b": WEIGHT}.get(name[:1], RESULT)


def _edges(node: Node, names: Mapping[Node, str], places: Mapping[Node, Point], after: bool) -> str:
    """Draw the lines from the inputs of a value to it, with the local slopes."""
    content = ""
    sources = [source for source, _ in node.inputs]
    seen: list[Node] = []
    for source, local in node.inputs:
        (x1, y1), (x2, y2) = places[source], places[node]
        x1, x2 = x1 + _half(source), x2 - _half(node)
        bend, share = 0.0, SHARE if y1 < y2 else 1 - SHARE
        if sources.count(source) > 1:
            bend, share = BEND if source in seen else -BEND, 0.5
        seen.append(source)
        line = svg.curve((x1, y1), ((x1 + x2) / 2, (y1 + y2) / 2 + bend), (x2, y2))
        if after:
            text = f"×{number(local)}"
            if text_width(text) + 6 > x2 - x1:
                raise ValueError(f"expected local slopes that fit on a line, got {number(local)}")
            y = y1 + share * (y2 - y1) + bend / 2
            line += svg.label(x1 + share * (x2 - x1), y, text, RESULT)
        content += svg.part(f"{names[source]}-to-{names[node]}", line)
    return content


def _half(node: Node) -> float:
    half = half_width([number(node.data)])
    if half > WIDEST:
        raise ValueError(f"expected numbers that fit into a circle, got {number(node.data)}")
    return half


def _circle(node: Node, name: str, place: Point, after: bool) -> str:
    """Draw a value with its name above and its slope below."""
    x, y = place
    half = _half(node)
    slope = f"slope {number(node.grad)}"
    for text in (name, slope):
        if text_width(text) > 2 * SIDE:
            raise ValueError(f"expected names and slopes that fit next to a circle, got {text}")
    color = _color(name)
    content = svg.node(x, y, number(node.data), color, half)
    content = svg.part(name, content + svg.text(x, y - RADIUS - 13, name, color))
    if after:
        content += svg.part(f"{name}-slope", svg.text(x, y + RADIUS + 15, slope))
    return content
