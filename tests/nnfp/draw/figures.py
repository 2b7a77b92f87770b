"""Helpers for the tests of the figures: examples of each kind, and functions to read an SVG."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import torch
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from torch import sigmoid

from nnfp import MLP, Value, draw
from nnfp.attention import Transformer
from nnfp.draw import Picture

SVG = "{http://www.w3.org/2000/svg}"
# The widest number that a figure shows: four digits and a sign.
LONG = -0.1234

Box = tuple[float, float, float, float]


def example_graph(w1: float, w2: float) -> Picture:
    """Draw a computation of five steps, in which paths meet and a value comes in late."""
    x1, first, x2, second, target = (Value(number) for number in (1, w1, 2, w2, 20))
    p1, p2 = x1 * first, x2 * second
    total = p1 + p2
    error = total - target
    loss = error * error
    loss.backward()
    return draw.graph(
        {"x1": x1, "w1": first, "x2": x2, "w2": second, "target": target}
        | {"p1": p1, "p2": p2, "total": total, "error": error, "loss": loss}
    )


def example_reading() -> Picture:
    """Draw how an untrained network reads ink everywhere."""
    torch.manual_seed(0)
    return draw.reading(MLP([64, 64, 10]), torch.ones(64))


def example_finishing(start: str, blocks: int = 2) -> Picture:
    """Draw how an untrained transformer finishes a name."""
    torch.manual_seed(0)
    return draw.finishing(Transformer(blocks=blocks), start)


EXAMPLES: dict[str, Callable[[], Picture]] = {
    "bars": partial(draw.bars, {"chance": 3.3, "counting": 2.35}, "loss"),
    "many bars": partial(draw.bars, {"x" * (20 - n): 0.1234 * n for n in range(12)}, "x" * 40),
    **{f"neuron {n}": partial(draw.neuron, [1] * n, [-5] * n, 3) for n in range(1, 6)},
    **{
        f"long neuron {n}": partial(draw.neuron, [LONG] * n, [-0.9876] * n, LONG)
        for n in range(1, 6)
    },
    **{
        f"layer {n} to {m}": partial(draw.layer, [1] * n, [[-5] * n] * m, [3] * m)
        for n in range(1, 5)
        for m in range(1, 5)
    },
    **{
        f"long layer {n}": partial(draw.layer, [LONG] * n, [[-0.9876] * n] * 4, [LONG] * 4, sigmoid)
        for n in range(1, 5)
    },
    **{
        f"matmul {b} {n} {m}": partial(draw.matmul, [[-19] * n] * b, [[5] * n] * m)
        for b, n, m in ((1, 1, 1), (2, 2, 2), (3, 2, 1), (1, 5, 3), (5, 1, 5), (5, 5, 5))
    },
    "long matmul": partial(draw.matmul, [[LONG] * 5] * 5, [[LONG] * 5] * 5),
    **{
        f"parts {dim} {ranks}": partial(draw.parts, [[-1, -1]] * 4, [[5, 5]] * 4, dim, ranks)
        for dim, ranks in ((0, 2), (0, 4), (1, 2))
    },
    "long parts": partial(draw.parts, [[LONG]], [[LONG]], 0, 1),
    "smallest parts": partial(draw.parts, [[1]], [[1]], 0, 1),
    "network": partial(draw.network, [2, 4, 4, 1]),
    "wide network": partial(draw.network, [784, 128, 64, 10]),
    "long network": partial(draw.network, [10000, 7, 6, 5, 4, 3, 2, 10000]),
    "network with huge sizes": partial(draw.network, [9999999, 9999999]),
    "smallest network": partial(draw.network, [1, 1]),
    "losses": partial(draw.losses, {"SGD": [346.5] * 10, "Solved": [346.5] + [0.0] * 9}),
    "losses that end alike": partial(draw.losses, {name: [3, 1, LONG] for name in "abcd"}),
    "losses on a log scale": partial(
        draw.losses, {"SGD": [0.99**i for i in range(1000)]}, log=True
    ),
    "losses with wide names": partial(
        draw.losses, {"momentum": [9, 1], "WWWWWW": [3, 1], "AdamW": [2, 1], "x" * 24: [1, 1]}
    ),
    "landscape": partial(
        draw.landscape, range(1, 11), range(3, 33, 3), [(1, 0), (2.5, 0.2), (2.9, 0.3)], (3, 0)
    ),
    "landscape of another task": partial(
        draw.landscape, [-1, 1], [[2], [0]], [(-3, 9)], (-1, 1), (2,), (-4, 0), (0, 10)
    ),
    "landscape with more lines than names": partial(
        draw.landscape, range(1, 11), range(3, 33, 3), [(1, 0)], (3, 0), range(20, 100, 4)
    ),
    "landscape with several paths": partial(
        draw.landscape,
        range(1, 11),
        range(3, 33, 3),
        {"WWWW": [(1, 0), (2, 0)], "momentum": [(1, 0), (4, 3)], "Nesterov": [(1, 0)]},
        (3, 0),
    ),
    "graph": partial(example_graph, 5, 7),
    "another graph": partial(example_graph, -3, 9),
    "shapes": partial(
        draw.shapes,
        [("x", (3, 2)), ("Wᵀ", (2, 4)), ("y", (3, 4))],
        [("a long name", (6, 6)), ("W", (6, 5)), ("y", (6, 5))],
    ),
    "fits": partial(
        draw.fits,
        range(1, 8),
        [1, 3, 7],
        {name: ([1, 3, 2, 5, -4, 7, 12], [0, 5, 9]) for name in ("a" * 18, "b", "c", "x" * 18)},
        [1, 2, 3],
    ),
    "one fit": partial(
        draw.fits, [0, 1], [0, 1], {"a < b": ([0, 1e4], None)}, None, "<x>", "y" * 24
    ),
    "three fits": partial(
        draw.fits, [0.001, 0.002], [0, 1], {name: ([0, 1e-3], [LONG] * 2) for name in "abc"}
    ),
    "reading": example_reading,
    "finishing": partial(example_finishing, "mary"),
    "finishing nothing": partial(example_finishing, "", 1),
    "finishing a long name": partial(example_finishing, "w" * 15),
    "one image": partial(draw.images, torch.eye(16).unsqueeze(0), ["0" * 8]),
    "images": partial(draw.images, torch.rand(20, 8, 3), ["1, not 8"] * 20),
    "confusion": partial(draw.confusion, torch.full((10, 10), 999)),
    "smallest confusion": partial(draw.confusion, [[0]]),
    "attention": partial(draw.attention, torch.ones(10, 10), "<&abcdefgh"),
    "attention of one letter": partial(draw.attention, [[1]], "a"),
    "histograms": partial(
        draw.histograms, {name: [[-1e-30, 0, 1e-30]] * 21 for name in ("activations", "gradients")}
    ),
    "histograms of large numbers": partial(draw.histograms, {"a": [[-1e30, 1e30]] * 2}, 1e30),
    "starts": partial(draw.starts, range(1, 11), [(0.5, 0.5), (-0.5, -0.5)]),
    "shards": partial(draw.shards, [[1, 2, 3], [4, 5, 6]], 1.5, [-14, -77]),
    "one shard": partial(draw.shards, [[1]], LONG, [LONG]),
    "eight shards": partial(draw.shards, [[-99, -99]] * 4, LONG, [LONG] * 4),
    "ring": partial(draw.ring, [[1, 2, 3], [10, 20, 30], [100, 200, 300]]),
    "smallest ring": partial(draw.ring, [[1, 2], [0.1234] * 2], 1),
    "widest ring": partial(draw.ring, [[-99999] * 4] * 4, 3),
    "speedups": partial(draw.speedups, {"16 neurons, 1 sample": 0.28, "large": 84.7}),
    "speedups over a wide range": partial(draw.speedups, {"W" * 12: 1e-6, "x" * 26: 1e6, "one": 1}),
    "one speedup": partial(draw.speedups, {"a < b & c": 1.0}),
    "one loss": partial(draw.losses, {"a < b & c": [0]}, ylabel="error <1>"),
}


def elements(picture: Picture, name: str) -> list[Element]:
    """Return the elements of a kind, such as `path`."""
    return list(ElementTree.fromstring(picture.svg).iter(f"{SVG}{name}"))


def attribute(element: Element, name: str) -> str:
    """Return an attribute that the element has."""
    value = element.get(name)
    assert value is not None, f"<{element.tag}> has no {name}"
    return value


def texts(picture: Picture, color: str | None = None) -> list[str]:
    """Return all texts of a figure, or those of one color."""
    if color is None:
        return ["".join(text.itertext()) for text in elements(picture, "text")]
    return [
        span.text or ""
        for span in elements(picture, "tspan")
        if f"--nnfp-{color}" in attribute(span, "style")
    ]


def places(picture: Picture) -> dict[tuple[float, float], str]:
    """Return the texts by the place of their middle or end."""
    return {
        (float(attribute(text, "x")), float(attribute(text, "y"))): "".join(text.itertext())
        for text in elements(picture, "text")
    }


def boxes(picture: Picture) -> Iterator[tuple[str, Box]]:
    """Yield each text and the box around it, measured in a font that is wider than most."""
    for element in elements(picture, "text"):
        content, style = "".join(element.itertext()), attribute(element, "style")
        size = float((re.findall(r"font-size: (\d+)px", style) or ["16"])[0])
        font = FontProperties(family="DejaVu Sans", size=size)
        width, _, _ = text_to_path.get_text_width_height_descent(content, font, ismath=False)
        back = {"start": 0, "middle": width / 2, "end": width}
        left = float(attribute(element, "x")) - back[re.findall("anchor: ([a-z]+)", style)[0]]
        bottom = float(attribute(element, "y"))
        yield content, (left, bottom - 0.75 * size, left + width, bottom)


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def coordinates(picture: Picture) -> str:
    """Return every attribute that places something, to look for `inf` and `nan` in them."""
    return " ".join(
        value
        for element in ElementTree.fromstring(picture.svg).iter()
        for name, value in element.items()
        if name != "style"
    )
