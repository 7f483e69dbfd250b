"""Training from a release: a new checkpoint that nobody activates, stops that lose nothing, plain refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotate.actions.import_corpus import import_corpus
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord
from annotate.models import Corpus
from people.models import User
from scoring.actions import train_shard as training
from scoring.actions.cancel_run import cancel_run
from scoring.actions.publish_release import publish_release
from scoring.actions.request_release import request_release
from scoring.actions.request_training import CannotTrain, request_training
from scoring.actions.resume_run import resume_run
from scoring.actions.score_waiting import score_waiting
from scoring.actions.verify_release import verify_release
from scoring.models import Checkpoint, Release, Run, RunState
from tests.factories import make_user
from tests.metrics.iq.worlds import register_both
from tests.metrics.tiny_backbones import WORDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALSITE_BACKBONES", str(register_both(tmp_path)))
    settings.RELEASES = tmp_path / "releases"
    settings.TRAINED_CHECKPOINTS = tmp_path / "checkpoints"
    settings.TRAINING = tmp_path / "training"


@pytest.fixture
def admin(db: None) -> User:
    return make_user("admin")


def rated_release(admin: User, *, conversations: int = 90, rated: bool = True, licence: str = "MIT") -> Release:
    """A release of conversations of four turns with two raters each."""
    corpus = Corpus.objects.create(key="mine", name="Mine", format="jsonl", licence=licence)
    import_corpus(
        corpus=corpus,
        records=[
            ConversationRecord(
                f"c{number}",
                tuple(
                    TurnRecord("ab"[turn % 2], " ".join(WORDS[(number + turn + k) % len(WORDS)] for k in range(5)))
                    for turn in range(4)
                ),
                ratings=tuple(
                    RatingRecord(turn, "interaction_quality", f"r{rater}", float((number + turn + rater) % 5 + 1))
                    for turn in range(4)
                    for rater in range(2)
                )
                if rated
                else (),
            )
            for number in range(conversations)
        ],
    )
    release = request_release(name="to train", corpus=corpus, format="jsonl", slice={}, requested_by=admin)
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert verify_release(release=release) == []
    return release


def request(admin: User, release: Release, *, epochs: int = 1) -> Run:
    """A training run on a backbone of two layers."""
    run = request_training(release=release, requested_by=admin, epochs=epochs)
    run.options["backbone"] = "tiny-encoder"
    run.save(update_fields=["options"])
    return run


def test_a_release_becomes_a_checkpoint_that_nobody_activated(admin: User, tmp_path: Path) -> None:
    run = request(admin, rated_release(admin))
    assert score_waiting() == 1
    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.DONE, "")
    assert run.done == run.total > 0
    made = run.checkpoint
    assert made is not None and made.metric == "iq" and made.unavailable == "" and not made.active
    assert "MIT" in made.card and f"release-{run.options['release']}" in made.card
    assert str(tmp_path) not in made.card
    assert not made.research_only
    assert not list((tmp_path / "training").iterdir())  # what it needed to go on is gone


def test_ratings_of_a_corpus_without_a_licence_give_weights_for_research_only(admin: User, tmp_path: Path) -> None:
    run = request(admin, rated_release(admin, licence=""))
    score_waiting()
    run.refresh_from_db()
    assert run.checkpoint is not None and run.checkpoint.research_only


def test_a_cancelled_training_goes_on_where_it_stopped(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = request(admin, rated_release(admin), epochs=4)
    watch, asked = training.watch, 0

    def cancel_at_the_third_look(shard: Any, stopping: Any, **more: Any) -> Any:
        look = watch(shard, stopping, **more)

        def and_cancel() -> None:
            nonlocal asked
            asked += 1
            if asked == 3:
                cancel_run(run=run, by=admin)
                raise training.Cancelled
            look()

        return and_cancel

    monkeypatch.setattr(training, "watch", cancel_at_the_third_look)
    score_waiting()
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED and not Checkpoint.objects.filter(metric="iq").exists()
    assert (tmp_path / "training" / f"run-{run.pk:06d}" / "state.pt").is_file()
    resume_run(run=run)
    score_waiting()
    run.refresh_from_db()
    assert run.state == RunState.DONE and run.checkpoint is not None


def test_too_few_ratings_are_said_in_words_and_not_tried_again(admin: User, tmp_path: Path) -> None:
    run = request(admin, rated_release(admin, conversations=5))
    assert score_waiting() == 1
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "held-out" in run.reason


def test_a_changed_release_is_not_trained_from(admin: User, tmp_path: Path, settings: Any) -> None:
    release = rated_release(admin)
    run = request(admin, release)
    file = Path(settings.RELEASES) / release.path
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b"cat", b"dog", 1))
    score_waiting()
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "not as it was published" in run.reason


def test_what_cannot_be_trained_from_is_refused_at_once(admin: User) -> None:
    release = rated_release(admin, rated=False)
    with pytest.raises(CannotTrain, match="no ratings of interaction quality"):
        request_training(release=release, requested_by=admin)
    release.format = "csv"
    with pytest.raises(CannotTrain, match="JSONL"):
        request_training(release=release, requested_by=admin)


def test_the_page_offers_it_and_shows_the_run(admin: User, client: Client) -> None:
    release = rated_release(admin, conversations=3)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("release", args=[release.pk])).content.decode()
    assert reverse("release_train", args=[release.pk]) in page
    bad = client.post(reverse("release_train", args=[release.pk]), {"epochs": "99"})
    assert bad.status_code == 422 and not Run.objects.exists()
    answer = client.post(reverse("release_train", args=[release.pk]), {"epochs": "2"})
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk]) and run.options["epochs"] == 2
    assert "train a checkpoint" in client.get(reverse("run", args=[run.pk])).content.decode()
