"""Measurements of this project itself, run by `make bench`."""
