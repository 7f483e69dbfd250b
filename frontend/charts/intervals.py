"""Values with their intervals, one row each, as coordinates for an SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 720.0, 30.0, 250.0, 20.0, 12.0, 26.0
_NAME = 34  # characters that fit beside the rows


@dataclass(frozen=True, slots=True)
class Row:
    """One value: its point and its interval's ends in drawing units; `words` for the title, `link` to its items."""

    name: str
    short: str
    y: float
    x: float
    low: float | None
    high: float | None
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Intervals:
    """Everything the SVG needs. `ticks` are (x, what stands under it); `names` is where names end, `zero`
    where 0 stands."""

    width: float
    height: float
    bottom: float
    names: float
    zero: float
    rows: list[Row]
    ticks: list[tuple[float, str]]


def intervals(found: Sequence[Mapping[str, Any]], *, signed: bool = False) -> Intervals | None:
    """Rows of {name, value, low, high, link}, in order; None where no row has a value. signed: a plus is written."""
    known = [_whole(row) for row in found if row["value"] is not None]
    if not known:
        return None
    ends = [row[key] for row in known for key in ("value", "low", "high") if row[key] is not None]
    least, most = min(*ends, -0.1), max(*ends, 0.1)
    step = round_step(most - least)
    lowest, highest = math.floor(least / step), math.ceil(most / step)

    def x(value: float) -> float:
        share = (value / step - lowest) / (highest - lowest)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    rows = [
        Row(
            row["name"],
            row["name"] if len(row["name"]) <= _NAME else row["name"][: _NAME - 1] + "…",
            TOP + ROW * (place + 0.5),
            x(row["value"]),
            x(row["low"]) if row["low"] is not None else None,
            x(row["high"]) if row["high"] is not None else None,
            _words(row, "+" if signed else ""),
            row.get("link") or "",
        )
        for place, row in enumerate(known)
    ]
    bottom = TOP + ROW * len(rows)
    plus = "+" if signed else ""
    ticks = [(x(at * step), f"{at * step:{plus}.2g}" if at else "0") for at in range(lowest, highest + 1)]
    return Intervals(WIDTH, bottom + BOTTOM, bottom, LEFT - 14, x(0), rows, ticks)


def _whole(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """An interval with one end is none."""
    return row if None not in (row["low"], row["high"]) else {**row, "low": None, "high": None}


def round_step(spread: float) -> float:
    """A round distance between ticks, so that there are three to eight of them."""
    rough = spread / 6
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)


def _words(row: Mapping[str, Any], plus: str) -> str:
    between = f", {row['low']:{plus}.2f} to {row['high']:{plus}.2f}" if row["low"] is not None else ""
    return f"{row['name']}: {row['value']:{plus}.2f}{between}"
