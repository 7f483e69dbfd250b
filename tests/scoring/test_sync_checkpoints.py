"""Every shipped checkpoint gets its row, whatever another one does."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.actions import register_checkpoint as registering
from scoring.actions.sync_checkpoints import sync_checkpoints
from scoring.actions.welcome import welcome
from scoring.metrics import registry
from scoring.metrics.api import Unavailable
from scoring.models import Checkpoint, Prediction, Run
from tests.factories import make_corpus

pytestmark = pytest.mark.django_db
LONG = "qags|v:1|" + "|".join(f"setting-{number}:{'x' * 40}" for number in range(40))


class Named:
    def __init__(self, signature: str) -> None:
        self.signature = signature


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """metric -> what loading it gives: a signature, or an exception. Others cannot be loaded."""
    told: dict[str, Any] = {}

    def load(metric: str, **_: Any) -> Named:
        held = told.get(metric, Unavailable("not in this test"))
        if isinstance(held, Exception):
            raise held
        return Named(held)

    monkeypatch.setattr(registry, "load", load)
    monkeypatch.setattr(registry, "check_golden", lambda *_, **__: 3)
    return told


def test_a_long_signature_is_kept_whole(loads: dict[str, Any]) -> None:
    """That of QAGS names a writer, a reader and a parser with their weights: more than 300 characters."""
    loads["qags"] = LONG
    sync_checkpoints(device="cpu")
    row = Checkpoint.objects.get(metric="qags")
    assert (row.signature, row.unavailable, row.active) == (LONG, "", True)
    turn = make_corpus(conversations=1, turns=1).conversations.get().turns.get()
    Prediction.objects.create(
        conversation=turn.conversation, turn=turn, checkpoint=row, signature=LONG, value=0.5,
        dimension_version=row.dimension_version, input_sha256="0" * 64,
    )  # fmt: skip
    assert Prediction.objects.get().signature == LONG


def test_what_cannot_be_registered_does_not_keep_the_others_out(
    loads: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads.update(length="length|v:1", overlap="overlap|v:1", rouge="rouge|v:1")
    whole = registering.Checkpoint.objects.update_or_create

    def falls(**held: Any) -> Any:
        if held["metric"] == "overlap":
            held["metric"] = "longer than its column, " * 9
        return whole(**held)

    monkeypatch.setattr(registering.Checkpoint.objects, "update_or_create", falls)
    make_corpus()
    runs = welcome(device="cpu")
    assert not Checkpoint.objects.filter(metric="overlap").exists()
    assert {"length", "rouge"} <= set(Checkpoint.objects.filter(unavailable="").values_list("metric", flat=True))
    assert {run.checkpoint.metric for run in runs} == {"length", "rouge"} and Run.objects.count() == 2


@pytest.mark.slow
@pytest.mark.parametrize("metric", sorted(registry.METRICS))
def test_the_shipped_ones_load_and_have_a_row(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    why = registry.why_unavailable(metric)
    if why is not None:
        pytest.skip(why)
    monkeypatch.setattr(registry, "METRICS", {metric: registry.METRICS[metric]})
    sync_checkpoints(device="cpu")
    rows = Checkpoint.objects.filter(metric=metric)
    assert [row.unavailable for row in rows] == [""] and rows[0].active and rows[0].signature.startswith(metric)
