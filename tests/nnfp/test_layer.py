"""`nnfp.Linear` passes as `torch.nn.Linear` wherever one is expected; layers make networks."""

import copy
import io
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import parametrizations, parametrize

from nnfp import MLP, Linear, Net, relu


def twins(n_in=3, n_out=4, **options):
    """Our layer and PyTorch's, with the same weights."""
    torch.manual_seed(0)
    ours, theirs = Linear(n_in, n_out, **options), nn.Linear(n_in, n_out, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def assert_alike(ours, theirs, *shape, **options):
    """Outputs and all gradients agree, for random numbers of this shape."""
    x = torch.randn(shape, **options)
    ours_x, theirs_x = x.clone().requires_grad_(), x.clone().requires_grad_()
    ours_y, theirs_y = ours(ours_x), theirs(theirs_x)
    torch.testing.assert_close(ours_y, theirs_y)
    upstream = torch.randn_like(theirs_y)
    ours_grads = torch.autograd.grad(ours_y, [ours_x, *ours.parameters()], upstream)
    theirs_grads = torch.autograd.grad(theirs_y, [theirs_x, *theirs.parameters()], upstream)
    torch.testing.assert_close(ours_grads, theirs_grads)


# The mathematics


@settings(deadline=None, max_examples=60)
@given(
    leading=st.lists(st.integers(0, 3), max_size=3),
    n_in=st.integers(1, 5),
    n_out=st.integers(1, 5),
    bias=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.bfloat16]),
)
def test_outputs_and_gradients_equal_those_of_nn_linear(leading, n_in, n_out, bias, dtype):
    ours, theirs = twins(n_in, n_out, bias=bias, dtype=dtype)
    assert_alike(ours, theirs, *leading, n_in, dtype=dtype)


def test_it_computes_x_times_weight_transposed_plus_bias():
    layer, _ = twins()
    x = torch.randn(5, 3)
    torch.testing.assert_close(layer(x), x @ layer.weight.T + layer.bias)


def test_its_gradients_agree_with_finite_differences():
    layer = Linear(3, 4, dtype=torch.float64)
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)

    def output(x, weight, bias):
        return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))

    leaves = (x, *layer.parameters())
    assert torch.autograd.gradcheck(output, leaves)
    assert torch.autograd.gradgradcheck(output, leaves)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (2, 1, 5, 3)])
def test_any_dimensions_may_lead_also_none(shape):
    ours, theirs = twins()
    assert ours(torch.zeros(shape)).shape == (*shape[:-1], 4)
    assert_alike(ours, theirs, *shape)


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3)])
def test_a_batch_may_be_empty(shape):
    assert_alike(*twins(), *shape)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors is a no-op")
@pytest.mark.parametrize(("n_in", "n_out"), [(0, 4), (3, 0), (0, 0)])
def test_a_size_may_be_zero(n_in, n_out):
    ours, theirs = twins(n_in, n_out)
    assert_alike(ours, theirs, 5, n_in)


def test_the_input_need_not_lie_in_one_piece():
    ours, theirs = twins()
    x = torch.randn(3, 5).T
    torch.testing.assert_close(ours(x), theirs(x))


# What it is made of


@pytest.mark.parametrize("bias", [True, False])
def test_a_state_dict_fits_both_ways(bias):
    ours, theirs = Linear(3, 4, bias=bias), nn.Linear(3, 4, bias=bias)
    for source, target in ((theirs, ours), (ours, theirs)):
        for parameter in source.parameters():
            nn.init.normal_(parameter)
        target.load_state_dict(source.state_dict(), strict=True)
        assert list(target.state_dict()) == list(source.state_dict())
        torch.testing.assert_close(target.state_dict(), source.state_dict(), rtol=0, atol=0)


def test_its_parameters_have_the_shapes_and_the_order_of_nn_linear():
    shapes = [(name, parameter.shape) for name, parameter in Linear(3, 4).named_parameters()]
    assert shapes == [("weight", (4, 3)), ("bias", (4,))]
    assert all(parameter.requires_grad for parameter in Linear(3, 4).parameters())


def test_without_bias_the_bias_is_none_and_registered_as_such():
    layer = Linear(3, 4, bias=False)
    assert layer.bias is None
    assert "bias" in layer._parameters
    assert [name for name, _ in layer.named_parameters()] == ["weight"]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_device_and_dtype_go_to_both_parameters(dtype):
    layer = Linear(3, 4, device="meta", dtype=dtype)
    kinds = {(p.device.type, p.dtype) for p in layer.parameters()}
    assert kinds == {("meta", dtype)}


def test_the_dtype_is_the_default_one_unless_named():
    assert Linear(3, 4).weight.dtype == torch.float32


def test_it_converts_to_another_dtype_as_any_module_does():
    ours, theirs = twins()
    assert_alike(ours.double(), theirs.double(), 5, 3, dtype=torch.float64)


def test_on_the_meta_device_shapes_alone_are_computed():
    y = Linear(3, 4, device="meta")(torch.empty(5, 3, device="meta"))
    assert (y.device.type, y.shape) == ("meta", (5, 4))


def test_from_the_meta_device_it_moves_by_to_empty_and_starts_by_reset_parameters():
    layer = Linear(3, 4, device="meta").to_empty(device="cpu")
    torch.manual_seed(0)
    layer.reset_parameters()
    torch.manual_seed(0)
    fresh = Linear(3, 4)
    torch.testing.assert_close(layer.state_dict(), fresh.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize("bias", [True, False])
def test_it_prints_as_nn_linear_does(bias):
    assert repr(Linear(3, 4, bias=bias)) == repr(nn.Linear(3, 4, bias=bias))
    assert repr(nn.Sequential(Linear(3, 4))) == repr(nn.Sequential(nn.Linear(3, 4)))


def test_it_tells_its_sizes_as_nn_linear_does():
    layer = Linear(3, 4)
    assert (layer.in_features, layer.out_features) == (3, 4)


# How it starts


@pytest.mark.parametrize(
    ("init", "value"),
    [(nn.init.zeros_, 0.0), (nn.init.ones_, 1.0), (lambda w: w.fill_(7.0), 7.0)],
)
def test_init_fills_the_weight_and_the_bias_is_zero(init, value):
    layer = Linear(3, 4, init=init)
    assert torch.equal(layer.weight, torch.full((4, 3), value))
    assert torch.equal(layer.bias, torch.zeros(4))


def test_reset_parameters_starts_again_by_the_same_init():
    layer = Linear(3, 4, init=nn.init.ones_)
    with torch.no_grad():
        layer.weight.fill_(5.0)
        layer.bias.fill_(5.0)
    layer.reset_parameters()
    assert torch.equal(layer.weight, torch.ones(4, 3))
    assert torch.equal(layer.bias, torch.zeros(4))


def test_one_seed_gives_one_layer_and_another_seed_another():
    def seeded(seed):
        torch.manual_seed(seed)
        return Linear(3, 4).weight

    assert torch.equal(seeded(1), seeded(1))
    assert not torch.equal(seeded(1), seeded(2))


def test_by_default_the_weights_are_normal_with_the_spread_that_suits_relu():
    torch.manual_seed(0)
    weight = Linear(400, 100).weight
    assert weight.std().item() == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert weight.mean().item() == pytest.approx(0, abs=0.002)
    # A normal distribution: 68.3 % within one standard deviation, where a uniform has 57.7 %.
    within = (weight.abs() < weight.std()).float().mean()
    assert within.item() == pytest.approx(0.683, abs=0.01)


def test_through_ten_wide_relu_layers_the_activations_keep_their_spread():
    torch.manual_seed(0)
    x = torch.randn(256, 512)
    with torch.no_grad():
        ours = nn.Sequential(*(m for _ in range(10) for m in (Linear(512, 512), nn.ReLU())))(x)
        theirs = nn.Sequential(*(m for _ in range(10) for m in (nn.Linear(512, 512), nn.ReLU())))(x)
    assert 0.4 < ours.std().item() < 1.2
    assert theirs.std().item() < 0.05


# Where an nn.Linear goes


@pytest.mark.parametrize("container", [nn.Sequential, lambda *m: nn.Sequential(*nn.ModuleList(m))])
def test_it_trains_inside_containers_as_nn_linear_does(container):
    ours, theirs = twins(3, 4), twins(4, 1)
    nets = [container(ours[i], nn.Tanh(), theirs[i]) for i in (0, 1)]
    x, target = torch.randn(8, 3), torch.randn(8, 1)
    for net in nets:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            F.mse_loss(net(x), target).backward()
            optimizer.step()
    torch.testing.assert_close(nets[0].state_dict(), nets[1].state_dict())


def test_hooks_see_and_may_change_what_goes_in_and_out():
    layer = Linear(1, 1, init=nn.init.ones_)
    layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    layer.register_forward_hook(lambda module, args, output: output * 10)
    assert layer(torch.tensor([2.0])).item() == 30.0


def test_backward_hooks_see_the_gradients_of_input_and_output():
    seen = {}
    layer = Linear(1, 1, init=lambda w: nn.init.constant_(w, 5.0))
    layer.register_full_backward_pre_hook(lambda module, out: seen.update(before=out[0].item()))
    layer.register_full_backward_hook(
        lambda module, into, out: seen.update(into=into[0].item(), out=out[0].item())
    )
    layer(torch.tensor([2.0], requires_grad=True)).backward()
    assert seen == {"before": 1.0, "out": 1.0, "into": 5.0}


def test_a_deepcopy_is_alike_and_independent():
    layer = Linear(3, 4)
    twin = copy.deepcopy(layer)
    x = torch.randn(5, 3)
    assert torch.equal(twin(x), layer(x))
    nn.init.zeros_(twin.weight)
    assert not torch.equal(twin(x), layer(x))


@pytest.mark.parametrize("bias", [True, False])
def test_it_survives_pickle_and_can_start_again_afterwards(bias):
    layer = Linear(3, 4, bias=bias, init=nn.init.ones_)
    nn.init.normal_(layer.weight)
    twin = pickle.loads(pickle.dumps(layer))
    assert repr(twin) == repr(layer)
    assert torch.equal(twin(torch.eye(3)), layer(torch.eye(3)))
    twin.reset_parameters()
    assert torch.equal(twin.weight, torch.ones(4, 3))


def test_its_state_dict_is_saved_and_loaded_by_torch():
    layer, other = Linear(3, 4), Linear(3, 4)
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(other(torch.eye(3)), layer(torch.eye(3)))


def test_an_ensemble_of_weights_runs_by_functional_call_and_vmap():
    layers = [Linear(3, 4) for _ in range(5)]
    weights, _ = torch.func.stack_module_state(layers)
    base = Linear(3, 4, device="meta")
    x = torch.randn(8, 3)
    together = torch.vmap(lambda w: torch.func.functional_call(base, w, (x,)))(weights)
    torch.testing.assert_close(together, torch.stack([layer(x) for layer in layers]))


def test_it_gives_gradients_of_each_sample_by_vmap_and_grad():
    layer = Linear(3, 1)
    x = torch.randn(8, 3)

    def output(weights, sample):
        return torch.func.functional_call(layer, weights, (sample,)).squeeze()

    weights = {name: p.detach() for name, p in layer.named_parameters()}
    grads = torch.vmap(torch.func.grad(output), in_dims=(None, 0))(weights, x)
    torch.testing.assert_close(grads["weight"], x.unsqueeze(1))
    torch.testing.assert_close(grads["bias"], torch.ones(8, 1))


@pytest.mark.parametrize("make", [lambda: Linear(3, 4), lambda: MLP([3, 8, 4]), lambda: Net()])
def test_it_compiles_into_one_graph_forward_and_backward(make):
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


def test_it_exports_as_a_graph():
    layer, x = Linear(3, 4), torch.randn(5, 3)
    exported = torch.export.export(layer, (x,)).module()
    torch.testing.assert_close(exported(x), layer(x))


@pytest.mark.parametrize(
    "parametrization",
    [parametrizations.weight_norm, parametrizations.orthogonal, parametrizations.spectral_norm],
)
def test_the_parametrizations_of_pytorch_apply(parametrization):
    ours, theirs = twins()
    torch.manual_seed(1)
    parametrization(ours)
    torch.manual_seed(1)
    parametrization(theirs)
    assert_alike(ours.eval(), theirs.eval(), 5, 3)


def test_a_parametrization_of_ones_own_applies_and_can_be_removed():
    class Doubled(nn.Module):
        def forward(self, weight):
            return 2 * weight

    layer = Linear(1, 1, init=nn.init.ones_)
    parametrize.register_parametrization(layer, "weight", Doubled())
    assert layer(torch.tensor([3.0])).item() == 6.0
    parametrize.remove_parametrizations(layer, "weight")
    assert layer(torch.tensor([3.0])).item() == 6.0
    assert isinstance(layer.weight, nn.Parameter)


def test_under_autocast_it_computes_in_bfloat16_as_nn_linear_does():
    ours, theirs = twins()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for x in (torch.randn(5, 3), torch.randn(5, 3, dtype=torch.bfloat16)):
            y = ours(x)
            assert y.dtype == torch.bfloat16
            torch.testing.assert_close(y, theirs(x))


# What it refuses


@pytest.mark.parametrize(
    ("shape", "sentence"),
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
def test_a_wrong_last_dimension_is_named_and_nothing_is_changed(shape, sentence, dtype):
    layer = Linear(3, 4)
    before = copy.deepcopy(layer.state_dict())
    x = torch.zeros(shape, dtype=dtype)
    with pytest.raises(ValueError) as refusal:
        layer(x)
    assert str(refusal.value) == sentence
    assert isinstance(refusal.value.__cause__, RuntimeError)
    torch.testing.assert_close(layer.state_dict(), before, rtol=0, atol=0)
    assert torch.equal(x, torch.zeros(shape, dtype=dtype))


@pytest.mark.parametrize("shape", [(3,), (8, 3), (2, 8, 3)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.bfloat16])
def test_a_wrong_dtype_is_named_and_nothing_is_changed(shape, bias, dtype):
    layer = Linear(3, 4, bias=bias)
    before = copy.deepcopy(layer.state_dict())
    with pytest.raises(TypeError) as refusal:
        layer(torch.zeros(shape, dtype=dtype))
    assert str(refusal.value) == (
        f"expected an input of dtype torch.float32 (the weight's), got {dtype}"
    )
    assert isinstance(refusal.value.__cause__, RuntimeError)
    torch.testing.assert_close(layer.state_dict(), before, rtol=0, atol=0)


def error_of(layer, x):
    with pytest.raises(Exception) as failure:
        layer(x)
    return type(failure.value), str(failure.value)


def test_an_error_of_another_cause_comes_through_unchanged():
    ours, theirs = twins()
    elsewhere = torch.zeros(8, 3, device="meta")
    assert error_of(ours, elsewhere) == error_of(theirs, elsewhere)
    assert error_of(ours, [1.0, 2.0, 3.0]) == error_of(theirs, [1.0, 2.0, 3.0])
    for layer in (ours, theirs):
        layer.bias = nn.Parameter(layer.bias.double())
    kind, message = error_of(ours, torch.zeros(8, 3))
    assert (kind, message) == error_of(theirs, torch.zeros(8, 3))
    assert "dtype" in message


def test_under_autocast_an_error_of_another_cause_is_not_blamed_on_the_dtype():
    ours, theirs = twins()
    elsewhere = torch.zeros(8, 3, device="meta", dtype=torch.bfloat16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert error_of(ours, elsewhere) == error_of(theirs, elsewhere)


def test_an_error_in_a_hook_comes_through_unchanged():
    def broken(module, args):
        raise RuntimeError("the hook's own dtype error")

    layer = Linear(3, 4)
    layer.register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match=r"^the hook's own dtype error$"):
        layer(torch.zeros(8, 3))


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ((-1, 4), "expected in_features to be 0 or more, got -1"),
        ((3, -2), "expected out_features to be 0 or more, got -2"),
        ((-1, -2), "expected in_features to be 0 or more, got -1"),
    ],
)
def test_a_negative_size_is_refused_with_a_sentence(sizes, sentence):
    with pytest.raises(ValueError) as refusal:
        Linear(*sizes)
    assert str(refusal.value) == sentence


# Net


def test_net_is_one_neuron_with_relu():
    net = Net(init=nn.init.ones_)
    assert [(n, tuple(p.shape)) for n, p in net.named_parameters()] == [
        ("fc1.weight", (1, 1)),
        ("fc1.bias", (1,)),
    ]
    nn.init.constant_(net.fc1.bias, -1.0)
    assert net(torch.tensor([[-3.0], [0.5], [4.0]])).tolist() == [[0.0], [0.0], [3.0]]


def test_net_starts_by_the_default_init_unless_another_is_named():
    torch.manual_seed(0)
    net = Net()
    torch.manual_seed(0)
    assert torch.equal(net.fc1.weight, Linear(1, 1).weight)
    assert Net(init=nn.init.zeros_).fc1.weight.item() == 0.0


# MLP


def test_mlp_registers_every_layer():
    net = MLP([2, 8, 5, 1])
    assert {name: tuple(p.shape) for name, p in net.named_parameters()} == {
        "layers.0.weight": (8, 2),
        "layers.0.bias": (8,),
        "layers.1.weight": (5, 8),
        "layers.1.bias": (5,),
        "layers.2.weight": (1, 5),
        "layers.2.bias": (1,),
    }


def test_mlp_has_relu_between_the_layers_and_none_after_the_last():
    torch.manual_seed(0)
    net = MLP([2, 8, 5, 3])
    first, second, last = net.layers
    x = torch.randn(16, 2)
    y = net(x)
    torch.testing.assert_close(y, last(relu(second(relu(first(x))))))
    assert (first(x) < 0).any() and (second(relu(first(x))) < 0).any()
    assert (y < 0).any()


def test_mlp_takes_another_activation():
    net = MLP([2, 8, 1], activation=torch.tanh)
    first, last = net.layers
    x = torch.randn(16, 2)
    torch.testing.assert_close(net(x), last(torch.tanh(first(x))))


def test_an_activation_with_parameters_is_trained_with_the_layers():
    assert "activation.weight" in dict(MLP([2, 8, 1], activation=nn.PReLU()).named_parameters())


def test_mlp_of_two_sizes_is_one_layer_alone():
    net = MLP([2, 1])
    x = torch.randn(16, 2)
    assert torch.equal(net(x), net.layers[0](x))


@pytest.mark.parametrize("sizes", [[], [2], (2,)])
def test_mlp_of_fewer_than_two_sizes_is_refused_with_a_sentence(sizes):
    with pytest.raises(ValueError) as refusal:
        MLP(sizes)
    assert str(refusal.value) == f"expected at least two sizes (in and out), got {list(sizes)}"


def test_mlp_survives_deepcopy_and_pickle():
    net = MLP([2, 8, 1])
    x = torch.randn(16, 2)
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert torch.equal(twin(x), net(x))
