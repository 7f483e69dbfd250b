"""The plain difference of a model and the people who rated one turn. Standard library only: pages use it.

It puts hard items first as well as wrong models: for the queue that does not, see scoring.disagreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from annotate.intervals import mean_interval


@dataclass(frozen=True, slots=True)
class Difference:
    """model - human on the scale; `relative` in widths of the scale (-1..1). low, high: interval of the human mean.

    outside: the model lies outside that interval; None where one rater alone gives no interval.
    """

    human: float
    model: float
    raters: int
    low: float | None
    high: float | None
    relative: float

    @property
    def difference(self) -> float:
        return self.model - self.human

    @property
    def outside(self) -> bool | None:
        if self.low is None or self.high is None:
            return None
        return not self.low <= self.model <= self.high


def difference(model: float, ratings: Sequence[float], *, lowest: float, highest: float) -> Difference:
    """Raises ValueError without ratings, or for a scale without width."""
    if not ratings or highest <= lowest:
        raise ValueError("a difference needs a rating and a scale with some width")
    human = fsum(ratings) / len(ratings)
    interval = mean_interval(ratings, low=lowest, high=highest)
    low, high = interval or (None, None)
    return Difference(human, model, len(ratings), low, high, (model - human) / (highest - lowest))


def first_divergence(differences: Mapping[int, Difference], *, at_least: float = 0.25) -> int | None:
    """The first turn where the model is that far (in widths of the scale) from people and not within their interval."""
    for turn in sorted(differences):
        found = differences[turn]
        if abs(found.relative) >= at_least and found.outside is not False:
            return turn
    return None
