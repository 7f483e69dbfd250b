"""docs/results/iq.md, from raw predictions.

    make results-iq                                                    everything below, in this order
    python -m scoring.metrics.iq.results.items SET IN.jsonl            a set as input of the command line (no labels)
    python -m scoring.metrics iq IN.jsonl OUT.jsonl                    the shipped checkpoint's scores
    python -m scoring.metrics.iq.results.score SET OUT.jsonl           its figures, as JSON
    python -m scoring.metrics.iq.results                               the page

Sets: uss (dev sessions), topical-chat (test_freq), fed. Labels are read from the data folder, never from predictions.
"""
