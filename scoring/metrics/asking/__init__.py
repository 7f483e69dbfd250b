"""What QUALS and QAGS share: pairs to learn from, their layout as tokens, adapters and the training loop."""
