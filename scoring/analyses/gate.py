"""The figures of the promotion gate: the paired difference of candidate and current, on all and on each slice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from annotate.estimates import Estimate
from scoring.analyses.data import Judged
from scoring.correlation.coefficients import correlation
from scoring.correlation.compare import difference
from scoring.correlation.pairs import Pairs
from scoring.promotion import Decision, decide

_LEAST = 20  # items of a slice that is protected
_RESAMPLES = 1000


def gate(
    judged: Sequence[Judged],
    candidate: Mapping[int, float | None],
    current: Mapping[int, float | None] | None,
    *,
    by_slice: str,
) -> Decision:
    """Spearman against the mean rating, on items that both scored; the lower bound of the difference has to be above 0.

    current None: nothing is active, and the candidate's own correlation has to be above 0.
    by_slice: "split", "topic", "config" or "" (everything alone is protected). Raises ValueError without ratings.
    """
    values: dict[int, list[float]] = defaultdict(list)
    first: dict[int, Judged] = {}
    for each in judged:
        values[each.item].append(each.value)
        first.setdefault(each.item, each)
    if not values:
        raise ValueError("nobody has rated this dimension here")
    parts: dict[str, list[int]] = {"all": list(values)}
    if by_slice:
        sliced: dict[str, list[int]] = defaultdict(list)
        for item, each in first.items():
            if name := getattr(each, by_slice):
                sliced[f"{by_slice}: {name}"].append(item)
        parts |= {name: items for name, items in sorted(sliced.items()) if len(items) >= _LEAST}
    found: dict[str, Estimate] = {}
    for name, items in parts.items():
        kept = [
            item
            for item in items
            if candidate.get(item) is not None and (current is None or current.get(item) is not None)
        ]
        if len(kept) < _LEAST:
            continue  # what was not measured does not pass
        human = [float(np.mean(values[item])) for item in kept]
        pairs = Pairs.of([float(candidate[item] or 0) for item in kept], human, [first[i].conversation for i in kept])
        if current is None:
            found[name] = correlation(pairs, resamples=_RESAMPLES)
        else:
            other = pairs.swapped(np.array([float(current[item] or 0) for item in kept]))
            found[name] = difference(pairs, other, resamples=_RESAMPLES)
    return decide(found, None, protected=tuple(parts), rule="bound" if current is None else "paired")
