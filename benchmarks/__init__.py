"""Measurements of this project itself: `make bench` runs bench.py, and the others run by hand."""
