"""What a study found, when it is stale, who is not counted, and what lists cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.compute_study_result import compute_study_result
from annotate.actions.refresh_study_results import refresh_study_results
from annotate.models import Choice, Study, StudyPlace, StudyResult
from annotate.selectors.judging import place_of, place_payload, study_desks
from annotate.selectors.studies import studies_with_progress
from annotate.selectors.study_results import CHOICE_COLUMNS, choice_rows, results_of
from scoring.actions.erase_person import erase_person
from tests.annotate.studies.judging import choose, claim, judge_all, submit
from tests.factories import SYSTEMS, make_alternatives, make_study, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged() -> Study:
    """Three contexts, three judges a pair: two find blue > green > red, one the other way round."""
    study = make_study(corpus=make_alternatives(contexts=3), judges=3, questions=["informativeness"])
    for order in (SYSTEMS, SYSTEMS, tuple(reversed(SYSTEMS))):
        judge_all(study, make_user(), list(order))
    return study


def test_results_are_what_the_judges_said_whichever_side_it_stood_on(judged: Study) -> None:
    (question,) = compute_study_result(study=judged).found["questions"]
    assert (question["answers"], question["judges"], question["contexts"]) == (27, 3, 3)
    assert [(pair["first"], pair["second"]) for pair in question["pairs"]] == [
        ("blue-system", "green-system"), ("blue-system", "red-system"), ("green-system", "red-system"),
    ]  # fmt: skip
    for pair in question["pairs"]:
        assert pair["answers"] == {"first": 6, "equal": 0, "second": 3}
        assert pair["contexts"] == {"first": 3, "equal": 0, "second": 0}
        assert pair["win_rate"]["value"] == pytest.approx(2 / 3)
        assert pair["chance"] == pytest.approx(0.25) and pair["chance_holm"] == pytest.approx(0.75)
    assert [row["system"] for row in question["strengths"]] == list(SYSTEMS)
    values = [row["value"] for row in question["strengths"]]
    assert values[0] > values[1] > values[2] and sum(values) == pytest.approx(0)
    assert question["agreement"] == {"same": 9, "compared": 27}
    assert question["sides"]["a"] + question["sides"]["b"] == 27


def test_drafts_do_not_count_and_what_comes_in_makes_results_stale() -> None:
    study, user = make_study(questions=["grammar"]), make_user()
    assert refresh_study_results() == 1
    place = claim(study, user)
    choose(place, user)
    assert results_of(Study.objects.get()).fresh
    assert refresh_study_results() == 0
    submit(place, user)
    assert not results_of(Study.objects.get()).fresh
    assert refresh_study_results() == 1
    found = results_of(Study.objects.get())
    assert found.fresh and found.results is not None and found.results["questions"][0]["answers"] == 1


def test_who_is_erased_is_not_counted_any_more(judged: Study) -> None:
    compute_study_result(study=judged)
    gone = StudyPlace.objects.order_by("-pk").first().rater.user
    erase_person(user=gone, by=make_user("admin"))
    assert not Choice.objects.filter(place__rater__user=gone).exclude(answer="").exists()
    assert refresh_study_results() == 1
    (question,) = StudyResult.objects.get().found["questions"]
    assert (question["answers"], question["judges"]) == (18, 2)


def test_the_table_of_choices_has_systems_and_no_names(judged: Study) -> None:
    rows = [dict(zip(CHOICE_COLUMNS, row, strict=True)) for row in choice_rows(judged)]
    assert len(rows) == 27 and {row["judge"] for row in rows} == {1, 2, 3}
    for row in rows:
        assert row["preferred"] == row[f"system_{row['answer']}"]
        assert row["system_a"] in row["response_a"]
    text = json.dumps(rows)
    for place in StudyPlace.objects.select_related("rater__user"):
        assert place.rater.pseudonym not in text and place.rater.user.username not in text


def test_programs_of_scientists_read_results(judged: Study) -> None:
    client = Client()
    client.force_login(make_user("scientist"))
    before = client.get(f"/api/v1/studies/{judged.pk}/results/").json()
    assert before["results"] is None and not before["fresh"]
    compute_study_result(study=judged)
    after = client.get(f"/api/v1/studies/{judged.pk}/results/").json()
    assert after["fresh"] and after["results"]["questions"][0]["answers"] == 27
    assert [row["name"] for row in client.get("/api/v1/studies/").json()["results"]] == [judged.name]


def queries(call: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def test_lists_cost_the_same_however_long() -> None:
    corpus = make_alternatives()
    make_study(corpus=corpus)
    few = queries(lambda: studies_with_progress())
    for _ in range(4):
        make_study(corpus=corpus)
    assert queries(lambda: studies_with_progress()) == few == 2
    user = make_user()
    claim(Study.objects.first(), user)  # type: ignore[arg-type]
    assert queries(lambda: study_desks(user)) == 2 + 2 * 5
    place = place_of(place_id=StudyPlace.objects.get().pk, user=user)
    assert queries(lambda: place_payload(place, user=user)) <= 7  # type: ignore[arg-type]
