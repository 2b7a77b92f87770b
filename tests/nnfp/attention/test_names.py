"""Test names as a transformer reads them, and the transformer that was trained on them."""

import json
import math

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 (the usual name)

from nnfp.attention import letter_loss, sequences, trained_transformer
from nnfp.letters import names, windows, write


def test_a_name_becomes_questions_and_answers() -> None:
    x, target = sequences(["mary"])
    assert x.tolist() == [[0, 13, 1, 18, 25]]
    assert target.tolist() == [[13, 1, 18, 25, 0]]
    assert x.dtype == target.dtype == torch.int64


def test_short_names_are_filled_up() -> None:
    x, target = sequences(["b", "al"])
    assert x.tolist() == [[0, 2, 0], [0, 1, 12]]
    assert target.tolist() == [[2, 0, -100], [1, 12, 0]]


def test_a_name_with_other_characters_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"^expected a name of the letters a to z, got 'Al'$"):
        sequences(["mary", "Al"])


def test_no_name_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"^expected at least one name, got none$"):
        sequences([])


def test_one_name_without_a_list_is_rejected() -> None:
    with pytest.raises(TypeError, match=r"^expected a list of names, got one name"):
        sequences("mary")


def test_the_loss_is_the_mean_over_all_letters_with_an_answer() -> None:
    _, target = sequences(["b", "mary"])
    logits = torch.randn(2, 5, 27, generator=torch.Generator().manual_seed(0))
    flat = torch.cat([logits[0, :2], logits[1]])
    answers = torch.tensor([2, 0, 13, 1, 18, 25, 0])
    torch.testing.assert_close(letter_loss(logits, target), F.cross_entropy(flat, answers))


def test_the_trained_transformer_knows_names_it_has_not_seen() -> None:
    x, target = sequences(names()[1])
    with torch.no_grad():
        assert letter_loss(trained_transformer()(x), target) < 2.05


def test_each_call_returns_another_copy() -> None:
    net = trained_transformer()
    with torch.no_grad():
        net.head.weight.zero_()
    assert trained_transformer().head.weight.abs().sum() > 0


def test_a_network_of_all_letters_writes_as_long_as_it_can_read() -> None:
    net = trained_transformer()
    with torch.no_grad():
        net.head.bias[0] = -math.inf  # never the end
    name = write(net, start="mar", generator=torch.Generator().manual_seed(0))
    assert len(name) == 15 and name.startswith("mar")


def test_the_writer_sees_the_whole_name() -> None:
    net = trained_transformer()
    long = windows(["christin"], 1)[0].T
    # The window of the last three letters is the same, but not what follows.
    other = windows(["martin"], 1)[0].T
    assert (net(long)[0, -1] - net(other)[0, -1]).abs().max() > 1


@pytest.mark.parametrize("name", ["embedding.weight", "head.bias"])
def test_the_site_has_the_same_weights(name: str) -> None:
    from pages.project import ROOT

    script = (ROOT / "docs/assets/weights/transformer.js").read_text(encoding="utf-8")
    weights = json.loads(script[script.index("{") : script.rindex("}") + 1])
    ours = trained_transformer().state_dict()
    assert weights.keys() == ours.keys()
    assert torch.equal(torch.tensor(weights[name]) / 256, ours[name])
