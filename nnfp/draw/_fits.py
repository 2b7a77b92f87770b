"""The plot of samples and of what a network answers between them, in panels."""

from collections.abc import Mapping, Sequence
from itertools import chain
from math import isfinite

from nnfp.draw import svg
from nnfp.draw.checks import check_count, check_matplotlib, check_words
from nnfp.draw.picture import Picture
from nnfp.draw.svg import LETTER, WEIGHT, WIDTH
from nnfp.draw.values import Numbers, tensor
from nnfp.draw.words import number

Row = Sequence[float]

GAP, TOP, SPACE, BOTTOM = 22, 66, 44, 52  # around and between the panels
HEIGHT = 130


def fits(
    x: Numbers,
    at: Numbers,
    panels: Mapping[str, tuple[Numbers, Numbers | None]],
    rule: Numbers | None = None,
    xlabel: str = "input",
    ylabel: str = "output",
) -> Picture:
    """Plot samples as dots and the answers of a network as a curve, in 1 to 4 panels.

    All panels have the same axes, so that they can be compared.

    Args:
        x: The input of each sample, of shape `(batch,)` or `(batch, 1)`.
        at: The inputs at which the curves are drawn, in order, in either of these shapes.
        panels: By title, the target of each sample, and what a network answers at each input of
            `at`. Instead of the answers, `None` draws no curve.
        rule: If given, a thin curve in every panel: what the network should find.
        xlabel: What the inputs are.
        ylabel: What the outputs are.

    Returns:
        The picture, identical byte for byte for identical numbers.

    Raises:
        ImportError: If Matplotlib, which chooses the marks of the axes, is not installed.
        ValueError: If there are too many panels, a title or label is too long, the numbers differ
            in count from their inputs, or one is not finite.
        TypeError: If something is not a number.

    Examples:
        >>> from nnfp import draw
        >>> draw.fits([1, 2, 4], [1, 4], {"start": ([3, 6, 12], [1, 4])})
        Picture(title='Plot of output by input, with 3 samples and a curve: start')
    """
    check_matplotlib()
    check_count("panels", len(panels), 4)
    check_words("an xlabel", xlabel, 24)
    check_words("a ylabel", ylabel, 24)
    xs, across = _row(x, "samples"), _row(at, "inputs of the curve")
    thin = None if rule is None else _row(rule, "numbers of the rule", len(across))
    dots, curves = {}, {}
    for name, (targets, answers) in panels.items():
        check_words("titles", name, 18)
        dots[name] = _row(targets, "targets", len(xs))
        if answers is not None:
            curves[name] = _row(answers, "answers", len(across))
    axes = _Axes([*xs, *across], [*chain(*dots.values(), *curves.values(), thin or [])], len(dots))
    content = svg.text(axes.left, 14, ylabel, anchor="start", faint=True)
    for place, name in enumerate(dots):
        content += axes.draw(place, name)
        if thin is not None:
            content += svg.path(axes.points(place, across, thin), width=1, opacity=0.6)
        content += svg.dots(axes.points(place, xs, dots[name]), svg.RESULT, 6)
        if name in curves:
            content += svg.path(axes.points(place, across, curves[name]), color=WEIGHT)
    content += svg.text((axes.left + WIDTH) / 2, axes.height - 14, xlabel, faint=True)
    with_curve = " and a curve" if curves else ""
    title = f"Plot of {ylabel} by {xlabel}, with {len(xs)} samples{with_curve}: {', '.join(dots)}"
    return Picture(title, svg.document(title, axes.height, content))


class _Axes:
    """The axes that all panels share: two columns of panels, or one panel."""

    def __init__(self, xs: Row, ys: Row, panels: int) -> None:
        from matplotlib.ticker import MaxNLocator

        low, high = min(xs), max(xs)
        marks = MaxNLocator(4, steps=(1, 2, 5, 10))
        self.across = [mark for mark in marks.tick_values(low, high) if low <= mark <= high]
        self.up = list(marks.tick_values(min(0, *ys), max(ys)))
        self.xs = (low, high)
        self.left = max(svg.text_width(number(mark)) for mark in self.up) + 12
        self.panels = panels
        self.columns = min(2, panels)
        self.width = (WIDTH - self.left - GAP * self.columns) / self.columns
        rows = (panels + 1) // 2
        self.height = TOP + rows * HEIGHT + (rows - 1) * SPACE + BOTTOM

    def corner(self, place: int) -> tuple[float, float]:
        """Return the lower left corner of a panel."""
        row, column = divmod(place, self.columns)
        return (
            self.left + column * (self.width + GAP),
            TOP + row * (HEIGHT + SPACE) + HEIGHT,
        )

    def points(self, place: int, xs: Row, ys: Row) -> list[tuple[float, float]]:
        """Return the positions of points in a panel."""
        left, bottom = self.corner(place)
        (low, high), (floor, ceiling) = self.xs, (self.up[0], self.up[-1])
        return [
            (
                left + self.width * (x - low) / (high - low),
                bottom - HEIGHT * (y - floor) / (ceiling - floor),
            )
            for x, y in zip(xs, ys, strict=True)
        ]

    def draw(self, place: int, name: str) -> str:
        """Return the title, the grid and the marks of a panel."""
        left, bottom = self.corner(place)
        content = svg.text(left, bottom - HEIGHT - 16, name, anchor="start")
        for mark in self.up:
            [(_, y)] = self.points(place, [self.xs[0]], [mark])
            content += svg.path([(left, y), (left + self.width, y)], width=1, opacity=0.2)
            if place % self.columns == 0:
                content += svg.text(left - 8, y, number(mark), anchor="end")
        if place + self.columns >= self.panels:
            for mark in self.across:
                [(x, _)] = self.points(place, [mark], [self.up[0]])
                content += svg.text(x, bottom + LETTER, number(mark))
        return content


def _row(values: Numbers, name: str, count: int | None = None) -> list[float]:
    """Read one finite number for each sample or input."""
    numbers = tensor(values)
    if numbers.dim() != 1 and (numbers.dim() != 2 or numbers.shape[1] != 1):
        raise ValueError(
            f"expected {name} of shape (batch,) or (batch, 1), got shape {tuple(numbers.shape)}"
        )
    row = numbers.flatten().tolist()
    if count is None and len(set(row)) < 2:
        raise ValueError(f"expected at least two different {name}, got {len(set(row))}")
    if count is not None and len(row) != count:
        raise ValueError(f"expected {count} {name}, one for each input, got {len(row)}")
    for each in row:
        if not isfinite(each):
            raise ValueError(f"expected finite {name}, got {each:g}")
    return row
