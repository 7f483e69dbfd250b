"""The table about chit-chat: medians, what had no pair, and the chance to be above."""

import pytest

pytest.importorskip("torch")

from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.quals.chat import chat_rows


def test_rows_are_plain_counts() -> None:
    def held(first: int) -> list[GroundedItem]:
        return [GroundedItem(f"i{n}", "g", "s", "t", 0.0) for n in range(first, first + 4)]

    classes = {"taken out by the rule": held(0), "Fully attributable": held(4), "Not fully attributable": held(8)}
    values = [-1.0, None, -3.0, -2.0, -1.5, -0.5, -0.4, -0.3, -9.0, -9.0, -9.0]  # the last was not reached
    done = {f"i{n}": {"value": value} for n, value in enumerate(values)}
    assert chat_rows(classes, done)[2:] == [
        "| taken out by the rule | 4 | 1 | -2.00 | 0.08 |",
        "| Fully attributable | 4 | 0 | -0.45 | – |",
        "| Not fully attributable | 3 | 0 | -9.00 | 0.00 |",
    ]
