"""Test that the gradients of `nnfp.gradient` equal those of `torch.autograd`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from nnfp import Value, linear_backward, numerical_gradient

# The engine

# A program is a list of steps. Each applies an operation to earlier results, given by their places.
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "-a": lambda a, _: -a,
    "relu(a)": lambda a, _: a.relu(),
    "a + 2": lambda a, _: a + 2,
    "2 + a": lambda a, _: 2 + a,
    "a - 2": lambda a, _: a - 2,
    "2 - a": lambda a, _: 2 - a,
    "a * 2": lambda a, _: a * 2,
    "2 * a": lambda a, _: 2 * a,
}
Step = tuple[str, int, int]
steps = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 30), st.integers(0, 30)),
    max_size=12,
)
numbers = st.integers(-4, 4).map(float) | st.floats(-2, 2)
starts = st.lists(numbers, min_size=1, max_size=4)


def run(program: Sequence[Step], results: list[Any]) -> Any:
    """Append the result of each step to `results`, and return the last one."""
    for name, a, b in program:
        results.append(OPERATIONS[name](results[a % len(results)], results[b % len(results)]))
    return results[-1]


def assert_equal(values: Sequence[Value], tensors: Sequence[Tensor]) -> None:
    """Check data and gradients; a tensor that the result does not depend on has no gradient."""
    for value, tensor in zip(values, tensors, strict=True):
        grad = 0.0 if tensor.grad is None else tensor.grad.item()
        assert (value.data, value.grad) == pytest.approx((tensor.item(), grad), rel=1e-12)


def leaves(start: Sequence[float]) -> tuple[list[Value], list[Tensor]]:
    return [Value(number) for number in start], [
        torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in start
    ]


@settings(max_examples=150)
@given(start=starts, program=steps)
def test_gradients_of_random_expressions_equal_those_of_torch(
    start: list[float], program: list[Step]
) -> None:
    values, tensors = leaves(start)
    run(program, values).backward()
    run(program, tensors).backward()
    count = len(start)
    assert_equal(values[:count], tensors[:count])
    assert [value.data for value in values] == pytest.approx([t.item() for t in tensors])


@settings(max_examples=60)
@given(start=starts, program=steps, second=steps)
def test_gradients_add_up_over_calls_as_in_torch(
    start: list[float], program: list[Step], second: list[Step]
) -> None:
    values, tensors = leaves(start)
    for results in (values, tensors):
        first: Any = run(program, results)
        last = run(second, results)
        for result in (first, last, last):
            if isinstance(result, Tensor):
                torch.autograd.backward(result, retain_graph=True)
            else:
                result.backward()
    count = len(start)
    assert_equal(values[:count], tensors[:count])


@settings(max_examples=60)
@given(start=starts, program=steps)
def test_every_value_on_the_way_has_its_slope(start: list[float], program: list[Step]) -> None:
    values, tensors = leaves(start)
    run(program, values)
    run(program, tensors)
    for tensor in tensors:
        tensor.retain_grad()
    values[-1].backward()
    torch.autograd.backward(tensors[-1])
    assert_equal(values, tensors)


def test_a_neuron_of_the_tutorial() -> None:
    w1, w2 = Value(5), Value(7)
    error = 1 * w1 + 2 * w2 - 20
    loss = error * error
    loss.backward()
    assert [v.grad for v in (w1, w2, error, loss)] == [-2, -4, -2, 1]
    assert repr(w2) == "Value(7.0, grad=-4.0)"


def test_values_can_be_summed() -> None:
    values = [Value(number) for number in (1, 2, 3)]
    total = sum(values, Value(0))
    total.backward()
    assert total.data == 6
    assert [value.grad for value in values] == [1, 1, 1]


def test_each_value_is_visited_once() -> None:
    """Walking each of the 2¹⁰⁰ paths separately would take forever."""
    x = value = Value(1)
    for _ in range(100):
        value = value + value
    value.backward()
    assert x.grad == 2.0**100


def test_a_long_chain_needs_no_recursion() -> None:
    x = value = Value(1)
    for _ in range(5000):
        value = value + 1
    value.backward()
    assert x.grad == 1


def test_a_value_without_inputs_has_slope_one() -> None:
    x = Value(3)
    x.backward()
    assert x.grad == 1
    assert list(x.inputs) == []


@pytest.mark.parametrize("number", [0.0, -0.0, math.nan, math.inf, -math.inf])
def test_relu_of_a_special_number_equals_that_of_torch(number: float) -> None:
    [value], [tensor] = leaves([number])
    (result := value.relu()).backward()
    torch.autograd.backward(expected := tensor.relu())
    assert tensor.grad is not None
    assert [result.data, value.grad] == pytest.approx(
        [expected.item(), tensor.grad.item()], nan_ok=True
    )


def test_values_have_inputs_and_local_slopes() -> None:
    a, b = Value(3), Value(4)
    assert (a * b).inputs == [(a, 4), (b, 3)]
    assert (a - b).inputs == [(a, 1), (b, -1)]


@pytest.mark.parametrize("data", [torch.tensor(3.0), True, 3])
def test_a_value_holds_a_float(data: Any) -> None:
    assert type(Value(data).data) is float


@pytest.mark.parametrize("data", ["3", None, [3]])
def test_a_value_that_is_not_a_number_is_rejected(data: Any) -> None:
    with pytest.raises(TypeError, match="expected a number, got ") as caught:
        Value(data)
    assert repr(data) in str(caught.value)
    operations: list[Callable[[], object]] = [
        lambda: Value(1) + data,
        lambda: data - Value(1),
        lambda: Value(1) * data,
    ]
    for operation in operations:
        with pytest.raises(TypeError, match="expected a number, got "):
            operation()


# A layer


@settings(max_examples=40)
@given(
    leading=st.lists(st.integers(0, 3), max_size=3),
    n_in=st.integers(1, 5),
    n_out=st.integers(1, 5),
)
def test_gradients_of_a_layer_equal_those_of_torch(
    leading: list[int], n_in: int, n_out: int
) -> None:
    layer = nn.Linear(n_in, n_out, dtype=torch.float64)
    x = torch.randn(*leading, n_in, dtype=torch.float64, requires_grad=True)
    y = layer(x)
    y_grad = torch.randn_like(y)
    torch.autograd.backward(y, y_grad)
    ours = linear_backward(y_grad, x.detach(), layer.weight.detach())
    torch.testing.assert_close(ours, (x.grad, layer.weight.grad, layer.bias.grad))


@pytest.mark.parametrize(
    ("y_grad", "x", "weight", "sentence"),
    [
        ((3, 4), (3, 2), (4,), r"weights of shape \(out_features, in_features\), got \(4,\)"),
        ((3, 4), (3, 2), (2, 4), r"x of shape \(\.\.\., 4\) and y_grad of shape \(\.\.\., 2\)"),
        (
            (4, 3),
            (3, 2),
            (4, 2),
            r"\(\.\.\., 4\), as the weights have the shape \(4, 2\), got \(3, 2\) and \(4, 3\)",
        ),
        ((2, 4), (3, 2), (4, 2), r"got \(3, 2\) and \(2, 4\)"),
        ((4,), (), (4, 2), r"got \(\) and \(4,\)"),
        ((), (), (0, 0), r"got \(\) and \(\)"),
    ],
)
def test_shapes_that_do_not_match_are_rejected(
    y_grad: tuple[int, ...], x: tuple[int, ...], weight: tuple[int, ...], sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"expected {sentence}|expected x .*{sentence}"):
        linear_backward(torch.zeros(y_grad), torch.zeros(x), torch.zeros(weight))


# Nudging


@pytest.mark.parametrize("shape", [(), (3,), (3, 2), (3, 2, 4), (0, 2)])
def test_a_numerical_gradient_equals_that_of_torch(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)

    def function(x: Tensor) -> Tensor:
        return (x.sin() * x).sum() ** 2

    torch.autograd.backward(function(x))
    ours = numerical_gradient(function, x)
    assert not ours.requires_grad
    torch.testing.assert_close(ours, x.grad, rtol=1e-6, atol=1e-6)


def test_a_numerical_gradient_of_a_cube_is_nearly_exact() -> None:
    """Nudging up alone would be off by three times the nudge."""
    x = torch.tensor(1.0, dtype=torch.float64)
    assert numerical_gradient(lambda x: x**3, x).item() == pytest.approx(3, abs=1e-8)


def test_a_nudge_can_be_chosen() -> None:
    x = torch.tensor(1.0, dtype=torch.float64)
    assert numerical_gradient(lambda x: x**3, x, 1).item() == pytest.approx(4)


def test_a_function_may_return_a_float_or_a_view_or_change_its_argument() -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    functions: list[Callable[[Tensor], Tensor | float]] = [
        lambda x: x[0].item(),
        lambda x: x[:1],
        lambda x: x.neg_()[0] * -1,
    ]
    for function in functions:
        assert numerical_gradient(function, x).tolist() == pytest.approx([1, 0])
    assert x.tolist() == [1, 2]


def test_float32_is_rejected() -> None:
    with pytest.raises(TypeError, match=r"dtype torch\.float64, got torch\.float32"):
        numerical_gradient(torch.sum, torch.zeros(2))


def test_a_function_of_several_results_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"one number, got \(2,\)"):
        numerical_gradient(lambda x: x, torch.zeros(2, dtype=torch.float64))
