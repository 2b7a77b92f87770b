"""Train the network that reads digits on the site, and write its weights.

Run it with `python -m benchmarks.weights`. It takes a few seconds. The network is the first of
those that `benchmarks/digits.py` trains. Its weights are written twice: for the package and for the
site.
Weights trained on another processor differ a little, so run it only when the training changes.
"""

import json
from pathlib import Path

import torch

from benchmarks.digits import train
from nnfp import MLP, accuracy, digits, evaluate
from pages.project import ROOT

PACKAGE = ROOT / "nnfp/data/digits-weights.json"
SITE = ROOT / "docs/assets/weights/digits.js"
COMMENT = "// The weights of the network that reads digits, written by benchmarks/weights.py."


def write(net: MLP, package: Path = PACKAGE, site: Path = SITE) -> None:
    """Write the weights with three digits each, as JSON and as a script."""
    rounded = {name: _round(values.tolist()) for name, values in net.state_dict().items()}
    text = {name: _rows(values) for name, values in rounded.items()}
    write_twice(text, package, site, f'{COMMENT}\n"use strict";\nwindow.nnfpDigits')


def write_twice(weights: dict[str, str], package: Path, site: Path, variable: str) -> None:
    """Write weights as JSON for the package, and as a script that sets a variable for the site."""
    text = "{\n" + ",\n".join(f'"{name}": {values}' for name, values in weights.items()) + "\n}"
    package.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    site.write_text(f"{variable} = {text};\n", encoding="utf-8", newline="\n")


def _round(values: object) -> object:
    if isinstance(values, list):
        return [_round(value) for value in values]
    return float(f"{values:.3g}")


def _rows(values: object) -> str:
    """Write a matrix with a line for each row."""
    return json.dumps(values, separators=(",", ":")).replace("],[", "],\n[")


def read(package: Path = PACKAGE) -> MLP:
    """Return the network with the weights of a file."""
    net = MLP([64, 64, 10])
    weights = json.loads(package.read_text(encoding="utf-8"))
    net.load_state_dict({name: torch.tensor(values) for name, values in weights.items()})
    return net


def main() -> None:
    """Train the network, write its weights, and print how well they read digits."""
    torch.set_num_threads(1)  # the network is too small to share
    write(train(seed=0))
    net = read()
    for name, data in zip(("training", "validation", "test"), digits(), strict=True):
        print(f"{name} digits: {100 * evaluate(net, [data], accuracy):.1f}% read right")


if __name__ == "__main__":
    main()
