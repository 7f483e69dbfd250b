"""The gate says where a checkpoint is measured on what it learnt from; a release says what answers were known."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from annotate.importing.jsonl import read
from annotate.models import CampaignItem, Conversation
from scoring.actions import promote_checkpoint
from scoring.actions.publish_release import publish_release
from scoring.actions.request_release import request_release
from scoring.learnt import overlap_in_words, sources_of
from scoring.models import Checkpoint, Promotion, Release, Run, RunKind
from tests.annotate.gold_worlds import gold_campaign
from tests.factories import make_corpus, make_user
from tests.scoring.test_analyses import world
from tests.scoring.test_promotion_gate import decided, guess, truth, two
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db
CARD = """# iq
| set | licence | use |
|---|---|---|
| uss-sgd | none stated | train |
| uss-sgd | none stated | tune |
| other | CC | train |

| set | use | had | dropped |
| uss-mwoz | train | 716 | 10 |
"""


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    settings.RELEASES = tmp_path
    monkeypatch.setattr(promote_checkpoint, "wake_default_worker", lambda *given: None)


def test_a_card_names_sets_and_uses() -> None:
    assert sources_of(CARD) == {"uss-sgd": {"train", "tune"}, "other": {"train"}}
    assert sources_of("no table") == {}


def carded(card: str) -> Checkpoint:
    checkpoint = make_checkpoint("iq")
    checkpoint.card = card
    return checkpoint


def test_a_corpus_that_the_card_names_is_warned_of_by_split() -> None:
    corpus = make_corpus(conversations=3, key="uss-sgd-2026", split="train")
    ids = list(corpus.conversations.values_list("pk", flat=True))
    Conversation.objects.filter(pk=ids[2]).update(split="test")
    (words,) = overlap_in_words(carded(CARD), corpus, ids)
    assert "uss-sgd (train, tune)" in words and "2 of the 3" in words
    assert overlap_in_words(carded(CARD), corpus, ids[2:]) == []
    assert overlap_in_words(carded(""), corpus, ids) == []
    elsewhere = make_corpus(conversations=1, key="uss-redial")
    assert overlap_in_words(carded(CARD), elsewhere, elsewhere.conversations.values_list("pk", flat=True)) == []


def test_a_checkpoint_trained_here_is_compared_conversation_by_conversation() -> None:
    corpus, other = make_corpus(conversations=4, key="a"), make_corpus(conversations=2, key="b", split="dev")
    Conversation.objects.filter(corpus=corpus).update(split="dev")
    ids = list(corpus.conversations.order_by("pk").values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=ids[:3]).update(split="train")
    release = Release.objects.create(name="r", corpus=corpus, format="jsonl", slice={"split": "train"})
    checkpoint = carded(CARD)
    checkpoint.trained_by = Run.objects.create(kind=RunKind.TRAIN, corpus=corpus, options={"release": release.pk})
    (words,) = overlap_in_words(checkpoint, corpus, ids)
    assert f"release {release.pk}" in words and "3 of the 4" in words
    assert overlap_in_words(checkpoint, corpus, ids[3:]) == []
    Conversation.objects.filter(corpus=other).update(content_hash="e" * 64)
    same = other.conversations.first()
    assert same is not None
    Conversation.objects.filter(pk=same.pk).update(content_hash=Conversation.objects.get(pk=ids[0]).content_hash)
    assert "1 of the 2" in overlap_in_words(checkpoint, other, set(other.conversations.values_list("pk", flat=True)))[0]


def test_the_gate_keeps_the_warning_and_the_page_shows_it(client: Client) -> None:
    corpus = world(conversations=40)
    _, new = two(corpus, active=guess, other=truth)
    Checkpoint.objects.filter(pk=new.pk).update(card=f"| {corpus.key} | CC | train |\n")
    row = decided(new, corpus)
    taken = corpus.conversations.filter(split__in=("", "train")).count()
    (words,) = row.decision["warnings"]
    assert f"{taken} of the 40" in words and row.decision["slices"]
    client.force_login(make_user("admin"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("checkpoint", args=[new.pk])).content.decode()
    assert "Measured on what it learnt from:" in page and f"{taken} of the 40" in page
    assert Promotion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_release_says_whose_answers_were_known(tmp_path: Path) -> None:
    campaign = gold_campaign(work=2, gold=2, training=1)
    gold = CampaignItem.objects.filter(campaign=campaign, purpose="gold").order_by("position")
    gold[0].known.update(say="Choose 5 here.")
    CampaignItem.objects.filter(pk=gold[1].pk).update(withdrawn=True)

    def published(format: str) -> Path:
        release = request_release(
            name="r", corpus=campaign.corpus, format=format, slice={}, requested_by=make_user("admin")
        )
        publish_release(release_id=release.pk)
        release.refresh_from_db()
        assert release.state == "ready", release.reason
        return tmp_path / release.path

    content = published("jsonl").read_bytes()
    header, *lines = (json.loads(line) for line in content.decode().splitlines())
    assert header["counts"]["known"] == 3
    name = campaign.name
    assert {line["id"]: line["known"] for line in lines} == {
        "known-c0": [{"campaign": name, "purpose": "attention", "withdrawn": False}],
        "known-c1": [{"campaign": name, "purpose": "gold", "withdrawn": True}],
        "known-c2": [{"campaign": name, "purpose": "training", "withdrawn": False}],
        "known-c3": [],
        "known-c4": [],
    }
    assert len(read([("r.jsonl", content)])) == 5  # an import passes it by
    with published("csv").open(newline="") as file:
        assert csv.DictReader(file).fieldnames[-1] == "known"  # type: ignore[index]
