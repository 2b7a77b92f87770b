"""Measure one layer, `A = σ(Z Wᵀ + b)`, computed in seven ways, and the limits of the machine.

`python -m nnfp.speed` measures them on your machine; `--help` lists its options.
"""

from nnfp.speed.command import main
from nnfp.speed.files import read
from nnfp.speed.machine import choose_device, precisions_on, processor_peak
from nnfp.speed.measuring import measure
from nnfp.speed.merge import fastest
from nnfp.speed.report import ladder, plot, roofline, table
from nnfp.speed.results import BACKWARD, FORWARD, Case, Measurements, Timing, Training
from nnfp.speed.rungs import (
    RUNGS,
    Layer,
    Rung,
    compiled,
    dot_products,
    f_linear,
    matrix_product,
    nnfp_linear,
    row_by_row,
    three_loops,
)
from nnfp.speed.settings import COPY_SIZES
from nnfp.speed.steps import STEPS, Step, record, training_step

# In the order of the API page.
__all__ = [  # noqa: RUF022
    "measure",
    "fastest",
    "read",
    "Measurements",
    "Timing",
    "Case",
    "Training",
    "FORWARD",
    "BACKWARD",
    "table",
    "ladder",
    "roofline",
    "plot",
    "RUNGS",
    "Rung",
    "Layer",
    "three_loops",
    "dot_products",
    "row_by_row",
    "matrix_product",
    "f_linear",
    "nnfp_linear",
    "compiled",
    "training_step",
    "record",
    "Step",
    "STEPS",
    "choose_device",
    "precisions_on",
    "processor_peak",
    "COPY_SIZES",
    "main",
]
