"""Whether QUALS is above word overlap, which is the first thing that it has to be, on the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.correlation.compare import difference
from scoring.correlation.pairs import Pairs
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.remembered import Scorer

_LEAST = 10  # items of a set


def overlap_rows(
    sets: Mapping[str, Sequence[GroundedItem]], done: Mapping[str, Any], others: Mapping[str, Scorer]
) -> list[str]:
    """Rows of Markdown: Pearson of QUALS minus that of each of `others`, and which is closer to people.

    done: id -> line of `results.score_all`.
    """
    rows = ["| set | items | beside | Pearson, QUALS minus it | closer to people |", "|---|---|---|---|---|"]
    for name, items in sets.items():
        scored = [item for item in items if done.get(item.id, {}).get("value") is not None]
        for metric, other in others.items():
            values = [score.value for score, *_ in other.score([item.example for item in scored])]
            both = [(item, value) for item, value in zip(scored, values, strict=True) if value is not None]
            human, groups = [item.human for item, _ in both], [item.group for item, _ in both]
            if len(both) < _LEAST or len(set(human)) < 2:
                continue
            found = difference(
                Pairs.of([done[item.id]["value"] for item, _ in both], human, groups),
                Pairs.of([value for _, value in both], human, groups),
                "pearson",
            )
            rows.append(f"| {name} | {len(both)} | {metric} | {found} | {verdict(found.low, found.high, metric)} |")
    return rows


def verdict(low: float | None, high: float | None, other: str) -> str:
    """Who is closer to people, where the interval of QUALS minus the other leaves no doubt."""
    if low is not None and low > 0:
        return "QUALS"
    if high is not None and high < 0:
        return other
    return "not told apart"
