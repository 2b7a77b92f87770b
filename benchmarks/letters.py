"""Train the network of the page on letters with three seeds, and save the first one.

python -m benchmarks.letters
"""

import time
from pathlib import Path

import torch
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, TensorDataset

from nnfp import fit
from nnfp.letters import Window, names, windows

FILE = Path(__file__).parents[1] / "nnfp/data/window.pt"
SEEDS, EPOCHS = (0, 1, 2), 15


def train(seed: int, size: int = 3) -> tuple[Window, float]:
    """Return a trained network and its loss on the validation names."""
    torch.manual_seed(seed)
    net = Window(size)
    train_names, valid_names = names()
    data = TensorDataset(*windows(train_names, net.size))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    fit(net, optimizer, DataLoader(data, 64, shuffle=True), F.cross_entropy, EPOCHS)
    x, target = windows(valid_names, net.size)
    with torch.no_grad():
        return net, F.cross_entropy(net(x), target).item()


def main() -> None:
    """Train, print the losses, and save the network of the first seed."""
    for seed in SEEDS:
        start = time.perf_counter()
        net, loss = train(seed)
        print(f"seed {seed}: loss {loss:.3f}, {time.perf_counter() - start:.0f} s")
        if seed == SEEDS[0]:
            torch.save(net.state_dict(), FILE)


if __name__ == "__main__":
    main()
