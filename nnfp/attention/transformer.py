"""The transformer: blocks of attention and an MLP, one on top of the other."""

import torch
from torch import Tensor, nn

from nnfp.attention.heads import SelfAttention
from nnfp.layer import MLP, Linear
from nnfp.letters import LETTERS, Embedding


class LayerNorm(nn.Module):
    """Give each row a mean of 0 and a variance of 1, then scale and shift: [torch.nn.LayerNorm][].

    Args:
        dim: The length of a row.
        eps: A small number added to the variance, so that a row of equal numbers does not cause a
            division by 0.

    Attributes:
        weight: Shape `(dim,)`: the scales, at first 1.
        bias: Shape `(dim,)`: the shifts, at first 0.

    Examples:
        >>> import torch
        >>> from nnfp.attention import LayerNorm
        >>> print(LayerNorm(2)(torch.tensor([[1.0, 5.0]])).round(decimals=2).tolist())
        [[-1.0, 1.0]]

    Source:
        Ba et al., "Layer Normalization" (2016).
    """

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))
        self.bias = nn.Parameter(torch.zeros(dim))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize each row of `x`, of shape `(..., dim)`."""
        centered = x - x.mean(-1, keepdim=True)
        variance = centered.square().mean(-1, keepdim=True)
        return centered / (variance + self.eps).sqrt() * self.weight + self.bias


class Block(nn.Module):
    """A transformer block: attention, then an MLP, each with a residual connection around it.

    Args:
        dim: The length of the row of each position.
        heads: The number of heads.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1 = LayerNorm(dim)
        self.attention = SelfAttention(dim, heads)
        self.norm2 = LayerNorm(dim)
        self.mlp = MLP([dim, 4 * dim, dim])

    def forward(self, x: Tensor) -> Tensor:
        """Return rows of the shape of `x`, which is `(..., n, dim)`."""
        x = x + self.attention(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return x


class Transformer(nn.Module):
    """A network that computes logits for the next letter after each letter of a name.

    Args:
        size: The maximum number of letters, including the dot at the start.
        dim: The length of the row of each position.
        heads: The number of heads in each block.
        blocks: The number of blocks.

    Examples:
        >>> import torch
        >>> from nnfp.attention import Transformer
        >>> Transformer()(torch.tensor([[0, 13, 1, 18]])).shape
        torch.Size([1, 4, 27])
    """

    def __init__(self, size: int = 16, dim: int = 32, heads: int = 4, blocks: int = 2) -> None:
        super().__init__()
        self.size = size
        self.embedding = Embedding(len(LETTERS), dim)
        self.position = Embedding(size, dim)
        self.blocks = nn.Sequential(*(Block(dim, heads) for _ in range(blocks)))
        self.norm = LayerNorm(dim)
        self.head = Linear(dim, len(LETTERS))
        # Small weights in the last layer make all letters about equally likely at first.
        with torch.no_grad():
            self.head.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of each next letter: shape `(..., n)` to shape `(..., n, 27)`.

        Raises:
            ValueError: If there are more than `size` letters.
        """
        length = x.shape[-1]
        if length > self.size:
            raise ValueError(f"expected at most {self.size} letters, got {length}")
        rows = self.embedding(x) + self.position.weight[:length]
        logits: Tensor = self.head(self.norm(self.blocks(rows)))
        return logits
