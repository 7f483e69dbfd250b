"""What it saves to read a source once for all its pairs: the same items with each pair alone behind its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.evaluation.watch import Watch
from scoring.metrics.quals.metric import Quals

_STAGE = "pairs given the source"


@dataclass(frozen=True, slots=True)
class Reading:
    """Of all items: CPU seconds and positions of reading pairs behind sources; values, None where there is none."""

    cpu: float
    read: int
    values: tuple[float | None, ...]


def both_ways(quals: Quals, items: Sequence[GroundedItem]) -> tuple[Reading, Reading]:
    """With sources shared, and with each pair alone behind its source. `quals` reads as before afterwards."""
    language, usual = quals.language, quals.language.room
    watch = Watch()
    watch.stage(language, "log_probs", _STAGE)
    watch.tokens(language.model.model)
    found = []
    try:
        for room in (usual, _none):
            language.room = room
            scores = quals.score([item.example for item in items])
            spent = watch.taken()
            found.append(
                Reading(
                    spent.cpu.get(_STAGE, 0.0),
                    spent.read[_STAGE] + spent.written[_STAGE],
                    tuple(score.value for (score,) in scores),
                )
            )
    finally:
        language.room = usual
        del language.log_probs  # the watch's
    return found[0], found[1]


def _none(prefix: int) -> int:
    return 0


def sharing_rows(quals: Quals, sets: Mapping[str, Sequence[GroundedItem]]) -> list[str]:
    """Lines of Markdown: what reading costs both ways, by set."""
    rows = [
        "| set | items | tokens read an item, shared | alone | CPU seconds an item, shared | alone | factor "
        "| largest difference of a value |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, items in sets.items():
        shared, alone = both_ways(quals, items)
        apart = [
            abs(one - other)
            for one, other in zip(shared.values, alone.values, strict=True)
            if one is not None and other is not None
        ]
        count = len(items)
        rows.append(
            f"| {name} | {count} | {shared.read / count:.0f} | {alone.read / count:.0f} "
            f"| {shared.cpu / count:.2f} | {alone.cpu / count:.2f} | {alone.cpu / shared.cpu:.1f} "
            f"| {max(apart, default=0.0):.3f} |"
        )
    return rows
