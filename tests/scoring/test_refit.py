"""A scientist fits the map to the human scale again: looked at first, put in force by hand, never by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from annotate.models import Corpus, Rating
from people.models import AuditEvent
from scoring.actions import request_calibration as requesting
from scoring.actions.activate_calibration import CannotActivate, activate_calibration
from scoring.actions.fit_calibration import fit_calibration, fit_requested_calibration
from scoring.actions.request_calibration import CannotCalibrate, request_calibration
from scoring.metrics.calibration.fit import folds_of, left_out
from scoring.models import Calibration, CalibrationState, Checkpoint, Prediction
from tests.factories import make_corpus, make_user
from tests.scoring.test_comparisons import rate
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids that the default worker was asked for."""
    asked: list[int] = []
    monkeypatch.setattr(requesting, "wake_default_worker", lambda task, pk: asked.append(pk))
    return asked


@pytest.fixture
def world() -> tuple[Corpus, Checkpoint, Calibration]:
    """80 turns; people said 1, 2, 3, 4 of turns 1 to 4, and the first calibration rests on that."""
    corpus, checkpoint = make_corpus(conversations=20, turns=4), make_checkpoint("length")
    for row in corpus.conversations.all():
        for index in range(4):
            rate(row, index, index + 1)
    make_run(corpus, checkpoint)
    work(Counting())
    return corpus, checkpoint, fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)


def values() -> list[float | None]:
    return [row.calibrated for row in Prediction.objects.order_by("pk")[:4]]


def test_a_refit_waits_until_somebody_puts_it_in_force(
    world: Any, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    corpus, checkpoint, first = world
    Rating.objects.update(number=5)
    rosalind = make_user("scientist")
    with django_capture_on_commit_callbacks(execute=True):
        row = request_calibration(checkpoint=checkpoint, corpus=corpus, campaign=None, by=rosalind)
        assert request_calibration(checkpoint=checkpoint, corpus=corpus, campaign=None, by=rosalind) == row
    assert set(sent) == {row.pk}
    fit_requested_calibration(calibration_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.active, row.made_by) == (CalibrationState.FITTED, False, rosalind)
    assert row.signature == first.signature == "counting|v:1" and row.fitted_on["turns"] == 80
    assert values() == pytest.approx([1, 2, 3, 4])  # nothing was replaced
    activate_calibration(calibration=row, by=rosalind)
    activate_calibration(calibration=row, by=rosalind)
    first.refresh_from_db()
    assert values() == [5, 5, 5, 5] and not first.active and first.map["human"][0] == 1
    event = AuditEvent.objects.filter(verb="calibration.fit").latest("pk")
    assert event.detail["replaced"] == [first.pk] and event.detail["calibration"] == row.pk
    assert AuditEvent.objects.filter(verb="calibration.fit").count() == 2  # the second time changed nothing


def test_the_curve_is_of_ratings_not_seen(world: Any) -> None:
    _, _, first = world
    assert [(each["n"], each["metric"], each["human"]) for each in first.curve] == [
        (20, pytest.approx(point), pytest.approx(point)) for point in (1, 2, 3, 4)
    ]
    raw, human, groups = [1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 5.0, 5.0], [0, 0, 1, 1]
    assert left_out(raw, human, folds_of(groups, 2), scale=(1, 5)) == [5, 5, 1, 1]


def test_too_few_ratings_are_said_and_nothing_changes(world: Any) -> None:
    corpus, checkpoint, first = world
    Rating.objects.filter(turn__index__gt=0).delete()
    row = request_calibration(checkpoint=checkpoint, corpus=corpus, campaign=None, by=make_user("scientist"))
    fit_requested_calibration(calibration_id=row.pk)
    row.refresh_from_db()
    assert row.state == CalibrationState.FAILED and "20 turns of 20 conversations" in row.reason
    with pytest.raises(CannotActivate):
        activate_calibration(calibration=row, by=make_user("scientist"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Calibration.objects.filter(pk=first.pk).update(active=False)
        Calibration.objects.filter(pk=row.pk).update(active=True)
    first.refresh_from_db()
    assert first.active
    fit_requested_calibration(calibration_id=row.pk)  # a message that comes twice
    assert Calibration.objects.count() == 2


def test_a_campaign_counts_its_own_ratings_alone(world: Any) -> None:
    corpus, checkpoint, _ = world
    from tests.factories import make_campaign

    campaign = make_campaign(corpus=corpus)
    row = request_calibration(checkpoint=checkpoint, corpus=corpus, campaign=campaign, by=make_user("scientist"))
    fit_requested_calibration(calibration_id=row.pk)
    row.refresh_from_db()
    assert row.state == CalibrationState.FAILED and row.reason.startswith("0 turns")
    with pytest.raises(CannotCalibrate, match="another corpus"):
        request_calibration(
            checkpoint=checkpoint, corpus=make_corpus(conversations=1), campaign=campaign, by=make_user("scientist")
        )
    with pytest.raises(CannotCalibrate, match="human scale already"):
        request_calibration(checkpoint=make_checkpoint("iq"), corpus=corpus, campaign=None, by=make_user("scientist"))


def test_the_page_fits_and_replaces(world: Any, django_assert_max_num_queries: Any) -> None:
    corpus, checkpoint, first = world
    client = Client()
    client.force_login(make_user("scientist"))
    address = f"/checkpoints/{checkpoint.pk}/calibrations/"
    assert client.post(f"{address}fit/", {"ratings": f"corpus:{corpus.key}"}).status_code == 302
    assert client.post(f"{address}fit/", {"ratings": "corpus:nowhere"}).status_code == 404
    assert client.post(f"{address}fit/", {"ratings": "nonsense"}).status_code == 404
    assert b"being fitted" in client.get(address).content
    row = Calibration.objects.exclude(pk=first.pk).get()
    fit_requested_calibration(calibration_id=row.pk)
    with django_assert_max_num_queries(8):
        page = client.get(address).content.decode()
    assert page.count("Put in force") == 1 and page.count("✓ in force") == 1 and page.count('class="reliability"') == 2
    assert "20 turns: model 1.00, people 1.00" in page and "every 2s" not in page
    client.post(f"/calibrations/{row.pk}/activate/")
    assert list(Calibration.objects.filter(active=True)) == [row]
