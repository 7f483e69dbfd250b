"""What was released on one site and imported on another is released there the same: people, times, own dimensions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from annotate.actions.import_corpus import ImportReport, import_corpus
from annotate.importing.dimensions import DimensionSpec, Point
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord
from annotate.importing.registry import dimensions, reader
from annotate.models import Corpus, Dimension, DimensionVersion, Rating
from scoring.actions.publish_release import publish_release
from scoring.actions.request_release import request_release
from scoring.models import Release, ReleaseState
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

WARMTH = DimensionSpec(
    "warmth",
    "Warmth",
    "turn",
    "number",
    "Is it warm?",
    (Point(0.0, "No", "Cold.", "“Hm.”", "“Sorry, no.”"), Point(0.5, "So so"), Point(1.0, "Yes", example="“Hello!”")),
    "higher",
    (Point("no claim", "No claim", "-"),),
    "Think of tea.",
)


def released(corpus: Corpus, root: Path) -> list[dict[str, Any]]:
    release = request_release(name="r", corpus=corpus, format="jsonl", slice={}, requested_by=make_user("admin"))
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.state == ReleaseState.READY, release.reason
    return [json.loads(line) for line in (root / release.path).read_text().split("\n") if line]


def imported(key: str, lines: list[dict[str, Any]]) -> tuple[Corpus, ImportReport]:
    files = [("data.jsonl", "\n".join(map(json.dumps, lines)).encode())]
    corpus, _ = Corpus.objects.get_or_create(key=key, defaults={"name": key, "format": "jsonl"})
    return corpus, import_corpus(
        corpus=corpus, records=reader("jsonl")(files), dimensions=dimensions("jsonl", files)
    )  # fmt: skip


def test_a_release_imported_elsewhere_is_released_there_the_same(tmp_path: Path, settings: LazySettings) -> None:
    settings.RELEASES = tmp_path
    rating = RatingRecord(
        0, "warmth", "annotator-5f2c", 0.5, note="ü", evidence=[{"s": 1}], made_at="2026-01-01T00:00:00+00:00"
    )
    record = ConversationRecord(
        "c-1",
        (TurnRecord("a", 'Hi \\ "there"\u2028', ("FS1",), 1.5, {"z": 1}), TurnRecord("b", "")),
        ratings=(
            replace(rating, campaign="Pilot", active_ms=1200),
            replace(rating, turn=1, value=None, reason="no claim", rater="annotator-a"),
            RatingRecord(1, "knowledge_source", "b", ("FS1", "AS1")),
            RatingRecord(None, "conversation_rating", "b", 5.0),
        ),
    )
    first = Corpus.objects.create(key="first", name="First", format="jsonl")
    import_corpus(corpus=first, records=[record], dimensions=[(1, WARMTH)])
    out = released(first, tmp_path)
    assert {each["campaign"] for each in out[1]["ratings"]} == {"Pilot", None}
    assert {each["active_ms"] for each in out[1]["ratings"]} == {1200, None}

    # Another site: it knows neither the conversations nor the dimension.
    Release.objects.all().delete()
    Rating.objects.all().delete()
    first.delete()
    DimensionVersion.objects.filter(dimension__key="warmth").delete()
    Dimension.objects.filter(key="warmth").delete()
    second, report = imported("second", out)
    assert (report.conversations, report.ratings) == (1, 4)
    again = released(second, tmp_path)
    assert again[1:] == out[1:]
    assert again[0]["dimensions"] == out[0]["dimensions"]

    _, report = imported("second", again)
    assert (report.unchanged, report.conversations, report.conflicts) == (1, 0, [])
