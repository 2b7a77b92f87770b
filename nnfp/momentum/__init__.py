"""Optimizers with a memory, step by step equal to those of PyTorch."""

from nnfp.momentum.adam import Adam
from nnfp.momentum.adamw import AdamW
from nnfp.momentum.base import GradientOptimizer, Params
from nnfp.momentum.sgd import SGD

# In the order of the API page.
__all__ = ["SGD", "Adam", "AdamW", "GradientOptimizer", "Params"]
