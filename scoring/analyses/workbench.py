"""Metrics beside people: correlations at three levels, ceilings, slices, pairs of metrics, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from annotate.agreement.table import RatingTable
from scoring.analyses.data import Judged
from scoring.analyses.tables import Table, estimate_cell, interval, table, with_items
from scoring.correlation.calibration import calibration_curve
from scoring.correlation.ceiling import human_ceiling, split_half
from scoring.correlation.compare import difference, permutation_test, williams_test
from scoring.correlation.pairs import Pairs
from scoring.correlation.table import workbench_table

Values = Mapping[str, Mapping[int, float | None]]
Aligned = Mapping[str, Sequence[float | None]]
_SLICES = ("split", "topic", "config")
_LEAST = 20
_RESAMPLES = 500
_PERMUTATIONS = 1000
_COMPARED_AT_MOST = 8


def workbench_tables(
    judged: Sequence[Judged],
    metrics: Values,
    *,
    baselines: Values | None = None,
    checkpoints: Mapping[str, int] | None = None,
) -> list[Table]:
    """metrics, baselines: name -> item -> value or None; checkpoints: name of a metric -> what a page calls it by.

    Raises ValueError where there is nothing to compare.
    """
    checkpoints = checkpoints or {}
    if not judged:
        raise ValueError("nobody has rated this dimension here")
    if not metrics:
        raise ValueError("no metric has scored this corpus on this dimension; ask for a run")
    human = RatingTable.of([(each.conversation, each.item, each.rater, each.value) for each in judged])
    first: dict[int, Judged] = {}
    for each in judged:
        first.setdefault(each.item, each)
    items = list(first)  # RatingTable numbers items in order of appearance, as a dict does
    mean = np.bincount(human.item, weights=human.numbers) / human.per_item
    own = {name: [values.get(item) for item in items] for name, values in metrics.items()}
    aligned = own | {name: [values.get(item) for item in items] for name, values in (baselines or {}).items()}
    of = [first[item] for item in items]
    return [
        _levels(aligned, mean, of, checkpoints),
        _ceilings(human),
        *_sliced(aligned, mean, of, checkpoints),
        *_paired(aligned, mean, of),
        *_curves(own, mean, of, checkpoints),
    ]


def _levels(aligned: Aligned, mean: Any, of: Sequence[Judged], checkpoints: Mapping[str, int]) -> Table:
    systems = [each.system for each in of]
    with_systems = len(set(systems) - {""}) >= 3
    lines = workbench_table(
        aligned,
        mean,
        [each.conversation for each in of],
        systems=systems if with_systems else None,
        levels=("turn", "conversation", "system") if with_systems else ("turn", "conversation"),
        resamples=_RESAMPLES,
    )
    rows = []
    for name in aligned:
        for level in dict.fromkeys(line.level for line in lines):
            mine = [line for line in lines if line.metric == name and line.level == level]
            cells = [estimate_cell(line.estimate) for line in mine]
            if level == "turn" and name in checkpoints:
                cells = [with_items(cell, by=checkpoints[name]) for cell in cells]
            rows.append([name, level, mine[0].estimate.n_items, mine[0].missing, *cells])
    words = (
        "Against the mean rating of each item. Intervals: 95 %, bootstrap over conversations. Missing: "
        "rated items without a value. Baselines know no model: what does not beat them has learned nothing."
    )
    return table("levels", "Metrics against people", words,
                 ["metric", "level", "n", "missing", "Pearson", "Spearman", "Kendall"], rows)  # fmt: skip


def _ceilings(human: RatingTable) -> Table:
    rows: list[list[Any]] = [
        ["one rater against the mean of the others", human_ceiling(human, resamples=_RESAMPLES)],
        ["one half of the raters against the other", split_half(human, resamples=_RESAMPLES)],
    ]
    words = (
        "Spearman. A metric is compared with the mean of all raters, which is steadier than one rater or"
        " half of them: it may lie above these without being better than people."
    )
    return table("ceiling", "The human ceiling", words, ["what", "Spearman"], rows)


def _sliced(aligned: Aligned, mean: Any, of: Sequence[Judged], checkpoints: Mapping[str, int]) -> list[Table]:
    slices: dict[str, list[bool]] = {}
    filters: dict[str, dict[str, str]] = {}
    for by in _SLICES:
        for name in sorted({getattr(each, by) for each in of} - {""}):
            members = [getattr(each, by) == name for each in of]
            if sum(members) >= _LEAST:
                slices[f"{by}: {name}"], filters[f"{by}: {name}"] = members, {by: name}
    if not slices:
        return []
    lines = workbench_table(
        aligned, mean, [each.conversation for each in of], slices=slices,
        levels=("turn",), coefficients=("spearman",), resamples=_RESAMPLES,
    )  # fmt: skip
    cells = {
        (line.metric, line.slice): with_items(
            estimate_cell(line.estimate), by=checkpoints[line.metric], **filters.get(line.slice, {})
        )
        if line.metric in checkpoints
        else estimate_cell(line.estimate)
        for line in lines
    }
    rows = [[name, sum(members), *(cells[metric, name] for metric in aligned)] for name, members in slices.items()]
    words = f"Spearman at turn level; slices of at least {_LEAST} rated items."
    return [table("slices", "By slice", words, ["slice", "items", *aligned], rows)]


def _paired(aligned: Aligned, mean: Any, of: Sequence[Judged]) -> list[Table]:
    rows = []
    for one, other in combinations(list(aligned)[:_COMPARED_AT_MOST], 2):
        kept = [at for at in range(len(of)) if aligned[one][at] is not None and aligned[other][at] is not None]
        if len(kept) < _LEAST:
            continue
        clusters = [of[at].conversation for at in kept]
        y = mean[kept]
        first = Pairs.of([float(aligned[one][at] or 0) for at in kept], y, clusters)
        second = first.swapped(np.array([float(aligned[other][at] or 0) for at in kept]))
        chances = (
            permutation_test(first, second, permutations=_PERMUTATIONS).chance,
            williams_test(first, second).chance,
        )
        rows.append([one, other, len(kept), difference(first, second, resamples=_RESAMPLES), *chances])
    if not rows:
        return []
    words = (
        "Spearman of the first minus that of the second, on the same items. Permutation: the chance of such a"
        " difference if the two swapped places in whole conversations at random. Williams: the same of Pearson's r;"
        " it takes items for independent."
    )
    return [table("pairs", "Two metrics on the same items", words,
                  ["metric", "minus", "n", "difference", "permutation p", "Williams p"], rows)]  # fmt: skip


def _curves(aligned: Aligned, mean: Any, of: Sequence[Judged], checkpoints: Mapping[str, int]) -> list[Table]:
    rows: list[list[Any]] = []
    for name, values in aligned.items():
        kept = [at for at, value in enumerate(values) if value is not None]
        if len(kept) < _LEAST:
            continue
        pairs = Pairs.of([float(values[at] or 0) for at in kept], mean[kept], [of[at].conversation for at in kept])
        for each in calibration_curve(pairs, bins=5, resamples=200):
            people = interval(each.human, each.human_low, each.human_high)
            if name in checkpoints:
                people = with_items(people, by=checkpoints[name], least=repr(each.low), most=repr(each.high))
            rows.append([name, f"{each.low:.2f} to {each.high:.2f}", each.n, each.metric, people])
    words = (
        "Items in five bins of the metric's value; a calibrated metric's mean lies in the interval of people's mean."
    )
    return [
        table("calibration", "Calibration", words, ["metric", "values", "n", "metric's mean", "people's mean"], rows)
    ]
