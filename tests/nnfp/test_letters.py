"""Test the names, the windows of letters, the embedding, and the network that writes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from nnfp.letters import LETTERS, Embedding, Window, names, trained_window, windows, write

# names


def test_names_are_split_in_a_fixed_way() -> None:
    train, valid = names()
    assert len(train) == 4646 and len(valid) == 517
    assert not set(train) & set(valid)
    every = sorted(train + valid)
    assert every[::10] == valid
    assert [len(min(every, key=len)), len(max(every, key=len))] == [2, 11]


def test_names_have_only_letters() -> None:
    train, valid = names()
    assert set("".join(train + valid)) == set(LETTERS[1:])


# windows


def test_each_letter_is_paired_with_those_before_it() -> None:
    x, target = windows(["al", "b"], size=3)
    assert x.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 12], [0, 0, 0], [0, 0, 2]]
    assert target.tolist() == [1, 12, 0, 2, 0]
    assert x.dtype == target.dtype == torch.int64


def test_a_window_of_one_letter_has_two_dimensions() -> None:
    x, target = windows(["mary"], size=1)
    assert x.shape == (5, 1) and target.shape == (5,)


def test_an_empty_name_asks_only_for_its_end() -> None:
    x, target = windows([""], size=2)
    assert x.tolist() == [[0, 0]] and target.tolist() == [0]


@pytest.mark.parametrize("name", ["Mary", "ma.y", "maría", "m y", "."])
def test_windows_rejects_other_characters(name: str) -> None:
    with pytest.raises(ValueError, match=f"^expected a name of the letters a to z, got '{name}'$"):
        windows(["abe", name], size=2)


def test_windows_rejects_an_empty_window() -> None:
    with pytest.raises(ValueError, match=r"^expected windows of at least 1 letter, got 0$"):
        windows(["abe"], size=0)


def test_windows_rejects_no_names() -> None:
    with pytest.raises(ValueError, match=r"^expected at least one name, got none$"):
        windows([], size=3)


def test_windows_rejects_a_single_name() -> None:
    with pytest.raises(TypeError, match=r"got one name: put it in a list, \['abe'\]$"):
        windows("abe", size=3)


# Embedding


@given(
    st.lists(st.integers(0, 4), min_size=0, max_size=12),
    st.sampled_from([torch.int64, torch.int32]),
    st.integers(0, 3),
)
def test_an_embedding_equals_that_of_torch(
    numbers: list[int], dtype: torch.dtype, dim: int
) -> None:
    ours, theirs = Embedding(5, dim), nn.Embedding(5, dim)
    theirs.load_state_dict(ours.state_dict())
    x = torch.tensor(numbers, dtype=dtype).reshape(1, len(numbers))
    ours_y, theirs_y = ours(x), theirs(x.long())
    torch.testing.assert_close(ours_y, theirs_y, rtol=0, atol=0)
    ours_y.square().sum().backward()
    theirs_y.square().sum().backward()
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)


def test_an_embedding_equals_a_one_hot_vector_times_a_matrix() -> None:
    embedding = Embedding(4, 3)
    one_hot = torch.eye(4)[torch.tensor([2, 0])]
    torch.testing.assert_close(embedding(torch.tensor([2, 0])), one_hot @ embedding.weight)


def test_an_embedding_starts_from_the_normal_distribution() -> None:
    torch.manual_seed(0)
    weight = Embedding(100, 100).weight
    assert abs(weight.mean().item()) < 0.05 and abs(weight.std().item() - 1) < 0.05


@pytest.mark.parametrize("x", [torch.tensor([1.0]), torch.tensor([True])])
def test_an_embedding_rejects_what_is_not_a_whole_number(x: Tensor) -> None:
    with pytest.raises(
        TypeError, match=r"^expected whole numbers of dtype int64 or int32, got torch\."
    ):
        Embedding(4, 3)(x)


@pytest.mark.parametrize("numbers", [[0, 4], [-1, 3]])
def test_an_embedding_rejects_a_number_without_a_row(numbers: list[int]) -> None:
    got = f"^expected numbers from 0 to 3, got numbers from {numbers[0]} to {numbers[1]}$"
    with pytest.raises(IndexError, match=got):
        Embedding(4, 3)(torch.tensor(numbers))


# Window


def test_a_window_gives_logits_for_all_letters() -> None:
    net = Window(size=2, dim=5, hidden=7)
    assert net(torch.tensor([[0, 0], [0, 3], [3, 1]])).shape == (3, 27)
    assert [tuple(p.shape) for p in net.parameters()] == [(27, 5), (7, 10), (7,), (27, 7), (27,)]


def test_a_window_equals_the_same_network_of_torch() -> None:
    net = Window()
    theirs = nn.Sequential(
        nn.Embedding(27, 8), nn.Flatten(), nn.Linear(24, 64), nn.ReLU(), nn.Linear(64, 27)
    )
    for ours, other in zip(net.parameters(), theirs.parameters(), strict=True):
        other.data = ours.data
    x, _ = windows(["mary"], net.size)
    torch.testing.assert_close(net(x), theirs(x))


def test_a_new_window_is_about_as_good_as_chance() -> None:
    torch.manual_seed(0)
    net = Window()
    x, target = windows(names()[1], net.size)
    loss = nn.functional.cross_entropy(net(x), target)
    torch.testing.assert_close(loss, torch.tensor(27.0).log(), rtol=0, atol=0.03)


def test_the_trained_window_has_learned() -> None:
    net = trained_window()
    x, target = windows(names()[1], net.size)
    assert nn.functional.cross_entropy(net(x), target).item() < 2.06


# write


class Always(nn.Module):
    """Writes what comes next in a text, without looking at letters before the last one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.follows = dict(zip("." + text, text + ".", strict=True))
        self.seen: list[list[int]] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen += x.tolist()
        logits = torch.full((1, 27), -torch.inf)
        logits[0, LETTERS.index(self.follows[LETTERS[int(x[0, -1])]])] = 0
        return logits


def test_a_name_is_written_until_its_dot() -> None:
    net = Always("mary")
    assert write(net, 2) == "mary"
    assert net.seen == [[0, 0], [0, 13], [13, 1], [1, 18], [18, 25]]


def test_a_name_may_be_begun() -> None:
    assert write(Always("mary"), 3, start="mar") == "mary"


def test_a_name_without_an_end_is_cut_off() -> None:
    net = Always("a")
    net.follows["a"] = "a"
    assert write(net, 3) == "a" * 15


def test_a_long_beginning_is_kept() -> None:
    assert write(Always("z"), 3, start="y" * 30) == "y" * 30


def test_a_beginning_with_other_characters_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"^expected a name of the letters a to z, got 'M'$"):
        write(Always("m"), 3, start="M")


def test_the_same_generator_writes_the_same_names() -> None:
    net = trained_window()
    first, second = (
        [write(net, 3, generator=generator) for _ in range(4)]
        for generator in (torch.Generator().manual_seed(1), torch.Generator().manual_seed(1))
    )
    assert first == second and len(set(first)) > 1


def test_letters_are_drawn_with_their_probabilities() -> None:
    torch.manual_seed(0)
    odds = torch.full((1, 27), -torch.inf)
    odds[0, 0], odds[0, 1] = torch.tensor(0.25).log(), torch.tensor(0.75).log()

    class Coin(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return odds

    empty = [write(Coin(), 1) for _ in range(400)].count("")
    assert 70 <= empty <= 130
