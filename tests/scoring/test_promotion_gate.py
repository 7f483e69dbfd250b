"""The gate: a better checkpoint passes and becomes active, a worse one is refused, an override needs a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotate.models import Corpus, Turn
from people.models import AuditEvent
from scoring.actions import promote_checkpoint
from scoring.actions.activate_checkpoint import activate_checkpoint
from scoring.actions.promote_checkpoint import CannotPromote, decide_promotion, override_promotion, request_promotion
from scoring.models import Checkpoint, Promotion
from tests.factories import make_user
from tests.scoring.test_analyses import predict, world
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promote_checkpoint, "wake_default_worker", lambda *given: None)


def truth(turn: Turn) -> float:
    """What people say of the turn in `world`, in rank."""
    return float((int(turn.conversation.external_id[1:]) + turn.index) % 4)


def guess(turn: Turn) -> float:
    return float(turn.pk * 7919 % 13)


def two(corpus: Corpus, *, active: Any, other: Any) -> tuple[Checkpoint, Checkpoint]:
    first, second = make_checkpoint("iq"), make_checkpoint("iq")
    activate_checkpoint(checkpoint=first)
    predict(corpus, first, active)
    predict(corpus, second, other)
    return first, second


def decided(checkpoint: Checkpoint, corpus: Corpus, *, by_slice: str = "split") -> Promotion:
    row = request_promotion(checkpoint=checkpoint, corpus=corpus, by_slice=by_slice, by=make_user("admin"))
    decide_promotion(promotion_id=row.pk)
    row.refresh_from_db()
    checkpoint.refresh_from_db()
    return row


def test_a_better_one_becomes_active_and_the_figures_are_kept() -> None:
    corpus = world(conversations=40)
    old, new = two(corpus, active=guess, other=truth)
    row = decided(new, corpus)
    assert row.state == "passed" and new.active and row.current == old
    assert [each["slice"] for each in row.decision["slices"]] == ["all", "split: dev", "split: train"]
    assert all(each["passed"] for each in row.decision["slices"])
    old.refresh_from_db()
    assert not old.active


def test_a_worse_one_is_refused_and_nothing_changes() -> None:
    corpus = world(conversations=40)
    old, new = two(corpus, active=truth, other=guess)
    row = decided(new, corpus)
    old.refresh_from_db()
    assert row.state == "refused" and old.active and not new.active
    assert "lower bound not above no difference" in row.decision["slices"][0]["words"]


def test_what_was_not_measured_does_not_pass() -> None:
    corpus = world(conversations=40)
    _, new = two(corpus, active=guess, other=truth)
    new.predictions.all().delete()
    row = decided(new, corpus, by_slice="")
    assert row.state == "refused" and "not measured" in row.decision["slices"][0]["words"]


def test_one_slice_that_got_worse_is_enough_to_refuse() -> None:
    corpus = world(conversations=40)
    _, new = two(
        corpus, active=guess, other=lambda turn: truth(turn) if turn.conversation.split == "train" else -truth(turn)
    )
    row = decided(new, corpus)
    passed = {each["slice"]: each["passed"] for each in row.decision["slices"]}
    assert passed["split: train"] and not passed["split: dev"] and row.state == "refused"


def test_an_override_needs_a_refusal_and_a_reason_and_is_on_record() -> None:
    corpus = world(conversations=40)
    _, new = two(corpus, active=truth, other=guess)
    row = decided(new, corpus)
    admin = make_user("admin")
    with pytest.raises(CannotPromote, match="Say why"):
        override_promotion(promotion=row, reason=" ok ", by=admin)
    override_promotion(promotion=row, reason="The old one's licence ran out.", by=admin)
    new.refresh_from_db()
    row.refresh_from_db()
    assert new.active and row.state == "overridden" and row.overridden_by == admin
    assert AuditEvent.objects.filter(verb="checkpoint.override").get().detail["reason"].startswith("The old one")
    with pytest.raises(CannotPromote, match="Only a refusal"):
        override_promotion(promotion=row, reason="and once more please", by=admin)


def test_deciding_twice_decides_once() -> None:
    corpus = world(conversations=40)
    _, new = two(corpus, active=guess, other=truth)
    row = decided(new, corpus)
    decide_promotion(promotion_id=row.pk)
    again = Promotion.objects.get(pk=row.pk)
    assert again.decided_at == row.decided_at


def test_the_page_asks_and_shows_the_decision(client: Client) -> None:
    corpus = world(conversations=40)
    _, new = two(corpus, active=truth, other=guess)
    client.force_login(make_user("admin"), backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("checkpoint_promote", args=[new.pk]), {"corpus": "w", "by_slice": ""})
    decide_promotion(promotion_id=Promotion.objects.get().pk)
    page = client.get(reverse("checkpoint", args=[new.pk])).content.decode()
    assert "refused" in page and "Not promoted" in page
    client.post(reverse("promotion_override", args=[Promotion.objects.get().pk]), {"reason": "because I say so"})
    new.refresh_from_db()
    assert new.active
