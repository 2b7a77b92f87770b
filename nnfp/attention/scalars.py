"""Compute a transformer one number at a time, with the engine of the page on gradients."""

import math

from torch import Tensor

from nnfp.attention.heads import SelfAttention
from nnfp.attention.transformer import Transformer
from nnfp.gradient import Value

Row = list[Value]
"""A row of numbers, such as that of a letter."""


class ScalarTransformer:
    """A copy of a transformer whose every number is a [nnfp.gradient.Value][].

    It computes the same as the transformer, one multiplication at a time, and is therefore slow.

    Args:
        net: The transformer to copy.

    Attributes:
        matrices: Each matrix as a list of rows, by its name in the `state_dict`.
        vectors: Each bias and each weight of a layer norm as a row, by its name there.

    Examples:
        >>> from nnfp.attention import Transformer, letter_loss, sequences
        >>> from nnfp.attention.scalars import ScalarTransformer
        >>> net = Transformer(dim=4, heads=2, blocks=1)
        >>> x, target = sequences(["al"])
        >>> loss = ScalarTransformer(net).loss(x[0], target[0])
        >>> loss.backward()
        >>> abs(loss.data - letter_loss(net(x), target).item()) < 1e-4
        True

    Source:
        A. Karpathy, *microgpt* (2026).
    """

    def __init__(self, net: Transformer) -> None:
        self.heads = [module.heads for module in net.modules() if isinstance(module, SelfAttention)]
        self.matrices: dict[str, list[Row]] = {}
        self.vectors: dict[str, Row] = {}
        for name, weight in net.state_dict().items():
            if weight.dim() == 2:
                self.matrices[name] = [list(map(Value, row)) for row in weight.tolist()]
            else:
                self.vectors[name] = list(map(Value, weight.tolist()))

    def loss(self, x: Tensor, target: Tensor) -> Value:
        """Return the mean cross-entropy of one name, whose letters have the shape `(n,)`."""
        losses = []
        for logits, answer in zip(self.logits(x), target.tolist(), strict=True):
            losses.append(log(add_up([exp(logit) for logit in logits])) - logits[answer])
        return add_up(losses) * (1 / len(losses))

    def logits(self, x: Tensor) -> list[Row]:
        """Return a row of logits for each letter."""
        letters, places = self.matrices["embedding.weight"], self.matrices["position.weight"]
        rows = [add(letters[letter], places[i]) for i, letter in enumerate(x.tolist())]
        for i, heads in enumerate(self.heads):
            normed = [self._norm(f"blocks.{i}.norm1", row) for row in rows]
            rows = list(map(add, rows, self._attention(f"blocks.{i}.attention", normed, heads)))
            normed = [self._norm(f"blocks.{i}.norm2", row) for row in rows]
            rows = list(
                map(add, rows, [self._mlp(f"blocks.{i}.mlp.layers", row) for row in normed])
            )
        return [self._linear("head", self._norm("norm", row)) for row in rows]

    def _linear(self, name: str, row: Row) -> Row:
        """Send a row through the layer of that name."""
        weight, bias = self.matrices[f"{name}.weight"], self.vectors[f"{name}.bias"]
        return [dot(row, w) + b for w, b in zip(weight, bias, strict=True)]

    def _mlp(self, name: str, row: Row) -> Row:
        """Send a row through two layers with ReLU between them."""
        return self._linear(f"{name}.1", [v.relu() for v in self._linear(f"{name}.0", row)])

    def _norm(self, name: str, row: Row) -> Row:
        """Send a row through the layer norm of that name."""
        mean = add_up(row) * (1 / len(row))
        centered = [v - mean for v in row]
        variance = dot(centered, centered) * (1 / len(row)) + 1e-5
        scale = exp(log(variance) * -0.5)
        weight, bias = self.vectors[f"{name}.weight"], self.vectors[f"{name}.bias"]
        return [v * scale * w + b for v, w, b in zip(centered, weight, bias, strict=True)]

    def _attention(self, name: str, rows: list[Row], heads: int) -> list[Row]:
        """Let each row attend to itself and to the rows before it."""
        projected = [self._linear(f"{name}.in_proj", row) for row in rows]
        size = len(rows[0]) // heads
        mixed: list[Row] = [[] for _ in rows]
        for head in range(heads):
            query, key, value = (
                [row[(part * heads + head) * size :][:size] for row in projected]
                for part in range(3)
            )
            for i in range(len(rows)):
                scores = [dot(query[i], key[j]) * size**-0.5 for j in range(i + 1)]
                weights = softmax(scores)
                columns = zip(*value[: i + 1], strict=True)
                mixed[i] += [dot(weights, list(column)) for column in columns]
        return [self._linear(f"{name}.out_proj", row) for row in mixed]


def exp(v: Value) -> Value:
    """Return e to the power of a value: its slope is the result itself."""
    result = math.exp(v.data)
    return Value(result, [(v, result)])


def log(v: Value) -> Value:
    """Return the natural logarithm of a value, whose slope is 1 divided by the value."""
    return Value(math.log(v.data), [(v, 1 / v.data)])


def divide(a: Value, b: Value) -> Value:
    """Return a divided by b."""
    return Value(a.data / b.data, [(a, 1 / b.data), (b, -a.data / b.data**2)])


def softmax(scores: Row) -> Row:
    """Turn scores into weights that add up to 1."""
    powers = [exp(score) for score in scores]
    total = add_up(powers)
    return [divide(power, total) for power in powers]


def dot(a: Row, b: Row) -> Value:
    """Return the sum of the products."""
    return add_up([x * y for x, y in zip(a, b, strict=True)])


def add(a: Row, b: Row) -> Row:
    """Add two rows."""
    return [x + y for x, y in zip(a, b, strict=True)]


def add_up(row: Row) -> Value:
    """Return the sum of a row."""
    return sum(row[1:], row[0])
