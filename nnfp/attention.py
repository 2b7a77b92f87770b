"""Attention, and the transformer that is built from it."""
