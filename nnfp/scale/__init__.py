"""Training on several processes at once."""
