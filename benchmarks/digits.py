"""Train the network of the page on classification from five seeds, and save how well they read.

Run it with `python -m benchmarks.digits`. It takes some seconds, prints the accuracies, and writes
`nnfp/data/digits.json`, which the page shows.
"""

import json
import time
from statistics import median

import torch
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from nnfp import MLP, accuracy, cross_entropy, digits, evaluate, fit
from pages.project import ROOT

RESULT = ROOT / "nnfp/data/digits.json"
SEEDS = (0, 1, 2, 3, 4)
EPOCHS = 60
RATE = 0.5
BATCH = 32


def train(seed: int, epochs: int = EPOCHS) -> MLP:
    """Return the network of the page after training on the training data."""
    torch.manual_seed(seed)
    net = MLP([64, 64, 10])
    with torch.no_grad():
        net.layers[-1].get_parameter("weight").mul_(0.1)
    batches = DataLoader(TensorDataset(*digits()[0]), batch_size=BATCH, shuffle=True)
    fit(net, torch.optim.SGD(net.parameters(), lr=RATE), batches, cross_entropy, epochs)
    return net


def main() -> None:
    torch.set_num_threads(1)  # more threads only wait for each other in a network so small
    start = time.process_time()
    nets = [train(seed) for seed in tqdm(SEEDS)]
    seconds = time.process_time() - start
    _, validation, test = digits()
    scores = {
        name: [round(evaluate(net, [part], accuracy), 4) for net in nets]
        for name, part in (("validation", validation), ("test", test))
    }
    for name, values in scores.items():
        print(name, *(f"{value:.2%}" for value in values), f"median {median(values):.2%}")
    print(f"{seconds:.1f} s of one processor")
    result = {
        "seeds": SEEDS,
        "epochs": EPOCHS,
        "learning rate": RATE,
        "batch size": BATCH,
        **scores,
        "processor seconds": round(seconds, 1),
        "torch": torch.__version__,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
