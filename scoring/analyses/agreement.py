"""How well raters agree on a dimension: every coefficient that fits it, for all and for each slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotate.agreement.report import Kind, agreement_report
from annotate.agreement.table import RatingTable
from scoring.analyses.data import Judged
from scoring.analyses.tables import Table, table

_SLICES = ("split", "topic", "config")
_LEAST = 20  # items of a slice


def agreement_tables(judged: Sequence[Judged], kind: Kind, scale: Sequence[Any]) -> list[Table]:
    """The coefficients over everything, then the first of them by slice. Raises ValueError for no rating."""
    if not judged:
        raise ValueError("nobody has rated this dimension here")
    whole = _table(judged, kind, scale)
    sizes = whole.sizes()
    several = int((whole.per_item >= 2).sum())
    words = (
        f"{sizes['n_items']} items, {several} of them by two or more raters; {sizes['n_ratings']} ratings by "
        f"{sizes['n_raters']} raters in {sizes['n_clusters']} conversations. Intervals: 95 %, bootstrap "
        f"over conversations."
    )
    found = agreement_report(whole, kind)
    rows: list[list[Any]] = [[name, estimate, estimate.n_items] for name, estimate in found.items()]
    tables = [table("all", "Agreement", words, ["coefficient", "value", "items"], rows)]
    quoted = next(iter(found))
    sliced: list[list[Any]] = []
    for by in _SLICES:
        for name in sorted({getattr(each, by) for each in judged} - {""}):
            part = [each for each in judged if getattr(each, by) == name]
            if len({each.item for each in part}) >= _LEAST:
                estimate = next(iter(agreement_report(_table(part, kind, scale), kind, resamples=400).values()))
                sliced.append([by, name, estimate, estimate.n_items])
    if sliced:
        words = f"Slices of at least {_LEAST} items. An interval that leaves out the value above is worth a look."
        tables.append(table("slices", f"{quoted}, by slice", words, ["slice", "of", quoted, "items"], sliced))
    return tables


def _table(judged: Sequence[Judged], kind: Kind, scale: Sequence[Any]) -> RatingTable:
    rows = [(each.conversation, each.item, each.rater, each.value) for each in judged]
    # Sets of labels have no list of all values; of the others, points that nobody chose count for AC1 and AC2.
    return RatingTable.of(rows, categories=None if kind == "labels" else _scale(scale, judged))


def _scale(scale: Sequence[Any], judged: Sequence[Judged]) -> list[Any]:
    points = [float(point) if isinstance(point, int | float) else point for point in scale]
    return points + sorted({each.value for each in judged} - set(points))
