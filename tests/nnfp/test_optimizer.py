"""`Solved` knows the answers and sets them; `fit` is the loop that drives any optimizer."""

import copy
import io
import pickle
import sys
import weakref

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from nnfp import MLP, Net, Solved, fit

X = torch.tensor([[1.0], [2.0], [3.0]])
TRIPLED = [(X, 3 * X)]


class Wrapper(nn.Module):
    """As DataParallel does: the net is an attribute, and its name a prefix."""

    def __init__(self, module):
        super().__init__()
        self.module = module


def zeroed_net():
    return Net(init=nn.init.zeros_)


def values(net):
    return {name: p.item() for name, p in net.named_parameters()}


# Solved


def test_solved_sets_the_answers():
    net = Net(init=nn.init.ones_)
    nn.init.ones_(net.fc1.bias)
    Solved(net.named_parameters()).step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 0.0}


def test_after_one_epoch_the_error_is_zero():
    net = zeroed_net()
    fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss)
    assert F.mse_loss(net(X), 3 * X).item() == 0.0


def test_it_may_step_many_times_though_the_names_came_from_a_generator():
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    for _ in range(3):
        nn.init.zeros_(net.fc1.weight)
        solver.step()
        assert net.fc1.weight.item() == 3.0


def test_an_answer_fills_a_parameter_of_any_shape_and_touches_no_other():
    net = MLP([2, 4, 3])
    before = copy.deepcopy(net.state_dict())
    Solved(net.named_parameters(), answers={"layers.1.weight": 0.5}).step()
    after = net.state_dict()
    assert torch.equal(after.pop("layers.1.weight"), torch.full((3, 4), 0.5))
    del before["layers.1.weight"]
    torch.testing.assert_close(after, before, rtol=0, atol=0)


def test_it_looks_at_no_gradient_and_leaves_each_as_it_is():
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    solver.step()
    assert net.fc1.weight.grad is None
    net.fc1.weight.grad = torch.tensor([[5.0]])
    solver.step()
    assert net.fc1.weight.grad.item() == 5.0


def test_changing_the_answers_afterwards_changes_nothing():
    net = zeroed_net()
    answers = {"fc1.weight": 3.0}
    solver = Solved(net.named_parameters(), answers)
    answers["fc1.weight"] = 4.0
    solver.step()
    assert net.fc1.weight.item() == 3.0


def test_it_steps_under_no_grad_too_and_autograd_records_nothing():
    net = zeroed_net()
    with torch.no_grad():
        Solved(net.named_parameters()).step()
    assert net.fc1.weight.item() == 3.0
    Solved(net.named_parameters()).step()
    assert net.fc1.weight.is_leaf and net.fc1.weight.grad_fn is None


def test_without_a_closure_step_returns_none():
    assert Solved(Net().named_parameters()).step() is None


@pytest.mark.parametrize("surroundings", [torch.enable_grad, torch.no_grad])
def test_the_closure_is_called_once_and_first_with_gradients_and_its_loss_is_returned(surroundings):
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    seen = []

    def closure():
        seen.append((net.fc1.weight.item(), torch.is_grad_enabled()))
        solver.zero_grad()
        loss = F.mse_loss(net(X), 3 * X)
        loss.backward()
        return loss

    with surroundings():
        loss = solver.step(closure)
        assert torch.is_grad_enabled() is (surroundings is torch.enable_grad)
    assert seen == [(0.0, True)]
    assert loss.item() == 42.0
    assert net.fc1.weight.item() == 3.0


def test_a_closure_that_fails_leaves_the_parameters_as_they_were():
    net = zeroed_net()

    def closure():
        raise RuntimeError("no loss today")

    with pytest.raises(RuntimeError, match=r"^no loss today$"):
        Solved(net.named_parameters()).step(closure)
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_zero_grad_sets_gradients_to_none():
    net = Net(init=nn.init.ones_)
    net(X).sum().backward()
    assert net.fc1.weight.grad is not None
    Solved(net.named_parameters()).zero_grad()
    assert net.fc1.weight.grad is None


def test_parameters_may_come_in_groups():
    net = zeroed_net()
    weight, bias = net.named_parameters()
    solver = Solved(
        [{"params": [weight]}, {"params": [bias]}], {"fc1.weight": 3.0, "fc1.bias": 1.0}
    )
    assert [group["param_names"] for group in solver.param_groups] == [["fc1.weight"], ["fc1.bias"]]
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 1.0}


def test_a_group_added_later_is_set_too():
    net = zeroed_net()
    weight, bias = net.named_parameters()
    solver = Solved([weight], answers={"fc1.weight": 3.0})
    solver.add_param_group({"params": [bias], "answers": {"fc1.bias": 1.0}})
    solver.step()
    assert values(net) == {"fc1.weight": 3.0, "fc1.bias": 1.0}


def test_a_state_dict_carries_the_answers_to_another_optimizer():
    net = zeroed_net()
    saved = Solved(net.named_parameters(), {"fc1.weight": 7.0}).state_dict()
    file = io.BytesIO()
    torch.save(saved, file)
    file.seek(0)
    other = Solved(net.named_parameters())
    other.load_state_dict(torch.load(file, weights_only=True))
    other.step()
    assert values(net) == {"fc1.weight": 7.0, "fc1.bias": 0.0}
    assert other.state_dict() == saved


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_a_copy_of_net_and_optimizer_works_on(copied):
    net = zeroed_net()
    twin, solver = copied((net, Solved(net.named_parameters())))
    solver.step()
    assert values(twin) == {"fc1.weight": 3.0, "fc1.bias": 0.0}
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_step_hooks_see_the_parameters_before_and_after():
    net = zeroed_net()
    solver = Solved(net.named_parameters())
    calls = []
    solver.register_step_pre_hook(lambda *_: calls.append(net.fc1.weight.item()))
    solver.register_step_post_hook(lambda *_: calls.append(net.fc1.weight.item()))
    solver.step()
    assert calls == [0.0, 3.0]


@pytest.mark.parametrize("groups", [list, lambda params: [{"params": list(params)}]])
def test_parameters_without_names_are_refused_with_a_sentence(groups):
    with pytest.raises(ValueError) as refusal:
        Solved(groups(Net().parameters()))
    assert str(refusal.value) == (
        "expected pairs of a name and a parameter, got parameters alone: "
        "pass net.named_parameters()"
    )


@pytest.mark.parametrize(
    ("wrapped", "prefix"),
    [
        (Wrapper, "module"),
        (nn.Sequential, "0"),
        (lambda net: torch.compile(net, backend="eager"), "_orig_mod"),
    ],
)
def test_names_behind_a_prefix_are_refused_with_a_sentence(wrapped, prefix):
    net = zeroed_net()
    with pytest.raises(ValueError) as refusal:
        Solved(wrapped(net).named_parameters())
    assert str(refusal.value) == (
        "expected parameters named fc1.weight, fc1.bias, "
        f"got {prefix}.fc1.weight, {prefix}.fc1.bias"
    )
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_one_missing_name_is_enough_to_refuse():
    with pytest.raises(ValueError) as refusal:
        Solved(Net().named_parameters(), answers={"fc1.weight": 3.0, "fc2.weight": 1.0})
    assert str(refusal.value) == "expected parameters named fc2.weight, got fc1.weight, fc1.bias"


def test_a_generator_that_has_run_dry_is_refused_by_pytorch():
    named = Net().named_parameters()
    Solved(named)
    with pytest.raises(ValueError, match=r"^optimizer got an empty parameter list$"):
        Solved(named)


# fit


def by_hand(net, optimizer, batches, epochs):
    losses = []
    for _ in range(epochs):
        for x, target in batches:
            optimizer.zero_grad()
            loss = F.mse_loss(net(x), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def seeded_net():
    torch.manual_seed(0)
    return MLP([1, 8, 1])


def sgd(net):
    return torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)


BATCHES = [(X[:2], 3 * X[:2]), (X[2:], 3 * X[2:])]


@pytest.mark.parametrize(
    "batches",
    [
        lambda: BATCHES,
        lambda: tuple(BATCHES),
        lambda: DataLoader(TensorDataset(X, 3 * X), batch_size=2),
        lambda: DataLoader(TensorDataset(X, 3 * X), batch_size=2, shuffle=True),
    ],
    ids=["list", "tuple", "loader", "shuffling loader"],
)
def test_fit_is_the_loop_written_by_hand_bit_for_bit(batches):
    ours, theirs = seeded_net(), seeded_net()
    torch.manual_seed(1)
    losses = fit(ours, sgd(ours), batches(), F.mse_loss, epochs=5)
    torch.manual_seed(1)
    assert losses == by_hand(theirs, sgd(theirs), batches(), epochs=5)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_the_losses_come_in_order_each_measured_before_its_step():
    net = zeroed_net()
    losses = fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss, epochs=2)
    # (9 + 36) / 2 before the first step; the second batch finds the answers set.
    assert losses == [22.5, 0.0, 0.0, 0.0]
    assert all(type(loss) is float for loss in losses)


def test_one_epoch_is_walked_unless_more_are_asked_for():
    net = zeroed_net()
    assert len(fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss)) == 2


def test_the_loss_function_gets_predictions_first_and_targets_second():
    net = Net(init=nn.init.ones_)
    seen = []

    def loss_fn(prediction, target):
        seen.append((prediction.tolist(), target.tolist()))
        return F.mse_loss(prediction, target)

    fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn)
    assert seen == [([[1.0], [2.0], [3.0]], [[3.0], [6.0], [9.0]])]


def test_gradients_of_before_are_not_added():
    net = Net(init=nn.init.ones_)
    net.fc1.weight.grad = torch.tensor([[1000.0]])
    fit(net, torch.optim.SGD(net.parameters(), lr=0.0), TRIPLED, F.mse_loss)
    # d/dw of mean((w - 3)² x²) at w = 1, over x = 1, 2, 3.
    assert net.fc1.weight.grad.item() == pytest.approx(-4 * 14 / 3)


def test_the_loss_may_have_one_element_of_any_shape():
    net = zeroed_net()
    losses = fit(
        net, Solved(net.named_parameters()), TRIPLED, lambda y, t: F.mse_loss(y, t).reshape(1, 1)
    )
    assert losses == [42.0]


def test_zero_epochs_change_nothing_and_give_no_loss():
    net = zeroed_net()
    assert fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss, epochs=0) == []
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


@pytest.mark.parametrize("training", [True, False])
def test_training_or_evaluation_mode_stays_as_it_is(training):
    net = zeroed_net().train(training)
    seen = []
    net.register_forward_hook(lambda module, args, output: seen.append(module.training))
    fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss)
    assert (seen, net.training) == ([training], training)


@pytest.mark.parametrize(
    ("batches", "epochs", "sentence"),
    [
        (TRIPLED, -1, "expected 0 epochs or more, got -1"),
        ([], 1, "expected at least one batch, got none in epoch 1"),
        ((batch for batch in TRIPLED), 1, "expected batches that can be walked through once an "
         "epoch, got an iterator, which is empty after the first: pass a list of batches or a "
         "DataLoader"),
        (zip(X, 3 * X, strict=True), 1, "expected batches that can be walked through once an "
         "epoch, got an iterator, which is empty after the first: pass a list of batches or a "
         "DataLoader"),
    ],
)  # fmt: skip
def test_what_cannot_be_walked_is_refused_and_nothing_is_changed(batches, epochs, sentence):
    net = zeroed_net()
    with pytest.raises(ValueError) as refusal:
        fit(net, Solved(net.named_parameters()), batches, F.mse_loss, epochs)
    assert str(refusal.value) == sentence
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


@pytest.mark.parametrize("batches", [(X[:2], 3 * X[:2]), DataLoader(X[:2], batch_size=2)])
def test_a_tensor_in_the_place_of_a_pair_is_refused_and_nothing_is_changed(batches):
    net = zeroed_net()
    with pytest.raises(TypeError) as refusal:
        fit(net, Solved(net.named_parameters()), batches, F.mse_loss)
    assert str(refusal.value) == (
        "expected each batch to be a pair of inputs and targets, got a tensor of shape (2, 1): "
        "a single batch goes in brackets, [(x, target)]"
    )
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


def test_a_refused_iterator_keeps_all_its_batches():
    net = zeroed_net()
    batches = iter(TRIPLED)
    with pytest.raises(ValueError):
        fit(net, Solved(net.named_parameters()), batches, F.mse_loss)
    assert list(batches) == TRIPLED


def test_a_loader_that_runs_dry_after_one_epoch_is_found_out():
    class OneShot(IterableDataset):
        def __init__(self):
            self.samples = iter([(X[0], 3 * X[0])])

        def __iter__(self):
            return self.samples

    net = zeroed_net()
    with pytest.raises(ValueError) as refusal:
        fit(net, Solved(net.named_parameters()), DataLoader(OneShot()), F.mse_loss, epochs=3)
    assert str(refusal.value) == "expected at least one batch, got none in epoch 2"


def test_the_graph_of_a_finished_step_is_let_go():
    net = zeroed_net()
    losses = []
    gone = []

    def loss_fn(prediction, target):
        gone.append([loss() is None for loss in losses])
        loss = F.mse_loss(prediction, target)
        losses.append(weakref.ref(loss))
        return loss

    fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn, epochs=3)
    # The loss of the last step is still at hand, older ones are not.
    assert gone == [[], [False], [True, False]]


def test_an_error_in_the_loss_function_comes_through_unchanged():
    net = zeroed_net()

    def loss_fn(prediction, target):
        raise ZeroDivisionError("no loss today")

    with pytest.raises(ZeroDivisionError, match=r"^no loss today$"):
        fit(net, Solved(net.named_parameters()), TRIPLED, loss_fn)
    assert values(net) == {"fc1.weight": 0.0, "fc1.bias": 0.0}


# The progress bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_where_the_output_is_no_terminal_fit_is_silent(capsys):
    net = zeroed_net()
    fit(net, Solved(net.named_parameters()), TRIPLED, F.mse_loss, epochs=3)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_a_bar_counts_the_epochs(monkeypatch):
    net = zeroed_net()
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fit(net, Solved(net.named_parameters()), BATCHES, F.mse_loss, epochs=3)
    last = terminal.getvalue().rstrip().rsplit("\r", 1)[-1]
    assert last.startswith("100%")
    assert "3/3" in last
    assert "epoch/s]" in last or "s/epoch]" in last
