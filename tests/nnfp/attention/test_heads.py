"""Test attention against that of PyTorch."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the usual name)

from nnfp.attention import SelfAttention, attention, attention_weights

SIZES = st.integers(1, 6)
LEADING = st.sampled_from([(), (3,), (2, 3)])


def random(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@given(LEADING, SIZES, SIZES, SIZES, SIZES, st.booleans(), st.integers(0, 99))
def test_attention_equals_that_of_torch(
    leading: tuple[int, ...], n: int, m: int, d: int, v: int, is_causal: bool, seed: int
) -> None:
    query, key = random(seed, *leading, n, d), random(seed + 1, *leading, m, d)
    value = random(seed + 2, *leading, m, v)
    torch.testing.assert_close(
        attention(query, key, value, is_causal),
        F.scaled_dot_product_attention(query, key, value, is_causal=is_causal),
    )


def test_gradients_equal_those_of_torch() -> None:
    grads = []
    for function in (attention, F.scaled_dot_product_attention):
        query, key, value = rows = [random(seed, 3, 4, 2).requires_grad_() for seed in range(3)]
        y = function(query, key, value, is_causal=True)
        grads.append(torch.autograd.grad(y.square().sum(), rows))
    torch.testing.assert_close(*grads)


def test_the_weights_of_a_letter_add_up_to_one() -> None:
    weights = attention_weights(random(0, 5, 3), random(1, 5, 3))
    torch.testing.assert_close(weights.sum(-1), torch.ones(5))
    assert (weights > 0).all()


def test_causal_weights_are_zero_for_later_letters() -> None:
    weights = attention_weights(random(0, 5, 3), random(1, 5, 3), is_causal=True)
    torch.testing.assert_close(weights.sum(-1), torch.ones(5))
    assert torch.equal(weights > 0, torch.ones(5, 5).tril().bool())


def test_scores_far_apart_overflow_nowhere() -> None:
    query, key = torch.tensor([[1000.0]]), torch.tensor([[1000.0], [-1000.0]])
    assert attention_weights(query, key).tolist() == [[1.0, 0.0]]


def of_torch(layer: SelfAttention, dim: int, heads: int) -> nn.MultiheadAttention:
    """Return PyTorch's layer with the same weights."""
    state = layer.state_dict()
    for name in ("weight", "bias"):
        state[f"in_proj_{name}"] = state.pop(f"in_proj.{name}")
    theirs = nn.MultiheadAttention(dim, heads, batch_first=True)
    theirs.load_state_dict(state)
    return theirs


@given(SIZES, SIZES, st.sampled_from([(6, 1), (6, 2), (6, 3), (4, 4)]), st.booleans())
def test_self_attention_equals_that_of_torch(
    batch: int, n: int, sizes: tuple[int, int], is_causal: bool
) -> None:
    torch.manual_seed(0)
    layer = SelfAttention(*sizes, is_causal)
    nn.init.normal_(layer.in_proj.bias)
    nn.init.normal_(layer.out_proj.bias)
    x = random(1, batch, n, sizes[0])
    mask = nn.Transformer.generate_square_subsequent_mask(n) if is_causal else None
    expected, _ = of_torch(layer, *sizes)(x, x, x, attn_mask=mask)
    torch.testing.assert_close(layer(x), expected)


def test_self_attention_takes_one_sequence_without_a_batch() -> None:
    layer, x = SelfAttention(6, 2), random(0, 5, 6)
    torch.testing.assert_close(layer(x), layer(x.unsqueeze(0))[0])


def test_self_attention_is_causal_unless_told_otherwise() -> None:
    x = random(0, 5, 6)
    changed = x.clone()
    changed[4] += 1
    layer = SelfAttention(6, 2)
    torch.testing.assert_close(layer(x)[:4], layer(changed)[:4])
    layer.is_causal = False
    assert not torch.allclose(layer(x)[:4], layer(changed)[:4])


def test_split_gives_each_head_its_queries_keys_and_values() -> None:
    layer, x = SelfAttention(6, 3), random(0, 5, 4, 6)
    query, key, value = layer.split(x)
    assert query.shape == key.shape == value.shape == (5, 3, 4, 2)
    torch.testing.assert_close(key[:, 1], layer.in_proj(x)[..., 8:10])


@pytest.mark.parametrize(("dim", "heads"), [(6, 4), (6, 0), (2, 4), (6, -2)])
def test_a_dim_that_heads_cannot_share_is_rejected(dim: int, heads: int) -> None:
    message = f"^expected dim to be a multiple of heads, got {dim} and {heads}$"
    with pytest.raises(ValueError, match=message):
        SelfAttention(dim, heads)
