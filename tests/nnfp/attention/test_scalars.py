"""Test the transformer that computes number by number."""

import pytest
import torch

from nnfp.attention import Transformer, letter_loss, sequences
from nnfp.attention.scalars import ScalarTransformer, divide, exp, log
from nnfp.gradient import Value


@pytest.mark.parametrize(
    "sizes", [{"dim": 4, "heads": 2, "blocks": 1}, {"dim": 6, "heads": 3, "blocks": 2}]
)
def test_loss_and_gradients_equal_those_of_tensors(sizes: dict[str, int]) -> None:
    torch.manual_seed(0)
    net = Transformer(**sizes).double()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    x, target = sequences(["mary"])
    numbers = ScalarTransformer(net)
    loss = numbers.loss(x[0], target[0])
    loss.backward()
    expected = letter_loss(net(x), target)
    expected.backward()  # type: ignore[no-untyped-call]
    assert loss.data == pytest.approx(expected.item(), rel=1e-9)
    for name, parameter in net.named_parameters():
        rows = numbers.matrices.get(name) or [numbers.vectors[name]]
        grad = torch.tensor([[value.grad for value in row] for row in rows], dtype=torch.float64)
        torch.testing.assert_close(grad.reshape(parameter.shape), parameter.grad)


def test_exp_has_itself_as_slope() -> None:
    v = Value(2)
    exp(v).backward()
    assert v.grad == exp(v).data == pytest.approx(7.389056)


def test_log_has_one_over_the_number_as_slope() -> None:
    v = Value(4)
    result = log(v)
    result.backward()
    assert result.data == pytest.approx(1.386294)
    assert v.grad == 0.25


def test_a_quotient_has_two_slopes() -> None:
    a, b = Value(3), Value(4)
    result = divide(a, b)
    result.backward()
    assert (result.data, a.grad, b.grad) == (0.75, 0.25, -0.1875)
