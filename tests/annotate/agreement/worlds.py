"""Published tables, and made-up ratings."""

from __future__ import annotations

import math
import random

from annotate.agreement.table import RatingTable, Row

GAP = math.nan
# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": four observers, twelve units.
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
    [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
]
# Shrout and Fleiss (1979), table 2: six targets (rows), four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Fleiss (1971): 30 patients by 6 psychiatrists; how many gave each of five diagnoses.
FLEISS = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
]  # fmt: skip


def by_rater(grid: list[list[float]]) -> list[Row]:
    """Raters by items, NaN for none; each item a conversation of its own."""
    return [
        (item, item, f"r{rater}", float(value))
        for rater, row in enumerate(grid)
        for item, value in enumerate(row)
        if not math.isnan(value)
    ]


def by_counts(counts: list[list[int]]) -> list[Row]:
    """Items by values, how many raters gave each; raters are numbered within an item."""
    rows: list[Row] = []
    for item, row in enumerate(counts):
        given = [value for value, often in enumerate(row) for _ in range(often)]
        rows += [(item, item, f"r{rater}", float(value)) for rater, value in enumerate(given)]
    return rows


def made_up(*, conversations: int, turns: int, raters: int, noise: float = 1.0, seed: int = 1) -> RatingTable:
    """Ratings 1..5 of turns whose quality hangs on their conversation too."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for conversation in range(conversations):
        mood = chance.gauss(3, 0.7)
        for turn in range(turns):
            quality = mood + chance.gauss(0, 0.7)
            for rater in range(raters):
                value = min(5, max(1, round(quality + chance.gauss(0, noise))))
                rows.append((conversation, (conversation, turn), rater, float(value)))
    return RatingTable.of(rows)
