"""Which inputs train, and on which of their texts (as in the released code of Nan et al., 2021).

S-   of every input the sample with the lowest score; of all inputs the `worst` share with the lowest such sample
S+   the references of the `best` share of inputs with the highest score of the reference
     both: inputs in S- and in S+

An input whose reference or samples have no score (nothing claimed, no pair) is in neither: the published -1e5 for "no
pair" would call a text inconsistent because nothing could be asked about it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WORST, BEST = 0.3, 0.3


@dataclass(frozen=True, slots=True)
class Chosen:
    """An input that is learned from. sample: place of its negative text among its samples."""

    id: str
    sample: int
    sample_score: float
    reference_score: float


def choose(
    references: Mapping[str, float | None],
    samples: Mapping[str, Sequence[float | None]],
    *,
    worst: float = WORST,
    best: float = BEST,
    most: int | None = None,
) -> list[Chosen]:
    """The inputs of both sets, lowest sample first; at most `most`.

    Shares are of the inputs with a score, rounded down. Whoever is equal to the last one of a share is in it too:
    where all references have one score (ROUGE of a reference against itself), all of them are the best.
    """
    lowest = {
        key: min((score, place) for place, score in enumerate(held) if score is not None)
        for key, held in samples.items()
        if any(score is not None for score in held)
    }
    highest = {key: score for key, score in references.items() if score is not None}
    bound_below = _bound(sorted(score for score, _ in lowest.values()), worst)
    bound_above = -_bound(sorted(-score for score in highest.values()), best)
    chosen = [
        Chosen(key, place, score, highest[key])
        for key, (score, place) in lowest.items()
        if score <= bound_below and highest.get(key, -math.inf) >= bound_above
    ]
    chosen.sort(key=lambda each: (each.sample_score, each.id))
    return chosen[:most]


def _bound(ordered: Sequence[float], share: float) -> float:
    """The last of the first `share` of them; below all where that is none."""
    count = math.floor(share * len(ordered) + 1e-9)
    return ordered[count - 1] if count else -math.inf
