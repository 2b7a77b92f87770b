"""Run a page and compare what it shows with what its code does."""
