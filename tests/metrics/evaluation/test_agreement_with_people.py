"""Figures against second implementations, and the two verbs of the command."""

import json
import random
from pathlib import Path

import pytest

pytest.importorskip("scipy")

import numpy as np

from scoring.metrics.__main__ import main as score
from scoring.metrics.evaluation.__main__ import main
from scoring.metrics.evaluation.agreement_with_people import auc, figures


def test_auc_is_the_share_of_pairs_in_order() -> None:
    chance = random.Random(3)
    scores = [float(chance.randint(0, 9)) for _ in range(60)]
    human = [float(chance.random() < 0.4) for _ in scores]
    pairs = [(a, b) for a, p in zip(scores, human, strict=True) for b, n in zip(scores, human, strict=True) if p > n]
    expected = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)
    assert auc(np.array(scores), np.array(human)) == pytest.approx(expected)


def test_figures_of_a_known_case() -> None:
    found = {each.name: each for each in figures([1, 2, 3, 4], [1, 2, 3, 5], ["a", "b", "c", "d"])}
    assert found["Spearman"].value == pytest.approx(1.0)
    assert found["Pearson"].value == pytest.approx(np.corrcoef([1, 2, 3, 4], [1, 2, 3, 5])[0, 1])
    assert "AUC" not in found


def test_repeating_a_group_does_not_narrow_the_interval() -> None:
    chance = random.Random(4)
    raw = [chance.random() for _ in range(40)]
    human = [value + chance.random() for value in raw]
    once = figures(raw, human, [str(index) for index in range(40)])[0]
    many = figures(raw * 20, human * 20, [str(index) for index in range(40)] * 20)[0]
    assert many.value == pytest.approx(once.value)
    assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.05)


def test_a_set_goes_through_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "factuality" / "qags"
    folder.mkdir(parents=True)
    answers = [("Tea is old.", "yes"), ("Tea is red.", "no"), ("Old tea.", "yes"), ("Cars fly.", "no")]
    lines = [
        {"article": "Tea is old.", "summary_sentences": [{"sentence": text, "responses": [{"response": vote}]}]}
        for text, vote in answers
    ]
    (folder / "mturk_cnndm.jsonl").write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.setenv("EVALSITE_DATA", str(tmp_path))
    source, target = str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")
    assert main(["write", "qags", source]) == 0
    assert score(["overlap", source, target]) == 0
    capsys.readouterr()
    assert main(["agree", "qags", target]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("qags: overlap|v:1|")
    assert "AUC 1.000" in shown
    assert shown.strip().endswith("4 of 4 scored")
    assert main(["agree", "qags-sentences", target]) == 2, "ids of another set"
    assert main(["write", "alexa", source]) == 2, "no such data"
