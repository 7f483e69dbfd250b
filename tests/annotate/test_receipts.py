"""Save receipts: a chain per person that finds whatever was lost or altered, and still holds after an erasure."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.save_operations import save_operations
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.models import Rater, Rating, Task, TaskEvent
from annotate.operations import Operation
from annotate.receipts import START, digest_of, next_receipt
from annotate.selectors.receipts import receipt_lines
from annotate.verifying import Fault, verify_chains, verify_file
from people.models import User
from scoring.actions.erase_person import erase_person
from tests.factories import make_campaign, make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db


def worked(*, skip: bool = True) -> User:
    """A person with nine receipts: two tasks with revisions, a note, an undo and a submit; then a skipped one."""
    user = make_user()
    campaign = make_campaign(corpus=make_corpus(conversations=3, turns=2), questions=[Question(make_dimension())])
    version = campaign.questions.get().dimension_version_id
    for submitted in (True, False):
        task = claim_task(campaign=campaign, user=user).task
        assert task is not None
        first = Operation(uuid4(), "rate", 0, version, 4, note="so \u201cgood\u201d")
        rest = [Operation(uuid4(), "rate", 1, version, 2), Operation(uuid4(), "rate", 0, version, 5)]
        save_operations(task_id=task.pk, user=user, base=0, operations=[first])
        save_operations(task_id=task.pk, user=user, base=1, operations=rest)
        if submitted:
            submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=3)
        elif skip:
            undo = Operation(uuid4(), "undo", of=rest[1].op_id)
            save_operations(task_id=task.pk, user=user, base=3, operations=[undo])
            skip_task(task_id=task.pk, user=user, op_id=uuid4(), reason="other", note="too long")
    return user


def faults() -> list[Fault]:
    return verify_chains().faults


def test_an_untouched_chain_holds() -> None:
    user = worked()
    report = verify_chains()
    assert (report.chains, report.operations, report.erased, report.before, report.faults) == (1, 9, 0, 0, [])
    rater = Rater.objects.get(user=user)
    last = TaskEvent.objects.get(rater=rater, place=9)
    assert (rater.receipts, rater.receipt) == (9, last.receipt)


def test_a_receipt_is_the_hash_of_the_one_before_and_of_a_salted_digest() -> None:
    worked()
    one, two = TaskEvent.objects.order_by("place")[:2]
    assert one.receipt == next_receipt(START, one.digest)
    assert two.receipt == next_receipt(one.receipt, two.digest)
    assert len({event.salt for event in TaskEvent.objects.all()}) == 9
    # printf '\x00\xff{"a":null,"b":[1.5,"é"]}' | sha256sum
    assert digest_of({"b": [1.5, "é"], "a": None}, "00ff") == (
        "bc995f2e18af51d1beffcedabbbe791191befaa88cdac2df7433213089f2d073"
    )


def _alter_value() -> None:
    Rating.objects.filter(number=2).update(number=3)


def _alter_note() -> None:
    Rating.objects.filter(revision=1, note__contains="good").update(note="so bad")


def _alter_rater() -> None:
    Rating.objects.filter(number=2).update(rater=Rater.objects.create(pseudonym="someone"))


def _delete_event(place: int) -> Callable[[], None]:
    return lambda: TaskEvent.objects.filter(place=place).delete()[0] and None


def _delete_rating() -> None:
    Rating.objects.filter(number=2).first().delete()  # type: ignore[union-attr]


def _swap() -> None:
    two, three = TaskEvent.objects.filter(place__in=(2, 3)).order_by("place")
    TaskEvent.objects.filter(pk=two.pk).update(place=99)
    TaskEvent.objects.filter(pk=three.pk).update(place=2)
    TaskEvent.objects.filter(pk=two.pk).update(place=3)


def _close_the_gap() -> None:
    TaskEvent.objects.filter(place=2).delete()
    for event in TaskEvent.objects.filter(place__gt=2).order_by("place"):
        TaskEvent.objects.filter(pk=event.pk).update(place=(event.place or 0) - 1)


def _drop_salt() -> None:
    TaskEvent.objects.filter(place=2).update(salt="")


def _alter_skip_note() -> None:
    Task.objects.filter(state="skipped").update(skip_note="no reason")


def _bring_back_an_old_answer() -> None:
    Rating.objects.filter(number=5, current=True).update(current=False)
    Rating.objects.filter(number=4, revision=1, task__state="submitted").update(current=True)


def _forget_the_answer() -> None:
    Rating.objects.filter(number=5, current=True).update(current=False)


def _mangle() -> None:
    TaskEvent.objects.filter(place=2).update(receipt="not hex")


@pytest.mark.parametrize(
    ("tamper", "place", "words"),
    [
        (_alter_value, 2, "not what was acknowledged"),
        (_alter_note, 1, "not what was acknowledged"),
        (_alter_rater, 2, "not what was acknowledged"),
        (_delete_rating, 2, "answer that it acknowledged is gone"),
        (_delete_event(2), 2, "receipt 2 is missing"),
        (_delete_event(9), 9, "missing: the chain ends at 8, 9 were given out"),
        (_close_the_gap, 2, "does not follow"),
        (_swap, 2, "does not follow"),
        (_drop_salt, 2, "lost its salt"),
        (_alter_skip_note, 9, "not what was acknowledged"),
        (_bring_back_an_old_answer, 1, "still counts"),
        (_forget_the_answer, 3, "does not count any more"),
        (_mangle, 2, "does not follow"),
    ],
)
def test_each_way_of_tampering_is_found_at_its_place(tamper: Callable[[], None], place: int, words: str) -> None:
    worked()
    tamper()
    found = faults()
    assert [fault.place for fault in found[:1]] == [place], found
    assert words in found[0].words


def test_an_answer_that_nobody_gave_is_found() -> None:
    worked()
    row = Rating.objects.filter(number=2).first()
    assert row is not None
    row.pk, row.op_id, row.current, row.revision = None, uuid4(), False, 7
    row.save(force_insert=True)
    assert "belongs to no acknowledged operation" in faults()[0].words


def test_the_chain_holds_after_a_person_is_erased_and_tells_nothing() -> None:
    user = worked()
    held = "".join(receipt_lines(Rater.objects.get(user=user)))
    erase_person(user=user, by=make_user("admin"))
    report = verify_chains()
    assert (report.operations, report.erased, report.faults) == (9, 9, [])
    assert verify_file(held.splitlines()) == (9, None), "who has the file can still prove what was acknowledged"
    assert set(TaskEvent.objects.values_list("salt", flat=True)) == {""}
    TaskEvent.objects.filter(place=4).delete()
    assert faults()[0].place == 4, "an erasure is no cover for losing something"


def test_two_people_have_two_chains() -> None:
    worked(), worked(skip=False)
    assert (verify_chains().chains, verify_chains().operations) == (2, 16)
    assert faults() == []


def test_the_file_is_checked_by_itself_and_against_the_database() -> None:
    rater = Rater.objects.get(user=worked())
    lines = "".join(receipt_lines(rater)).splitlines()
    assert verify_file(lines) == (9, None)
    assert json.loads(lines[1])["operation"]["rating"]["note"] == "so \u201cgood\u201d"

    changed = [*lines[:3], lines[3].replace('"value": 5.0', '"value": 1.0'), *lines[4:]]
    assert changed != lines
    _, fault = verify_file(changed)
    assert fault is not None and (fault.place, "not the one" in fault.words) == (3, True)
    _, fault = verify_file(lines[:-1])
    assert fault is not None and "ends before" in fault.words
    _, fault = verify_file(["{}"])
    assert fault is not None and "not of a file of receipts" in fault.words


def test_only_the_file_finds_a_chain_that_was_rewritten_as_a_whole() -> None:
    """Whoever can write every row can also compute every hash anew: that is what the annotator's copy is for."""
    rater = Rater.objects.get(user=worked())
    lines = "".join(receipt_lines(rater)).splitlines()
    TaskEvent.objects.filter(place=9).delete()
    last = TaskEvent.objects.get(place=8)
    Rater.objects.filter(pk=rater.pk).update(receipts=8, receipt=last.receipt)
    assert faults() == []
    _, fault = verify_file(lines)
    assert fault is not None and (fault.place, "is not in the database" in fault.words) == (9, True)


def test_what_was_saved_after_the_download_is_no_fault() -> None:
    user = worked(skip=False)
    lines = "".join(receipt_lines(Rater.objects.get(user=user))).splitlines()
    task = Task.objects.get(state="open")
    skip_task(task_id=task.pk, user=user, op_id=uuid4(), reason="broken")
    assert verify_file(lines) == (7, None)


def test_the_command_says_what_it_proved(tmp_path: Path) -> None:
    rater = Rater.objects.get(user=worked())
    file = tmp_path / "receipts.jsonl"
    file.write_text("".join(receipt_lines(rater)), encoding="utf-8")
    out, err = StringIO(), StringIO()
    call_command("verify_receipts", file=file, stdout=out, stderr=err)
    assert "9 operations in 1 chains" in out.getvalue() and "unaltered" in out.getvalue()
    Rating.objects.filter(number=2).update(number=1)
    with pytest.raises(CommandError, match="as it was acknowledged"):
        call_command("verify_receipts", stdout=out, stderr=err)
    assert f"{rater.pseudonym}, receipt 2" in err.getvalue()
    with pytest.raises(CommandError, match="absent"):
        call_command("verify_receipts", file=tmp_path / "absent", stdout=out, stderr=err)


def test_the_same_operation_twice_has_one_receipt() -> None:
    user = make_user()
    campaign = make_campaign()
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    operation = Operation(uuid4(), "rate", 0, campaign.questions.get().dimension_version_id, 4)
    first = save_operations(task_id=task.pk, user=user, base=0, operations=[operation])
    second = save_operations(task_id=task.pk, user=user, base=0, operations=[operation])
    assert first.receipt == second.receipt == Rater.objects.get(user=user).receipt
    assert save_operations(task_id=task.pk, user=user, base=1, operations=[]).receipt == ""


def test_the_answers_of_the_api_and_the_profile_page_carry_receipts() -> None:
    user = make_user()
    campaign = make_campaign(corpus=make_corpus(conversations=1, turns=1))
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    client = Client()
    client.force_login(user)
    assert client.get("/profile/receipts/").status_code == 404, "nothing was saved yet"

    def post(path: str, data: Any) -> Any:
        return client.post(f"/api/v1/my/tasks/{task.pk}/{path}/", json.dumps(data), content_type="application/json")

    op_id = str(uuid4())
    question = campaign.questions.get().dimension_version_id
    operation = {"op_id": op_id, "kind": "rate", "turn": 0, "question": question, "value": 4}
    saved = post("operations", {"base": 0, "operations": [operation]}).json()
    assert saved["receipts"] == {op_id: saved["receipt"]}
    submitted = post("submit", {"op_id": str(uuid4()), "base": 1}).json()
    assert submitted["receipt"] == Rater.objects.get(user=user).receipt != saved["receipt"]
    page = client.get("/profile/").content.decode()
    assert "2 operations" in page and f"{submitted['receipt'][:4]}…" in page
    answer = client.get("/profile/receipts/")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [json.loads(line).get("place") for line in lines] == [None, 1, 2]
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get("/profile/receipts/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_do_not_fork_the_chain() -> None:
    user = make_user()
    tasks = []
    for _ in range(4):
        campaign = make_campaign(corpus=make_corpus(conversations=1, turns=4))
        task = claim_task(campaign=campaign, user=user).task
        assert task is not None
        tasks.append((task.pk, campaign.questions.get().dimension_version_id))

    def save(place: int) -> None:
        task_id, question = tasks[place % 4]
        try:
            for turn in range(4):
                save_operations(
                    task_id=task_id, user=user, base=turn, operations=[Operation(uuid4(), "rate", turn, question, 3)]
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    report = verify_chains()
    assert (report.operations, report.faults) == (16, [])
