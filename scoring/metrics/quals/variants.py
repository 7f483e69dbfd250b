"""The same items under other settings: what they cost on a CPU, and what they lose against people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from scoring.metrics.evaluation.closer import closer
from scoring.metrics.evaluation.grounded_sets import GroundedItem


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
    usual = {item: line.get("value") for item, line in first.done.items()}
    for name, items in sets.items():
        for each in others:
            found = closer(items, {item: line.get("value") for item, line in each.done.items()}, usual)
            if found.apart:
                rows.append(f"| {name} | {found.items} | {each.name} | {found.pearson:.2f} | {found.apart} |")
    return rows


def _items(sets: Mapping[str, Sequence[GroundedItem]]) -> list[GroundedItem]:
    return [item for items in sets.values() for item in items]


def _scored(variant: Variant, item: GroundedItem) -> bool:
    return variant.done.get(item.id, {}).get("value") is not None


def _value(variant: Variant, item: GroundedItem) -> float:
    return float(variant.done[item.id]["value"])
