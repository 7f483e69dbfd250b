"""MASI distance between sets of labels (Passonneau, 2006): 1 - Jaccard x monotonicity. Standard library only."""

from __future__ import annotations


def masi_distance(first: frozenset[str], second: frozenset[str]) -> float:
    """0 for equal sets (two empty ones too), 1 for sets with nothing in common.

    Monotonicity: 1 equal, 2/3 one within the other, 1/3 overlapping, 0 disjoint.

    >>> round(masi_distance(frozenset("ab"), frozenset("abc")), 4)
    0.5556
    """
    if first == second:
        return 0.0
    shared = len(first & second)
    if not shared:
        return 1.0
    monotone = 2 / 3 if shared in (len(first), len(second)) else 1 / 3
    return 1 - shared / len(first | second) * monotone
