"""Train the transformer of the page on attention from three seeds, and each variant of it from one.

Run it with `python -m benchmarks.attention`. It takes a few minutes, prints the losses and twenty
names, and writes `nnfp/data/attention.json`, which the page shows. The weights of the first seed
are written twice: for the package, as `nnfp/data/transformer.json`, and for the site. Weights
trained on another processor differ slightly.
"""

import datetime
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from benchmarks import letters
from benchmarks.weights import write_twice
from nnfp import AdamW, fit
from nnfp.attention import Block, Transformer, letter_loss, sequences, trained_transformer
from nnfp.attention.scalars import ScalarTransformer
from nnfp.letters import names, write
from nnfp.speed.machine import processor_name
from pages.project import ROOT

RESULT = ROOT / "nnfp/data/attention.json"
PACKAGE = ROOT / "nnfp/data/transformer.json"
SITE = ROOT / "docs/assets/weights/transformer.js"
COMMENT = "// The transformer that writes names, by benchmarks/attention.py: its weights times 256."
SEEDS = (0, 1, 2)
EPOCHS = 20
DEEP = 8  # enough blocks to show what residual connections and layer norm do


class NoResidual(Block):
    """A block whose parts replace their input instead of adding to it."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.attention(self.norm1(x))
        x = self.mlp(self.norm2(x))
        return x


def deep() -> Transformer:
    return Transformer(blocks=DEEP)


def without_residual() -> Transformer:
    net = Transformer(blocks=DEEP)
    net.blocks = nn.Sequential(*(NoResidual(32, 4) for _ in range(DEEP)))
    return net


def without_norm() -> Transformer:
    net = Transformer(blocks=DEEP)
    net.norm = nn.Identity()  # type: ignore[assignment]
    for block in net.blocks:
        block.norm1 = block.norm2 = nn.Identity()
    return net


def without_mask() -> Transformer:
    net = Transformer()
    for block in net.blocks:
        block.attention.is_causal = False  # type: ignore[union-attr]
    return net


def one_head() -> Transformer:
    return Transformer(heads=1)


def without_positions() -> Transformer:
    net = Transformer()
    nn.init.zeros_(net.position.weight).requires_grad_(False)
    return net


VARIANTS: dict[str, Callable[[], Transformer]] = {
    "eight blocks": deep,
    "eight blocks, no residual connections": without_residual,
    "eight blocks, no layer norm": without_norm,
    "no mask": without_mask,
    "one head": one_head,
    "no positions": without_positions,
}


def train(make: Callable[[], Transformer], seed: int) -> tuple[Transformer, float]:
    """Return a trained network and its loss on the validation names."""
    torch.manual_seed(seed)
    net = make()
    train_names, valid_names = names()
    batches = DataLoader(TensorDataset(*sequences(train_names)), 64, shuffle=True)
    optimizer = AdamW((p for p in net.parameters() if p.requires_grad), lr=0.003)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    fit(net, optimizer, batches, letter_loss, EPOCHS, after_epoch=schedule.step)
    x, target = sequences(valid_names)
    with torch.no_grad():
        return net, letter_loss(net(x), target).item()


def save(net: Transformer, package: Path = PACKAGE, site: Path = SITE) -> None:
    """Write the weights as whole numbers, in units of 1/256."""
    whole = {name: (256 * w).round().int().tolist() for name, w in net.state_dict().items()}
    text = {name: json.dumps(w, separators=(",", ":")) for name, w in whole.items()}
    write_twice(text, package, site, f'{COMMENT}\n"use strict";\nwindow.nnfpTransformer')


def step_times(name: str = "mary") -> dict[str, float]:
    """Return the seconds per loss and gradients of one name, by scalars and by tensors."""
    x, target = sequences([name])
    net = Transformer()
    scalars = ScalarTransformer(net)

    def by_scalars() -> None:
        scalars.loss(x[0], target[0]).backward()

    def by_tensors() -> None:
        letter_loss(net(x), target).backward()  # type: ignore[no-untyped-call]

    # Interleaved, so that other work on the machine slows down both.
    times: dict[str, list[float]] = {"scalars": [], "tensors": []}
    for _ in range(5):
        for way, step, count in (("scalars", by_scalars, 1), ("tensors", by_tensors, 100)):
            start = time.perf_counter()
            for _ in range(count):
                step()
            times[way].append((time.perf_counter() - start) / count)
    return {way: float(f"{median(seconds):.3g}") for way, seconds in times.items()}


def main() -> None:
    torch.set_num_threads(1)
    times = step_times()
    print(f"one name: {times['scalars']:.2f} s and {1000 * times['tensors']:.2f} ms")
    start = time.perf_counter()
    trained = [train(Transformer, seed) for seed in tqdm(SEEDS)]
    seconds = (time.perf_counter() - start) / len(SEEDS)
    save(trained[0][0])
    losses = [round(loss, 3) for _, loss in trained]
    print(f"validation loss {losses}, median {median(losses)}, {seconds:.0f} s each")
    variants = {kind: round(train(make, 0)[1], 3) for kind, make in tqdm(VARIANTS.items())}
    variants["a window of eight letters"] = round(letters.train(0, size=8)[1], 3)
    print(variants)
    net, generator = trained_transformer(), torch.Generator().manual_seed(0)
    print(*(write(net, generator=generator) for _ in range(20)))
    result = {
        "seeds": SEEDS,
        "epochs": EPOCHS,
        "validation": losses,
        "seconds": round(seconds, 1),
        "variants": variants,
        "one name": times,
        "device": processor_name(),
        "torch": torch.__version__,
        "date": datetime.date.today().isoformat(),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
