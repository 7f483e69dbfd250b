"""Mid-ranks of many resamples at once: a resample repeats items, so ranks come from weighted counts."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import rankdata

from scoring.correlation.pairs import Floats, Ints


def mid_ranks(values: Floats) -> Floats:
    """1-based ranks, ties share their mean."""
    return np.asarray(rankdata(values), dtype=np.float64)


class ResampledRanks:
    """Sorted once; then the exact ranks in any resample of clusters by a running sum."""

    def __init__(self, values: Floats, cluster: Ints, clusters: int, *, counted: Floats | None = None) -> None:
        """counted: how much each item counts (1 by default), as 1 for the positives and 0 for the others."""
        distinct, level = np.unique(values, return_inverse=True)
        self.level: Ints = level
        # How often each value stands in each conversation: (levels, clusters).
        count = np.ones(len(values)) if counted is None else counted
        self.often = csr_array((count.astype(np.float32), (level, cluster)), shape=(len(distinct), clusters))

    def of(self, drawn: Floats) -> Floats:
        """Ranks from the middle: drawn (clusters, resamples) float32 -> (items, resamples), mean 0 in each resample.

        float32 holds them exactly up to 8 million items.
        """
        often = self.often @ drawn
        below = np.cumsum(often, axis=0)
        return (below - (often + below[-1]) / 2)[self.level]
