"""The workbench's table: several metrics, three coefficients, three levels, all slices."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotate.estimates import Estimate
from scoring.correlation.coefficients import Coefficient, correlation
from scoring.correlation.pairs import Level, Pairs


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of the workbench. `missing`: rated items that the metric gave no value."""

    metric: str
    slice: str
    level: Level
    coefficient: Coefficient
    estimate: Estimate
    missing: int


def workbench_table(
    metrics: Mapping[str, Sequence[float | None]],
    human: Sequence[float],
    conversations: Sequence[Hashable],
    *,
    systems: Sequence[Hashable] | None = None,
    slices: Mapping[str, Sequence[bool]] | None = None,
    levels: Sequence[Level] = ("turn", "conversation"),
    coefficients: Sequence[Coefficient] = ("pearson", "spearman", "kendall"),
    resamples: int = 1000,
) -> list[Line]:
    """Each metric on the items it scored; slice "all" first. Metrics are compared fairly only on the same items:
    see `missing`, and `compare`.
    """
    y = np.asarray(human, dtype=np.float64)
    parts = {"all": np.ones(len(y), dtype=bool)} | {
        name: np.asarray(members, dtype=bool) for name, members in (slices or {}).items()
    }
    lines: list[Line] = []
    for metric, values in metrics.items():
        x = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        if len(x) != len(y):
            raise ValueError(f"{metric} has {len(x)} values for {len(y)} items")
        for name, members in parts.items():
            kept = np.flatnonzero(members & np.isfinite(x)).tolist()
            missing = int(members.sum()) - len(kept)
            pairs = Pairs.of(x[kept], y[kept], [conversations[at] for at in kept])
            named = [systems[at] for at in kept] if systems is not None else None
            for level in levels:
                there = pairs.at(level, named)
                lines += [
                    Line(metric, name, level, each, correlation(there, each, resamples=resamples), missing)
                    for each in coefficients
                ]
    return lines
