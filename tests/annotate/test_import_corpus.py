"""Records become rows all or nothing; what is here already is never changed, and dimensions come along."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models import F

from annotate import copying
from annotate.actions.import_corpus import ImportReport, import_corpus
from annotate.importing.dimensions import DimensionSpec, Point
from annotate.importing.records import (
    BadFile,
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)
from annotate.models import (
    Conversation,
    Corpus,
    Dimension,
    DimensionVersion,
    ImportConflict,
    KnowledgeSection,
    Rater,
    Rating,
    Turn,
)
from tests.annotate.importing import worlds

pytestmark = pytest.mark.django_db


def corpus(key: str = "c") -> Corpus:
    return Corpus.objects.get_or_create(key=key, defaults={"name": key, "format": "jsonl"})[0]


def record(external_id: str = "a", *ratings: RatingRecord, **changes: Any) -> ConversationRecord:
    section = SectionRecord("user", "FS1", "Tea", (PassageRecord("fact", None, 'A "leaf" \\ with\ttabs\nand lines.'),))
    turns = (TurnRecord("user", "Hi \\N.", ("FS1",), 1.5, {"b": 1, "a": [None]}), TurnRecord("bot", ""))
    return replace(ConversationRecord(external_id, turns, sections=(section,), ratings=ratings), **changes)


def imported(*records: ConversationRecord, **arguments: Any) -> ImportReport:
    return import_corpus(corpus=corpus(), records=records, **arguments)


def test_every_field_arrives() -> None:
    report = imported(record(extra={"x": "y"}, split="s", topic="t", config="B", system="m"))
    assert (report.conversations, report.turns, report.sections, report.ratings) == (1, 2, 1, 0)
    row = Conversation.objects.get()
    assert (row.split, row.topic, row.config, row.system, row.turn_count, row.extra) == (
        "s",
        "t",
        "B",
        "m",
        2,
        {"x": "y"},
    )
    first, second = Turn.objects.order_by("index")
    assert (first.text, first.cited, first.at, first.extra) == ("Hi \\N.", ["FS1"], 1.5, {"b": 1, "a": [None]})
    assert (second.speaker, second.text, second.at) == ("bot", "", None)
    (section,) = KnowledgeSection.objects.all()
    assert section.passages == [{"kind": "fact", "ref": None, "text": 'A "leaf" \\ with\ttabs\nand lines.'}]


def test_a_rating_has_its_number_label_labels_or_reason() -> None:
    imported(
        record(
            "a",
            RatingRecord(
                0, "interaction_quality", "r1", 4.0, made_at="2026-01-31T12:00:00+02:00", note="n", evidence=[1]
            ),
            RatingRecord(0, "sentiment", "r1", "Happy"),
            RatingRecord(0, "knowledge_source", "r1", ("FS1", "AS1")),
            RatingRecord(1, "factual_consistency", "r1", None, "no claim"),
            RatingRecord(None, "conversation_rating", "r2", 5.0),
        )
    )
    by = {row.dimension_version.dimension.key: row for row in Rating.objects.select_related("turn", "rater")}
    quality = by["interaction_quality"]
    assert (quality.number, quality.note, quality.evidence, quality.current) == (4.0, "n", [1], True)
    assert quality.made_at is not None and quality.made_at.isoformat() == "2026-01-31T10:00:00+00:00"
    assert by["sentiment"].label == "Happy"
    assert by["knowledge_source"].labels == ["FS1", "AS1"]
    assert (by["factual_consistency"].number, by["factual_consistency"].reason) == (None, "no claim")
    assert by["conversation_rating"].turn is None
    assert set(Rater.objects.values_list("pseudonym", flat=True)) == {"r1", "r2"}


def test_of_several_revisions_the_last_is_current() -> None:
    imported(
        record(
            "a",
            RatingRecord(0, "interaction_quality", "r1", 5.0, revision=2),
            RatingRecord(0, "interaction_quality", "r1", 1.0, revision=1),
        )
    )
    assert list(Rating.objects.order_by("revision").values_list("number", "current")) == [(1.0, False), (5.0, True)]


def test_twice_is_once_and_what_is_new_is_added_behind() -> None:
    one = record("a", RatingRecord(0, "interaction_quality", "r1", 4.0))
    imported(one)
    report = imported(record("b"), one)
    assert (report.unchanged, report.conversations, report.conflicts) == (1, 1, [])
    assert list(Conversation.objects.order_by("position").values_list("external_id", flat=True)) == ["a", "b"]
    assert Rating.objects.count() == 1
    assert report.ratings_left_out == 0


def test_new_ratings_of_what_is_here_are_left_out_and_counted() -> None:
    first, second = RatingRecord(0, "interaction_quality", "r1", 4.0), RatingRecord(0, "interaction_quality", "r2", 2.0)
    imported(record("a", first))
    report = imported(record("a", first, second))
    assert (report.unchanged, report.ratings, report.ratings_left_out) == (1, 0, 1)
    assert Rating.objects.count() == 1


def test_a_change_is_a_conflict_in_words_listed_once() -> None:
    imported(record("a", topic="tea"))
    turns = (
        TurnRecord("user", "Hi.", ("FS1",), 1.5, {"b": 1, "a": [None]}),
        TurnRecord("bot", ""),
        TurnRecord("user", "x"),
    )
    changed = record("a", topic="coffee", turns=turns, sections=(), extra={"k": 1})
    for _ in range(2):
        assert imported(changed).conflicts == ["a"]
    conflict = ImportConflict.objects.get()
    assert conflict.differences == [
        "topic: tea here, coffee arrived",
        "turns: 2 here, 3 arrived",
        "turn 1: other text",
        "knowledge FS1 of user did not arrive",
        "original fields: other k",
    ]
    assert Turn.objects.get(index=0).text == "Hi \\N."
    assert Turn.objects.count() == 2


def test_many_conflicts_cost_a_few_queries(django_assert_max_num_queries: Any) -> None:
    imported(*(record(f"c{number}") for number in range(60)))
    with django_assert_max_num_queries(15):
        report = imported(*(record(f"c{number}", topic="x") for number in range(60)))
    assert len(report.conflicts) == ImportConflict.objects.count() == 60


def test_alternatives_are_found_in_the_file_and_in_the_corpus() -> None:
    imported(record("b", alternative_of="a"), record("a"))
    imported(record("c", alternative_of="a"), record("a"))
    first = Conversation.objects.get(external_id="a")
    assert set(first.alternatives.values_list("external_id", flat=True)) == {"b", "c"}


@pytest.mark.parametrize(
    ("rating", "said"),
    [
        (RatingRecord(0, "interaction_quality", "r", 6.0), "6.0 is no point of the scale"),
        (RatingRecord(0, "interaction_quality", "r", "Good"), "no point"),
        (RatingRecord(0, "sentiment", "r", "Bored"), "no label"),
        (RatingRecord(0, "knowledge_source", "r", ("FS1", "FS9")), "FS9"),
        (RatingRecord(None, "interaction_quality", "r", 4.0), "rated per turn"),
        (RatingRecord(0, "conversation_rating", "r", 4.0), "rated per conversation"),
        (RatingRecord(0, "beauty", "r", 4.0), "no dimension 'beauty'"),
    ],
)
def test_a_rating_off_its_scale_writes_nothing(rating: RatingRecord, said: str) -> None:
    with pytest.raises(BadFile, match=said.replace("(", r"\(")):
        imported(record("good"), record("bad", rating))
    assert not Conversation.objects.exists()


def test_a_problem_of_the_database_writes_nothing() -> None:
    twice = SectionRecord("user", "FS1", "", ())
    before = Conversation.objects.count()
    with pytest.raises(IntegrityError, match="one_section_per_speaker_and_key"):
        imported(*(record(f"c{number}") for number in range(200)), record("bad", sections=(twice, twice)))
    assert Conversation.objects.count() == before


def test_several_parts_are_one_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_CHUNK", 2)
    seen: list[tuple[str, int, int]] = []
    records = [record(f"c{number}", RatingRecord(1, "interaction_quality", "r", 3.0)) for number in range(7)]
    report = imported(*records, progress=lambda *step: seen.append(step))
    assert (report.turns, report.ratings) == (14, 7)
    assert [step for step in seen if step[0] == "writing"] == [("writing", done, 7) for done in (0, 2, 4, 6)]
    assert Rating.objects.filter(turn__conversation=F("conversation")).count() == 7

    class Cancelled(Exception):
        """Raised between two parts."""

    def cancel(phase: str, done: int, total: int) -> None:
        if done == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        imported(*(record(f"d{number}") for number in range(7)), progress=cancel)
    assert Conversation.objects.count() == 7


def test_the_schema_keeps_every_constraint_after_an_import() -> None:
    imported(record())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        assert cursor.fetchone() == (0,)


WARMTH = DimensionSpec("warmth", "Warmth", "turn", "number", "Is it warm?", (Point(0.0, "No"), Point(1.0, "Yes")))


def test_a_new_dimension_comes_with_the_file() -> None:
    warm = record("a", RatingRecord(0, "warmth", "r", 1.0, version=3))
    imported(warm, dimensions=[(3, WARMTH)])
    assert Dimension.objects.get(key="warmth").versions.get().question == "Is it warm?"
    assert Rating.objects.get().number == 1.0


def test_a_known_dimension_is_matched_by_its_scale_and_never_changed() -> None:
    imported(record("a", RatingRecord(0, "warmth", "r", 1.0)), dimensions=[(1, WARMTH)])
    wider = replace(WARMTH, scale=(*WARMTH.scale, Point(2.0, "Hot")))
    newer = DimensionVersion.objects.create(
        dimension=Dimension.objects.get(key="warmth"), number=2, question="How warm?", scale=wider.scale_json()
    )
    imported(record("b", RatingRecord(0, "warmth", "r", 1.0, version=1)), dimensions=[(1, WARMTH)])
    imported(record("c", RatingRecord(0, "warmth", "r", 2.0, version=7)), dimensions=[(7, wider)])
    numbers = Rating.objects.order_by("conversation").values_list("dimension_version__number", flat=True)
    assert list(numbers) == [1, 1, newer.number]
    other = replace(WARMTH, scale=(Point(9.0, "?"),))
    with pytest.raises(BadFile, match="scale of 'warmth' is another one here"):
        imported(record("d", RatingRecord(0, "warmth", "r", 9.0)), dimensions=[(1, other)])


def test_other_examples_are_other_words_not_another_scale() -> None:
    imported(record("a", RatingRecord(0, "warmth", "r", 1.0)), dimensions=[(1, WARMTH)])
    told = replace(WARMTH, guidance="Look.", scale=tuple(replace(point, example="Like so.") for point in WARMTH.scale))
    imported(record("b", RatingRecord(0, "warmth", "r", 1.0, version=1)), dimensions=[(1, told)])
    version = DimensionVersion.objects.get(dimension__key="warmth")  # still one, in the words its ratings answered
    assert (version.guidance, version.scale, version.ratings.count()) == ("", WARMTH.scale_json(), 2)


def written(folder: Path, files: list[tuple[str, bytes]]) -> list[str]:
    paths = []
    for number, (name, content) in enumerate(files):
        path = folder / str(number) / Path(name).name
        path.parent.mkdir()
        path.write_bytes(content)
        paths.append(str(path))
    return paths


def test_the_command_imports_files_and_says_what_it_did(tmp_path: Path) -> None:
    paths = written(tmp_path, worlds.files())
    out = StringIO()
    call_command("import_corpus", "topical_chat", *paths, "--corpus", "chat", stdout=out)
    assert "1 conversations, 2 turns, 6 sections and 8 ratings added" in out.getvalue()
    out = StringIO()
    call_command("import_corpus", "topical_chat", *paths, "--corpus", "chat", stdout=out)
    assert "1 unchanged, 0 in conflict" in out.getvalue()


def test_the_command_lists_every_problem_and_writes_nothing(tmp_path: Path) -> None:
    bad = worlds.conversation(config="Z")
    bad["content"][0]["turn_rating"] = "Great"
    err = StringIO()
    with pytest.raises(CommandError, match=r"nothing was imported: 2 problem"):
        paths = written(tmp_path, worlds.files(t_1=bad))
        call_command("import_corpus", "topical_chat", *paths, "--corpus", "chat", stderr=err)
    assert "test_freq.json, t_1: config: 'Z' is not one of: A, B, C, D" in err.getvalue()
    assert not Corpus.objects.filter(key="chat").exists()


def test_the_command_leaves_no_corpus_behind_when_a_rating_does_not_fit(tmp_path: Path) -> None:
    line = {"id": "a", "turns": [{"speaker": "u", "text": "t"}]}
    line["ratings"] = [{"turn": 0, "dimension": "beauty", "rater": "r", "value": 1}]  # type: ignore[list-item]
    paths = written(tmp_path, [("x.jsonl", json.dumps(line).encode())])
    with pytest.raises(CommandError):
        call_command("import_corpus", "jsonl", *paths, "--corpus", "own", stderr=StringIO())
    assert not Corpus.objects.filter(key="own").exists()


def test_other_formats_bring_their_dimensions_with_the_command(tmp_path: Path) -> None:
    turns = [{"i": 0, "speaker": "S", "text": "Yo", "votes": {"O": 1, "X": 2}}]
    paths = written(tmp_path, [("dev.jsonl", json.dumps({"id": "a", "system": "YI", "turns": turns}).encode())])
    call_command("import_corpus", "dbdc3", *paths, "--corpus", "breakdowns", stdout=StringIO())
    assert list(Rating.objects.order_by("label").values_list("label", flat=True)) == ["O", "X", "X"]
    Path(paths[0]).write_text("USER\tHi.\t\t3\n")
    with pytest.raises(CommandError, match="came as dbdc3"):
        call_command("import_corpus", "uss", *paths, "--corpus", "breakdowns", stderr=StringIO())
