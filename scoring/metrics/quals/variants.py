"""The same items under other settings: what they cost on a CPU, and what they lose against people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from scoring.correlation.compare import difference
from scoring.correlation.pairs import Pairs
from scoring.metrics.evaluation.grounded_sets import GroundedItem

_LEAST = 10  # items of a set


@dataclass(frozen=True, slots=True)
class Variant:
    """name: preset and number format. done: id -> line of `results.score_all`."""

    name: str
    signature: str
    done: Mapping[str, Any]


def variant_rows(sets: Mapping[str, Sequence[GroundedItem]], first: Variant, others: Sequence[Variant]) -> list[str]:
    """Rows of Markdown: cost of each, then Pearson against people by set, minus that of the first."""
    rows = [
        "| settings | CPU seconds an item | items a CPU second | Spearman with the first | signature |",
        "|---|---|---|---|---|",
    ]
    for each in (first, *others):
        cost = float(np.mean([line["cpu"] for line in each.done.values()]))
        both = [item for item in _items(sets) if _scored(first, item) and _scored(each, item)]
        alike = spearmanr([_value(first, item) for item in both], [_value(each, item) for item in both]).statistic
        rows.append(f"| {each.name} | {cost:.2f} | {1 / cost:.2f} | {alike:.2f} | `{each.signature}` |")
    rows += ["", "| set | items | settings | Pearson | minus the first's |", "|---|---|---|---|---|"]
    for name, items in sets.items():
        for each in others:
            both = [item for item in items if _scored(first, item) and _scored(each, item)]
            human = [item.human for item in both]
            if len(both) < _LEAST or len(set(human)) < 2:
                continue
            groups = [item.group for item in both]
            mine = Pairs.of([_value(each, item) for item in both], human, groups)
            usual = Pairs.of([_value(first, item) for item in both], human, groups)
            here = float(np.corrcoef(mine.x, mine.y)[0, 1])
            rows.append(f"| {name} | {len(both)} | {each.name} | {here:.2f} | {difference(mine, usual, 'pearson')} |")
    return rows


def _items(sets: Mapping[str, Sequence[GroundedItem]]) -> list[GroundedItem]:
    return [item for items in sets.values() for item in items]


def _scored(variant: Variant, item: GroundedItem) -> bool:
    return variant.done.get(item.id, {}).get("value") is not None


def _value(variant: Variant, item: GroundedItem) -> float:
    return float(variant.done[item.id]["value"])
