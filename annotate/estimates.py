"""One statistic with its interval, or the words why there is none. Standard library only."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, TypedDict


class Sizes(TypedDict, total=False):
    """The n_... fields of an Estimate: what a value rests on."""

    n_items: int
    n_ratings: int
    n_raters: int
    n_clusters: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic. Exactly one of `value` and `reason` is None; NaN is refused.

    low, high: bounds of the interval at `level`; both None where there is no interval, with `interval_reason` in words.
    n_items, n_ratings, n_raters, n_clusters: what the value rests on (0 where it does not apply).
    method: how it was computed, in a few words that can stand under a table.
    """

    value: float | None
    reason: str | None = None
    low: float | None = None
    high: float | None = None
    interval_reason: str | None = None
    level: float = 0.95
    n_items: int = 0
    n_ratings: int = 0
    n_raters: int = 0
    n_clusters: int = 0
    method: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("an Estimate has either a value or a reason, not both and not neither")
        if (self.low is None) != (self.high is None):
            raise ValueError("an Estimate has both bounds or neither")
        if any(each is not None and math.isnan(each) for each in (self.value, self.low, self.high)):
            raise ValueError("an Estimate never holds NaN; give a reason instead")

    def __str__(self) -> str:
        """`0.51 [0.45, 0.57]`, or the reason.

        >>> str(Estimate(0.514, low=0.45, high=0.571))
        '0.51 [0.45, 0.57]'
        >>> str(Estimate(None, "nobody rated"))
        'nobody rated'
        """
        if self.value is None:
            return str(self.reason)
        if self.low is None or self.high is None:
            return f"{self.value:.2f}"
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"

    def json(self) -> dict[str, Any]:
        """Every field, ready for JSON and CSV."""
        return asdict(self)
