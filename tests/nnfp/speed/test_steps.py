"""Test that a training step does what PyTorch does, both call by call and recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch

from nnfp.speed.steps import WARM_UP, record, training_step
from tests.nnfp.speed.examples import CPU


def losses_by_hand(
    weights: list[torch.Tensor], x: torch.Tensor, target: torch.Tensor
) -> list[float]:
    """Train three layers of PyTorch by plain gradient descent, and return the losses."""
    layers = [torch.nn.Linear(4, 4) for _ in weights]
    for layer, weight in zip(layers, weights, strict=True):
        torch.nn.init.zeros_(layer.bias)
        layer.weight.data = weight
    net = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    losses = []
    for _ in range(6):
        net.zero_grad()
        loss = ((net(x) - target) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        for parameter in net.parameters():
            assert parameter.grad is not None
            parameter.data -= 0.5 * parameter.grad
    return losses


def test_a_training_step_is_gradient_descent_on_three_layers() -> None:
    step = training_step(CPU, width=4, batch=5)
    losses = [step().item() for _ in range(6)]
    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(4, 4, generator=generator) * (2 / 4) ** 0.5 for _ in range(3)]
    x, target = torch.randn(2, 5, 4, generator=generator)
    assert losses == pytest.approx(losses_by_hand(weights, x, target))
    assert losses[-1] < losses[0]


def test_making_a_training_step_draws_no_global_random_numbers() -> None:
    before = torch.random.get_rng_state()
    training_step(CPU, width=4, batch=5)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_loss_of_a_step_keeps_no_graph() -> None:
    assert not training_step(CPU, 2, 1)().requires_grad


class FakeGPU:
    """Note the calls to `torch.cuda`; a replay changes the loss that was recorded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.where = "main"
        self.loss = torch.zeros(())
        fakes = {
            "Stream": lambda: self.stream("side"),
            "current_stream": lambda: self.stream(self.where),
            "stream": lambda stream: self.at(stream.name),
            "CUDAGraph": lambda: SimpleNamespace(replay=self.replay),
            "graph": lambda graph: self.at("recording"),
        }
        for name, fake in fakes.items():
            monkeypatch.setattr(torch.cuda, name, fake)

    def stream(self, name: str) -> SimpleNamespace:
        def wait(other: SimpleNamespace) -> None:
            self.calls.append(f"{name} waits for {other.name}")

        return SimpleNamespace(name=name, wait_stream=wait)

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        before, self.where = self.where, where
        yield
        self.where = before

    def step(self) -> torch.Tensor:
        self.calls.append(f"step at {self.where}")
        return self.loss

    def replay(self) -> None:
        self.calls.append("replay")
        self.loss.add_(1)


def test_a_step_is_recorded_after_a_warm_up_on_another_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu = FakeGPU(monkeypatch)
    record(gpu.step)
    warm_up = ["side waits for main", *["step at side"] * WARM_UP, "main waits for side"]
    assert gpu.calls == [*warm_up, "step at recording"]


def test_a_recorded_step_is_replayed_into_the_same_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = FakeGPU(monkeypatch)
    replay = record(gpu.step)
    assert [replay().item(), replay().item()] == [1, 2]
    assert gpu.calls[-2:] == ["replay", "replay"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="records on an NVIDIA GPU")
def test_a_recorded_step_trains_like_one_launched_call_by_call() -> None:
    one, other = (training_step(torch.device("cuda"), 128, 32) for _ in range(2))
    losses = [one().item() for _ in range(10)]
    replay = record(other)
    assert [replay().item() for _ in range(10 - WARM_UP)] == losses[WARM_UP:]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is an NVIDIA GPU")
def test_without_an_nvidia_gpu_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError, match=r"CUDA|NVIDIA"):
        record(training_step(CPU, 128, 32))
