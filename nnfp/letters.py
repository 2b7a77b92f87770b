"""Networks that write names, letter by letter."""

from collections.abc import Iterable
from importlib.resources import files

import torch
from torch import Tensor, nn

from nnfp.layer import MLP

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
"""The letters of names by their numbers; the dot begins and ends a name."""


def names() -> tuple[list[str], list[str]]:
    """Return the 5,163 first names of the US Census of 1990, in lower case.

    Returns:
        The names for training and those for validation, which are every tenth of the alphabetical
        list, from the first one on.

    Examples:
        >>> from nnfp.letters import names
        >>> train, valid = names()
        >>> len(train), len(valid)
        (4646, 517)

    Source:
        U.S. Census Bureau, *Frequently Occurring Surnames and First Names from the 1990 Census*.
    """
    every = (files("nnfp") / "data/names.csv").read_text(encoding="utf-8").split()
    return [name for i, name in enumerate(every) if i % 10], every[::10]


def windows(names: Iterable[str], size: int) -> tuple[Tensor, Tensor]:
    """Pair each letter of each name with the letters before it.

    Dots fill the window before the first letter, and a dot follows the last one.

    Args:
        names: Names of the letters a to z.
        size: The number of letters in a window, at least 1.

    Returns:
        The windows, of shape `(n, size)`, and the letters that follow them, of shape `(n,)`: both
        as numbers of letters, of dtype int64.

    Raises:
        ValueError: If `size` is less than 1, there is no name, or a name has another character.
        TypeError: If `names` is one name instead of several.

    Examples:
        >>> from nnfp.letters import windows
        >>> x, target = windows(["al"], size=2)
        >>> x.tolist(), target.tolist()
        ([[0, 0], [0, 1], [1, 12]], [1, 12, 0])
    """
    if size < 1:
        raise ValueError(f"expected windows of at least 1 letter, got {size}")
    if isinstance(names, str):
        raise TypeError(f"expected a list of names, got one name: put it in a list, [{names!r}]")
    before, after = [], []
    for name in names:
        numbers = [0] * size + _numbers(name) + [0]
        before += [numbers[i : i + size] for i in range(len(name) + 1)]
        after += numbers[size:]
    if not after:
        raise ValueError("expected at least one name, got none")
    return torch.tensor(before), torch.tensor(after)


def _numbers(name: str) -> list[int]:
    numbers = [LETTERS.find(letter) for letter in name]
    # A dot in the middle would end the name.
    if any(number < 1 for number in numbers):
        raise ValueError(f"expected a name of the letters a to z, got {name!r}")
    return numbers


class Embedding(nn.Module):
    """A row of numbers for each letter or anything else with a number: like [torch.nn.Embedding][].

    Args:
        num_embeddings: The number of rows.
        embedding_dim: The length of a row.

    Attributes:
        weight: Shape `(num_embeddings, embedding_dim)`, at first drawn from a normal distribution.

    Examples:
        >>> import torch
        >>> from nnfp.letters import Embedding
        >>> Embedding(27, 8)(torch.tensor([[0, 13], [13, 1], [1, 18]])).shape
        torch.Size([3, 2, 8])

    Source:
        Bengio et al., "A Neural Probabilistic Language Model" (2003).
    """

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))

    def forward(self, x: Tensor) -> Tensor:
        """Pick out a row for each number in `x`.

        Args:
            x: Numbers from 0 to `num_embeddings - 1`, of any shape and of dtype int64 or int32.

        Returns:
            Shape `(*x.shape, embedding_dim)`.

        Raises:
            TypeError: If `x` has another dtype.
            IndexError: If a number has no row.
        """
        # As an index, a tensor of another dtype would fail, or select rows by True and False.
        if x.dtype not in (torch.int64, torch.int32):
            raise TypeError(f"expected whole numbers of dtype int64 or int32, got {x.dtype}")
        # Python's negative indices would silently count from the end.
        if x.numel() and (x.min() < 0 or x.max() >= len(self.weight)):
            got = f"got numbers from {x.min().item()} to {x.max().item()}"
            raise IndexError(f"expected numbers from 0 to {len(self.weight) - 1}, {got}")
        return self.weight[x]


class Window(nn.Module):
    """A network that reads a few letters and rates each letter that might follow.

    It looks up a row for each letter in the window, puts the rows next to each other, and sends
    them through an MLP with one hidden layer.

    Args:
        size: The number of letters that it reads.
        dim: The length of the row of each letter.
        hidden: The number of hidden neurons.

    Attributes:
        embedding: The rows of the letters.
        mlp: The fully connected layers.

    Examples:
        >>> import torch
        >>> from nnfp.letters import Window
        >>> Window(size=3)(torch.tensor([[0, 0, 13], [0, 13, 1]])).shape
        torch.Size([2, 27])
    """

    def __init__(self, size: int = 3, dim: int = 8, hidden: int = 64) -> None:
        super().__init__()
        self.size = size
        self.embedding = Embedding(len(LETTERS), dim)
        self.mlp = MLP([size * dim, hidden, len(LETTERS)])
        # Small weights in the last layer make all letters about equally likely at first.
        with torch.no_grad():
            self.mlp.layers[-1].weight.mul_(0.1)  # type: ignore[operator]

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of the next letter: shape `(n, size)` to shape `(n, 27)`."""
        logits: Tensor = self.mlp(self.embedding(x).flatten(1))
        return logits


def trained_window() -> Window:
    """Return a new copy of the network that `benchmarks/letters.py` has trained on the names."""
    net = Window()
    with (files("nnfp") / "data/window.pt").open("rb") as file:
        net.load_state_dict(torch.load(file, map_location="cpu"))
    return net


@torch.no_grad()
def write(
    net: nn.Module, size: int = 0, start: str = "", generator: torch.Generator | None = None
) -> str:
    """Let a network write a name: draw a letter, append it, and repeat until a dot is drawn.

    Args:
        net: Returns logits whose last row is that of the next letter.
        size: The number of letters that it reads at a time: a window. With 0, all letters so far.
        start: How the name begins.
        generator: What draws the letters; without one, PyTorch's own.

    Returns:
        The name, without dots. It has at most 15 letters, unless `start` is longer.

    Raises:
        ValueError: If `start` has another character than the letters a to z.
    """
    dots = max(size, 1)
    numbers = [0] * dots + _numbers(start)
    while len(numbers) < dots + 15:
        seen = numbers[-size:] if size else numbers
        logits = net(torch.tensor([seen])).flatten(0, -2)[-1]
        number = int(torch.multinomial(logits.softmax(0), 1, generator=generator))
        if number == 0:
            break
        numbers.append(number)
    return "".join(LETTERS[number] for number in numbers[dots:])
