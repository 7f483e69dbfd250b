"""A map fitted on a release: on what was published, whatever people say later, and on nothing that was changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from annotate.models import Corpus, Rating
from scoring.actions import request_calibration as requesting
from scoring.actions.activate_calibration import activate_calibration
from scoring.actions.fit_calibration import fit_calibration, fit_requested_calibration
from scoring.actions.publish_release import publish_release
from scoring.actions.request_calibration import CannotCalibrate, request_calibration
from scoring.actions.request_release import request_release
from scoring.models import Calibration, CalibrationState, Checkpoint, Prediction, Release
from scoring.releasing.judged import human_means
from tests.factories import make_corpus, make_user
from tests.scoring.test_comparisons import rate
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requesting, "wake_default_worker", lambda task, pk: None)


@pytest.fixture
def world() -> tuple[Corpus, Checkpoint, Release]:
    """80 turns of which people said 1, 2, 3, 4; published so. Then they said 5 of all."""
    corpus, checkpoint = make_corpus(conversations=20, turns=4), make_checkpoint("length")
    for row in corpus.conversations.all():
        for index in range(4):
            rate(row, index, index + 1)
    release = published(corpus)
    make_run(corpus, checkpoint)
    work(Counting())  # scored after the release
    Rating.objects.update(number=5)
    fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)
    return corpus, checkpoint, release


def published(corpus: Corpus, form: str = "jsonl") -> Release:
    release = request_release(
        name="spring", corpus=corpus, campaign=None, format=form, slice={}, requested_by=make_user("admin")
    )
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    return release


def asked(corpus: Corpus, checkpoint: Checkpoint, release: Release) -> Calibration:
    row = request_calibration(
        checkpoint=checkpoint, corpus=corpus, campaign=None, release=release, by=make_user("scientist")
    )
    fit_requested_calibration(calibration_id=row.pk)
    row.refresh_from_db()
    return row


def test_it_rests_on_what_was_published(world: Any) -> None:
    corpus, checkpoint, release = world
    row = asked(corpus, checkpoint, release)
    assert row.state == CalibrationState.FITTED, row.reason
    assert row.fitted_on == {
        "corpus": corpus.key,
        "turns": 80,
        "conversations": 20,
        "release": "spring",
        "sha256": release.sha256,
    }
    assert {each.calibrated for each in Prediction.objects.all()} == {5.0}  # nothing was replaced yet
    activate_calibration(calibration=row, by=make_user("scientist"))
    for prediction in Prediction.objects.select_related("turn"):
        assert prediction.calibrated == pytest.approx(prediction.turn.index + 1)


def test_a_file_that_was_changed_is_no_basis(world: Any) -> None:
    corpus, checkpoint, release = world
    file = Path(settings.RELEASES) / release.path
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b'"value":1', b'"value":4'))
    row = asked(corpus, checkpoint, release)
    assert row.state == CalibrationState.FAILED and "not as it was published" in row.reason


def test_what_cannot_be_fitted_on_is_refused(world: Any) -> None:
    corpus, checkpoint, release = world
    wanted = {"checkpoint": checkpoint, "campaign": None, "by": make_user("scientist")}
    with pytest.raises(CannotCalibrate, match="another corpus"):
        request_calibration(corpus=make_corpus(conversations=1), release=release, **wanted)
    with pytest.raises(CannotCalibrate, match="JSONL"):
        request_calibration(corpus=corpus, release=published(corpus, "csv"), **wanted)
    Release.objects.filter(pk=release.pk).update(withdrawn_at=timezone.now())
    release.refresh_from_db()
    with pytest.raises(CannotCalibrate, match="withdrawn"):
        request_calibration(corpus=corpus, release=release, **wanted)


def test_the_page_offers_releases_and_says_which_a_map_rests_on(world: Any, django_assert_max_num_queries: Any) -> None:
    corpus, checkpoint, release = world
    client = Client()
    client.force_login(make_user("scientist"))
    address = f"/checkpoints/{checkpoint.pk}/calibrations/"
    assert f'<option value="release:{release.pk}">spring ({corpus.name}' in client.get(address).content.decode()
    assert client.post(f"{address}fit/", {"ratings": "release:999999"}).status_code == 404
    assert client.post(f"{address}fit/", {"ratings": f"release:{release.pk}"}).status_code == 302
    row = Calibration.objects.get(release=release)
    fit_requested_calibration(calibration_id=row.pk)
    with django_assert_max_num_queries(9):
        page = client.get(address).content.decode()
    assert f'release spring <code title="sha256">{release.sha256[:12]}</code>' in page


def test_means_are_of_numbers_on_the_version_alone() -> None:
    def said(turn: int | None, value: Any, rater: str = "a", dimension: str = "d", version: int = 2) -> dict[str, Any]:
        return {"turn": turn, "dimension": dimension, "version": version, "rater": rater, "value": value}

    ratings = [
        said(0, 1), said(0, 4.0, "b"), said(1, None), said(2, "yes"), said(3, True), said(None, 5),
        said(4, 5, "a", "e"), said(5, 5, version=1), said(6, 2),
    ]  # fmt: skip
    readings = [said(5, 3), said(6, 5)]  # the second is of a rater who spoke on this version too
    lines = [
        json.dumps({"format": "evalsite-jsonl"}),
        json.dumps({"id": "c", "turns": [], "ratings": ratings, "readings": readings}),
        json.dumps({"id": "none", "turns": []}),
    ]
    assert human_means(lines, dimension="d", version=2) == {("c", 0): 2.5, ("c", 5): 3.0, ("c", 6): 2.0}
