"""How much more likely a language model finds a text once it has read the knowledge. See `metric`."""
