"""Figures of neurons, layers, networks, readings and losses, drawn from what the code returns.

A figure is SVG text. Its colors are `currentColor` and the CSS variables `--nnfp-input`,
`--nnfp-weight` and `--nnfp-plate`, so a figure inside a page follows the color scheme of that page.
As a separate file, it is dark on white.
"""

# Each file with a leading underscore holds the function of that name: without the underscore, the
# function would hide its module.
from nnfp.draw._attention import attention
from nnfp.draw._bars import bars
from nnfp.draw._confusion import confusion
from nnfp.draw._finishing import finishing
from nnfp.draw._fits import fits
from nnfp.draw._graph import Node, graph
from nnfp.draw._histograms import histograms
from nnfp.draw._images import images
from nnfp.draw._landscape import Path, landscape
from nnfp.draw._layer import layer
from nnfp.draw._losses import losses
from nnfp.draw._matmul import matmul
from nnfp.draw._network import network
from nnfp.draw._neuron import neuron
from nnfp.draw._parts import parts
from nnfp.draw._reading import reading
from nnfp.draw._ring import ring
from nnfp.draw._shapes import Matrix, shapes
from nnfp.draw._shards import shards
from nnfp.draw._speedups import speedups
from nnfp.draw._starts import starts
from nnfp.draw.picture import Picture
from nnfp.draw.values import Numbers

__all__ = [
    "Matrix",
    "Node",
    "Numbers",
    "Path",
    "Picture",
    "attention",
    "bars",
    "confusion",
    "finishing",
    "fits",
    "graph",
    "histograms",
    "images",
    "landscape",
    "layer",
    "losses",
    "matmul",
    "network",
    "neuron",
    "parts",
    "reading",
    "ring",
    "shapes",
    "shards",
    "speedups",
    "starts",
]
