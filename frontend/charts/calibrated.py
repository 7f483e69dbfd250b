"""What a metric says against what people say, bin by bin and metric by metric, as coordinates for an SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontend.charts.intervals import round_step

PANEL, GAP, LEFT, TOP, BOTTOM, ACROSS = 200.0, 34.0, 34.0, 26.0, 26.0, 3


@dataclass(frozen=True, slots=True)
class Point:
    """A bin: its place, the ends of people's interval, words for the title, and a link to its items."""

    x: float
    y: float
    low: float | None
    high: float | None
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One metric. `diagonal`: (x1, y1, x2, y2) of where the metric says what people say."""

    name: str
    left: float
    top: float
    right: float
    bottom: float
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    diagonal: tuple[float, float, float, float] | None
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Everything the SVG needs."""

    width: float
    height: float
    panels: list[Panel]


@dataclass(frozen=True, slots=True)
class _Axis:
    start: float
    end: float
    low: float
    step: float
    count: int

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.step * self.count)
        return round(self.start + (self.end - self.start) * share, 1)

    def ticks(self) -> list[tuple[float, str]]:
        values = [self.low + self.step * at for at in range(self.count + 1)]
        return [(self.at(value), f"{value:.4g}" if value else "0") for value in values]


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    least, most = min(values), max(values)
    if most - least < 1e-9:
        least, most = least - 0.5, most + 0.5
    step = round_step(most - least)
    lowest, highest = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    return _Axis(start, end, lowest * step, step, highest - lowest)


def calibrated(found: Sequence[Mapping[str, Any]]) -> Calibrated | None:
    """Bins of {name, bin, n, metric, value, low, high, link}: a panel for each name. None without bins.

    People's axis is one for all panels; a metric has its own.
    """
    names = list(dict.fromkeys(row["name"] for row in found))
    if not names:
        return None
    people = [row[key] for row in found for key in ("value", "low", "high") if row[key] is not None]
    panels = []
    for place, name in enumerate(names):
        left = LEFT + place % ACROSS * (PANEL + GAP)
        top = TOP + place // ACROSS * (PANEL + TOP + BOTTOM)
        mine = [row for row in found if row["name"] == name]
        across = _axis([row["metric"] for row in mine], left, left + PANEL)
        up = _axis(people, top + PANEL, top)
        points = [
            Point(
                across.at(row["metric"]),
                up.at(row["value"]),
                up.at(row["low"]) if row["low"] is not None else None,
                up.at(row["high"]) if row["high"] is not None else None,
                _words(row),
                row.get("link") or "",
            )
            for row in mine
        ]
        panels.append(
            Panel(name, left, top, left + PANEL, top + PANEL, across.ticks(), up.ticks(), _equal(across, up), points)
        )
    lines = math.ceil(len(names) / ACROSS)
    return Calibrated(LEFT + min(len(names), ACROSS) * (PANEL + GAP), lines * (PANEL + TOP + BOTTOM) + TOP / 2, panels)


def _equal(across: _Axis, up: _Axis) -> tuple[float, float, float, float] | None:
    low = max(across.low, up.low)
    high = min(across.low + across.step * across.count, up.low + up.step * up.count)
    return (across.at(low), up.at(low), across.at(high), up.at(high)) if low < high else None


def _words(row: Mapping[str, Any]) -> str:
    between = f" [{row['low']:.2f}, {row['high']:.2f}]" if row["low"] is not None else ""
    return f"{row['name']}, {row['bin']}: metric {row['metric']:.2f}, people {row['value']:.2f}{between}, n {row['n']}"
