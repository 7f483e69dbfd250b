"""Items of conversations, with a metric that knows something."""

from __future__ import annotations

import numpy as np

from scoring.correlation.pairs import Pairs


def world(*, conversations: int = 30, turns: int = 6, knows: float = 1.0, seed: int = 1, points: bool = True) -> Pairs:
    """Human values (rounded to points of a scale) and a metric; both share their conversation's mood."""
    chance = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(conversations), turns)
    mood = chance.normal(size=conversations)[cluster]
    quality = mood + chance.normal(size=len(cluster))
    human = 3 + quality
    metric = knows * quality + chance.normal(size=conversations)[cluster] + chance.normal(size=len(cluster))
    if points:
        human, metric = np.clip(np.round(human), 1, 5), np.round(metric, 1)
    return Pairs.of(metric, human, cluster.tolist())
