"""Training end to end on a tiny model: it learns, goes on where it stopped, and leaves a checkpoint that scores."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from scoring.metrics.checkpoints import WrongTensors, check_golden, read_checkpoint
from scoring.metrics.iq import loop
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.corpora.jsonl import BadTrainingFile, read_jsonl
from scoring.metrics.iq.metric import IQ
from scoring.metrics.iq.pretrain import PretrainSettings, pretrain
from scoring.metrics.iq.settings import BadSettings, TrainSettings, read_settings, settings_from
from scoring.metrics.iq.splits import part_of
from scoring.metrics.iq.train import fit, train

MODEL = ModelConfig(backbone="tiny-roberta", local_layers=1, max_turn_tokens=24, window_tokens=120, overlap_tokens=60)


def write_release(file: Path, count: int = 110) -> None:
    """Conversations in which a user turn is "aaaaaa" (rated 4 and 5) or "zzzzzz" (1 and 2)."""
    draw = random.Random(7)
    lines = [json.dumps({"format": "evalsite-jsonl", "version": 1})]
    for number in range(count):
        turns, ratings = [], []
        for at in range(6):
            good = draw.random() < 0.5
            said = ("aaaaaa" if good else "zzzzzz") if at % 2 == 0 else f"ok {number}"
            turns.append({"speaker": "USER" if at % 2 == 0 else "SYSTEM", "text": said, "at": None})
            if at % 2 == 0:
                for rater, value in (("a", 5 if good else 1), ("b", 4 if good else 2)):
                    ratings.append({"turn": at, "dimension": "interaction_quality", "rater": rater, "value": value})
                ratings.append({"turn": at, "dimension": "act", "rater": "a", "value": "praise" if good else "blame"})
        lines.append(json.dumps({"id": f"c{number}", "turns": turns, "ratings": ratings}))
    file.write_text("\n".join(lines) + "\n")


def settings_for(folder: Path, **more: object) -> TrainSettings:
    release = folder / "release.jsonl"
    write_release(release)
    held = TrainSettings(
        name="tiny",
        out=str(folder / "run"),
        train=(str(release),),
        model=MODEL,
        schedule=loop.Schedule(epochs=3, lr=3e-3, head_lr=1e-2),
        tasks=("act",),
        min_count=5,
        micro_tokens=200,
        step_tokens=200,
        autocast=False,
    )
    return replace(held, **more)


def test_it_learns_and_leaves_a_checkpoint_that_scores(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    folder = train(settings_for(tmp_path), progress=lambda *now: told.append(now))
    assert told[-1][0] == told[-1][1] > 0
    log = json.loads((tmp_path / "run" / "log.json").read_text())
    assert log[-1]["online"]["macro"][1] > 0.95  # ROC-AUC on conversations that were not trained on
    checkpoint = read_checkpoint(folder, metric="iq")
    assert not checkpoint.default and not checkpoint.research_only
    assert {"calibration.json", "card.md", "golden.jsonl", "weights.safetensors"} == set(checkpoint.files)
    metric = IQ.load(checkpoint=folder)
    assert check_golden(metric, folder) > 10
    dialogue = next(read_jsonl(tmp_path / "release.jsonl")).dialogue
    scores = metric.score([dialogue])[0]
    for turn, score in zip(dialogue.turns, scores, strict=True):
        if turn.speaker == "USER":
            assert score.value is not None and score.low is not None and score.high is not None
            assert (score.value > 3) == turn.text.startswith("a")
            assert 1 <= score.low <= score.value <= score.high <= 5
            assert score.evidence["defect"] == turn.text.startswith("z")


def test_a_run_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path) -> None:
    held = settings_for(tmp_path)
    held = replace(held, schedule=replace(held.schedule, epochs=2))
    whole, *_ = fit(replace(held, out=str(tmp_path / "whole")))
    calls = iter(range(1000))
    with pytest.raises(loop.Stopped, match="stopped in epoch"):
        fit(held, should_stop=lambda: next(calls) == 3)
    resumed, *_ = fit(held)
    for (name, one), other in zip(whole.named_parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6), name


def test_both_pre_training_stages_lower_their_loss_and_fit_into_the_next(tmp_path: Path) -> None:
    held = settings_for(tmp_path)
    corpora = {held.train[0]: 100.0}
    schedule = loop.Schedule(epochs=3, lr=2e-3, head_lr=5e-3)
    first = PretrainSettings(
        "masking", str(tmp_path / "1"), "masking", corpora, MODEL, schedule, step_tokens=400, autocast=False
    )
    second = replace(first, name="damage", out=str(tmp_path / "2"), stage="damage", init=first.out)
    for stage in (first, second):
        log = pretrain(stage)["log"]
        assert log[-1]["loss"] < log[0]["loss"]
    *_, facts = fit(replace(held, init=second.out, schedule=replace(held.schedule, epochs=1)))
    assert [stage["settings"]["name"] for stage in facts["pretraining"]] == ["masking", "damage"]


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    held = settings_for(tmp_path)
    folder = train(replace(held, schedule=replace(held.schedule, epochs=1)))
    head = json.loads((folder / "checkpoint.json").read_text())
    head["config"]["local_layers"] = 2
    (folder / "checkpoint.json").write_text(json.dumps(head))
    with pytest.raises(WrongTensors):
        IQ.load(checkpoint=folder)


def test_only_conversations_of_the_train_part_are_trained_on(tmp_path: Path) -> None:
    held = settings_for(tmp_path)
    _, _, tune, facts = fit(replace(held, schedule=replace(held.schedule, epochs=1)))
    parts = [part_of(one.sha256) for one in read_jsonl(Path(held.train[0]))]
    assert facts["conversations"] == parts.count("train")
    assert len(tune) == parts.count("tune")


def test_settings_with_a_typo_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('name = "x"\nout = "y"\ntrain = ["z"]\n[schedule]\nepoch = 3\n')
    with pytest.raises(BadSettings, match="unknown keys: epoch"):
        read_settings(file)
    file.write_text("name =")
    with pytest.raises(BadSettings, match="neither TOML"):
        read_settings(file)
    with pytest.raises(BadSettings, match="percent"):
        settings_from({"name": "x", "out": "y", "train": ["z"], "percent": 0})


def test_an_evaluation_set_is_never_trained_on(tmp_path: Path, public_data: Path) -> None:
    with pytest.raises(ValueError, match="only for measuring"):
        fit(settings_for(tmp_path, train=("topical-chat-test_freq",)))


def test_every_bad_line_of_a_release_is_told(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    rating = {"turn": 3, "dimension": "interaction_quality", "rater": "a", "value": 4}
    good = {"id": "a", "turns": [{"speaker": "A", "text": "x"}]}
    file.write_text(
        "\n".join(["{", json.dumps({**good, "ratings": [rating]}), json.dumps({"id": "b"}), json.dumps(good)])
    )
    with pytest.raises(BadTrainingFile, match=r"line 1: .*line 2: .*none of the 1 turns.*line 3: turns: is missing"):
        list(read_jsonl(file))


def test_the_last_revision_of_a_rating_counts(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    ratings = [
        {"turn": 0, "dimension": "interaction_quality", "rater": "a", "value": 5, "revision": 2},
        {"turn": 0, "dimension": "interaction_quality", "rater": "a", "value": 1, "revision": 1},
        {"turn": 0, "dimension": "interaction_quality", "rater": "b", "value": 3},
        {"turn": 0, "dimension": "act", "rater": "b", "value": ["x", "y"]},
    ]
    file.write_text(json.dumps({"id": "a", "turns": [{"speaker": "A", "text": "x"}], "ratings": ratings}))
    labels = next(read_jsonl(file)).labels[0]
    assert sorted(labels.votes) == [3.0, 5.0]
    assert labels.classes == {"act": {"x": 0.5, "y": 0.5}}


def test_the_tune_part_is_measured_as_often_as_asked_and_at_the_end(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    settings = replace(settings, measure_every=2, schedule=replace(settings.schedule, epochs=3))
    _, _, _, facts = fit(settings)
    assert ["online" in entry for entry in facts["log"]] == [False, True, True]
