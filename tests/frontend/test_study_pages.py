"""An admin lays out a study and watches it; scientists read its results; judges see their own desk."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from annotate.actions.compute_study_result import compute_study_result
from annotate.actions.next_pair import next_pair
from annotate.actions.save_choices import Chosen, save_choices
from annotate.models import Study, StudyPair
from frontend.charts.intervals import intervals
from tests.annotate.studies.judging import judge_all
from tests.factories import SYSTEMS, make_alternatives, make_corpus, make_study, make_user

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in("admin")


def form(**more: Any) -> dict[str, Any]:
    return {
        "name": "Round 1", "systems": list(SYSTEMS), "questions": ["grammar"], "own": "Warmth: Which is warmer?",
        "judges": 2, "seed": 5, "lease_minutes": 30, "open": "1",
    } | more  # fmt: skip


def test_a_study_is_created_and_opened_in_one_go(admin: Client) -> None:
    make_alternatives(contexts=2)
    answer = admin.post("/studies/new/", form(contexts_wanted=1))
    study = Study.objects.get()
    assert answer.status_code == 302 and (study.state, study.seed, study.judges) == ("open", 5, 2)
    assert list(study.questions.values_list("name", "text")) == [
        ("Grammar", "Which response is better English: grammar, wording, flow?"), ("Warmth", "Which is warmer?"),
    ]  # fmt: skip
    assert study.pairs.count() == 3
    assert b"0 / 6" in admin.get(answer["Location"]).content


def test_a_draft_says_what_it_would_hand_out_opens_and_closes(admin: Client) -> None:
    make_alternatives(contexts=2)
    wanted = form()
    del wanted["open"]
    admin.post("/studies/new/", wanted)
    study = Study.objects.get()
    assert b"6 pairs would be handed out" in admin.get(f"/studies/{study.pk}/").content
    assert admin.get(f"/studies/{study.pk}/results/").status_code == 404
    assert b"The study is open" in admin.post(f"/studies/{study.pk}/open/", follow=True).content
    assert b"only a draft can be opened" in admin.post(f"/studies/{study.pk}/open/", follow=True).content
    admin.post(f"/studies/{study.pk}/close/")
    assert b"only an open one can be closed" in admin.post(f"/studies/{study.pk}/close/", follow=True).content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"systems": ["red-system"]}, "Choose at least two systems"),
        ({"systems": ["red-system", "another"]}, "not one of the available choices"),
        ({"questions": [], "own": ""}, "Ask at least one question"),
        ({"own": "Which is warmer?"}, "is not a name, a colon and a question"),
        ({"own": "x" * 101 + ": y"}, "at most 100 characters"),
        ({"own": "\n".join(f"q{n}: ?" for n in range(11))}, "At most 10 questions"),
        ({"own": "Grammar: again?"}, "Two questions have the same name"),
        ({"judges": 0}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(admin: Client, change: dict[str, Any], words: str) -> None:
    make_alternatives()
    answer = admin.post("/studies/new/", form(**change))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Study.objects.exists()


def test_the_corpus_is_chosen_first_where_there_are_several(admin: Client) -> None:
    make_corpus(key="plain")
    assert b"No corpus holds several responses" in admin.get("/studies/new/").content
    make_alternatives(key="one")
    assert b"red-system" in admin.get("/studies/new/").content
    make_alternatives(key="two", systems=("x-system", "y-system"))
    page = admin.get("/studies/new/").content.decode()
    assert "red-system" not in page and "x-system" not in page and "Plain" not in page
    assert "x-system" in admin.get("/studies/new/?corpus=two").content.decode()
    assert admin.post("/studies/new/", form()).status_code == 422
    admin.post("/studies/new/?corpus=one", form())
    assert Study.objects.get().corpus.key == "one"


def test_leases_are_shown_and_freed(admin: Client) -> None:
    study, judge = make_study(), make_user(username="grace")
    place = next_pair(study=study, user=judge).place
    assert place is not None
    assert b"grace" in admin.get(f"/studies/{study.pk}/").content
    assert b"grace" not in signed_in("scientist").get(f"/studies/{study.pk}/").content, "names are for admins"
    assert admin.post(f"/studies/{make_study().pk}/places/{place.pk}/free/").status_code == 404
    admin.post(f"/studies/{study.pk}/places/{place.pk}/free/")
    place.refresh_from_db()
    assert (place.state, StudyPair.objects.get(pk=place.pair_id).taken) == ("released", 0)
    again = admin.post(f"/studies/{study.pk}/places/{place.pk}/free/", follow=True)
    assert b"no lease to free" in again.content


def test_results_wait_for_the_worker_then_show_and_are_taken_home(admin: Client) -> None:
    study = make_study(corpus=make_alternatives(contexts=3), judges=3, questions=["grammar"])
    for order in (SYSTEMS, SYSTEMS, SYSTEMS[::-1]):
        judge_all(study, make_user(), list(order))
    reader = signed_in("scientist")
    address = f"/studies/{study.pk}/results/"
    assert b"Nothing is computed yet" in reader.get(address).content
    assert reader.get(f"/studies/{study.pk}/results.csv").status_code == 404
    compute_study_result(study=study)
    page = reader.get(address).content.decode()
    assert "hx-trigger" not in page and 'class="chart"' in page and "0.67" in page and "6 · 0 · 3" in page
    rows = list(csv.DictReader(io.StringIO(reader.get(f"/studies/{study.pk}/results.csv").getvalue().decode())))
    assert [(row["first"], row["second"]) for row in rows] == [
        ("blue-system", "green-system"), ("blue-system", "red-system"), ("green-system", "red-system"),
    ]  # fmt: skip
    assert {(row["first_better"], row["equal"], row["second_better"]) for row in rows} == {("6", "0", "3")}
    assert float(rows[0]["win_rate"]) == pytest.approx(2 / 3)
    choices = reader.get(f"/studies/{study.pk}/choices.csv")
    assert choices["Content-Disposition"] == f'attachment; filename="study-{study.pk}-choices.csv"'
    assert len(list(csv.DictReader(io.StringIO(choices.getvalue().decode())))) == 27


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", '"><img src=x onerror=alert(1)>']
)
def test_texts_of_others_are_texts(admin: Client, attack: str) -> None:
    corpus = make_alternatives(contexts=1, systems=(attack, "other"))
    study = make_study(corpus=corpus, systems=(attack, "other"), questions=["grammar"], name=attack)
    judge = make_user()
    place = next_pair(study=study, user=judge).place
    assert place is not None
    save_choices(place_id=place.pk, user=judge, operations=[Chosen(uuid4(), "note", note=attack)])
    judge_all(study, judge, [attack, "other"])
    compute_study_result(study=study)
    for address in ("/studies/", f"/studies/{study.pk}/", f"/studies/{study.pk}/results/", "/studies/new/"):
        page = admin.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page
        assert escape(attack) in page, address
    for name in ("choices.csv", "results.csv"):
        rows = list(csv.reader(io.StringIO(admin.get(f"/studies/{study.pk}/{name}").getvalue().decode())))
        assert attack.startswith("=") is False or all(not cell.startswith("=") for row in rows for cell in row)


def test_a_judges_desk_and_whose_it_is_not(admin: Client) -> None:
    study = make_study(questions=["grammar"])
    judge = signed_in("annotator")
    assert b"Begin" in judge.get("/studies/").content
    assert judge.get(f"/studies/{study.pk}/rate/").status_code == 200
    assert admin.get(f"/studies/{study.pk}/rate/").status_code == 404, "who sees the systems does not judge"
    Study.objects.update(state="closed")
    assert b"No study is open" in judge.get("/studies/").content
    assert judge.get(f"/studies/{study.pk}/rate/").status_code == 404


def test_the_list_costs_the_same_however_long(admin: Client) -> None:
    corpus = make_alternatives()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert admin.get("/studies/").status_code == 200
        return len(seen)

    make_study(corpus=corpus)
    queries()  # the first answer of a session costs more
    few = queries()
    for _ in range(5):
        make_study(corpus=corpus)
    assert queries() == few <= 4


def test_the_chart_puts_systems_where_their_numbers_are() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "a", "value": 0.9, "low": 0.4, "high": 1.6},
        {"name": "b" * 40, "value": -0.9, "low": None, "high": None},
    ]
    chart = intervals(rows, signed=True)
    assert chart is not None
    first, second = chart.rows
    assert first.low is not None and first.high is not None
    assert chart.names < second.x < chart.zero < first.low < first.x < first.high <= chart.width
    assert first.x - chart.zero == pytest.approx(chart.zero - second.x, abs=0.2)
    assert 3 <= len(chart.ticks) <= 9 and ("0" in [label for _, label in chart.ticks])
    assert len(second.short) == 34 and second.low is None
    assert intervals([{"name": "a", "value": None, "low": None, "high": None}]) is None
    assert intervals([{"name": "a", "value": 0.0, "low": 0.0, "high": 0.0}]) is not None
