"""Whether QUALS is above word overlap, which is the first thing that it has to be, on the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.metrics.evaluation.closer import closer
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.remembered import Scorer


def overlap_rows(
    sets: Mapping[str, Sequence[GroundedItem]], done: Mapping[str, Any], others: Mapping[str, Scorer]
) -> list[str]:
    """Rows of Markdown: Pearson of QUALS minus that of each of `others`, and which is closer to people.

    done: id -> line of `results.score_all`.
    """
    rows = ["| set | items | beside | Pearson, QUALS minus it | closer to people |", "|---|---|---|---|---|"]
    values = {item: line.get("value") for item, line in done.items()}
    for name, items in sets.items():
        scored = [item for item in items if values.get(item.id) is not None]
        for metric, other in others.items():
            said = other.score([item.example for item in scored])
            found = closer(
                scored, values, {item.id: score.value for item, (score, *_) in zip(scored, said, strict=True)}
            )
            if found.apart:
                verdict = found.verdict("QUALS", metric)
                rows.append(f"| {name} | {found.items} | {metric} | {found.apart} | {verdict} |")
    return rows
