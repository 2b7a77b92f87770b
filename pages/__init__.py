"""Turn Markdown into a proven site. Nothing here knows about neural networks."""
