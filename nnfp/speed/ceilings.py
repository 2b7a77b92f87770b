"""Measure what a device can do at best: its fastest matrix product and a large copy."""

import torch
import torch.nn.functional as F  # noqa: N812

from nnfp.speed.settings import COPY_SIZES, PRODUCT_SIZES
from nnfp.speed.timing import Clock, Work, make_tensors, matmul_precision


def fastest_product(clock: Clock, device: torch.device, precision: str) -> float:
    """Return the operations per second of the fastest product that PyTorch offers."""
    with matmul_precision(precision), torch.no_grad():
        return max(
            2 * size**3 / clock.time(work)[0]
            for size in PRODUCT_SIZES[device.type]
            for work in products(device, precision, size)
        )


def products(device: torch.device, precision: str, size: int) -> list[Work]:
    """List the ways in which PyTorch can multiply two square matrices."""
    x, weight, _ = make_tensors(device, precision, size, size)
    works: list[Work] = [lambda: x @ weight.T]
    if device.type == "cpu" and has_onednn(precision):
        # oneDNN is PyTorch's other library for processors. It uses a different memory layout.
        blocked = x.to_mkldnn()
        works.append(lambda: F.linear(blocked, weight))
    return works


def has_onednn(precision: str) -> bool:
    """Return whether oneDNN can multiply; in bfloat16, it needs a processor with AVX-512."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    return precision != "bfloat16" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def copy_rate(clock: Clock, device: torch.device) -> float:
    """Return the bytes per second, read and written, of a large copy."""
    source = torch.zeros(COPY_SIZES[device.type], device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes / clock.time(lambda: target.copy_(source))[0]
