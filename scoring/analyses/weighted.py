"""Means and correlations of a drawn campaign, weighted back to the slice it was drawn from.

A conversation that was drawn with the chance p stands for 1 / p of them. Every figure here is a function of weighted
sums, each divided by the weighted count (Hájek, 1971): a bias that vanishes with the sample's size, whatever the policy
looked for. Intervals: conversations drawn with replacement, with their weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from annotate.agreement.bootstrap import Floats, Statistic, estimate
from scoring.analyses.data import Judged
from scoring.analyses.tables import Table, table

_RESAMPLES = 500
_HEAD = ["what", "of", "n", "weighted back", "as drawn"]
Values = Mapping[str, Mapping[int, float | None]]


def mean_of(sums: Floats) -> Floats:
    """(..., [count, total]) -> mean."""
    return sums[..., 1] / sums[..., 0]


def pearson_of(sums: Floats) -> Floats:
    """(..., [count, x, y, xx, yy, xy]) -> Pearson's r."""
    n, x, y, xx, yy, xy = (sums[..., at] for at in range(6))
    above = n * xy - x * y
    below = (n * xx - x * x) * (n * yy - y * y)
    return np.where(below > 0, above / np.sqrt(np.maximum(below, 1e-300)), np.nan)


def weighted_tables(judged: Sequence[Judged], metrics: Values | None = None) -> list[Table]:
    """One table, or none where nothing was drawn. metrics: name -> item -> value or None."""
    drawn = [each for each in judged if each.chance]
    if not drawn:
        return []
    numbers = all(isinstance(each.value, int | float) for each in drawn)
    rows = _people(drawn, numbers)
    if numbers:
        for name, values in (metrics or {}).items():
            rows += _metric(name, drawn, values)
    words = (
        "The campaign drew its conversations with chances that differ. Weighted back: each counts by 1 / chance, so "
        "that the figure is one of the whole slice, whatever the policy looked for. As drawn: of the rated ones alone. "
        "Intervals: 95 %, bootstrap over conversations."
    )
    return [table("weighted", "Weighted back to the whole slice", words, _HEAD, rows)]


def _people(drawn: Sequence[Judged], numbers: bool) -> list[list[Any]]:
    rows = []
    if numbers:
        means = _means(drawn)
        rows.append(_row("mean rating", "people", drawn, [(item, [1.0, mean]) for item, mean in means.items()]))
    by_item: dict[int, list[Any]] = {}
    for each in drawn:
        by_item.setdefault(each.item, []).append(each.value)
    same = []
    apart = []
    for item, values in by_item.items():
        pairs = list(combinations(values, 2))
        if pairs:
            same.append((item, [1.0, sum(one == other for one, other in pairs) / len(pairs)]))
        if pairs and numbers:
            apart.append((item, [1.0, sum(abs(one - other) for one, other in pairs) / len(pairs)]))
    if same:
        rows.append(_row("share of pairs of raters who say the same", "people", drawn, same))
    if apart:
        rows.append(_row("mean distance between two raters", "people", drawn, apart))
    return rows


def _metric(name: str, drawn: Sequence[Judged], values: Mapping[int, float | None]) -> list[list[Any]]:
    both = [
        (item, mean, float(value)) for item, mean in _means(drawn).items() if (value := values.get(item)) is not None
    ]
    if not both:
        return []
    sums = [(item, [1.0, x, y, x * x, y * y, x * y]) for item, x, y in both]
    return [
        _row("mean of metric minus people", name, drawn, [(item, [1.0, y - x]) for item, x, y in both]),
        _row("mean distance of metric and people", name, drawn, [(item, [1.0, abs(y - x)]) for item, x, y in both]),
        _row("Pearson", name, drawn, sums, pearson_of),
    ]


def _means(drawn: Sequence[Judged]) -> dict[int, float]:
    values: dict[int, list[float]] = {}
    for each in drawn:
        values.setdefault(each.item, []).append(float(each.value))
    return {item: sum(found) / len(found) for item, found in values.items()}


def _row(
    what: str,
    of: str,
    drawn: Sequence[Judged],
    items: Sequence[tuple[int, list[float]]],
    statistic: Statistic = mean_of,
) -> list[Any]:
    where = {each.item: (each.conversation, each.chance or 1.0) for each in drawn}
    clusters = {pk: at for at, pk in enumerate(sorted({where[item][0] for item, _ in items}))}
    plain, weighted = (np.zeros((len(clusters), len(items[0][1]))) for _ in range(2))
    for item, parts in items:
        conversation, chance = where[item]
        plain[clusters[conversation]] += parts
        weighted[clusters[conversation]] += np.array(parts) / chance
    estimates = [
        estimate(
            sums, statistic, undefined="always the same value", method=method, resamples=_RESAMPLES,
            sizes={"n_items": len(items), "n_clusters": len(clusters)},
        )
        for sums, method in ((weighted, "Hájek, bootstrap over conversations"), (plain, "bootstrap over conversations"))
    ]  # fmt: skip
    return [what, of, len(items), *estimates]
