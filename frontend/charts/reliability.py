"""What a calibrated value means: people's mean against the metric's, on ratings not seen, for an inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SIZE, EDGE = 320.0, 40.0


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin in drawing units; low and high are the ends of people's interval (y), None without one."""

    x: float
    y: float
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """start, end, floor: the frame. ticks: (x, y, label) of each point of the scale on both axes; the diagonal through
    them is where a value means what people say."""

    size: float
    start: float
    end: float
    floor: float
    bins: list[Bin]
    ticks: list[tuple[float, float, str]]


def reliability(curve: Sequence[Mapping[str, Any]], points: Sequence[float]) -> Reliability | None:
    """curve: bins of {n, metric, human, low, high}; points: of the human scale. None without bins or scale."""
    if not curve or len(points) < 2:
        return None
    least, most = min(points), max(points)
    start, end = EDGE, SIZE - 10

    def along(value: float) -> float:
        return start + (end - start) * (min(max(value, least), most) - least) / (most - least)

    def up(value: float | None) -> float | None:
        return None if value is None else SIZE - along(value)

    bins = [
        Bin(
            along(each["metric"]),
            SIZE - along(each["human"]),
            up(each["low"]),
            up(each["high"]),
            f"{each['n']} turns: model {each['metric']:.2f}, people {each['human']:.2f}",
        )
        for each in curve
    ]
    return Reliability(
        SIZE, start, end, SIZE - start, bins, [(along(at), SIZE - along(at), f"{at:g}") for at in sorted(points)]
    )
