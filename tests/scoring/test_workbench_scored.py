"""What the worked example scores: kept, gone on with, on fixed items; and what its queues say in a small world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from annotate.agreement.table import RatingTable, Row
from scoring.metrics.api import Example, Grounded, Reads, Score
from scoring.metrics.evaluation.grounded_sets import DataMissing, data_folder
from scoring.workbench_example.data import context_of, usr_records, usr_sample, uss_records
from scoring.workbench_example.queues import confirmed, planted
from scoring.workbench_example.scored import scored


class Length:
    """The length of a text, None for an empty one; breaks at a text that says so."""

    name: ClassVar[str] = "length"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"
    signature = "length|v:1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        texts = [example.text for example in examples if isinstance(example, Grounded)]
        if "break" in texts:
            raise KeyboardInterrupt
        self.asked += texts
        return [(Score(float(len(text))) if text else Score(None, "no text"),) for text in texts]


def texts(*said: str) -> list[Grounded]:
    return [Grounded(str(place), "source", text) for place, text in enumerate(said)]


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metric = Length()
    with pytest.raises(KeyboardInterrupt):
        scored(metric, texts("a", "bb", "break", ""), at_once=1, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text() + '{"input": "cut in the mid')  # as a run that was killed leaves it
    again = Length()
    assert scored(again, texts("a", "bb", "ccc", ""), at_once=2, folder=tmp_path) == [(1.0,), (2.0,), (3.0,), (None,)]
    assert (metric.asked, again.asked) == (["a", "bb"], ["ccc", ""])
    assert "2 of 2 scored, 0 s left" in capsys.readouterr().err
    assert scored(again, texts("a", "bb", "ccc", ""), at_once=2, folder=tmp_path)[2] == (3.0,)
    assert again.asked == ["ccc", ""]


def test_another_signature_is_scored_anew(tmp_path: Path) -> None:
    metric, other = Length(), Length()
    other.signature = "length|v:2"
    for each in (metric, other):
        scored(each, texts("a"), at_once=1, folder=tmp_path)
    assert other.asked == ["a"] and len(list(tmp_path.iterdir())) == 2


def test_a_model_that_is_wrong_where_people_agree_is_seen_so_by_the_one_left_out() -> None:
    """Half of the turns: people say 3, 3, 3, 3 and the model 4. The other half: 1, 5, 1, 5 about, and the model 5."""
    chance, rows = np.random.default_rng(1), list[Row]()
    for item in range(200):
        easy = item % 2 == 0
        for rater in range(4):
            value = 3.0 if easy else float(chance.choice([1, 5]))
            rows.append((item, item, rater, value))
    model = np.array([4.5 if item % 2 == 0 else 5.0 for item in range(200)])
    n, raw, surprise, difference = confirmed(RatingTable.of(rows), model, np.random.default_rng(2))
    assert n == 200
    assert float(str(surprise).split()[0]) > 0.9 > float(str(raw).split()[0])
    assert float(str(difference).split()[0]) > 0.1


def test_planted_errors_are_found_by_both() -> None:
    chance, rows = np.random.default_rng(1), list[Row]()
    for item in range(300):
        true = float(chance.integers(2, 5))
        rows += [(item, item, rater, true) for rater in range(4)]
    found = planted(RatingTable.of(rows), np.random.default_rng(2))
    assert len(found) == 6 and float(found[0].split()[0]) > 0.9 and float(found[1].split()[0]) > 0.9


def test_the_sample_is_the_same_each_time_and_whole_contexts() -> None:
    try:
        records = usr_records(data_folder())
    except (DataMissing, FileNotFoundError) as error:
        pytest.skip(str(error))
    sample = usr_sample(records, 25)
    assert len(sample) == 150 and sample == usr_sample(records, 25)
    assert sorted({[context_of(one) for one in sample].count(each) for each in map(context_of, sample)}) == [6]


def test_the_dev_sessions_are_those_that_interaction_quality_was_not_trained_on() -> None:
    from scoring.metrics.iq.corpora import read  # deferred: the other tests need no part of the metric
    from scoring.metrics.iq.splits import select

    try:
        data = data_folder()
        ours = {tuple(turn.text for turn in one.turns) for one in uss_records(data, "SGD") if one.split == "dev"}
    except (DataMissing, FileNotFoundError) as error:
        pytest.skip(str(error))
    theirs = {tuple(turn.text for turn in one.turns) for one in select(read("uss-sgd", data), "dev")}
    assert ours == theirs and len(ours) == 82
