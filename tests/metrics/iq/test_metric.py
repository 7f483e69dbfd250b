"""The metric on input that nobody expected: a score for every turn, in its place, whatever is in it."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.metrics.api import Dialogue, DialogueTurn, Grounded, Unavailable, WrongExample
from scoring.metrics.checkpoints import BadCheckpoint, ChangedBytes, Source
from scoring.metrics.checkpoints.write import write_checkpoint
from scoring.metrics.iq.calibration import FILE, Calibration, to_bytes
from scoring.metrics.iq.intervals import Interval
from scoring.metrics.iq.metric import IQ
from scoring.metrics.iq.model import own
from scoring.metrics.reasons import NO_TEXT
from tests.metrics.iq.conftest import tiny_model


def write_tiny(folder: Path, modes: tuple[str, ...] = ("online", "retrospective")) -> Path:
    model, _ = tiny_model("tiny-roberta", 1)
    calibration = Calibration(Interval(-1.0, 1.2), 0.4)
    write_checkpoint(
        folder,
        metric="iq",
        name="tiny",
        config=asdict(model.config),
        tensors={name: tensor for name, tensor in model.state_dict().items() if own(name)},
        card="# tiny",
        command="none",
        data=[Source("nothing", "none", "train")],
        licence="none",
        more={FILE: to_bytes(dict.fromkeys(modes, calibration))},  # type: ignore[misc]
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_folders: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALSITE_BACKBONES", str(tiny_folders))
        return write_tiny(tmp_path_factory.mktemp("checkpoints") / "iq-tiny")


@pytest.fixture
def metric(folder: Path) -> IQ:
    return IQ.load(checkpoint=folder)


def dialogue(*texts: str, name: str = "d") -> Dialogue:
    return Dialogue(name, tuple(DialogueTurn("USER" if at % 2 else "SYSTEM", text) for at, text in enumerate(texts)))


def test_every_turn_has_a_value_an_interval_and_its_evidence(metric: IQ) -> None:
    (scores,) = metric.score([dialogue("hello", "hello to you", "bye")])
    assert len(scores) == 3
    for score in scores:
        assert score.value is not None and score.low is not None and score.high is not None
        assert 1 <= score.low <= score.value <= score.high <= 5
        assert sum(score.evidence["distribution"]) == pytest.approx(1, abs=1e-3)
        assert score.evidence["defect"] == (score.evidence["defect_probability"] >= 0.4)


def test_the_signature_names_mode_weights_and_backbone(folder: Path, metric: IQ) -> None:
    assert metric.signature.startswith("iq|v:1|mode:online|ckpt:")
    assert "|backbone:tiny-roberta" in metric.signature
    other = IQ.load(checkpoint=folder, mode="retrospective")
    assert other.signature == metric.signature.replace("online", "retrospective")
    first, second = metric.score([dialogue("a", "b", "c")])[0], other.score([dialogue("a", "b", "c")])[0]
    assert first[0].value != second[0].value


any_text = st.text(max_size=40) | st.sampled_from(
    ["", " ", "👩‍👩‍👧 🎉", "مرحبا", "你好", "\u202e", "a\ud800", "\x00", "zz" * 400]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.text(max_size=6), any_text), max_size=8), min_size=1, max_size=4))
def test_scores_stay_with_their_turns(metric: IQ, drawn: list[list[tuple[str, str]]]) -> None:
    dialogues = [
        Dialogue(str(number), tuple(DialogueTurn(*turn) for turn in turns)) for number, turns in enumerate(drawn)
    ]
    together = metric.score(dialogues)
    for one, scores in zip(dialogues, together, strict=True):
        assert len(scores) == len(one.turns)
        alone = metric.score([one])[0]
        for turn, score, same in zip(one.turns, scores, alone, strict=True):
            if turn.text.strip():
                assert score.value == pytest.approx(same.value, abs=1e-4)
            else:
                assert score.value is None and score.reason == NO_TEXT


def test_five_hundred_turns_and_one_turn_and_none(metric: IQ) -> None:
    long = dialogue(*(f"turn {number}" for number in range(500)))
    scores = metric.score([long, dialogue("alone"), dialogue()])
    assert [len(one) for one in scores] == [500, 1, 0]
    beginning = metric.score([Dialogue("d", long.turns[:250])])[0]
    for one, other in zip(scores[0], beginning, strict=False):
        assert one.value == pytest.approx(other.value, abs=1e-4)


def test_ten_megabytes_of_text_take_seconds(metric: IQ) -> None:
    started = time.monotonic()
    (scores,) = metric.score([dialogue("word " * 2_000_000, "x" * 10_000_000, "fine")])
    assert all(score.value is not None for score in scores)
    assert time.monotonic() - started < 20


def test_cancelling_between_batches(metric: IQ) -> None:
    class Cancelled(Exception):
        pass

    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        metric.score([dialogue("a")], before_batch=cancel)


def test_what_it_does_not_read_is_refused(metric: IQ) -> None:
    with pytest.raises(WrongExample):
        metric.score([Grounded("g", "source", "text")])


def test_what_cannot_be_loaded_says_why(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="needs a checkpoint"):
        IQ.load(checkpoint=None)
    with pytest.raises(ValueError, match="unknown mode 'psychic'; known: online, retrospective"):
        IQ.load(checkpoint=folder, mode="psychic")
    online_only = write_tiny(tmp_path / "iq-online", ("online",))
    with pytest.raises(BadCheckpoint, match="not calibrated for the mode retrospective"):
        IQ.load(checkpoint=online_only, mode="retrospective")
    (online_only / FILE).write_text("{}")
    with pytest.raises(ChangedBytes):
        IQ.load(checkpoint=online_only)
