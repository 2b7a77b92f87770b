"""Attention with one head or several."""

import math

import torch
from torch import Tensor, nn

from nnfp.classification import softmax
from nnfp.layer import Linear


def attention_weights(query: Tensor, key: Tensor, is_causal: bool = False) -> Tensor:
    """Return how much each position attends to every position.

    Args:
        query: What each position looks for: shape `(..., n, d)`.
        key: What each position offers: shape `(..., m, d)`.
        is_causal: Whether a position attends only to itself and to the positions before it.

    Returns:
        Shape `(..., n, m)`: a row holds the weights of a position, which add up to 1.

    Examples:
        >>> import torch
        >>> from nnfp.attention import attention_weights
        >>> attention_weights(torch.zeros(2, 4), torch.zeros(2, 4), is_causal=True).tolist()
        [[1.0, 0.0], [0.5, 0.5]]

    Source:
        Vaswani et al., "Attention Is All You Need" (2017).
    """
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if is_causal:
        later = torch.ones_like(scores, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    return softmax(scores, dim=-1)


def attention(query: Tensor, key: Tensor, value: Tensor, is_causal: bool = False) -> Tensor:
    """Average the values with weights: [torch.nn.functional.scaled_dot_product_attention][].

    Args:
        query: What each position looks for: shape `(..., n, d)`.
        key: What each position offers: shape `(..., m, d)`.
        value: What each position passes on: shape `(..., m, v)`.
        is_causal: Whether a position attends only to itself and to the positions before it.

    Returns:
        Shape `(..., n, v)`: for each position, the mean of the values, weighted by
            [nnfp.attention.attention_weights][].

    Examples:
        >>> import torch
        >>> from nnfp.attention import attention
        >>> value = torch.tensor([[2.0, 0.0], [4.0, 6.0]])
        >>> attention(torch.zeros(2, 4), torch.zeros(2, 4), value, is_causal=True).tolist()
        [[2.0, 0.0], [3.0, 3.0]]
    """
    return attention_weights(query, key, is_causal) @ value


class SelfAttention(nn.Module):
    """Multi-head attention within one sequence, like [torch.nn.MultiheadAttention][].

    Each head has its own queries, keys and values, each of length `dim / heads`. One more layer
    mixes the concatenated results.

    Args:
        dim: The length of the row of each position.
        heads: The number of heads.
        is_causal: Whether a position attends only to itself and to the positions before it.

    Attributes:
        in_proj: Computes the queries, keys and values of all heads, in this order.
        out_proj: Mixes the results of the heads.

    Raises:
        ValueError: If `dim` is not a multiple of `heads`.

    Examples:
        >>> import torch
        >>> from nnfp.attention import SelfAttention
        >>> SelfAttention(dim=12, heads=3)(torch.zeros(5, 7, 12)).shape
        torch.Size([5, 7, 12])
    """

    def __init__(self, dim: int, heads: int, is_causal: bool = True) -> None:
        super().__init__()
        if heads < 1 or dim % heads:
            raise ValueError(f"expected dim to be a multiple of heads, got {dim} and {heads}")
        self.heads = heads
        self.is_causal = is_causal
        self.in_proj = Linear(dim, 3 * dim)
        self.out_proj = Linear(dim, dim)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the queries, keys and values of all heads: each `(..., heads, n, dim / heads)`."""
        projected = self.in_proj(x).unflatten(-1, (3 * self.heads, -1)).transpose(-3, -2)
        query, key, value = projected.chunk(3, dim=-3)
        return query, key, value

    def forward(self, x: Tensor) -> Tensor:
        """Return the mixed rows, in the shape of `x`: `(..., n, dim)`."""
        mixed = attention(*self.split(x), self.is_causal)
        y: Tensor = self.out_proj(mixed.transpose(-3, -2).flatten(-2))
        return y
