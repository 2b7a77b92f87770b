"""Attention, and a transformer built from it."""

from nnfp.attention.heads import SelfAttention, attention, attention_weights
from nnfp.attention.names import letter_loss, sequences, trained_transformer
from nnfp.attention.transformer import Block, LayerNorm, Transformer

__all__ = [
    "Block",
    "LayerNorm",
    "SelfAttention",
    "Transformer",
    "attention",
    "attention_weights",
    "letter_loss",
    "sequences",
    "trained_transformer",
]
