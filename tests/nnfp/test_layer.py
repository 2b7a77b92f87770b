"""Test that `nnfp.Linear` can replace `torch.nn.Linear`, and test the networks made of it."""

import copy
import io
import math
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor.parallel import ColwiseParallel, parallelize_module
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import parametrizations, parametrize

from nnfp import MLP, Linear, Net, relu
from nnfp.layer import Init


def twins(n_in: int = 3, n_out: int = 4, **options: Any) -> tuple[Linear, nn.Linear]:
    """Make our layer and PyTorch's with the same weights."""
    torch.manual_seed(0)
    ours, theirs = Linear(n_in, n_out, **options), nn.Linear(n_in, n_out, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def assert_alike(ours: nn.Module, theirs: nn.Module, *shape: int, **options: Any) -> None:
    """Check that outputs and all gradients are equal for random input of this shape."""
    x = torch.randn(shape, **options)
    ours_x, theirs_x = x.clone().requires_grad_(), x.clone().requires_grad_()
    ours_y, theirs_y = ours(ours_x), theirs(theirs_x)
    torch.testing.assert_close(ours_y, theirs_y)
    upstream = torch.randn_like(theirs_y)
    ours_grads = torch.autograd.grad(ours_y, [ours_x, *ours.parameters()], upstream)
    theirs_grads = torch.autograd.grad(theirs_y, [theirs_x, *theirs.parameters()], upstream)
    torch.testing.assert_close(ours_grads, theirs_grads)


# Outputs and gradients


@settings(max_examples=60)
@given(
    leading=st.lists(st.integers(0, 3), max_size=3),
    n_in=st.integers(1, 5),
    n_out=st.integers(1, 5),
    bias=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.bfloat16]),
)
def test_linear_equals_nn_linear(
    leading: list[int], n_in: int, n_out: int, bias: bool, dtype: torch.dtype
) -> None:
    ours, theirs = twins(n_in, n_out, bias=bias, dtype=dtype)
    assert_alike(ours, theirs, *leading, n_in, dtype=dtype)


def test_linear_computes_x_times_weight_transposed_plus_bias() -> None:
    layer, _ = twins()
    x = torch.randn(5, 3)
    torch.testing.assert_close(layer(x), x @ layer.weight.T + layer.bias)


def test_gradients_of_linear_agree_with_finite_differences() -> None:
    layer = Linear(3, 4, dtype=torch.float64)
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)

    def output(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        y: Tensor = torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))
        return y

    leaves = (x, *layer.parameters())
    assert torch.autograd.gradcheck(output, leaves)
    assert torch.autograd.gradgradcheck(output, leaves)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (2, 1, 5, 3)])
def test_linear_accepts_any_leading_dimensions(shape: tuple[int, ...]) -> None:
    ours, theirs = twins()
    assert ours(torch.zeros(shape)).shape == (*shape[:-1], 4)
    assert_alike(ours, theirs, *shape)


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3)])
def test_a_batch_may_be_empty(shape: tuple[int, ...]) -> None:
    assert_alike(*twins(), *shape)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors is a no-op")
@pytest.mark.parametrize(("n_in", "n_out"), [(0, 4), (3, 0), (0, 0)])
def test_a_size_may_be_zero(n_in: int, n_out: int) -> None:
    ours, theirs = twins(n_in, n_out)
    assert_alike(ours, theirs, 5, n_in)


def test_the_input_may_be_non_contiguous() -> None:
    ours, theirs = twins()
    x = torch.randn(3, 5).T
    torch.testing.assert_close(ours(x), theirs(x))


# Parameters


@pytest.mark.parametrize("bias", [True, False])
def test_a_state_dict_loads_in_both_directions(bias: bool) -> None:
    ours, theirs = Linear(3, 4, bias=bias), nn.Linear(3, 4, bias=bias)
    for source, target in ((theirs, ours), (ours, theirs)):
        for parameter in source.parameters():
            nn.init.normal_(parameter)
        target.load_state_dict(source.state_dict(), strict=True)
        assert list(target.state_dict()) == list(source.state_dict())
        torch.testing.assert_close(target.state_dict(), source.state_dict(), rtol=0, atol=0)


def test_parameters_have_the_shapes_of_nn_linear() -> None:
    shapes = [(name, parameter.shape) for name, parameter in Linear(3, 4).named_parameters()]
    assert shapes == [("weight", (4, 3)), ("bias", (4,))]
    assert all(parameter.requires_grad for parameter in Linear(3, 4).parameters())


def test_without_bias_the_bias_is_none() -> None:
    layer = Linear(3, 4, bias=False)
    assert layer.bias is None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_both_parameters_get_the_device_and_dtype(dtype: torch.dtype) -> None:
    layer = Linear(3, 4, device="meta", dtype=dtype)
    kinds = {(p.device.type, p.dtype) for p in layer.parameters()}
    assert kinds == {("meta", dtype)}


def test_the_default_dtype_is_torchs() -> None:
    assert Linear(3, 4).weight.dtype == torch.float32


def test_linear_converts_to_another_dtype() -> None:
    ours, theirs = twins()
    assert_alike(ours.double(), theirs.double(), 5, 3, dtype=torch.float64)


def test_linear_computes_shapes_on_the_meta_device() -> None:
    y = Linear(3, 4, device="meta")(torch.empty(5, 3, device="meta"))
    assert (y.device.type, y.shape) == ("meta", (5, 4))


def test_reset_parameters_fills_a_layer_moved_from_the_meta_device() -> None:
    layer = Linear(3, 4, device="meta").to_empty(device="cpu")
    torch.manual_seed(0)
    layer.reset_parameters()
    torch.manual_seed(0)
    fresh = Linear(3, 4)
    torch.testing.assert_close(layer.state_dict(), fresh.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize("bias", [True, False])
def test_linear_prints_like_nn_linear(bias: bool) -> None:
    assert repr(Linear(3, 4, bias=bias)) == repr(nn.Linear(3, 4, bias=bias))
    assert repr(nn.Sequential(Linear(3, 4))) == repr(nn.Sequential(nn.Linear(3, 4)))


def test_linear_has_its_sizes_as_attributes() -> None:
    layer = Linear(3, 4)
    assert (layer.in_features, layer.out_features) == (3, 4)


# Initialization


@pytest.mark.parametrize(
    ("init", "value"),
    [(nn.init.zeros_, 0.0), (nn.init.ones_, 1.0), (lambda w: w.fill_(7.0), 7.0)],
)
def test_init_fills_only_the_weight(init: Init, value: float) -> None:
    layer = Linear(3, 4, init=init)
    assert torch.equal(layer.weight, torch.full((4, 3), value))
    assert torch.equal(layer.bias, torch.zeros(4))


def test_reset_parameters_uses_the_same_init_again() -> None:
    layer = Linear(3, 4, init=nn.init.ones_)
    with torch.no_grad():
        layer.weight.fill_(5.0)
        layer.bias.fill_(5.0)
    layer.reset_parameters()
    assert torch.equal(layer.weight, torch.ones(4, 3))
    assert torch.equal(layer.bias, torch.zeros(4))


@pytest.mark.parametrize(
    "init",
    [
        nn.init.eye_,
        lambda w: w.data.fill_(1.0),
        lambda w: w.copy_(torch.ones(3, 3)),
        lambda w: nn.init.constant_(w, math.inf),
    ],
    ids=["eye_", "data", "copy_", "infinity"],
)
def test_any_function_that_fills_in_place_is_an_init(init: Init) -> None:
    expected = torch.empty(3, 3)
    init(expected)
    assert torch.equal(Linear(3, 3, init=init).weight, expected)


def rebind(w: Tensor) -> None:
    w = torch.zeros_like(w)


not_in_place = pytest.mark.parametrize(
    "init",
    [
        torch.zeros_like,
        torch.randn_like,
        lambda w: w + 1,
        lambda w: w.mul_(2.0),
        lambda w: None,
        rebind,
        lambda w: w.fill_diagonal_(1.0),
        lambda w: nn.init.constant_(w, math.nan),
    ],
    ids=["zeros_like", "randn_like", "sum", "product", "none", "rebind", "diagonal", "nan"],
)
UNFILLED = (
    "expected init to fill the weight in place with numbers, as torch.nn.init.ones_ does, "
    "but it left some entries unset or nan"
)


@not_in_place
def test_linear_rejects_an_init_that_does_not_fill_the_weight(init: Init) -> None:
    with pytest.raises(ValueError) as error:
        Linear(3, 2, init=init)
    assert str(error.value) == UNFILLED


def test_net_rejects_an_init_that_does_not_fill_the_weight() -> None:
    with pytest.raises(ValueError) as error:
        Net(init=torch.zeros_like)
    assert str(error.value) == UNFILLED


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64, torch.complex64])
def test_an_init_is_checked_for_any_dtype(dtype: torch.dtype) -> None:
    with pytest.raises(ValueError) as error:
        Linear(3, 2, dtype=dtype, init=torch.zeros_like)
    assert str(error.value) == UNFILLED


@not_in_place
def test_an_init_on_the_meta_device_is_checked_when_the_layer_is_reset(init: Init) -> None:
    layer = Linear(3, 2, device="meta", init=init).to_empty(device="cpu")
    nn.init.ones_(layer.weight)
    nn.init.ones_(layer.bias)
    with pytest.raises(ValueError) as error:
        layer.reset_parameters()
    assert str(error.value) == UNFILLED
    assert torch.equal(layer.weight, torch.ones(2, 3))
    assert torch.equal(layer.bias, torch.ones(2))


def test_an_error_in_init_is_passed_on() -> None:
    def broken(weight: Tensor) -> None:
        raise KeyError("my own error")

    with pytest.raises(KeyError, match="my own error"):
        Linear(3, 2, init=broken)


def test_init_is_not_recorded_by_autograd() -> None:
    layer = Linear(3, 2, init=lambda w: w.copy_(torch.ones(2, 3, requires_grad=True)))
    assert layer.weight.is_leaf
    assert layer.weight.grad_fn is None


def test_linear_can_be_made_in_inference_mode() -> None:
    with torch.inference_mode():
        assert torch.equal(Linear(3, 2, init=nn.init.ones_).weight, torch.ones(2, 3))


def test_the_seed_determines_the_weights() -> None:
    def seeded(seed: int) -> Tensor:
        torch.manual_seed(seed)
        return Linear(3, 4).weight

    assert torch.equal(seeded(1), seeded(1))
    assert not torch.equal(seeded(1), seeded(2))


def test_default_weights_are_normal_with_a_spread_that_suits_relu() -> None:
    torch.manual_seed(0)
    weight = Linear(400, 100).weight
    assert weight.std().item() == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert weight.mean().item() == pytest.approx(0, abs=0.002)
    # A normal distribution: 68.3% within one standard deviation, where a uniform has 57.7%.
    within = (weight.abs() < weight.std()).float().mean()
    assert within.item() == pytest.approx(0.683, abs=0.01)


def test_activations_keep_their_spread_through_ten_relu_layers() -> None:
    torch.manual_seed(0)
    x = torch.randn(256, 512)
    with torch.no_grad():
        ours = nn.Sequential(*(m for _ in range(10) for m in (Linear(512, 512), nn.ReLU())))(x)
        theirs = nn.Sequential(*(m for _ in range(10) for m in (nn.Linear(512, 512), nn.ReLU())))(x)
    assert 0.4 < ours.std().item() < 1.2
    assert theirs.std().item() < 0.05


# Use as a replacement of nn.Linear


@pytest.mark.parametrize("container", [nn.Sequential, lambda *m: nn.Sequential(*nn.ModuleList(m))])
def test_linear_trains_in_containers_like_nn_linear(
    container: Callable[..., nn.Module],
) -> None:
    ours, theirs = twins(3, 4), twins(4, 1)
    nets = [container(ours[i], nn.Tanh(), theirs[i]) for i in (0, 1)]
    x, target = torch.randn(8, 3), torch.randn(8, 1)
    for net in nets:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            F.mse_loss(net(x), target).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    torch.testing.assert_close(nets[0].state_dict(), nets[1].state_dict())


def test_forward_hooks_can_change_inputs_and_outputs() -> None:
    layer = Linear(1, 1, init=nn.init.ones_)
    layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    layer.register_forward_hook(lambda module, args, output: output * 10)
    assert layer(torch.tensor([2.0])).item() == 30.0


def test_backward_hooks_get_the_gradients() -> None:
    layer = Linear(1, 1, init=lambda w: nn.init.constant_(w, 5.0))
    seen: dict[str, Any] = {}

    def before(module: nn.Module, grad_y: Any) -> None:
        seen["before"] = grad_y

    def after(module: nn.Module, grad_x: Any, grad_y: Any) -> None:
        seen.update(grad_x=grad_x, grad_y=grad_y)

    layer.register_full_backward_pre_hook(before)
    layer.register_full_backward_hook(after)
    layer(torch.tensor([2.0], requires_grad=True)).backward()
    assert {name: grad[0].item() for name, grad in seen.items()} == {
        "before": 1.0,
        "grad_x": 5.0,
        "grad_y": 1.0,
    }


def test_a_deepcopy_is_independent() -> None:
    layer = Linear(3, 4)
    twin = copy.deepcopy(layer)
    x = torch.randn(5, 3)
    assert torch.equal(twin(x), layer(x))
    nn.init.zeros_(twin.weight)
    assert not torch.equal(twin(x), layer(x))


@pytest.mark.parametrize("bias", [True, False])
def test_linear_can_be_reset_after_pickling(bias: bool) -> None:
    layer = Linear(3, 4, bias=bias, init=nn.init.ones_)
    nn.init.normal_(layer.weight)
    twin = pickle.loads(pickle.dumps(layer))
    assert repr(twin) == repr(layer)
    assert torch.equal(twin(torch.eye(3)), layer(torch.eye(3)))
    twin.reset_parameters()
    assert torch.equal(twin.weight, torch.ones(4, 3))


def closure() -> Init:
    value = 7.0
    return lambda weight: weight.fill_(value)


class Unpicklable:
    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __call__(self, weight: Tensor) -> Tensor:
        return weight.fill_(7.0)


def save_and_load(net: nn.Module) -> Any:
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


unpicklable = pytest.mark.parametrize(
    "init",
    [lambda w: w.fill_(7.0), closure(), partial(lambda v, w: w.fill_(v), 7.0), Unpicklable()],
    ids=["lambda", "closure", "partial", "object"],
)


@unpicklable
@pytest.mark.parametrize(
    "make", [lambda init: Linear(1, 1, init=init), Net, lambda init: nn.Sequential(Net(init))]
)
@pytest.mark.parametrize(
    "copied", [lambda net: pickle.loads(pickle.dumps(net)), save_and_load], ids=["pickle", "torch"]
)
def test_a_layer_can_be_pickled_with_any_init(
    init: Init, make: Callable[[Init], nn.Module], copied: Callable[[Any], Any]
) -> None:
    net = make(init)
    twin = copied(copied(net))
    assert torch.equal(twin(torch.ones(1, 1)), net(torch.ones(1, 1)))


@unpicklable
def test_reset_parameters_reports_an_init_lost_in_pickling(init: Init) -> None:
    layer = pickle.loads(pickle.dumps(Linear(2, 2, init=init)))
    with pytest.raises(RuntimeError) as error:
        layer.reset_parameters()
    assert str(error.value) == (
        "expected an init function, but this layer comes from a pickle, which cannot hold a lambda "
        "or a local function: fill layer.weight yourself, or make a new layer"
    )
    assert torch.equal(layer.weight, torch.full((2, 2), 7.0))


@unpicklable
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_keeps_any_init(init: Init, copied: Callable[[Any], Any]) -> None:
    twin = copied(Linear(2, 2, init=init))
    nn.init.zeros_(twin.weight)
    twin.reset_parameters()
    assert torch.equal(twin.weight, torch.full((2, 2), 7.0))


def test_a_saved_state_dict_can_be_loaded() -> None:
    layer, other = Linear(3, 4), Linear(3, 4)
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(other(torch.eye(3)), layer(torch.eye(3)))


def test_vmap_runs_an_ensemble_of_layers() -> None:
    layers = [Linear(3, 4) for _ in range(5)]
    weights, _ = torch.func.stack_module_state(layers)
    base = Linear(3, 4, device="meta")
    x = torch.randn(8, 3)
    together = torch.vmap(lambda w: torch.func.functional_call(base, w, (x,)))(weights)
    torch.testing.assert_close(together, torch.stack([layer(x) for layer in layers]))


def test_vmap_computes_gradients_of_each_sample() -> None:
    layer = Linear(3, 1)
    x = torch.randn(8, 3)

    def output(weights: dict[str, Tensor], sample: Tensor) -> Tensor:
        y: Tensor = torch.func.functional_call(layer, weights, (sample,))
        return y.squeeze()

    weights = {name: p.detach() for name, p in layer.named_parameters()}
    grads = torch.vmap(torch.func.grad(output), in_dims=(None, 0))(weights, x)
    torch.testing.assert_close(grads["weight"], x.unsqueeze(1))
    torch.testing.assert_close(grads["bias"], torch.ones(8, 1))


@pytest.mark.parametrize("make", [lambda: Linear(3, 4), lambda: MLP([3, 8, 4]), lambda: Net()])
def test_models_with_linear_compile_into_one_graph(make: Callable[[], nn.Module]) -> None:
    torch.compiler.reset()
    net = make()
    x = torch.randn(5, next(net.parameters()).shape[1])
    # The backend "eager" captures the graph in full and needs no C++ compiler to run it.
    compiled = torch.compile(net, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), net(x))
    parameters = list(net.parameters())
    torch.testing.assert_close(
        torch.autograd.grad(compiled(x).sum(), parameters),
        torch.autograd.grad(net(x).sum(), parameters),
    )


def test_linear_exports_as_a_graph() -> None:
    layer, x = Linear(3, 4), torch.randn(5, 3)
    exported = torch.export.export(layer, (x,)).module()
    torch.testing.assert_close(exported(x), layer(x))


@pytest.mark.parametrize(
    "parametrization",
    [parametrizations.weight_norm, parametrizations.orthogonal, parametrizations.spectral_norm],
)
def test_pytorchs_parametrizations_work(
    parametrization: Callable[[nn.Module], nn.Module],
) -> None:
    ours, theirs = twins()
    torch.manual_seed(1)
    parametrization(ours)
    torch.manual_seed(1)
    parametrization(theirs)
    assert_alike(ours.eval(), theirs.eval(), 5, 3)


def test_a_custom_parametrization_can_be_removed() -> None:
    class Doubled(nn.Module):
        def forward(self, weight: Tensor) -> Tensor:
            return 2 * weight

    layer = Linear(1, 1, init=nn.init.ones_)
    parametrize.register_parametrization(layer, "weight", Doubled())
    assert layer(torch.tensor([3.0])).item() == 6.0
    parametrize.remove_parametrizations(layer, "weight")
    assert layer(torch.tensor([3.0])).item() == 6.0
    assert isinstance(layer.weight, nn.Parameter)


def test_linear_computes_in_bfloat16_under_autocast() -> None:
    ours, theirs = twins()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for x in (torch.randn(5, 3), torch.randn(5, 3, dtype=torch.bfloat16)):
            y = ours(x)
            assert y.dtype == torch.bfloat16
            torch.testing.assert_close(y, theirs(x))


# Tools that look for nn.Linear itself, as the docstring says


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_quantize_dynamic_skips_linear() -> None:
    quantize: Any = torch.ao.quantization.quantize_dynamic
    ours, theirs = twins()
    assert type(quantize(nn.Sequential(ours))[0]) is Linear
    assert type(quantize(nn.Sequential(theirs))[0]) is not nn.Linear


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_jit_script_cannot_compile_linear() -> None:
    ours, theirs = twins()
    script: Any = torch.jit.script
    script(theirs)
    with pytest.raises(Exception, match="try blocks aren't supported"):
        script(ours)


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[DeviceMesh]:
    """A mesh of only this process."""
    dist.init_process_group("gloo", f"file://{tmp_path}/store", rank=0, world_size=1)
    yield init_device_mesh("cpu", (1,))
    dist.destroy_process_group()


def test_colwise_parallel_rejects_linear(mesh: DeviceMesh) -> None:
    ours, theirs = twins()
    parallelize_module(theirs, mesh, ColwiseParallel())
    with pytest.raises(NotImplementedError, match=r"only support nn\.Linear"):
        parallelize_module(ours, mesh, ColwiseParallel())


def test_sharded_layers_are_filled_after_the_meta_device(mesh: DeviceMesh) -> None:
    layer = Linear(3, 2, device="meta", init=nn.init.ones_)
    fully_shard(layer, mesh=mesh)
    layer.to_empty(device="cpu")
    layer.reset_parameters()
    assert layer(torch.ones(1, 3)).tolist() == [[3.0, 3.0]]


# Errors


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (8, 4),
            "expected the last dimension to be 3 (in_features), got 4: input of shape (8, 4)",
        ),
        (
            (8, 3, 32, 32),
            "expected the last dimension to be 3 (in_features), got 32: "
            "input of shape (8, 3, 32, 32)",
        ),
        ((2,), "expected the last dimension to be 3 (in_features), got 2: input of shape (2,)"),
        ((3, 0), "expected the last dimension to be 3 (in_features), got 0: input of shape (3, 0)"),
        (
            (),
            "expected the last dimension to be 3 (in_features), got no dimension: "
            "input of shape ()",
        ),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_linear_rejects_a_wrong_last_dimension(
    shape: tuple[int, ...], message: str, dtype: torch.dtype
) -> None:
    layer = Linear(3, 4)
    before = copy.deepcopy(layer.state_dict())
    x = torch.zeros(shape, dtype=dtype)
    with pytest.raises(ValueError) as error:
        layer(x)
    assert str(error.value) == message
    assert isinstance(error.value.__cause__, RuntimeError)
    torch.testing.assert_close(layer.state_dict(), before, rtol=0, atol=0)
    assert torch.equal(x, torch.zeros(shape, dtype=dtype))


@pytest.mark.parametrize("shape", [(3,), (8, 3), (2, 8, 3)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.bfloat16])
def test_linear_rejects_a_wrong_dtype(
    shape: tuple[int, ...], bias: bool, dtype: torch.dtype
) -> None:
    layer = Linear(3, 4, bias=bias)
    before = copy.deepcopy(layer.state_dict())
    with pytest.raises(TypeError) as error:
        layer(torch.zeros(shape, dtype=dtype))
    assert str(error.value) == (
        f"expected an input of dtype torch.float32 (the weight's), got {dtype}"
    )
    assert isinstance(error.value.__cause__, RuntimeError)
    torch.testing.assert_close(layer.state_dict(), before, rtol=0, atol=0)


def error_of(layer: nn.Module, x: Any) -> tuple[type[BaseException], str]:
    with pytest.raises(Exception) as failure:
        layer(x)
    return type(failure.value), str(failure.value)


def test_other_errors_are_those_of_nn_linear() -> None:
    ours, theirs = twins()
    elsewhere = torch.zeros(8, 3, device="meta")
    assert error_of(ours, elsewhere) == error_of(theirs, elsewhere)
    assert error_of(ours, [1.0, 2.0, 3.0]) == error_of(theirs, [1.0, 2.0, 3.0])
    for layer in (ours, theirs):
        layer.bias = nn.Parameter(layer.bias.double())
    kind, message = error_of(ours, torch.zeros(8, 3))
    assert (kind, message) == error_of(theirs, torch.zeros(8, 3))
    assert "dtype" in message


def test_under_autocast_other_errors_are_not_blamed_on_the_dtype() -> None:
    ours, theirs = twins()
    elsewhere = torch.zeros(8, 3, device="meta", dtype=torch.bfloat16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert error_of(ours, elsewhere) == error_of(theirs, elsewhere)


def test_an_error_in_a_hook_is_passed_on() -> None:
    def broken(module: nn.Module, args: object) -> None:
        raise RuntimeError("the hook's own dtype error")

    layer = Linear(3, 4)
    layer.register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match=r"^the hook's own dtype error$"):
        layer(torch.zeros(8, 3))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((-1, 4), "expected in_features to be 0 or more, got -1"),
        ((3, -2), "expected out_features to be 0 or more, got -2"),
        ((-1, -2), "expected in_features to be 0 or more, got -1"),
    ],
)
def test_linear_rejects_a_negative_size(sizes: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError) as error:
        Linear(*sizes)
    assert str(error.value) == message


# Net


def test_net_is_one_neuron_with_relu() -> None:
    net = Net(init=nn.init.ones_)
    assert [(n, tuple(p.shape)) for n, p in net.named_parameters()] == [
        ("fc1.weight", (1, 1)),
        ("fc1.bias", (1,)),
    ]
    nn.init.constant_(net.fc1.bias, -1.0)
    assert net(torch.tensor([[-3.0], [0.5], [4.0]])).tolist() == [[0.0], [0.0], [3.0]]


def test_net_uses_the_default_init() -> None:
    torch.manual_seed(0)
    net = Net()
    torch.manual_seed(0)
    assert torch.equal(net.fc1.weight, Linear(1, 1).weight)
    assert Net(init=nn.init.zeros_).fc1.weight.item() == 0.0


# MLP


def test_mlp_registers_every_layer() -> None:
    net = MLP([2, 8, 5, 1])
    assert {name: tuple(p.shape) for name, p in net.named_parameters()} == {
        "layers.0.weight": (8, 2),
        "layers.0.bias": (8,),
        "layers.1.weight": (5, 8),
        "layers.1.bias": (5,),
        "layers.2.weight": (1, 5),
        "layers.2.bias": (1,),
    }


def test_mlp_applies_relu_only_between_layers() -> None:
    torch.manual_seed(0)
    net = MLP([2, 8, 5, 3])
    first, second, last = net.layers
    x = torch.randn(16, 2)
    y = net(x)
    torch.testing.assert_close(y, last(relu(second(relu(first(x))))))
    assert (first(x) < 0).any() and (second(relu(first(x))) < 0).any()
    assert (y < 0).any()


def test_mlp_applies_another_activation() -> None:
    net = MLP([2, 8, 1], activation=torch.tanh)
    first, last = net.layers
    x = torch.randn(16, 2)
    torch.testing.assert_close(net(x), last(torch.tanh(first(x))))


def test_mlp_registers_the_parameters_of_its_activation() -> None:
    assert "activation.weight" in dict(MLP([2, 8, 1], activation=nn.PReLU()).named_parameters())


def test_mlp_of_two_sizes_is_one_layer() -> None:
    net = MLP([2, 1])
    x = torch.randn(16, 2)
    assert torch.equal(net(x), net.layers[0](x))


@pytest.mark.parametrize("sizes", [[], [2], (2,)])
def test_mlp_rejects_fewer_than_two_sizes(sizes: Sequence[int]) -> None:
    with pytest.raises(ValueError) as error:
        MLP(sizes)
    assert str(error.value) == f"expected at least two sizes (in and out), got {list(sizes)}"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_of_mlp_compute_the_same(copied: Callable[[Any], Any]) -> None:
    net = MLP([2, 8, 1])
    x = torch.randn(16, 2)
    assert torch.equal(copied(net)(x), net(x))
