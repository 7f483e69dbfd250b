"""The strip: every rater's dot and each model's mark on one scale, for one turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scoring.selectors.side_by_side import Judgements

WIDTH, HEIGHT, PAD = 220.0, 34.0, 10.0


@dataclass(slots=True)
class Strip:
    """Coordinates: (x, y, label) of dots; (x, low_x, high_x, label, style) of models."""

    width: float
    height: float
    pad: float
    end: float
    ticks: list[float]
    dots: list[tuple[float, float, str]]
    models: list[tuple[float, float | None, float | None, str, int]]


def strip(cell: Judgements, bounds: tuple[float, float] | None) -> Strip | None:
    """None where there is no numeric scale or nothing on it."""
    if bounds is None or bounds[0] == bounds[1]:
        return None
    lowest, highest = bounds

    def x(value: float) -> float:
        inside = min(max(value, lowest), highest)
        return round(PAD + (WIDTH - 2 * PAD) * (inside - lowest) / (highest - lowest), 1)

    seen: Counter[float] = Counter()
    dots = []
    for dot in cell.people:
        if dot.value is None:
            continue
        # Equal answers are stacked, so that three raters look like three.
        dots.append((x(dot.value), HEIGHT / 2 - 5.0 * seen[dot.value], f"{dot.rater}: {dot.text}"))
        seen[dot.value] += 1
    models = [
        (
            x(mark.at),
            x(mark.low) if mark.low is not None else None,
            x(mark.high) if mark.high is not None else None,
            f"{mark.metric}: {mark.at:.2f}",
            place,
        )
        for place, mark in enumerate((m for m in cell.models if m.at is not None), start=1)
        if mark.at is not None
    ]
    if not dots and not models:
        return None
    steps = int(highest - lowest) if highest - lowest > 1 else 2
    ticks = [x(lowest + (highest - lowest) * step / steps) for step in range(steps + 1)]
    return Strip(WIDTH, HEIGHT, PAD, WIDTH - PAD, ticks, dots, models)
