"""Receipts of choices: in one chain with those of ratings, and over what stood on the judge's screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from annotate.actions.claim_task import claim_task
from annotate.actions.save_choices import Chosen, save_choices
from annotate.actions.save_operations import save_operations
from annotate.models import Choice, Conversation, Rater, Study, StudyPlace, TaskEvent, Turn
from annotate.operations import Operation
from annotate.refusals import BadOperation
from annotate.selectors.receipts import receipt_lines
from annotate.verifying import verify_chains, verify_file
from people.models import User
from scoring.actions.erase_person import erase_person
from tests.annotate.studies.judging import choose, claim, skip, submit
from tests.factories import SYSTEMS, make_alternatives, make_campaign, make_study, make_user

pytestmark = pytest.mark.django_db


def judged(user: User) -> Study:
    """Seven receipts: three answers, a note, another mind and a submit; a skip of the next pair."""
    study = make_study()
    place = claim(study, user)
    question = study.questions.values_list("pk", flat=True)[0]
    choose(place, user, "a")
    again = [Chosen(uuid4(), "note", note="so “good”"), Chosen(uuid4(), "choose", question, "b")]
    save_choices(place_id=place.pk, user=user, operations=again)
    submit(place, user)
    skip(claim(study, user), user, "other", "too long")
    return study


def test_choices_and_ratings_stand_in_one_chain() -> None:
    user = make_user()
    judged(user)
    campaign = make_campaign()
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    rated = Operation(uuid4(), "rate", 0, campaign.questions.get().dimension_version_id, 4)
    saved = save_operations(task_id=task.pk, user=user, base=0, operations=[rated])
    rater = Rater.objects.get(user=user)
    assert (rater.receipts, rater.receipt) == (8, saved.receipt)
    report = verify_chains()
    assert (report.chains, report.operations, report.before, report.faults) == (1, 8, 0, [])


def test_a_choice_sent_again_has_the_receipt_that_it_had() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    sent = [Chosen(uuid4(), "choose", question.pk, "a") for question in study.questions.all()]
    first = save_choices(place_id=place.pk, user=user, operations=sent)
    again = save_choices(place_id=place.pk, user=user, operations=[*sent, sent[0]])
    assert first.receipts == again.receipts and len(set(first.receipts.values())) == 3
    assert again.receipt == first.receipt == first.receipts[sent[2].op_id] == Rater.objects.get(user=user).receipt
    assert list(first.acknowledged.values()) == [1, 2, 3] and again.version == 3
    assert save_choices(place_id=place.pk, user=user, operations=[]).receipt == ""


def test_an_operation_is_of_one_task_or_one_pair() -> None:
    study, user, campaign = make_study(), make_user(), make_campaign()
    place, task = claim(study, user), claim_task(campaign=campaign, user=user).task
    assert task is not None
    (mine, *_) = choose(place, user)
    with pytest.raises(BadOperation, match="in use"):
        rated = Operation(mine.op_id, "rate", 0, campaign.questions.get().dimension_version_id, 4)
        save_operations(task_id=task.pk, user=user, base=0, operations=[rated])


def _alter_answer() -> None:
    Choice.objects.filter(answer="b").update(answer="a")


def _alter_note() -> None:
    Choice.objects.filter(question=None).update(note="so bad")


def _give_to_another() -> None:
    StudyPlace.objects.filter(state="submitted").update(rater=Rater.objects.create(pseudonym="someone"))


def _turn_the_sides() -> None:
    place = StudyPlace.objects.get(state="submitted")
    place.turned = not place.turned
    place.save()


def _say_something_else() -> None:
    place = StudyPlace.objects.get(state="submitted")
    Turn.objects.filter(conversation=place.pair.first, index=2).update(text="I never said that.")


def _delete_choice() -> None:
    Choice.objects.filter(note__contains="good").delete()


def _alter_skip() -> None:
    StudyPlace.objects.filter(state="skipped").update(skip_note="no reason")


def _bring_back() -> None:
    latest = Choice.objects.get(answer="b")
    Choice.objects.filter(pk=latest.pk).update(current=False)
    Choice.objects.filter(question=latest.question, answer="a").update(current=True)


def _add() -> None:
    row = Choice.objects.get(answer="b")
    Choice.objects.create(place=row.place, question=row.question, answer="a", op_id=uuid4(), current=False)


@pytest.mark.parametrize(
    ("tamper", "place", "words"),
    [
        (_alter_answer, 5, "not what was acknowledged"),
        (_alter_note, 4, "not what was acknowledged"),
        (_give_to_another, 1, "not what was acknowledged"),
        (_turn_the_sides, 1, "not what was acknowledged"),
        (_say_something_else, 1, "not what was acknowledged"),
        (_delete_choice, 4, "answer that it acknowledged is gone"),
        (_alter_skip, 7, "not what was acknowledged"),
        (_bring_back, 1, "still counts"),
        (_add, 0, "belongs to no acknowledged operation"),
    ],
)
def test_each_way_of_tampering_is_found_at_its_place(tamper: Callable[[], None], place: int, words: str) -> None:
    judged(make_user())
    assert verify_chains().faults == []
    tamper()
    (fault, *_) = verify_chains().faults
    assert fault.place == place and words in fault.words


def test_the_file_tells_a_judge_nothing_of_the_systems() -> None:
    study, user = make_study(corpus=make_alternatives(contexts=1, key="told-apart")), make_user()
    place = claim(study, user)
    choose(place, user)
    submit(place, user)
    text = "".join(receipt_lines(Rater.objects.get(user=user)))
    lines = [json.loads(line) for line in text.splitlines()]
    assert verify_file(text.splitlines()) == (4, None)
    assert lines[1]["study"] == study.name and lines[1]["question"] == study.questions.order_by("position")[0].name
    assert set(lines[1]["operation"]["shown"]) == {"a", "b"}
    for hidden in (*SYSTEMS, "told-apart", "turned", "first", "second"):
        assert hidden not in text
    for conversation in Conversation.objects.all():
        assert conversation.external_id not in text and conversation.content_hash not in text


def test_the_chain_holds_after_a_judge_is_erased_and_tells_nothing() -> None:
    user = make_user()
    judged(user)
    held = "".join(receipt_lines(Rater.objects.get(user=user)))
    erase_person(user=user, by=make_user("admin"))
    report = verify_chains()
    assert (report.operations, report.erased, report.faults) == (7, 7, [])
    assert verify_file(held.splitlines()) == (7, None)
    assert set(TaskEvent.objects.values_list("salt", flat=True)) == {""}


def test_the_answers_of_the_api_carry_receipts() -> None:
    study, user = make_study(questions=["grammar"]), make_user()
    place = claim(study, user)
    client = Client()
    client.force_login(user)

    def post(path: str, data: Any, status: int = 200) -> Any:
        answer = client.post(f"/api/v1/my/pairs/{place.pk}/{path}/", json.dumps(data), "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    question = study.questions.get().pk
    operation = {"op_id": str(uuid4()), "kind": "choose", "question": question, "value": "a"}
    saved = post("operations", {"operations": [operation]})
    assert saved["receipts"] == {operation["op_id"]: saved["receipt"]} and len(saved["receipt"]) == 64
    assert "op_id" in post("submit", {}, 400)
    end = {"op_id": str(uuid4()), "client_at": "2026-01-02T03:04:05Z"}
    submitted = post("submit", end)
    assert submitted["receipt"] == Rater.objects.get(user=user).receipt != saved["receipt"]
    for resent in (end, {"op_id": str(uuid4())}):  # from this window and from another
        assert post("submit", resent)["receipt"] == submitted["receipt"]
    assert Rater.objects.get(user=user).receipts == 2
    assert "2 operations" in client.get("/profile/").content.decode()
    place = claim(study, user)
    assert "op_id" in post("skip", {"reason": "broken"}, 400)
    skipped = post("skip", {"op_id": str(uuid4()), "reason": "broken"})
    assert skipped["receipt"] == Rater.objects.get(user=user).receipt
    assert verify_chains().faults == []


def test_choices_from_before_there_were_receipts_are_operations_without_one() -> None:
    user = make_user()
    judged(user)
    TaskEvent.objects.all().delete()
    Rater.objects.update(receipts=0, receipt="")
    assert "no acknowledged operation" in verify_chains().faults[0].words
    with connection.cursor() as cursor:
        cursor.execute(import_module("annotate.migrations.0015_receipts_of_choices").ACKNOWLEDGED)
    report = verify_chains()
    assert (report.before, report.operations, report.faults) == (5, 0, [])
    place = StudyPlace.objects.get(state="submitted")
    assert list(place.events.order_by("version").values_list("version", "kind")) == [
        (1, "choose"), (2, "choose"), (3, "choose"), (4, "note"), (5, "choose"),
    ]  # fmt: skip
    known = list(Choice.objects.order_by("pk").values_list("op_id", flat=True))
    resent = [Chosen(known[0], "choose", place.pair.study.questions.order_by("position")[0].pk, "a")]
    assert save_choices(place_id=place.pk, user=user, operations=resent).receipt == ""
