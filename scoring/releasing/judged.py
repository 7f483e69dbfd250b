"""What people said of turns, out of a published release in JSONL. No database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean
from typing import Any


def human_means(lines: Iterable[str | bytes], *, dimension: str, version: int) -> dict[tuple[str, int], float]:
    """(conversation's id, turn's index) -> mean rating, over the raters with a number on the version.

    lines: of the release; its first, the header, is passed by. What was said on other versions counts where the
    release has a reading of it on this one. Each rater counts once a turn, by the last entry.
    """
    found: dict[tuple[str, int], float] = {}
    for line in lines:
        held = json.loads(line)
        if "turns" not in held:
            continue
        said: dict[int, dict[str, float]] = defaultdict(dict)
        for each in (*held.get("readings", []), *held.get("ratings", [])):
            if _counts(each, dimension, version):
                said[each["turn"]][each["rater"]] = float(each["value"])
        found |= {(held["id"], turn): fmean(by_rater.values()) for turn, by_rater in said.items()}
    return found


def _counts(entry: dict[str, Any], dimension: str, version: int) -> bool:
    value = entry.get("value")
    return (
        entry.get("turn") is not None
        and (entry.get("dimension"), entry.get("version")) == (dimension, version)
        and isinstance(value, int | float)
        and not isinstance(value, bool)
    )
