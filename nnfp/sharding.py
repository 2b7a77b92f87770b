"""A layer cut in two, one part for each process."""
