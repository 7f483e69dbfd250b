"""Strengths of systems with their intervals, one row each, as coordinates for an inline SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 720.0, 34.0, 190.0, 20.0, 12.0, 26.0
_NAME = 24  # characters that fit beside the rows


@dataclass(frozen=True, slots=True)
class Row:
    """One system: its point and its interval's ends in drawing units; `words` for the title."""

    name: str
    short: str
    y: float
    x: float
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Strengths:
    """Everything the SVG needs. `ticks` are (x, what stands under it); `names` is where names end, `zero`
    where the mean system stands."""

    width: float
    height: float
    bottom: float
    names: float
    zero: float
    rows: list[Row]
    ticks: list[tuple[float, str]]


def strengths(found: Sequence[Mapping[str, Any]]) -> Strengths | None:
    """Rows of {system, value, low, high}, strongest first; None where no system has a strength."""
    known = [row for row in found if row["value"] is not None]
    if not known:
        return None
    ends = [row[key] for row in known for key in ("value", "low", "high") if row[key] is not None]
    least, most = min(*ends, -0.1), max(*ends, 0.1)
    step = _step(most - least)
    lowest, highest = math.floor(least / step), math.ceil(most / step)

    def x(value: float) -> float:
        share = (value / step - lowest) / (highest - lowest)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    rows = [
        Row(
            row["system"],
            row["system"] if len(row["system"]) <= _NAME else row["system"][: _NAME - 1] + "…",
            TOP + ROW * (place + 0.5),
            x(row["value"]),
            x(row["low"]) if row["low"] is not None else None,
            x(row["high"]) if row["high"] is not None else None,
            _words(row),
        )
        for place, row in enumerate(known)
    ]
    bottom = TOP + ROW * len(rows)
    ticks = [(x(at * step), f"{at * step:+.2g}" if at else "0") for at in range(lowest, highest + 1)]
    return Strengths(WIDTH, bottom + BOTTOM, bottom, LEFT - 14, x(0), rows, ticks)


def _step(spread: float) -> float:
    """A round distance between ticks, so that there are three to eight of them."""
    rough = spread / 6
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)


def _words(row: Mapping[str, Any]) -> str:
    interval = f", {row['low']:+.2f} to {row['high']:+.2f}" if row["low"] is not None else ""
    return f"{row['system']}: {row['value']:+.2f}{interval}"
