"""Which items to have rated: named policies that leave estimates unbiased. Standard library only.

A policy gives every item a chance of at least that of its random share; the draw keeps exactly those chances, and each
chance is stored beside the item (Horvitz and Thompson, 1952: a total is the sum of value / chance over what was drawn).

    plan = plan_sample(items, "uncertainty", weights=uncertainty, size=200, random_share=0.3, seed=7)
    plan.chosen, plan.chance[item]          store both, with plan.policy, before the first rating
    horvitz_thompson_mean(values, plan.chance, population=plan.population)
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from annotate.assignment import order_key

Item = TypeVar("Item", int, str)

POLICIES: dict[str, str] = {
    "random": "Every item has the same chance.",
    "uncertainty": "Items a metric is unsure of (wide interval) have a higher chance.",
    "metric_disagreement": "Items that two metrics rank differently have a higher chance.",
    "rare_slices": "Items of small slices have a higher chance: each slice gets about the same number.",
}


SLICES = ("topic", "split", "config", "system")
RANDOM_SHARE = 0.3


class CannotDraw(ValueError):
    """The wish cannot be met, in words: an unknown policy, a wrong share or size, weights that nobody has."""


def checked_wish(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a campaign stores: {} (everything), or {policy, size, random_share, seed} and where its weights come from.

    `metrics`: the ids of one checkpoint (uncertainty) or of two (metric_disagreement). `slice_by`: what makes a slice
    (rare_slices). Raises CannotDraw with every fault at once.
    """
    if not raw:
        return {}
    faults = []
    policy = raw.get("policy")
    if policy not in POLICIES:
        faults.append(f"policy: there is no {policy!r}; known: {', '.join(POLICIES)}")
    if unknown := set(raw) - {"policy", "size", "random_share", "seed", "metrics", "slice_by"}:
        faults.append(f"unknown: {', '.join(sorted(unknown))}")
    size, share, seed = raw.get("size"), raw.get("random_share", RANDOM_SHARE), raw.get("seed", 0)
    if type(size) is not int or size < 1:
        faults.append(f"size: a whole number from 1, not {size!r}")
    if type(share) not in (int, float) or not 0 < share <= 1:
        faults.append(f"random_share: above 0 and up to 1, not {share!r}: without it some could never be drawn")
    if type(seed) is not int:
        faults.append(f"seed: a whole number, not {seed!r}")
    wish: dict[str, Any] = {"policy": policy, "size": size, "random_share": share, "seed": seed}
    wanted = {"uncertainty": 1, "metric_disagreement": 2}.get(str(policy), 0)
    metrics = raw.get("metrics", [])
    if wanted:
        if not isinstance(metrics, list) or len(set(map(str, metrics))) != wanted:
            faults.append(f"metrics: {policy} takes {wanted} different checkpoint(s)")
        wish["metrics"] = metrics
    if policy == "rare_slices":
        if raw.get("slice_by") not in SLICES:
            faults.append(f"slice_by: one of {', '.join(SLICES)}, not {raw.get('slice_by')!r}")
        wish["slice_by"] = raw.get("slice_by")
    if faults:
        raise CannotDraw("; ".join(faults))
    return wish


@dataclass(frozen=True, slots=True)
class SamplePlan(Generic[Item]):
    """What was drawn and how. `chance` holds every item of the population, not only the chosen ones."""

    policy: str
    size: int
    random_share: float
    seed: int
    chosen: tuple[Item, ...]
    chance: Mapping[Item, float]

    @property
    def population(self) -> int:
        return len(self.chance)

    def describe(self) -> dict[str, Any]:
        """What to log and to print in a release, without the ids."""
        return {
            "policy": self.policy,
            "meaning": POLICIES[self.policy],
            "size": self.size,
            "random_share": self.random_share,
            "seed": self.seed,
            "population": self.population,
            "smallest_chance": min(self.chance.values(), default=0.0),
        }


def plan_sample(
    items: Sequence[Item],
    policy: str,
    *,
    size: int,
    seed: int,
    random_share: float = 0.3,
    weights: Mapping[Item, float] | None = None,
) -> SamplePlan[Item]:
    """Draw `size` items. `weights` (not negative) come from `metric_disagreement`, `rare_slice_weights` or a metric.

    An item without a weight gets the mean of the others: what was never scored still comes up. Raises LookupError for
    an unknown policy, ValueError for a share outside (0, 1], a size outside 0..len(items), or bad weights.
    """
    if policy not in POLICIES:
        raise LookupError(f"There is no sampling policy {policy!r}. Known: {', '.join(POLICIES)}.")
    if not 0 < random_share <= 1:
        raise ValueError("the random share lies above 0 and up to 1: without it some items could never be drawn")
    if not 0 <= size <= len(items) or len(set(items)) != len(items):
        raise ValueError(f"cannot draw {size} of {len(set(items))} different items")
    share = 1.0 if policy == "random" else random_share
    if policy != "random" and weights is None:
        raise ValueError(f"the policy {policy!r} needs weights")
    chance = inclusion_chances(items, weights or {}, size=size, random_share=share)
    chosen = draw(chance, seed=seed)
    return SamplePlan(policy, size, share, seed, tuple(chosen), chance)


def inclusion_chances(
    items: Sequence[Item], weights: Mapping[Item, float], *, size: int, random_share: float
) -> dict[Item, float]:
    """Chances that sum to `size`: the random share even, the rest by weight, none above 1 (the excess is handed on)."""
    known = [weights[item] for item in items if item in weights]
    if any(weight < 0 or not math.isfinite(weight) for weight in known):
        raise ValueError("weights are finite and not negative")
    mean = math.fsum(known) / len(known) if known else 1.0
    total = math.fsum(weights.get(item, mean) for item in items)
    even = 1 / len(items) if items else 0.0
    pull = {
        item: random_share * even + (1 - random_share) * (weights.get(item, mean) / total if total > 0 else even)
        for item in items
    }
    chance: dict[Item, float] = {}
    left = float(size)
    while True:  # each round fixes at least one item at 1, so this ends
        free = math.fsum(pull[item] for item in items if item not in chance)
        full = [item for item in items if item not in chance and left * pull[item] >= free * (1 - 1e-12)]
        if not full or left <= 0:
            break
        chance.update(dict.fromkeys(full, 1.0))
        left = size - len(chance)
    return {item: chance.get(item, left * pull[item] / free if free else 0.0) for item in items}


def draw(chance: Mapping[Item, float], *, seed: int) -> list[Item]:
    """A sample of fixed size with exactly these chances: systematic, on a shuffled list (Madow, 1949)."""
    line = sorted(chance, key=lambda item: order_key(seed, item))
    start = random.Random(f"draw {seed}").random()  # noqa: S311  # a sample, no secret
    chosen: list[Item] = []
    reached = 0.0
    for item in line:
        before, reached = reached, reached + chance[item]
        # Chosen where start + a whole number falls into [before, reached); rounding keeps the last one in.
        if math.ceil(reached - start - 1e-9) > math.ceil(before - start - 1e-9):
            chosen.append(item)
    return chosen


def metric_disagreement(first: Mapping[Item, float], second: Mapping[Item, float]) -> dict[Item, float]:
    """How far apart two metrics rank an item, 0..1, over the items both scored (mid-ranks, so scales do not matter)."""
    both = [item for item in first if item in second]
    ranks = [_mid_ranks({item: scores[item] for item in both}) for scores in (first, second)]
    return {item: abs(ranks[0][item] - ranks[1][item]) / max(1, len(both) - 1) for item in both}


def rare_slice_weights(slices: Mapping[Item, str]) -> dict[Item, float]:
    """1 / size of the item's slice."""
    sizes = Counter(slices.values())
    return {item: 1 / sizes[name] for item, name in slices.items()}


def _mid_ranks(scores: Mapping[Item, float]) -> dict[Item, float]:
    order = sorted(scores, key=lambda item: scores[item])
    ranks: dict[Item, float] = {}
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        ranks.update(dict.fromkeys(order[start:end], (start + end - 1) / 2))
        start = end
    return ranks


def horvitz_thompson_mean(values: Mapping[Item, float], chance: Mapping[Item, float], *, population: int) -> float:
    """The unbiased mean of the whole population from the drawn items. Raises ValueError for a chance of 0."""
    if population < 1 or any(chance[item] <= 0 for item in values):
        raise ValueError("every drawn item needs a chance above 0, and the population an item")
    return math.fsum(value / chance[item] for item, value in values.items()) / population


def hajek_mean(values: Mapping[Item, float], chance: Mapping[Item, float]) -> float:
    """The weighted mean: a bias that vanishes with the sample's size, mostly less spread. ValueError if empty."""
    if not values:
        raise ValueError("nothing was drawn")
    weight = math.fsum(1 / chance[item] for item in values)
    return math.fsum(value / chance[item] for item, value in values.items()) / weight
