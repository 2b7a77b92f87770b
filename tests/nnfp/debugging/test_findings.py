"""Test what is found, word for word: each network here has one fault, or none."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import nnfp
from nnfp import diagnose
from nnfp.debugging.measure import measure
from tests.nnfp.debugging.examples import fill, findings, fresh, sgd, task

X, Y, LABELS = task()


# Networks without a fault


@pytest.mark.parametrize("make", [fresh, lambda: nnfp.MLP([3, 16, 16, 1])])
@pytest.mark.parametrize("seed", range(3))
def test_a_healthy_network_has_no_finding(make: Callable[[], nn.Module], seed: int) -> None:
    torch.manual_seed(seed)
    net = make()
    assert findings(net, optimizer=sgd(net)) == []


def test_a_healthy_classifier_has_no_finding() -> None:
    net = fresh(3)
    assert findings(net, target=LABELS, loss_fn=F.cross_entropy, optimizer=sgd(net)) == []


def test_a_transformer_with_a_mask_has_no_finding() -> None:
    torch.manual_seed(0)
    net = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    x = {"src": torch.randn(2, 5, 4), "src_mask": mask}
    assert findings(net, x, torch.randn(2, 5, 4), optimizer=sgd(net)) == []


@pytest.mark.parametrize("seed", [0, 24])  # from 24, a step makes the loss of 1.9e-13 larger
def test_a_trained_network_has_no_finding(seed: int) -> None:
    torch.manual_seed(seed)
    net = nn.Linear(3, 1)
    optimizer = sgd(net, lr=0.1)
    nnfp.fit(net, optimizer, [(X, Y)], F.mse_loss, epochs=300)
    assert findings(net, optimizer=optimizer) == []


def test_a_loss_of_0_has_no_finding() -> None:
    net = fresh()
    assert findings(net, target=net(X).detach(), optimizer=sgd(net)) == []


# nan


class Log(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.log()


class LogInBetween(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Any:
        return self.last(self.first(x).log())


def root_loss(output: Tensor, target: Tensor) -> Tensor:
    return (output * 0).sqrt().mean()


def test_nan_in_the_inputs_is_found() -> None:
    for bad in (math.nan, math.inf):
        x = X.clone()
        x[3, 1] = bad
        assert findings(fresh(), x)[0] == (
            "The inputs contain nan or infinity. Clean the data first."
        )


def test_nan_in_a_parameter_is_found() -> None:
    net = fresh()
    fill(net[2], "weight", math.nan)
    assert findings(net) == [
        "2.weight already contains nan or infinity. Start again from a fresh network, and diagnose "
        "it before the first nan."
    ]


def test_the_layer_in_which_nan_appears_is_found() -> None:
    net = nn.Sequential(nn.Linear(3, 3), Log(), nn.Linear(3, 1))
    assert findings(net, optimizer=sgd(net)) == [
        "nan or infinity first appears in the output of 1 (Log). Its input is finite: look for a "
        "division by 0, the logarithm of 0, or exp of a large number."
    ]


def test_nan_between_layers_is_found() -> None:
    net = LogInBetween()
    assert findings(net, optimizer=sgd(net)) == [
        "nan or infinity first appears in the input of last (Linear): look at what is computed "
        "right before it."
    ]


def test_nan_in_the_loss_is_found() -> None:
    assert findings(fresh(), loss_fn=lambda output, target: (output - output).mean().log()) == [
        "The loss is -inf, but all outputs are finite. Look at the loss function and the targets."
    ]


def test_nan_in_a_gradient_is_found() -> None:
    assert findings(fresh(), loss_fn=root_loss) == [
        "The loss is finite, but the gradient of 0.weight, 0.bias, 2.weight and 1 more is not. "
        "Look for a square root or norm at 0, or a division by 0 whose result is thrown away."
    ]


# Inputs and targets


def test_inputs_that_are_not_standardized_are_found() -> None:
    advice = (
        "Standardize them: subtract the mean of the training data, and divide by its standard "
        "deviation."
    )
    std = X.std(correction=0).item()
    assert findings(fresh(), X - X.mean() + 100)[0] == (
        f"The inputs have the mean 100 and the standard deviation {std:.3g}. {advice}"
    )
    assert findings(fresh(), X - X.mean() - 100)[0].startswith("The inputs have the mean -100 ")
    assert advice in findings(fresh(), 20 * X)[0]
    assert findings(fresh(), 5 * X) == []


@pytest.mark.parametrize(
    ("shape", "advice"),
    [((12,), "Use target.reshape(12, 1)."), ((12, 3), "Make the shapes equal.")],
)
def test_targets_that_are_stretched_are_found(shape: tuple[int, ...], advice: str) -> None:
    target = torch.ones(shape)
    assert findings(fresh(), target=target) == [
        f"The outputs have the shape (12, 1), the targets {shape}. The loss may stretch them and "
        f"compare each output with each target. {advice}"
    ]


def test_whole_numbers_as_targets_may_be_stretched_too() -> None:
    assert len(findings(fresh(), target=Y.flatten().long())) == 1


def test_targets_that_the_loss_function_treats_in_another_way_are_not_reported() -> None:
    def spread(output: Tensor, target: Tensor) -> Tensor:
        return ((output[:, 0] - target) ** 2).mean() + (output[:, 1] ** 2).mean()

    assert findings(fresh(2), target=Y.flatten(), loss_fn=spread) == []
    assert findings(fresh(), target=None, loss_fn=lambda output, _: (output**2).mean()) == []
    assert findings(fresh(), target="none", loss_fn=lambda output, _: (output**2).mean()) == []


def test_a_batch_of_a_single_class_is_found() -> None:
    def found(count: int, label: int) -> list[str]:
        target = torch.full((count,), label)
        return findings(fresh(3), X[:count], target, F.cross_entropy)

    assert found(8, 2) == [
        "All 8 targets of this batch are 2. Shuffle the data, so that each batch is a mixture."
    ]
    assert found(7, 2) == []


def test_equal_targets_that_are_floats_are_not_a_class() -> None:
    assert findings(fresh(), target=torch.ones(12, 1)) == []


# Outputs


def test_a_second_softmax_is_found() -> None:
    net = nn.Sequential(fresh(3), nn.Softmax(1))
    expected = [
        "The outputs are probabilities, but this loss function applies softmax itself. Remove the "
        "softmax after the last layer."
    ]
    assert findings(net, target=LABELS, loss_fn=F.cross_entropy) == expected
    assert findings(net, target=LABELS, loss_fn=nn.CrossEntropyLoss()) == expected


def test_one_softmax_is_right() -> None:
    def likelihood(output: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(output.log(), target)

    net = nn.Sequential(fresh(3), nn.Softmax(1))
    assert findings(net, target=LABELS, loss_fn=likelihood) == []
    net = nn.Sequential(fresh(3), nn.LogSoftmax(1))
    assert findings(net, target=LABELS, loss_fn=F.nll_loss) == []


def test_a_second_sigmoid_is_found() -> None:
    net, target = nn.Sequential(fresh(), nn.Sigmoid()), (Y > 0).float()
    assert findings(net, target=target, loss_fn=F.binary_cross_entropy_with_logits) == [
        "All outputs are between 0 and 1, but this loss function applies sigmoid itself. Remove "
        "the sigmoid after the last layer."
    ]
    assert findings(net, target=target, loss_fn=F.binary_cross_entropy) == []


class Reshaped(nn.Module):
    """Changes only the shape, in one of several ways."""

    def __init__(self, change: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.change = change

    def forward(self, x: Tensor) -> Tensor:
        return self.change(x)


@pytest.mark.parametrize(
    "view",
    [
        nn.Identity(),
        Reshaped(lambda y: y.view(12, 1, 1)),
        Reshaped(lambda y: y.squeeze(1)),
        Reshaped(lambda y: y.unsqueeze(0)),
    ],
)
@pytest.mark.parametrize("last", [nn.ReLU(), nn.ReLU6(), nn.Hardtanh(0, 9)])
def test_a_relu_on_the_output_is_found(last: nn.Module, view: nn.Module) -> None:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 1), last, view)
    target = Y.reshape(net(X).shape)
    found = findings(net, target=target)
    if isinstance(last, nn.ReLU):
        assert found == ["A ReLU follows the last layer, so no output can be negative. Remove it."]
    assert findings(net, target=target.abs()) == []


def test_a_relu_on_the_outputs_of_a_classifier_is_found() -> None:
    net = nn.Sequential(fresh(3), nn.ReLU())
    assert findings(net, target=LABELS, loss_fn=F.cross_entropy) == [
        "A ReLU follows the last layer, so no output can be negative. Remove it."
    ]


def test_a_leaky_relu_on_the_output_can_be_negative() -> None:
    assert findings(nn.Sequential(fresh(), nn.LeakyReLU())) == []


def test_an_output_that_ignores_the_input_is_found() -> None:
    net = nn.Linear(3, 1)
    fill(net, "weight", 0.0)
    assert findings(net) == [
        "The network gives the same output for every sample. Find the first layer whose outputs do "
        "not depend on the input."
    ]
    assert findings(net, X[:1], Y[:1]) == []
    assert findings(net, torch.ones(12, 3)) == []


# Gradients


def test_dead_units_are_found() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    fill(net[0], "bias", 9.0)
    with torch.no_grad():
        net[0].get_parameter("bias")[:2] = -9.0
    fill(net[2], "weight", 0.1)
    assert findings(net) == [
        "Dead units in 0 (Linear): 2 of 4. No sample makes them positive, and they get no "
        "gradient. Use a smaller learning rate, or start again with another seed or initialization."
    ]
    with torch.no_grad():
        net[0].get_parameter("bias")[0] = 9.0
    assert findings(net) == []


def test_dead_units_explain_the_gradients_of_their_layer() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    fill(net[0], "bias", -9.0)
    first, second = findings(net)
    assert first.startswith("Dead units in 0 (Linear): 4 of 4.")
    assert second == (
        "The gradient of 2.weight is exactly 0. Something after it multiplies by 0: dead units, or "
        "weights that are all 0."
    )


def test_a_dead_network_of_one_layer_is_found() -> None:
    class Neuron(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return F.relu(super().forward(x))

    net = Neuron(3, 1)
    fill(net, "bias", -9.0)
    found = findings(net, target=Y.abs())
    assert [finding.partition(".")[0] for finding in found] == [
        "Dead units in the network (Neuron): 1 of 1"
    ]


def test_weights_of_0_that_stop_the_gradient_are_found() -> None:
    net = fresh()
    fill(net[2], "weight", 0.0)
    assert findings(net) == [
        "The gradient of 0.weight, 0.bias is exactly 0. Something after it multiplies by 0: dead "
        "units, or weights that are all 0."
    ]


def test_gradients_that_vanish_are_found() -> None:
    net = nn.Sequential(*(nn.Linear(3, 3, bias=False) for _ in range(3)), nn.Linear(3, 1))
    for layer, value in zip(net, (1e-3, 1e3, 1.0, 0.01), strict=True):
        fill(layer, "weight", value)
    (finding,) = findings(net)
    sizes = {}
    for name, gradient in measure(net, None, X, Y, F.mse_loss).gradients.items():
        assert gradient is not None
        sizes[name] = gradient.square().mean().sqrt().item()
    assert finding == (
        f"The gradient of 1.weight is {sizes['0.weight'] / sizes['1.weight']:.2g} times smaller "
        "than that of 0.weight: it vanishes on the way back. Change the initialization, or add "
        "normalization or residual connections."
    )
    fill(net[0], "weight", 0.1)
    fill(net[1], "weight", 10.0)
    assert findings(net) == []


# The loss and the step


def test_a_first_loss_far_above_that_of_a_guess_is_found() -> None:
    net = nn.Linear(3, 3, bias=False)
    with torch.no_grad():
        net.weight.copy_(-9 * torch.eye(3))
    loss = F.cross_entropy(net(X), LABELS).item()
    assert findings(net, target=LABELS, loss_fn=F.cross_entropy) == [
        f"The loss is {loss:.3g}, but answering 0 everywhere would give 1.1. A fresh network "
        "should start near that: make its last layer's weights smaller, and check inputs and "
        "targets."
    ]


def test_inputs_that_are_not_standardized_explain_the_loss() -> None:
    assert len(findings(fresh(), X, 1000 * Y)) == 0
    net = nn.Linear(3, 1)
    assert len(findings(net, 100 * X)) == 1


def test_a_step_that_is_too_long_is_found() -> None:
    net = fresh()
    optimizer = sgd(net, lr=5.0)
    diagnosis = diagnose(net, optimizer, X, Y, F.mse_loss)
    ratios = {row.name: row.ratio or 0 for row in diagnosis.parameters if "weight" in row.name}
    name = max(ratios, key=ratios.__getitem__)
    assert diagnosis.findings == [
        f"One step makes the loss of the same batch larger: from {diagnosis.loss:.3g} to "
        f"{diagnosis.loss_after:.3g}. It changes {name} by {ratios[name]:.2g} times its size. Use "
        "a smaller learning rate, for example a tenth of it."
    ]


@pytest.mark.parametrize(("lr", "reported"), [(0.01, False), (-0.01, False), (-0.1, True)])
def test_a_step_may_make_a_negative_loss_a_tenth_larger(lr: float, reported: bool) -> None:
    net = nn.Linear(1, 1, bias=False)
    fill(net, "weight", 1.0)
    # The loss is minus three times the weight. A step of rate lr adds 3 lr to the weight.
    optimizer = torch.optim.SGD(net.parameters(), lr=abs(lr), maximize=lr < 0)
    found = findings(
        net, torch.ones(4, 1), torch.zeros(4, 1), lambda a, b: -3 * a.mean(), optimizer
    )
    assert any(finding.startswith("One step makes the loss") for finding in found) == reported


@pytest.mark.parametrize(("lr", "reported"), [(1.02, False), (1.2, True)])
def test_a_step_may_make_the_loss_a_tenth_larger(lr: float, reported: bool) -> None:
    net = nn.Linear(1, 1, bias=False)
    fill(net, "weight", 1.0)
    # The loss is the square of the weight. A step multiplies it by (1 - 2 lr)²: 1.08 or 1.96.
    found = findings(net, torch.ones(4, 1), torch.zeros(4, 1), optimizer=sgd(net, lr))
    assert any(finding.startswith("One step makes the loss") for finding in found) == reported


def test_a_step_to_infinity_is_found() -> None:
    net = nn.Linear(3, 1)
    (finding,) = findings(net, optimizer=sgd(net, lr=1e30))
    assert "to inf. It changes weight by" in finding


def test_a_step_that_is_too_short_is_found() -> None:
    net = nn.Linear(3, 1, bias=False)
    fill(net, "weight", 0.5)
    (finding,) = findings(net, optimizer=sgd(net, lr=1e-7))
    assert finding.startswith("The step is tiny: it changes weight by ")
    assert finding.endswith(" times its size, and no weight by more. Use a larger learning rate.")
    assert findings(net, optimizer=sgd(net, lr=1e-4)) == []


def test_a_short_step_where_the_loss_is_flat_is_normal() -> None:
    net = nn.Linear(3, 1)
    noise = torch.randn(12, 1, generator=torch.Generator().manual_seed(1))
    optimizer = sgd(net, lr=0.1)
    nnfp.fit(net, optimizer, [(X, noise)], F.mse_loss, epochs=300)
    assert F.mse_loss(net(X), noise) > 0.1
    assert findings(net, target=noise, optimizer=optimizer) == []


def test_a_network_of_biases_has_no_ratio_to_report() -> None:
    class Bias(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            return x[:, :1] + self.bias

    net = Bias()
    assert findings(net, optimizer=sgd(net, lr=1e-9)) == []
