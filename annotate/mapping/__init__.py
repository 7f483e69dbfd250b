"""Maps between versions of dimensions, as plain Python: keys of answers, what a map must be, chains of maps."""
