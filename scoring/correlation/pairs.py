"""A metric's values beside human values, as arrays, at three levels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from annotate.estimates import Sizes

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]
Level = Literal["turn", "conversation", "system"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """x: metric, y: human, both (items,), finite. cluster: which conversation, (items,), 0..n_clusters-1."""

    x: Floats
    y: Floats
    cluster: Ints
    n_clusters: int

    @classmethod
    def of(
        cls, metric: Sequence[float] | Floats, human: Sequence[float] | Floats, clusters: Sequence[Hashable]
    ) -> Pairs:
        """Raises ValueError for lengths that differ and for values that are not finite: leave such items out first."""
        x, y = np.asarray(metric, dtype=np.float64), np.asarray(human, dtype=np.float64)
        if not len(x) == len(y) == len(clusters):
            raise ValueError(f"{len(x)} metric values, {len(y)} human values, {len(clusters)} conversations")
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise ValueError("a value is not finite: leave out what has no score")
        cluster, n = codes(clusters)
        return cls(x, y, cluster, n)

    @property
    def sizes(self) -> Sizes:
        return Sizes(n_items=len(self.x), n_clusters=self.n_clusters)

    def swapped(self, x: Floats) -> Pairs:
        """The same items with another metric's values."""
        return Pairs(x, self.y, self.cluster, self.n_clusters)

    def at(self, level: Level, systems: Sequence[Hashable] | None = None) -> Pairs:
        """Means per conversation, or per system (`systems`: one name an item), which are then the clusters.

        Raises LookupError for an unknown level, ValueError for the system level without systems.
        """
        if level not in get_args(Level):
            raise LookupError(f"There is no level {level!r}. Known: {', '.join(get_args(Level))}.")
        if level == "turn":
            return self
        if level == "conversation":
            group, n = self.cluster, self.n_clusters
        elif systems is None or len(systems) != len(self.x):
            raise ValueError("the system level needs the name of a system for each item")
        else:
            group, n = codes(systems)
        often = np.bincount(group, minlength=n)
        x, y = (np.bincount(group, weights=each, minlength=n) / often for each in (self.x, self.y))
        return Pairs(x, y, np.arange(n), n)


def codes(names: Sequence[Hashable]) -> tuple[Ints, int]:
    """Each name's number in order of first appearance, and how many there are."""
    seen: dict[Hashable, int] = {}
    coded = np.fromiter((seen.setdefault(name, len(seen)) for name in names), dtype=np.int64, count=len(names))
    return coded, len(seen)


def undefined(x: Floats, y: Floats) -> str | None:
    """Why no correlation can be given, in words; None when it can."""
    if len(x) == 0:
        return "nothing was both rated and scored"
    if len(x) < 3:
        return f"only {len(x)} item(s) were both rated and scored: a correlation needs three"
    if np.ptp(x) == 0:
        return f"the metric is constant ({x[0]:g} everywhere)"
    if np.ptp(y) == 0:
        return f"the human values are constant ({y[0]:g} everywhere)"
    return None
