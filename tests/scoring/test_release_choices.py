"""Choices of studies in releases: what the judges said, systems and sides told, judges under another name each time."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import transaction

from annotate.actions.compute_study_result import compute_study_result
from annotate.actions.import_corpus import import_corpus
from annotate.actions.save_choices import Chosen, save_choices
from annotate.importing.registry import reader
from annotate.models import Choice, Conversation, Corpus, Study, StudyPlace
from annotate.selectors.study_results import CHOICE_COLUMNS, choice_rows
from scoring.actions.erase_person import erase_person
from scoring.actions.publish_release import publish_release
from scoring.actions.request_release import request_release
from scoring.actions.verify_release import verify_release
from scoring.models import Release, ReleaseState
from scoring.releasing import formats
from tests.annotate.studies.judging import choose, claim, judge_all, skip, submit
from tests.factories import SYSTEMS, make_alternatives, make_campaign, make_study, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(tmp_path: Path, settings: LazySettings) -> Study:
    """Three judges of a context, one of them of another mind; drafts, a skip and a change of mind besides."""
    settings.RELEASES = tmp_path
    made = make_study(corpus=make_alternatives(contexts=1), judges=4, questions=["informativeness", "grammar"])
    for order in (SYSTEMS, SYSTEMS, SYSTEMS[::-1]):
        judge_all(made, make_user(), list(order))
    fourth = make_user()
    place = claim(made, fourth)
    choose(place, fourth, "a")
    choose(place, fourth, "equal")
    save_choices(place_id=place.pk, user=fourth, operations=[Chosen(uuid4(), "note", note="=1+1 ü")])
    submit(place, fourth)
    skip(claim(made, fourth), fourth)
    choose(claim(made, fourth), fourth)  # a draft
    return made


def released(corpus: Corpus, root: Path, *, format: str = "jsonl", **more: Any) -> tuple[Release, Path]:
    more = {"slice": {}} | more
    release = request_release(name="r", corpus=corpus, format=format, requested_by=make_user("admin"), **more)
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.state == ReleaseState.READY, release.reason
    return release, root / release.path


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def test_a_release_holds_what_the_page_holds_and_says_so(study: Study, tmp_path: Path) -> None:
    release, path = released(study.corpus, tmp_path)
    header, *lines = lines_of(path)
    said = Counter(
        (each["question"], line["id"], each["against"], each["answer"], each["note"], each["active_ms"])
        for line in lines
        for each in line["choices"]
    )
    shown = [dict(zip(CHOICE_COLUMNS, row, strict=True)) for row in choice_rows(study)]
    assert said == Counter(
        (row["question"], row["response_a"], row["response_b"], row["answer"], row["note"], row["active_ms"])
        for row in shown
    )
    assert len(shown) == header["counts"]["choices"] == 3 * 3 * 2 + 2
    assert header["studies"] == release.manifest["studies"] and release.manifest["counts"] == header["counts"]
    (told,) = header["studies"]
    assert (told["name"], told["systems"], told["choices"]) == (study.name, list(SYSTEMS), 20)
    assert [row["name"] for row in told["questions"]] == ["Informativeness", "Grammar"]
    assert verify_release(release=release) == []


def test_results_can_be_computed_again_from_the_release_alone(study: Study, tmp_path: Path) -> None:
    _, path = released(study.corpus, tmp_path)
    wins: Counter[tuple[str, str, str]] = Counter()
    for line in lines_of(path)[1:]:
        for each in line["choices"]:
            better = {"a": line["system"], "b": each["against_system"]}.get(each["answer"])
            first, second = sorted((line["system"], each["against_system"]))
            wins[each["question"], first, second] += better == first
            wins[each["question"], second, first] += better == second
    for question in compute_study_result(study=study).found["questions"]:
        for pair in question["pairs"]:
            assert wins[question["name"], pair["first"], pair["second"]] == pair["answers"]["first"]
            assert wins[question["name"], pair["second"], pair["first"]] == pair["answers"]["second"]


def test_judges_have_another_name_in_each_release_and_one_within(study: Study, tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        _, path = released(study.corpus, tmp_path)
        names.append({each["rater"] for line in lines_of(path)[1:] for each in line["choices"]})
        for place in StudyPlace.objects.select_related("rater__user"):
            assert place.rater.user is not None
            assert place.rater.pseudonym not in path.read_text() and place.rater.user.username not in path.read_text()
    assert [len(each) for each in names] == [4, 4] and not names[0] & names[1]


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_written_again_it_is_the_same_file(study: Study, tmp_path: Path, format: str) -> None:
    release, path = released(study.corpus, tmp_path, format=format)
    before = (release.sha256, path.read_bytes())
    Release.objects.filter(pk=release.pk).update(state=ReleaseState.QUEUED, attempts=0, lease_until=None)
    publish_release(release_id=release.pk)
    release.refresh_from_db()
    assert (release.sha256, path.read_bytes()) == before


def test_a_large_release_written_in_halves_holds_the_same(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, path = released(study.corpus, tmp_path)
    monkeypatch.setattr(formats, "_BOTH_HALVES_FROM", 1)
    half = tmp_path / "halves.jsonl"
    with half.open("wb") as file, transaction.atomic():
        formats.write_jsonl(release, lines_of(path)[0], file, lambda done: None)
    assert lines_of(half) == lines_of(path)


def test_a_table_has_a_row_for_each(study: Study, tmp_path: Path) -> None:
    _, path = released(study.corpus, tmp_path, format="csv")
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "choice"]
    assert len(rows) == 20 and {row["study"] for row in rows} == {study.name}
    assert {(row["label"], float(row["value"])) for row in rows} == {("a", 1.0), ("b", 0.0), ("equal", 0.5)}
    assert all(row["system"] != row["against_system"] and row["against_system"] in row["against"] for row in rows)
    (note,) = {row["note"] for row in rows if row["note"]}
    assert note == "'=1+1 ü", "what a spreadsheet would run is made harmless"


def test_only_choices_between_responses_of_the_release(study: Study, tmp_path: Path) -> None:
    Conversation.objects.filter(system="red-system").update(split="later")
    Conversation.objects.exclude(system="red-system").update(split="now")
    _, path = released(study.corpus, tmp_path, slice={"split": "now"})
    lines = lines_of(path)
    systems = {each["against_system"] for line in lines[1:] for each in line["choices"]}
    assert systems == {"blue-system", "green-system"}
    held = sum(len(line["choices"]) for line in lines[1:])
    assert held == lines[0]["counts"]["choices"] == lines[0]["studies"][0]["choices"] >= 6
    campaign = make_campaign(corpus=study.corpus)
    _, path = released(study.corpus, tmp_path, campaign=campaign)
    header, *lines = lines_of(path)
    assert "studies" not in header and header["counts"]["choices"] == 0 and "choices" not in lines[0]


def test_whoever_is_erased_is_not_in_the_next_and_marks_the_last(study: Study, tmp_path: Path) -> None:
    release, _ = released(study.corpus, tmp_path)
    judge = StudyPlace.objects.order_by("pk")[0].rater
    assert judge.user is not None and judge.pk in release.raters and len(release.raters) == 4
    erase_person(user=judge.user, by=make_user("admin"))
    release.refresh_from_db()
    assert release.withdrawn_at and "erased" in release.notice
    again, path = released(study.corpus, tmp_path)
    assert again.manifest["counts"]["choices"] == 20 - 6 and judge.pk not in again.raters
    assert len({each["rater"] for line in lines_of(path)[1:] for each in line["choices"]}) == 3


def test_an_import_elsewhere_takes_the_responses_and_counts_what_it_passes_by(study: Study, tmp_path: Path) -> None:
    _, path = released(study.corpus, tmp_path)
    other = Corpus.objects.create(key="other", name="Other", format="jsonl")
    report = import_corpus(corpus=other, records=reader("jsonl")([("data.jsonl", path.read_bytes())]))
    assert (report.conversations, report.conflicts) == (3, [])
    mine = [line | {"choices": []} for line in lines_of(path)[1:]]
    _, again = released(other, tmp_path)
    assert [line | {"choices": []} for line in lines_of(again)[1:]] == mine
    records = reader("jsonl")([("data.jsonl", path.read_bytes())])
    assert (
        sum(record.passed_by for record in records)
        == 20
        == Choice.objects.filter(current=True, question__isnull=False, place__state="submitted").count()
    )
