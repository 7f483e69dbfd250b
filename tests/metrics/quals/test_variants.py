"""Variants on the same items: what they cost and lose, by plain arithmetic."""

import numpy as np
import pytest
from scipy.stats import pearsonr

pytest.importorskip("torch")

from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.quals.variants import Variant, variant_rows

CHANCE = np.random.default_rng(2)
ITEMS = [GroundedItem(f"i{place}", f"g{place}", "source", "text", float(place)) for place in range(20)]


def variant(name: str, noise: float, cpu: float, without: str = "") -> Variant:
    values = np.arange(20) + noise * CHANCE.normal(size=20)
    done = {item.id: {"value": float(value), "cpu": cpu} for item, value in zip(ITEMS, values, strict=True)}
    if without:
        done[without]["value"] = None
    return Variant(name, f"{name}|v:1", done)


def test_cost_and_loss() -> None:
    first, other = variant("usual", 0, 2.0), variant("quick", 9, 0.5, without="i3")
    rows = variant_rows({"a": ITEMS, "tiny": ITEMS[:5]}, first, [other])
    assert rows[2].startswith("| usual | 2.00 | 0.50 | 1.00 |")
    assert rows[3].startswith("| quick | 0.50 | 2.00 | 0.")
    kept = [item for item in ITEMS if item.id != "i3"]
    r = pearsonr([other.done[item.id]["value"] for item in kept], [item.human for item in kept]).statistic
    lines = [row for row in rows if row.startswith(("| a |", "| tiny |"))]
    assert len(lines) == 1 and lines[0].startswith(f"| a | 19 | quick | {r:.2f} | {r - 1:.2f} [")
