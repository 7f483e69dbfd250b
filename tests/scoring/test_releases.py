"""Releases: lossless, immutable, marked when a person is erased."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotate.actions.import_corpus import import_corpus
from annotate.importing.jsonl import read
from annotate.importing.records import (
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)
from annotate.models import Corpus, DimensionVersion, Rater, Rating, Task
from scoring.actions.erase_person import erase_person
from scoring.actions.judge_pair import judge_pair
from scoring.actions.publish_release import publish_release
from scoring.actions.request_release import UnknownReleaseFormat, request_release
from scoring.actions.sweep_releases import sweep_releases
from scoring.actions.verify_release import verify_release
from scoring.models import Evidence, Prediction, Release, ReleaseState
from tests.factories import make_campaign, make_user
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db(transaction=True)

NASTY = "=1+1 \"quoted\", 'x'; <script>\n\ttab \u2028 👍 \\n مرحبا"
RECORD = ConversationRecord(
    external_id="c-1",
    turns=(
        TurnRecord("a", NASTY, ("FS1", "FS1"), 1.5, {"z": 1, "a": [None, {"b": "ü"}]}),
        TurnRecord("b", "", (), None, {}),
    ),
    split="s",
    topic="t",
    config="A",
    system="sys",
    sections=(
        SectionRecord("a", "FS1", "Title", (PassageRecord("wiki", "7", None), PassageRecord("fact", None, NASTY))),
    ),
    ratings=(
        RatingRecord(0, "interaction_quality", "rater-1", 4.0, note="n", made_at="2026-01-01T00:00:00+00:00"),
        RatingRecord(1, "factual_consistency", "rater-1", None, "no claim"),
        RatingRecord(0, "knowledge_source", "a", ("FS1", "FS2")),
        RatingRecord(None, "conversation_rating", "b", 5.0),
    ),
    extra={"k": "v"},
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings) -> None:
    settings.RELEASES = tmp_path


@pytest.fixture
def corpus(db) -> Corpus:
    row = Corpus.objects.create(key="c", name="C", format="jsonl")
    import_corpus(corpus=row, records=[RECORD, replace(RECORD, external_id="c-2", alternative_of="c-1")])
    make_run(row, make_checkpoint())
    work(Counting())
    return row


def publish(corpus: Corpus, format: str = "jsonl", **more) -> Release:
    release = request_release(
        name="r", corpus=corpus, format=format, slice=more.pop("slice", {}), requested_by=make_user("admin"), **more
    )
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.state == ReleaseState.READY, release.reason
    return release


def bytes_of(release: Release, tmp_path: Path) -> bytes:
    return (tmp_path / release.path).read_bytes()


def test_what_goes_out_as_jsonl_comes_in_unchanged(corpus: Corpus, tmp_path: Path) -> None:
    release = publish(corpus)
    content = bytes_of(release, tmp_path)
    records = read([("data.jsonl", content)])
    # What a release holds besides is counted when it comes in, and is no content of a corpus.
    assert [replace(record, ratings=(), passed_by=0) for record in records] == [
        replace(RECORD, ratings=()),
        replace(RECORD, ratings=(), external_id="c-2", alternative_of="c-1"),
    ]
    by_key = {(rating.turn, rating.dimension): rating for rating in records[0].ratings}
    for rating in RECORD.ratings:
        assert by_key[rating.turn, rating.dimension] == replace(rating, version=1)
    again = import_corpus(corpus=corpus, records=records)
    assert (again.unchanged, again.conflicts, again.conversations) == (2, [], 0)
    lines = [json.loads(line) for line in content.decode().split("\n") if line]
    counts = {"conversations": 2, "ratings": 8, "predictions": 4, "known": 0, "pair_verdicts": 0, "choices": 0}
    assert lines[0]["counts"] == counts
    assert lines[1]["predictions"][1]["value"] == 1.0 and lines[1]["predictions"][1]["signature"] == "counting|v:1"


def test_how_items_were_drawn_goes_out_with_the_chance_of_each(corpus: Corpus, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    wish = {"policy": "random", "size": 1, "random_share": 1.0, "seed": 2}
    campaign = make_campaign(corpus=corpus, sampling=wish, name="Drawn")
    drawn = campaign.items.get().conversation.external_id
    content = bytes_of(publish(corpus), tmp_path)
    header, *lines = (json.loads(line) for line in content.decode().split("\n") if line)
    assert header["draws"][0]["campaign"] == "Drawn" and header["draws"][0]["drawn"]["population"] == 2
    assert {line["id"]: line["drawn"] for line in lines} == {
        line["id"]: [{"campaign": "Drawn", "chance": 0.5}] if line["id"] == drawn else [] for line in lines
    }
    assert import_corpus(corpus=corpus, records=read([("data.jsonl", content)])).unchanged == 2
    rater = Rater.objects.create(pseudonym="somebody")
    task = Task.objects.create(item=campaign.items.get(), rater=rater, state="submitted")
    Rating.objects.create(conversation=task.item.conversation, dimension_version=campaign.dimension_versions.get(),
                          rater=rater, task=task, number=4)  # fmt: skip
    with (tmp_path / publish(corpus, "csv").path).open(newline="") as file:
        chances = [row["chance"] for row in csv.DictReader(file) if row["campaign"] == "Drawn"]
    assert chances == ["0.5"]
    column = pq.read_table(tmp_path / publish(corpus, "parquet").path).column("chance").to_pylist()
    assert [each for each in column if each is not None] == [0.5]


def test_verdicts_on_pairs_go_out_without_names_and_come_in_as_no_content(corpus: Corpus, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    row = Prediction.objects.order_by("pk").first()
    Evidence.objects.update_or_create(
        prediction=row, defaults={"detail": {"pairs": [{"question": "=Who?", "answer": "Ada"}]}}
    )
    for name in ("rosalind", "grace"):
        judge_pair(evidence=row.evidence, pair=0, verdict="bad_question", by=make_user("scientist", username=name))
    content = bytes_of(publish(corpus), tmp_path)
    header, first, second = (json.loads(line) for line in content.decode().split("\n") if line)
    assert header["counts"]["pair_verdicts"] == len(first["pair_verdicts"]) == 2 and second["pair_verdicts"] == []
    given = first["pair_verdicts"][0]
    assert given.pop("made_at") and given == {
        "turn": 0, "dimension": "interaction_quality", "version": 1, "metric": "length", "signature": "counting|v:1",
        "checkpoint": row.checkpoint.digest, "pair": 0, "question": "=Who?", "answer": "Ada", "verdict": "bad_question",
    }  # fmt: skip
    assert b"rosalind" not in content
    assert import_corpus(corpus=corpus, records=read([("data.jsonl", content)])).unchanged == 2
    rows = list(csv.DictReader((tmp_path / publish(corpus, "csv").path).open(newline="")))
    said = [row for row in rows if row["kind"] == "pair verdict"]
    assert [(row["label"], row["note"].endswith("=Who? → Ada"), row["value"]) for row in said] == [
        ("bad_question", True, "")
    ] * 2
    kinds = pq.read_table(tmp_path / publish(corpus, "parquet").path).column("kind").to_pylist()
    assert kinds.count("pair verdict") == 2


def test_a_large_release_is_the_same_bytes_in_two_halves(corpus: Corpus, tmp_path: Path, monkeypatch) -> None:
    whole = publish(corpus)
    monkeypatch.setattr("scoring.releasing.formats._BOTH_HALVES_FROM", 2)
    halves = publish(corpus)
    lines = [bytes_of(release, tmp_path).splitlines()[1:] for release in (whole, halves)]
    assert lines[0] == lines[1] and len(lines[0]) == 2
    assert halves.manifest["rows"] == 2


def test_csv_is_harmless_in_a_spreadsheet_and_parquet_has_the_same_rows(corpus: Corpus, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    release = publish(corpus, "csv")
    rows = list(csv.DictReader((tmp_path / release.path).open(newline="")))
    assert len(rows) == release.manifest["rows"] == 12
    assert {row["kind"] for row in rows} == {"rating", "prediction"}
    assert all(not cell.startswith("=") for row in rows for cell in row.values())
    table = pq.read_table(tmp_path / publish(corpus, "parquet").path)
    assert table.num_rows == 12
    texts = table.column("text").to_pylist()
    assert NASTY in texts


def test_a_release_never_changes_and_says_so_when_somebody_changed_it(corpus: Corpus, tmp_path: Path) -> None:
    release = publish(corpus)
    assert verify_release(release=release) == []
    before = bytes_of(release, tmp_path)
    publish_release(release_id=release.pk)  # asked again
    assert bytes_of(release, tmp_path) == before
    call_command("verify_release", str(release.pk))
    file = tmp_path / release.path
    file.chmod(0o600)
    file.write_bytes(before.replace(b'"c-1"', b'"c-9"'))
    assert any("sha256" in words for words in verify_release(release=release))
    with pytest.raises(CommandError, match="not as published"):
        call_command("verify_release", str(release.pk))


def test_a_person_has_another_name_in_each_release_and_erasing_marks_them(corpus: Corpus, tmp_path: Path) -> None:
    person = make_user("annotator", username="jane.doe")
    rater = Rater.objects.create(user=person, pseudonym="annotator-1234")
    conversation = corpus.conversations.get(external_id="c-1")
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    Rating.objects.create(
        conversation=conversation,
        turn=conversation.turns.get(index=1),
        dimension_version=version,
        rater=rater,
        number=2,
        note="private words",
    )
    first, second = publish(corpus), publish(corpus)
    names = []
    for release in (first, second):
        lines = [json.loads(line) for line in bytes_of(release, tmp_path).splitlines()]
        names.append({r["rater"] for r in lines[1]["ratings"] if r["note"] == "private words"})
        assert b"jane.doe" not in bytes_of(release, tmp_path) and b"annotator-1234" not in bytes_of(release, tmp_path)
        assert release.raters == [rater.pk]
    assert len(names[0] | names[1]) == 2
    marked = erase_person(user=person, by=make_user("admin"))
    assert {row.pk for row in marked} == {first.pk, second.pk}
    first.refresh_from_db()
    assert "was erased" in first.notice and first.withdrawn_at is not None
    rating = Rating.objects.get(rater=rater)
    assert (rating.number, rating.note, rating.reason) == (None, "", "erased")
    third = publish(corpus)
    assert b"private words" not in bytes_of(third, tmp_path)
    person.refresh_from_db()
    assert not person.is_active and "jane" not in person.username


def test_a_failed_writer_leaves_no_half_file_and_says_why(corpus: Corpus, tmp_path: Path) -> None:
    release = request_release(name="r", corpus=corpus, format="topical_chat", slice={}, requested_by=make_user("admin"))
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.state == ReleaseState.FAILED and "Topical-Chat" in release.reason
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_killed_worker_and_a_lost_message_are_swept(corpus: Corpus, monkeypatch) -> None:
    sent = []
    monkeypatch.setattr("scoring.actions.sweep_releases.wake_default_worker", lambda task, pk: sent.append(pk))
    release = request_release(name="r", corpus=corpus, format="jsonl", slice={}, requested_by=make_user("admin"))
    sweep_releases()
    assert sent == []  # its message may still be on the way
    Release.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    sweep_releases()
    assert sent == [release.pk]
    Release.objects.update(state="running", lease_until=timezone.now() - timedelta(seconds=1), attempts=1)
    sweep_releases()
    assert sent == [release.pk] * 2
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.state == ReleaseState.READY


def test_an_unknown_format_is_answered_with_the_known_ones(corpus: Corpus) -> None:
    with pytest.raises(UnknownReleaseFormat, match="jsonl"):
        request_release(name="r", corpus=corpus, format="xml", slice={}, requested_by=make_user("admin"))


def test_what_an_answer_points_at_is_released_and_comes_back(corpus: Corpus, tmp_path: Path) -> None:
    conversation = corpus.conversations.get(external_id="c-1")
    evidence = {
        "sentences": [{"section": "FS1", "passage": 1, "sentence": 0, "stance": "supports", "text": "It \u2026 is."}],
        "personal_knowledge": False,
    }
    Rating.objects.create(
        conversation=conversation,
        turn=conversation.turns.get(index=0),
        dimension_version=DimensionVersion.objects.get(dimension__key="factual_consistency"),
        rater=Rater.objects.create(user=make_user(), pseudonym="annotator-77"),
        number=1,
        evidence=evidence,
    )
    content = bytes_of(publish(corpus), tmp_path)
    records = read([("data.jsonl", content)])
    assert [rating.evidence for rating in records[0].ratings if rating.evidence] == [evidence]
