"""What a page asks for again is not scored again, and what another setting said is not taken for it."""

import pytest

from scoring.metrics.api import Grounded, Score
from scoring.metrics.evaluation.remembered import Remembered

ITEMS = [Grounded(f"i{place}", "a source", f"text {place}") for place in range(20)]


class Counting:
    def __init__(self, signature="counting|v:1"):
        self.signature, self.seen = signature, []

    def score(self, examples):
        if any(example.id == "i17" for example in examples):
            raise RuntimeError("the machine was switched off")
        self.seen += [example.id for example in examples]
        return [(Score(None, "odd") if int(each.id[1:]) % 2 else Score(float(each.id[1:])),) for each in examples]


def test_a_second_page_scores_nothing_and_a_third_what_is_missing(tmp_path):
    first = Remembered(Counting(), tmp_path).score(ITEMS[:5])
    metric = Counting()
    held = Remembered(metric, tmp_path)
    assert held.score(ITEMS[:5]) == first and metric.seen == []
    assert [score.value for (score,) in held.score(ITEMS[4:7])] == [4.0, None, 6.0]
    assert metric.seen == ["i5", "i6"]
    assert first[1][0].reason == "odd"


def test_other_settings_have_values_of_their_own(tmp_path):
    Remembered(Counting(), tmp_path).score(ITEMS[:2])
    metric = Counting("counting|v:2")
    Remembered(metric, tmp_path).score(ITEMS[:2])
    assert metric.seen == ["i0", "i1"] and len(list(tmp_path.iterdir())) == 2


def test_what_stood_before_a_fall_is_kept(tmp_path):
    with pytest.raises(RuntimeError):
        Remembered(Counting(), tmp_path).score(ITEMS)
    metric = Counting()
    Remembered(metric, tmp_path).score(ITEMS[:17])
    assert metric.seen == ["i16"]
