"""Which of two metrics is closer to people, on the items that both could score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotate.estimates import Estimate
from scoring.correlation.compare import difference
from scoring.correlation.pairs import Pairs
from scoring.metrics.evaluation.grounded_sets import GroundedItem

LEAST = 10  # items of a set


@dataclass(frozen=True, slots=True)
class Closer:
    """items: how many both scored. pearson: of the first. apart: the first's minus the second's; None: too few items,
    or people said the same of all."""

    items: int
    pearson: float | None = None
    apart: Estimate | None = None

    def verdict(self, first: str, second: str) -> str:
        """The name of the closer one, where the interval leaves no doubt."""
        if self.apart and self.apart.low is not None and self.apart.low > 0:
            return first
        if self.apart and self.apart.high is not None and self.apart.high < 0:
            return second
        return "not told apart"


def closer(
    items: Sequence[GroundedItem], first: Mapping[str, float | None], second: Mapping[str, float | None]
) -> Closer:
    """first, second: id -> value, for as many items as were scored."""
    found = [(item, one, two) for item in items if None not in (one := first.get(item.id), two := second.get(item.id))]
    human, groups = [item.human for item, _, _ in found], [item.group for item, _, _ in found]
    if len(found) < LEAST or len(set(human)) < 2:
        return Closer(len(found))
    mine = Pairs.of([one for _, one, _ in found if one is not None], human, groups)
    other = Pairs.of([two for _, _, two in found if two is not None], human, groups)
    return Closer(len(found), float(np.corrcoef(mine.x, mine.y)[0, 1]), difference(mine, other, "pearson"))
