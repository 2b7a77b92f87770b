"""How long nnfp.Linear takes beside torch.nn.Linear, forward alone and with backward.

Run it with `make bench`. It takes about 15 seconds and wants a machine with little else to do.

The two take turns in one process on one thread, many rounds each, so that what slows the machine
slows both. The table shows the median round of each in microseconds a call, and the median of the
rounds' ratios: 1.00 means that both take equally long.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

import nnfp

SIZES = (1, 16, 256, 1024)
BATCH = 4
ROUNDS = 200
SECONDS_A_ROUND = 0.005

Work = Callable[[nn.Module, Tensor], None]


def forward(layer: nn.Module, x: Tensor) -> None:
    layer(x)


def forward_and_backward(layer: nn.Module, x: Tensor) -> None:
    layer(x).sum().backward()


def seconds(work: Work, layer: nn.Module, x: Tensor, repeats: int) -> float:
    """Time one call, as the mean of so many."""
    start = time.perf_counter()
    for _ in range(repeats):
        work(layer, x)
    return (time.perf_counter() - start) / repeats


def side_by_side(
    work: Work, ours: nn.Module, theirs: nn.Module, x: Tensor
) -> list[tuple[float, float]]:
    """Time both in turns; return the seconds of each round, ours first."""
    seconds(work, ours, x, 10)
    # So many calls that a round is long beside the clock's own steps.
    repeats = max(1, int(SECONDS_A_ROUND / seconds(work, theirs, x, 10)))
    rounds = []
    for i in range(ROUNDS):
        # Who goes first changes each round: being first must be no advantage.
        order = (ours, theirs) if i % 2 == 0 else (theirs, ours)
        took = {layer: seconds(work, layer, x, repeats) for layer in order}
        rounds.append((took[ours], took[theirs]))
    return rounds


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, one thread, batch of {BATCH}, microseconds a call")
    print("      layer  work                      nnfp     torch  ratio")
    for size in SIZES:
        ours, theirs = nnfp.Linear(size, size), nn.Linear(size, size)
        # The very same parameters: where they lie in memory must favour neither.
        theirs.weight, theirs.bias = ours.weight, ours.bias
        x = torch.randn(BATCH, size)
        for work in (forward, forward_and_backward):
            rounds = side_by_side(work, ours, theirs, x)
            a, b = (1e6 * statistics.median(side) for side in zip(*rounds, strict=True))
            ratio = statistics.median(a / b for a, b in rounds)
            layer, name = f"{size} x {size}", work.__name__.replace("_", " ")
            print(f"{layer:>11}  {name:<20}  {a:8.2f}  {b:8.2f}  {ratio:5.3f}")


if __name__ == "__main__":
    main()
