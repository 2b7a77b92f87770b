"""Test that the limits come from products that agree, in operations and bytes per second."""

import pytest
import torch
from torch import Tensor

from nnfp.speed.ceilings import copy_rate, fastest_product, products
from nnfp.speed.results import DTYPES
from nnfp.speed.timing import Clock, Work, make_tensors
from tests.nnfp.speed.examples import CPU


@pytest.mark.parametrize("precision", DTYPES)
def test_all_products_agree(precision: str) -> None:
    x, weight, _ = make_tensors(CPU, precision, 16, 16)
    for work in products(CPU, precision, 16):
        with torch.no_grad():
            found = work()
        assert isinstance(found, Tensor)
        torch.testing.assert_close(found.to_dense(), x @ weight.T, check_dtype=False)


@pytest.mark.parametrize(
    ("available", "bfloat16", "counts"),
    [(True, True, [2, 2, 2]), (True, False, [2, 2, 1]), (False, True, [1, 1, 1])],
)
def test_onednn_is_tried_if_it_can_multiply_the_precision(
    monkeypatch: pytest.MonkeyPatch, available: bool, bfloat16: bool, counts: list[int]
) -> None:
    if available and not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        pytest.skip("this build of PyTorch has no oneDNN")
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: available)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: bfloat16)
    assert [len(products(CPU, name, 16)) for name in DTYPES] == counts


class HalfASecond(Clock):
    """A clock on which all work takes half a second."""

    def time(self, work: Work) -> tuple[float, float]:
        work()
        return 0.5, 0.0


def test_the_fastest_product_is_in_operations_per_second(quick: None) -> None:
    assert fastest_product(HalfASecond(1, 1.0), CPU, "float32") == 2 * 8**3 / 0.5


def test_the_copy_is_in_bytes_per_second(quick: None) -> None:
    assert copy_rate(HalfASecond(1, 1.0), CPU) == 2 * 64 * 4 / 0.5
