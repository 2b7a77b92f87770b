"""Test layer norm, the transformer block and the transformer."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from nnfp.attention import Block, LayerNorm, Transformer, trained_transformer
from nnfp.layer import Linear
from nnfp.letters import Embedding


def random(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@given(
    st.sampled_from([(4,), (3, 4), (2, 3, 4)]),
    st.floats(0.01, 100),
    st.sampled_from([1e-5, 0.1]),
    st.integers(0, 99),
)
def test_layer_norm_equals_that_of_torch(
    shape: tuple[int, ...], scale: float, eps: float, seed: int
) -> None:
    ours, theirs = LayerNorm(4, eps), nn.LayerNorm(4, eps)
    with torch.no_grad():
        ours.weight.copy_(random(seed, 4))
        ours.bias.copy_(random(seed + 1, 4))
    theirs.load_state_dict(ours.state_dict())
    x = scale * random(seed + 2, *shape) + 3
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_layer_norm_of_equal_numbers_is_zero() -> None:
    assert LayerNorm(3)(torch.full((3,), 7.0)).tolist() == [0, 0, 0]


def torch_block(block: Block, dim: int, heads: int) -> nn.TransformerEncoderLayer:
    """Return PyTorch's block with the same weights."""
    theirs = nn.TransformerEncoderLayer(
        dim, heads, 4 * dim, dropout=0, batch_first=True, norm_first=True
    )
    names = {"in_proj.": "in_proj_", "attention.": "self_attn."}
    names |= {"mlp.layers.0": "linear1", "mlp.layers.1": "linear2"}
    state = {}
    for name, weight in block.state_dict().items():
        for ours, torchs in names.items():
            name = name.replace(ours, torchs)
        state[name] = weight
    theirs.load_state_dict(state)
    return theirs


def test_a_block_equals_that_of_torch() -> None:
    torch.manual_seed(0)
    block, x = Block(12, 3), random(1, 5, 7, 12)
    mask = nn.Transformer.generate_square_subsequent_mask(7)
    torch.testing.assert_close(block(x), torch_block(block, 12, 3)(x, src_mask=mask))


def test_later_letters_change_no_earlier_answer() -> None:
    net = trained_transformer()
    x = torch.randint(1, 27, (8, 12), generator=torch.Generator().manual_seed(0))
    logits = net(x)
    for place in range(12):
        changed = x.clone()
        changed[:, place] = changed[:, place] % 26 + 1
        after = net(changed)
        torch.testing.assert_close(after[:, :place], logits[:, :place])
        assert not torch.allclose(after[:, place], logits[:, place])


def test_a_short_text_gives_the_answers_of_its_part_of_a_long_one() -> None:
    net, x = trained_transformer(), torch.tensor([0, 13, 1, 18, 25])
    torch.testing.assert_close(net(x[:3]), net(x)[:3])


def test_the_order_of_letters_matters() -> None:
    net = trained_transformer()
    ab, ba = net(torch.tensor([[0, 1, 2, 3], [0, 2, 1, 3]]))
    assert not torch.allclose(ab[3], ba[3])


def test_a_new_transformer_finds_all_letters_about_equally_likely() -> None:
    torch.manual_seed(0)
    logits = Transformer()(torch.randint(0, 27, (100, 16)))
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.randint(0, 27, (1600,)))
    assert loss.item() == pytest.approx(math.log(27), abs=0.1)


def test_every_matrix_is_that_of_a_linear_layer_or_an_embedding() -> None:
    net = Transformer()
    owned = {
        id(module.weight) for module in net.modules() if isinstance(module, Linear | Embedding)
    }
    assert {id(p) for p in net.parameters() if p.dim() == 2} == owned


def test_sizes_can_be_chosen() -> None:
    net = Transformer(size=5, dim=6, heads=3, blocks=4)
    assert net(torch.zeros(2, 5, dtype=torch.int64)).shape == (2, 5, 27)
    assert len(net.blocks) == 4
    assert sum(p.numel() for p in Transformer().parameters()) == 27739


def test_too_many_letters_are_rejected() -> None:
    with pytest.raises(ValueError, match=r"^expected at most 16 letters, got 17$"):
        Transformer()(torch.zeros(1, 17, dtype=torch.int64))


def test_letters_are_whole_numbers() -> None:
    with pytest.raises(TypeError, match=r"^expected whole numbers of dtype int64 or int32, got"):
        Transformer()(torch.zeros(1, 3))
