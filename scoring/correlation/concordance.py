"""Kendall's tau-b in n log n, with what the jackknife over conversations needs.

    tau_b = (C - D) / sqrt((pairs untied in x) (pairs untied in y))

Leaving a conversation out takes away the pairs that touch it; so each item's sum of sign(dx) sign(dy) over all others
is enough, and the pairs within a conversation are counted once directly.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from scoring.correlation.pairs import Floats, Ints, Pairs


def smaller_before(values: Ints) -> Ints:
    """For each place the number of earlier places with a strictly smaller value. values: 0..n, (n,); n log^2 n.

    Blocks are doubled as in a merge sort; at each level, sorting by (block, value, half) turns the counts into a
    running sum, so there is no loop over items.
    """
    n = len(values)
    count = np.zeros(n, dtype=np.int64)
    place = np.arange(n)
    width = 1
    while width < n:
        block, right = place // (2 * width), (place // width) % 2
        # Right half first among equals, so that equal values of the left half are not counted.
        order = np.argsort((block * (n + 1) + values) * 2 + (1 - right), kind="stable")
        left = 1 - right[order]
        running = np.cumsum(left)
        first = np.searchsorted(block[order], np.arange(block[-1] + 1))
        before_block = np.concatenate([[0], running])[first][block[order]]
        count[order] += right[order] * (running - before_block)
        width *= 2
    return count


def concordance(x: Floats, y: Floats) -> Floats:
    """For each item the sum over all others of sign(dx) sign(dy): concordant minus discordant, (n,)."""
    n = len(x)
    a, b = (np.unique(each, return_inverse=True)[1] for each in (x, y))
    order = np.lexsort((-b, a))  # equal x: larger y first, so that they never count as smaller before
    lower_left = np.empty(n, dtype=np.int64)
    lower_left[order] = smaller_before(b[order])
    less_x, equal_x = _below(a)
    less_y, equal_y = _below(b)
    both = a.astype(np.int64) * (int(b.max()) + 1) + b
    # Equal in y and smaller in x: the place within the group of equal y when sorted by x; and the other way round.
    upper_left = less_x - lower_left - _smaller_within(b, a)
    lower_right = less_y - lower_left - _smaller_within(a, b)
    tied_both = _below(both)[1]
    untied = n - equal_x - equal_y + tied_both
    upper_right = untied - lower_left - upper_left - lower_right
    return (lower_left + upper_right - upper_left - lower_right).astype(np.float64)


def _below(level: Ints) -> tuple[Ints, Ints]:
    """How many are smaller, and how many are equal (itself too)."""
    _, level, sizes = np.unique(level, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - sizes)[level], sizes[level]


def _smaller_within(group: Ints, level: Ints) -> Ints:
    """How many of the same group have a smaller level."""
    joined = group.astype(np.int64) * (int(level.max()) + 1) + level
    return _below(joined)[0] - _below(group)[0]


def tau_b(pairs: Pairs) -> float:
    """Kendall's tau-b; NaN when one side is constant."""
    return float(_tau(*_totals(pairs.x, pairs.y)))


def tau_b_interval(pairs: Pairs, level: float = 0.95) -> tuple[float, float] | None:
    """Interval by leaving out one conversation at a time (exact recounts, Student's t); None with fewer than three."""
    m = pairs.n_clusters
    if m < 3:
        return None
    s, in_x, in_y = _totals(pairs.x, pairs.y)
    per_item = concordance(pairs.x, pairs.y)
    untied_x, untied_y = (len(pairs.x) - _below(_levels(each))[1] for each in (pairs.x, pairs.y))
    touching = [np.bincount(pairs.cluster, weights=w, minlength=m) for w in (per_item, untied_x, untied_y)]
    first, second = _within(pairs.cluster, m)
    dx, dy = np.sign(pairs.x[first] - pairs.x[second]), np.sign(pairs.y[first] - pairs.y[second])
    inside = [np.bincount(pairs.cluster[first], weights=w, minlength=m) for w in (dx * dy, abs(dx), abs(dy))]
    # A conversation's items touch each pair inside it twice.
    without = [
        whole - touched + within for whole, touched, within in zip((s, in_x, in_y), touching, inside, strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        left_out = _tau(without[0], without[1], without[2])
    if not np.isfinite(left_out).all():
        return None
    error = float(np.sqrt((m - 1) / m * np.sum((left_out - left_out.mean()) ** 2)))
    half = float(student.ppf(0.5 + level / 2, m - 1)) * error
    middle = float(_tau(s, in_x, in_y))
    return max(-1.0, middle - half), min(1.0, middle + half)


def _levels(values: Floats) -> Ints:
    return np.unique(values, return_inverse=True)[1]


def _totals(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Concordant minus discordant pairs, pairs untied in x, pairs untied in y."""
    s = concordance(x, y).sum() / 2
    in_x, in_y = ((len(x) - _below(_levels(each))[1]).sum() / 2 for each in (x, y))
    return float(s), float(in_x), float(in_y)


def _tau(s: float | Floats, in_x: float | Floats, in_y: float | Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(s / np.sqrt(np.asarray(in_x, dtype=np.float64) * in_y))


def _within(cluster: Ints, clusters: int) -> tuple[Ints, Ints]:
    """Both members of every pair of items of one conversation."""
    order = np.argsort(cluster, kind="stable")
    sizes = np.bincount(cluster, minlength=clusters)
    starts = np.cumsum(sizes) - sizes
    later = (starts + sizes)[cluster[order]] - np.arange(len(order)) - 1  # partners after each place
    first = np.repeat(np.arange(len(order)), later)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    return order[first], order[first + 1 + offset]
