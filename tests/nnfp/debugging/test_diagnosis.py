"""Test the table and its numbers."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from nnfp import diagnose
from nnfp.debugging import Diagnosis, LayerRow, ParameterRow
from tests.nnfp.debugging.examples import fresh, sgd, task

X, Y, _ = task()

DIAGNOSIS = Diagnosis(
    loss=1234.5,
    loss_after=0.25,
    layers=[
        LayerRow("hidden (Linear)", (5, 8), -1.5, 0.123456, 0.25),
        LayerRow("act (ReLU)", None, math.nan, math.inf, None),
    ],
    parameters=[
        ParameterRow("hidden.weight", (8, 3), 2.0, 0.5, 0.001),
        ParameterRow("hidden.bias", (8,), 0.0, None, None),
    ],
    findings=["First " + "word " * 20 + "end.", "Second."],
)


def test_the_table_has_a_row_for_each_layer_and_each_parameter() -> None:
    assert (
        str(DIAGNOSIS)
        == """\
loss 1.23e+03, 0.25 after one step

layer            output  mean    std  dead
hidden (Linear)  (5, 8)  -1.5  0.123   25%
act (ReLU)       none     nan    inf

parameter      shape   norm  grad  step/norm
hidden.weight  (8, 3)     2   0.5      0.001
hidden.bias    (8,)       0  none       none

- First word word word word word word word word word word word word word word
  word word word word word word end.
- Second."""
    )
    assert repr(DIAGNOSIS) == str(DIAGNOSIS)


def test_without_a_finding_the_table_says_so() -> None:
    net = fresh()
    text = str(diagnose(net, None, X, Y, F.mse_loss))
    assert text.endswith("\n\nNothing is out of the ordinary.")
    assert "after one step" not in text.splitlines()[0]


def test_norms_and_ratio_are_those_of_a_step_by_hand() -> None:
    net = fresh()
    rows = diagnose(net, sgd(net, lr=0.01), X, Y, F.mse_loss).parameters
    F.mse_loss(net(X), Y).backward()  # type: ignore[no-untyped-call]
    for row, (name, p) in zip(rows, net.named_parameters(), strict=True):
        assert p.grad is not None
        assert (row.name, row.shape) == (name, tuple(p.shape))
        assert row.norm == pytest.approx(p.norm().item())
        assert row.gradient == pytest.approx(p.grad.norm().item())
        assert row.ratio == pytest.approx(0.01 * p.grad.norm().item() / p.norm().item(), rel=1e-3)


def test_a_parameter_of_0_has_no_ratio() -> None:
    net = nn.Linear(3, 1)
    nn.init.zeros_(net.bias)
    rows = diagnose(net, sgd(net), X, Y, F.mse_loss).parameters
    assert rows[0].ratio is not None
    assert rows[1].ratio is None


def test_a_parameter_without_a_gradient_has_none() -> None:
    net = nn.ModuleDict({"used": nn.Linear(3, 1), "unused": nn.Linear(3, 1)})
    net.forward = net["used"].forward
    rows = diagnose(net, None, X, Y, F.mse_loss).parameters
    assert [row.gradient is None for row in rows] == [False, False, True, True]


def test_modules_that_only_hold_others_have_no_row() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = fresh()
            self.factor = nn.Parameter(torch.ones(1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.factor * self.inner(x)
            return y

    rows = diagnose(Scaled(), None, X, Y, F.mse_loss).layers
    assert [row.name for row in rows] == [
        "inner.0 (Linear)",
        "inner.1 (Tanh)",
        "inner.2 (Linear)",
        "the network (Scaled)",
    ]
