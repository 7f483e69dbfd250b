"""Greedy matching of contextual token embeddings. See `metric`."""
