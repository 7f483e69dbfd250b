"""Which metrics speak on the human scale by nature; the others are compared once they are calibrated."""

NATIVE = frozenset({"iq", "overlap", "rouge", "bertscore", "qags"})
