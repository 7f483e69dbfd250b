"""Ratings as arrays: one row a rating, with its item, its rater and the conversation it belongs to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.estimates import Sizes

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
# Number, label, or set of labels.
Value = float | str | frozenset[str]
Row = tuple[Hashable, Hashable, Hashable, Value]


@dataclass(frozen=True, eq=False)
class RatingTable:
    """Codes, not names. `cluster_of` is per item; `item`, `rater`, `code` are per rating; `values[code]` is the value.

    Values stand in order of size (numbers) or of the alphabet, or as `categories` gave them.
    """

    item: Ints  # (ratings,)
    rater: Ints  # (ratings,)
    code: Ints  # (ratings,)
    cluster_of: Ints  # (items,)
    values: tuple[Value, ...]
    rater_names: tuple[Hashable, ...]
    n_clusters: int

    @classmethod
    def of(cls, rows: Iterable[Row], *, categories: Sequence[Value] | None = None) -> RatingTable:
        """From (conversation, item, rater, value). An item is one conversation's, whatever else has its name.

        categories: the whole scale; needed where points that nobody chose count (AC1, AC2). Raises ValueError when a
        rater rates an item twice, when a value is not on the scale, and for NaN.
        """
        clusters: dict[Hashable, int] = {}
        items: dict[tuple[Hashable, Hashable], int] = {}
        raters: dict[Hashable, int] = {}
        codes: dict[Value, int] = {}
        cluster_of: list[int] = []
        coded: list[tuple[int, int, int]] = []
        for cluster, item, rater, value in rows:
            if value != value:
                raise ValueError(f"rater {rater!r} rated {item!r} with NaN")
            key = (cluster, item)
            if key not in items:
                items[key] = len(items)
                cluster_of.append(clusters.setdefault(cluster, len(clusters)))
            coded.append((items[key], raters.setdefault(rater, len(raters)), codes.setdefault(value, len(codes))))
        if categories is not None and (extra := set(codes) - set(categories)):
            raise ValueError(f"not on the scale: {sorted(map(str, extra))}")
        values = tuple(categories) if categories is not None else tuple(sorted(codes, key=_order))
        place = {value: index for index, value in enumerate(values)}
        columns = np.array(coded, dtype=np.int64).reshape(-1, 3)
        new_code = np.array([place[value] for value in codes], dtype=np.int64)
        pairs = columns[:, 0] * max(1, len(raters)) + columns[:, 1]
        if len(np.unique(pairs)) < len(pairs):
            raise ValueError("a rater has rated an item twice; keep the last revision only")
        return cls(
            item=columns[:, 0],
            rater=columns[:, 1],
            code=new_code[columns[:, 2]] if len(columns) else columns[:, 2],
            cluster_of=np.array(cluster_of, dtype=np.int64),
            values=values,
            rater_names=tuple(raters),
            n_clusters=len(clusters),
        )

    @property
    def n_items(self) -> int:
        return len(self.cluster_of)

    @property
    def n_ratings(self) -> int:
        return len(self.item)

    @cached_property
    def counts(self) -> Floats:
        """How many raters gave each value: (items, values)."""
        cells = self.item * len(self.values) + self.code
        flat = np.bincount(cells, minlength=self.n_items * len(self.values)).astype(np.float64)
        return flat.reshape(self.n_items, len(self.values))

    @cached_property
    def per_item(self) -> Floats:
        """Ratings of each item: (items,)."""
        return np.bincount(self.item, minlength=self.n_items).astype(np.float64)

    @cached_property
    def numbers(self) -> Floats:
        """The value of each rating as a number: (ratings,). Raises TypeError for labels."""
        if not all(isinstance(value, int | float) for value in self.values):
            raise TypeError("labels are no numbers: use a nominal coefficient")
        return np.array(self.values, dtype=np.float64)[self.code] if self.values else np.empty(0)

    def by_cluster(self, of_items: Floats, kept: NDArray[np.bool_] | None = None) -> Floats:
        """Sums over the items of each conversation: (items, k) -> (clusters, k); only `kept` items."""
        cluster = self.cluster_of
        if kept is not None:
            of_items, cluster = of_items[kept], cluster[kept]
        total = np.zeros((self.n_clusters, of_items.shape[1]))
        np.add.at(total, cluster, of_items)
        return total

    def sizes(self, kept: NDArray[np.bool_] | None = None) -> Sizes:
        """What an estimate over the `kept` items rests on: the n_... fields of an Estimate."""
        chosen = np.ones(self.n_items, dtype=bool) if kept is None else kept
        used = chosen[self.item] if self.n_ratings else np.empty(0, dtype=bool)
        return Sizes(
            n_items=int(chosen.sum()),
            n_ratings=int(used.sum()),
            n_raters=len(np.unique(self.rater[used])),
            n_clusters=len(np.unique(self.cluster_of[chosen])),
        )

    def value_word(self, code: int) -> str:
        """A value as it is written in words: `4`, `"Happy"`, `{FS1, FS2}`."""
        value: Any = self.values[code]
        if isinstance(value, frozenset):
            return "{" + ", ".join(sorted(value)) + "}"
        return f"{value:g}" if isinstance(value, int | float) else f'"{value}"'


def _order(value: Value) -> tuple[int, Any]:
    if isinstance(value, frozenset):
        return (2, sorted(value))
    return (1, value) if isinstance(value, str) else (0, value)
