"""The measuring loop: what is scored already is not scored again, and the rows say what was found."""

import pytest

pytest.importorskip("torch")

from scoring.metrics.api import Score
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.quals.results import score_all, table

ITEMS = [
    GroundedItem(f"i{place}", f"g{place}", "a cat sat on the mat", f"the cat sat {'mat' * (place % 2)} x", place % 2)
    for place in range(12)
]


class Counting:
    """Scores an item by its human value, and counts."""

    def __init__(self):
        self.seen = []

    def score(self, examples):
        self.seen += [example.id for example in examples]
        return [
            (
                Score(
                    int(each.id[1:]) % 2 + 0.0,
                    evidence={"whole": int(each.id[1:]) % 2, "answer_only": int(each.id[1:]) % 3},
                ),
            )
            for each in examples
        ]


def test_a_second_run_goes_on(tmp_path):
    metric = Counting()
    score_all(metric, {"a": ITEMS[:5]}, tmp_path / "s.jsonl", 1)
    done = score_all(metric, {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    assert metric.seen == [item.id for item in ITEMS]
    assert list(done) == metric.seen


def test_rows_hold_the_figures(tmp_path):
    done = score_all(Counting(), {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    row = next(row for row in table({"a": ITEMS}, done) if "| QUALS |" in row)
    assert row.startswith("| a | 12 | QUALS | 1.00")
