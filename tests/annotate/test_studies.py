"""A study from its draft to its results; what a resend, a lapse, a skip and an erasure do to it; who sees what."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.actions.close_study import close_study
from annotate.actions.compute_study_result import compute_study_result
from annotate.actions.create_campaign import NameTaken, NoQuestions
from annotate.actions.create_study import TooFewSystems, create_study
from annotate.actions.next_pair import next_pair
from annotate.actions.open_study import NothingToCompare, open_study
from annotate.actions.refresh_study_results import refresh_study_results
from annotate.actions.release_expired import release_expired_pairs
from annotate.actions.save_choices import Chosen, save_choices
from annotate.actions.skip_pair import skip_pair
from annotate.actions.submit_pair import submit_pair
from annotate.models import Choice, Conversation, Study, StudyPair, StudyPlace, StudyResult, Turn
from annotate.refusals import (
    BadOperation,
    BadSkip,
    MissingAnswers,
    NoSuchTask,
    NotTakingPart,
    PlaceGone,
    StudyNotOpen,
    TaskClosed,
)
from annotate.selectors.judging import place_of, place_payload, study_desks
from annotate.selectors.studies import basis_of, studies_with_progress
from annotate.selectors.study_results import CHOICE_COLUMNS, choice_rows, results_of
from annotate.study_questions import SHIPPED
from people.models import User
from scoring.actions.erase_person import erase_person
from tests.factories import SYSTEMS, make_alternatives, make_corpus, make_study, make_user

pytestmark = pytest.mark.django_db


def claim(study: Study, user: User) -> StudyPlace:
    place = next_pair(study=study, user=user).place
    assert place is not None
    return place


def choose(place: StudyPlace, user: User, value: str = "a", *, questions: list[int] | None = None) -> list[Chosen]:
    asked = questions or list(place.pair.study.questions.values_list("pk", flat=True))
    operations = [Chosen(uuid4(), "choose", question, value) for question in asked]
    save_choices(place_id=place.pk, user=user, operations=operations)
    return operations


def side_of(place: StudyPlace, system: str) -> str:
    """The side on which a system stands; "" if it is not in the pair."""
    sides = (place.pair.second, place.pair.first) if place.turned else (place.pair.first, place.pair.second)
    return next((side for side, row in zip("ab", sides, strict=True) if row.system == system), "")


def judge_all(study: Study, user: User, order: list[str]) -> None:
    """Prefer whoever comes first in the order, in every pair."""
    while (place := next_pair(study=study, user=user).place) is not None:
        best = next(side for system in order if (side := side_of(place, system)))
        choose(place, user, best)
        submit_pair(place_id=place.pk, user=user)


# --- laying out ---------------------------------------------------------------------------------------------------


def test_a_study_pairs_every_two_systems_in_every_context() -> None:
    study = make_study(corpus=make_alternatives(contexts=3), judges=2)
    pairs = StudyPair.objects.filter(study=study)
    assert pairs.count() == 9 and set(pairs.values_list("shared_turns", "required_raters")) == {(2, 2)}
    assert all(pair.first.system != pair.second.system for pair in pairs)
    assert all(pair.context_id in (pair.first_id, pair.first.alternative_of_id) for pair in pairs)


def test_the_same_seed_is_the_same_study() -> None:
    corpus = make_alternatives(contexts=4)
    orders = [
        list(make_study(corpus=corpus, seed=seed).pairs.order_by("position").values_list("first", "second"))
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_what_no_study_is_made_of() -> None:
    corpus, asked = make_alternatives(), list(SHIPPED.values())
    make = {"corpus": corpus, "by": None}
    with pytest.raises(TooFewSystems):
        create_study(name="x", systems=["blue-system", "blue-system", ""], questions=asked, **make)
    with pytest.raises(NoQuestions):
        create_study(name="x", systems=SYSTEMS, questions=[], **make)
    with pytest.raises(NameTaken, match="same name"):
        create_study(name="x", systems=SYSTEMS, questions=[asked[0], asked[0]], **make)
    create_study(name="x", systems=SYSTEMS, questions=asked, **make)
    with pytest.raises(NameTaken, match="already a study"):
        create_study(name="x", systems=SYSTEMS, questions=asked, **make)


def test_a_study_without_a_pair_is_not_opened() -> None:
    study = make_study(corpus=make_corpus(), opened=False)
    with pytest.raises(NothingToCompare):
        open_study(study=study, by=None)
    study.refresh_from_db()
    assert study.state == "draft"
    silent = make_alternatives(systems=SYSTEMS[:2], contexts=1)
    Turn.objects.filter(conversation__corpus=silent, conversation__system="red-system").delete()
    Turn.objects.filter(conversation__corpus=silent, conversation__system="blue-system").delete()
    with pytest.raises(NothingToCompare):
        make_study(corpus=silent, systems=SYSTEMS[:2])


def test_a_study_opens_once_and_closes_once() -> None:
    admin, study = make_user("admin"), make_study()
    with pytest.raises(StudyNotOpen):
        open_study(study=study, by=None)
    close_study(study=study, by=admin)
    with pytest.raises(StudyNotOpen):
        close_study(study=study, by=admin)
    study.refresh_from_db()
    with pytest.raises(StudyNotOpen):
        next_pair(study=study, user=make_user())


# --- judging ------------------------------------------------------------------------------------------------------


def test_judges_come_one_after_the_other_and_see_both_sides() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2], judges=2)
    first, second, third = (make_user() for _ in range(3))
    one, other = claim(study, first), claim(study, second)
    assert one.pair_id == other.pair_id and one.turned != other.turned
    assert claim(study, first) == one, "the one at hand comes again"
    nothing = next_pair(study=study, user=third)
    assert nothing.place is None and "reserved by others until" in nothing.words and nothing.until


def test_scientists_do_not_judge() -> None:
    with pytest.raises(NotTakingPart):
        next_pair(study=make_study(), user=make_user("scientist"))


def test_a_choice_is_kept_once_and_changed_by_a_revision() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    question = study.questions.first().pk
    sent = [Chosen(uuid4(), "choose", question, "a"), Chosen(uuid4(), "note", note="Both are short.")]
    first = save_choices(place_id=place.pk, user=user, operations=sent, active_ms=10**9)
    again = save_choices(place_id=place.pk, user=user, operations=sent)
    assert (first.version, again.version) == (2, 2) and set(again.acknowledged) == {one.op_id for one in sent}
    assert Choice.objects.count() == 2
    choose(place, user, "equal", questions=[question])
    rows = Choice.objects.filter(question=question).order_by("revision")
    assert list(rows.values_list("revision", "answer", "current")) == [(1, "a", False), (2, "equal", True)]
    place.refresh_from_db()
    assert place.active_ms < 60_000, "no more than the time since the claim"


def test_one_batch_may_hold_a_change_of_mind_and_the_same_operation_twice() -> None:
    study, user = make_study(), make_user()
    place, question = claim(study, user), study.questions.first().pk
    one, two = Chosen(uuid4(), "choose", question, "a"), Chosen(uuid4(), "choose", question, "b")
    save_choices(place_id=place.pk, user=user, operations=[one, two, one])
    assert list(Choice.objects.order_by("revision").values_list("answer", "current")) == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "choose", "question": 10**6, "value": "a"},
        {"kind": "choose", "question": None, "value": "a"},
        {"kind": "choose", "value": "c"},
        {"kind": "choose", "value": ""},
        {"kind": "prefer", "value": "a"},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_of_the_batch_is_kept(wrong: dict[str, Any]) -> None:
    study, user = make_study(), make_user()
    place, question = claim(study, user), study.questions.first().pk
    good = Chosen(uuid4(), "choose", question, "a")
    with pytest.raises(BadOperation):
        bad = Chosen(uuid4(), **({"question": question} | wrong))
        save_choices(place_id=place.pk, user=user, operations=[good, bad])
    assert not Choice.objects.exists()


def test_anothers_place_and_anothers_operation_are_not_there() -> None:
    study, user, stranger = make_study(judges=2), make_user(), make_user()
    place, theirs = claim(study, user), claim(study, stranger)
    (mine, *_) = choose(place, user)
    with pytest.raises(NoSuchTask):
        choose(place, stranger)
    with pytest.raises(NoSuchTask):
        submit_pair(place_id=place.pk, user=stranger)
    with pytest.raises(BadOperation, match="in use"):
        save_choices(place_id=theirs.pk, user=stranger, operations=[mine])


def test_a_pair_is_done_when_every_question_is_answered() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    first, *rest = study.questions.values_list("pk", flat=True)
    choose(place, user, questions=[first])
    with pytest.raises(MissingAnswers) as refused:
        submit_pair(place_id=place.pk, user=user)
    assert refused.value.missing == [(None, question) for question in rest]
    late = choose(place, user, questions=rest)
    submit_pair(place_id=place.pk, user=user)
    submit_pair(place_id=place.pk, user=user)
    pair = StudyPair.objects.get(pk=place.pair_id)
    assert (pair.taken, pair.submitted) == (1, 1)
    save_choices(place_id=place.pk, user=user, operations=late)  # a resend after all: acknowledged, not repeated
    with pytest.raises(TaskClosed):
        choose(place, user, "b")
    with pytest.raises(TaskClosed):
        skip_pair(place_id=place.pk, user=user, reason="broken")
    assert claim(study, user).pair_id != place.pair_id


def test_a_skipped_pair_goes_to_others_and_never_back() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2])
    user, other = make_user(), make_user()
    place = claim(study, user)
    for reason, note in (("", ""), ("boring", ""), ("other", " ")):
        with pytest.raises(BadSkip):
            skip_pair(place_id=place.pk, user=user, reason=reason, note=note)
    skip_pair(place_id=place.pk, user=user, reason="broken")
    skip_pair(place_id=place.pk, user=user, reason="broken")
    assert next_pair(study=study, user=user).place is None
    assert claim(study, other).pair_id == place.pair_id


def test_a_lapsed_lease_frees_the_place_and_the_choices_stay_until_it_is_taken() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2])
    user, other = make_user(), make_user()
    place = claim(study, user)
    choose(place, user)
    later = timezone.now() + timedelta(minutes=31)
    assert release_expired_pairs(now=later) == 1 == 1 - release_expired_pairs(now=later)
    choose(place, user, "b")  # nobody has it: taken again by going on
    assert StudyPair.objects.get().taken == 1
    release_expired_pairs(now=later + timedelta(minutes=31))
    taken = claim(study, other)
    with pytest.raises(PlaceGone):
        choose(place, user, "a")
    with pytest.raises(PlaceGone):
        submit_pair(place_id=place.pk, user=user)
    choose(taken, other)
    submit_pair(place_id=taken.pk, user=other)
    assert basis_of(study) == "1 judged, 0 erased"
    assert StudyPair.objects.get().submitted == 1


def test_a_claim_takes_over_what_lapsed() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2])
    claim(study, make_user())
    later = timezone.now() + timedelta(minutes=31)
    assert next_pair(study=study, user=make_user(), now=later).place is not None


def test_the_database_keeps_the_number_of_judges() -> None:
    study = make_study()
    pair = study.pairs.first()
    with pytest.raises(IntegrityError, match="never_more_judges_than_required"), transaction.atomic():
        StudyPair.objects.filter(pk=pair.pk).update(taken=2)
    place = claim(study, make_user())
    with pytest.raises(IntegrityError, match="a_choice_answers_a_question_or_is_a_note"), transaction.atomic():
        Choice.objects.create(place=place, question=study.questions.first(), answer="", op_id=uuid4())


# --- blindness ----------------------------------------------------------------------------------------------------


def everything_a_judge_gets(client: Client, study: Study) -> str:
    found = client.post(f"/api/v1/my/studies/{study.pk}/next/").json()
    assert found["pair"] is not None
    bytes_ = [json.dumps(found), client.get("/api/v1/my/studies/").content.decode()]
    for page in ("/studies/", f"/studies/{study.pk}/rate/"):
        answer = client.get(page)
        assert answer.status_code == 200
        bytes_.append(answer.content.decode())
    return "\n".join(bytes_)


def test_a_judge_gets_no_system_and_nobody_elses_choice() -> None:
    # One pair only: which of several comes first depends on the ids, and so would what is looked for below.
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2], judges=2)
    # Some data call the speaker like the system.
    for row in Conversation.objects.filter(corpus=study.corpus):
        row.turns.filter(index=2).update(speaker=row.system)
    other, me = make_user(), make_user()
    place = claim(study, other)
    question = study.questions.first().pk
    secret = [Chosen(uuid4(), "choose", question, "b"), Chosen(uuid4(), "note", note="xyzzy is what I think")]
    save_choices(place_id=place.pk, user=other, operations=secret)
    client = Client()
    client.force_login(me)
    seen = everything_a_judge_gets(client, study)
    mine = StudyPlace.objects.get(rater__user=me)
    assert mine.pair_id == place.pair_id, "the same pair, or the test shows nothing"
    assert "Context 0: hello." in seen and "Words blu of 0." in seen
    for hidden in (*SYSTEMS, "xyzzy", place.rater.pseudonym, *study.corpus.conversations.values_list("external_id")):
        assert str(hidden[0] if isinstance(hidden, tuple) else hidden) not in seen, hidden
    payload = place_payload(place_of(place_id=mine.pk, user=me), user=me)  # type: ignore[arg-type]
    assert payload["choices"] == {} and payload["note"] == ""
    assert payload["responses"][0][0]["speaker"] == "Response"
    for page in (f"/studies/{study.pk}/", f"/studies/{study.pk}/results/", f"/studies/{study.pk}/choices.csv"):
        assert client.get(page).status_code == 404
    assert client.get(f"/api/v1/studies/{study.pk}/results/").status_code == 403
    assert (
        client.post(f"/api/v1/my/pairs/{place.pk}/operations/", {"operations": []}, "application/json").status_code
        == 404
    )


def test_a_judge_reads_the_context_the_knowledge_and_both_sides_as_they_stand() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    payload = place_payload(place_of(place_id=place.pk, user=user), user=user)  # type: ignore[arg-type]
    assert [turn["speaker"] for turn in payload["turns"]] == ["Speaker 1", "Speaker 2"]
    sides = (place.pair.second, place.pair.first) if place.turned else (place.pair.first, place.pair.second)
    for shown, row in zip(payload["responses"], sides, strict=True):
        assert [turn["text"] for turn in shown] == [row.turns.get(index=2).text]
        assert shown[0]["speaker"] == "Speaker 1"
    assert [section["title"] for section in payload["sections"]] == ["Birds"], "of both sides, once"
    assert [question["name"] for question in payload["questions"]] == [each.name for each in SHIPPED.values()]


# --- results ------------------------------------------------------------------------------------------------------


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
    submit_pair(place_id=place.pk, user=user)
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


# --- cost ---------------------------------------------------------------------------------------------------------


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
