"""Measurements with round numbers, for the tests of `nnfp.speed`."""

from typing import Any

import torch
from torch import Tensor, nn

from nnfp.speed import FORWARD, Measurements, Timing

CPU = torch.device("cpu")
WEIGHT = nn.Parameter(torch.tensor([[5.0, 7.0], [6.0, 8.0]]))
BIAS = nn.Parameter(torch.tensor([-20.0, 0.0]))
RATES = {"three Python loops": 2e7, "row by row": 3e10, "matrix product": 9e10, "F.linear": 1e11}


def timing(rung: str, rate: float, **changed: Any) -> Timing:
    """Make a timing with a rate, of 1000 samples and a layer of 1000 x 1000."""
    fields: dict[str, Any] = {
        "precision": "float32",
        "work": FORWARD,
        "size": 1000,
        "batch": 1000,
        "samples": 1000,
    }
    times = {"seconds": 2e9 / rate, "spread": 0.0}
    return Timing(rung, **(fields | times | changed))


MEASURED = Measurements(
    machine={"device": "Some Processor, 2 threads", "torch": "2.13", "python": "3.11", "date": "d"},
    products={"float32": 2e11},
    copy=4e10,
    call=5e-6,
    peak={"cores": 2, "gigahertz": 2.5, "per_cycle": 64, "rate": 3.2e11},
    ladder=[timing(rung, rate) for rung, rate in RATES.items()]
    + [timing(rung, 1e9, size=10, batch=1, samples=1, seconds=2e-7) for rung in RATES],
    sweep=[
        timing("nnfp.Linear", rate, batch=batch, samples=batch, seconds=2e6 * batch / rate)
        for batch, rate in [(1, 1.9e10), (64, 1e11), (1024, 1.6e11)]
    ],
)

# What Linux reports of a server with two sockets of two cores with two threads each, shortened.
CPUINFO = "".join(
    f"processor\t: {i}\nmodel name\t: Some Processor\ncpu MHz\t\t: {mhz}\nphysical id\t: {socket}\n"
    f"core id\t\t: {core}\nflags\t\t: fpu fma avx2 avx512f\n\n"
    for i, (socket, core, mhz) in enumerate(
        [(0, 0, 800.0), (0, 1, 2500.0)] * 2 + [(1, 0, 2400.0), (1, 1, 900.0)] * 2
    )
)


def relu_of(x: Tensor, layer: nn.Linear) -> Tensor:
    """Compute what each rung is compared with."""
    return torch.relu(layer(x))
