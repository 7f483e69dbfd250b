"""The measuring loop: what is scored already is not scored again, and the rows say what was found."""

import argparse

import pytest

pytest.importorskip("torch")

from annotate.estimates import Estimate
from scoring.metrics.api import Score
from scoring.metrics.evaluation.closer import Closer
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.overlap import Overlap
from scoring.metrics.quals.against_overlap import overlap_rows
from scoring.metrics.quals.results import lower_half, read_settings, score_all, table

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


class Backwards:
    """Says the contrary of people, and nothing of item i1."""

    def score(self, examples):
        return [(Score(None, "no") if each.id == "i1" else Score(-(int(each.id[1:]) % 2.0)),) for each in examples]


OTHERS = {"overlap": Overlap()}


def test_a_second_run_goes_on(tmp_path):
    metric = Counting()
    score_all(metric, {"a": ITEMS[:5]}, tmp_path / "s.jsonl", 1)
    done = score_all(metric, {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    assert metric.seen == [item.id for item in ITEMS]
    assert list(done) == metric.seen


def test_rows_hold_the_figures(tmp_path):
    done = score_all(Counting(), {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    row = next(row for row in table({"a": ITEMS}, done, OTHERS) if "| QUALS |" in row)
    assert row.startswith("| a | 12 | QUALS | 1.00")


def test_the_lower_half_is_shown_where_every_item_has_pairs(tmp_path):
    done = score_all(Counting(), {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    assert not any("lower half" in row for row in table({"a": ITEMS}, done, OTHERS))
    for item in ITEMS:
        done[item.id]["pairs"] = [{"difference": 1.0}, {"difference": float(item.human)}, {"difference": 0.5}]
    row = next(row for row in table({"a": ITEMS}, done, OTHERS) if "| QUALS, lower half |" in row)
    assert row.startswith("| a | 12 | QUALS, lower half | 1.00")
    assert lower_half({"pairs": [{"difference": each} for each in (3, -1, 2, -2)]}) == -1.5
    assert lower_half({"pairs": [{"difference": 3}]}) == 3


def test_other_metrics_stand_on_the_same_items(tmp_path):
    """One item has no QUALS and another no likelihood: neither counts for anybody."""
    done = score_all(Counting(), {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    done["i0"]["value"] = None
    rows = [row.split(" | ")[1:4] for row in table({"a": ITEMS}, done, {**OTHERS, "likelihood": Backwards()})[2:]]
    assert [row[:2] for row in rows] == [
        ["10", name] for name in ("QUALS", "QUALS, answer only", "overlap", "likelihood")
    ]
    assert rows[-1][2].startswith("-1.00")


def test_settings_are_read_and_wrong_ones_refused():
    assert read_settings("cpu,kept=3:bf16@32") == ("cpu,kept=3", "bf16", 32)
    assert read_settings("laptop:int8") == ("laptop", "int8", None)
    for wrong in ("cpu", ":bf16", "cpu:", "cpu:bf16@many", "cpu@3:bf16"):
        with pytest.raises(argparse.ArgumentTypeError, match="is not PRESET:NUMBERS"):
            read_settings(wrong)


def test_beside_overlap_names_who_is_closer_where_no_doubt_is_left(tmp_path):
    done = score_all(Counting(), {"a": ITEMS}, tmp_path / "s.jsonl", 1)
    rows = overlap_rows({"a": ITEMS, "few": ITEMS[:3]}, done, {"backwards": Backwards()})
    assert len(rows) == 3 and rows[2].startswith("| a | 11 | backwards | 2.00 [2.00, 2.00] | QUALS |")
    for low, high, told in ((-0.2, 0.1, "not told apart"), (-0.2, -0.1, "x"), (None, None, "not told apart")):
        assert Closer(12, 0.5, Estimate(0.0, None, low, high)).verdict("QUALS", "x") == told
    assert Closer(3).verdict("QUALS", "x") == "not told apart"
