"""How an interval shrinks as ratings come in, as coordinates for an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720.0, 240.0, 56.0, 20.0, 16.0, 34.0


@dataclass(frozen=True, slots=True)
class Point:
    """One number of ratings: its place in drawing units, and words for the title."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Shrinking:
    """Everything the SVG needs. Ticks are (place, what stands there)."""

    points: list[Point]
    line: str
    across: list[tuple[float, str]]
    down: list[tuple[float, str]]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def shrinking(rows: Sequence[Sequence[float]]) -> Shrinking | None:
    """Rows of (conversations, ratings, half width), fewest first; None for fewer than two."""
    if len(rows) < 2:
        return None
    most, widest = rows[-1][1], max(row[2] for row in rows) or 1.0

    def x(ratings: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ratings / most, 1)

    def y(width: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * width / (widest * 1.05), 1)

    points = [Point(x(n), y(width), f"{n:,.0f} ratings: ±{width:.3f}") for _, n, width in rows]
    line = " ".join(f"{point.x},{point.y}" for point in points)
    across = [(x(most * share), f"{most * share:,.0f}") for share in (0, 0.25, 0.5, 0.75, 1)]
    down = [(y(widest * share), f"±{widest * share:.2f}") for share in (0, 0.5, 1)]
    return Shrinking(points, line, across, down)
