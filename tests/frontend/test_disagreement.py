"""A scientist names a cause and a value, shows the verdict to its raters, and reads what they reply."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.reply_to_verdict import reply_to_verdict
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Adjudication, DimensionVersion, Rater, Rating
from annotate.operations import Operation
from annotate.selectors.verdicts import my_verdicts
from people.models import AuditEvent, User
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.models import Comparison
from tests.factories import make_campaign, make_corpus, make_user
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def rater() -> User:
    """Who rated the four turns of one conversation as 5, 4, 3, 2; the metric says 0 to 3, all compared."""
    user, corpus, checkpoint = make_user(), make_corpus(conversations=1, turns=4, key="talks"), make_checkpoint("iq")
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    task = claim_task(campaign=make_campaign(corpus=corpus, questions=[Question(version)]), user=user).task
    assert task is not None
    operations = [Operation(uuid4(), "rate", turn, version.pk, 5 - turn) for turn in range(4)]
    save_operations(task_id=task.pk, user=user, base=0, operations=operations)
    submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=4)
    make_run(corpus, checkpoint)
    work(Counting())
    assert refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True) == 4
    return user


def scientist() -> Client:
    client = Client()
    client.force_login(make_user("scientist"))
    return client


def judged(client: Client, row: Comparison, **more: Any) -> Any:
    return client.post(f"/disagreement/{row.pk}/", {"cause": "rater", "verdict": "2.0", "note": "hm"} | more)


def test_a_verdict_is_shown_to_its_raters_and_their_reply_to_scientists(rater: User) -> None:
    client, row = scientist(), Comparison.objects.get(turn__index=0)
    answer = judged(client, row)
    assert answer.status_code == 200 and b"Show to its raters" in answer.content
    verdict = Adjudication.objects.get()
    assert (verdict.verdict, verdict.released_at, my_verdicts(rater)[0]) == (2.0, None, [])
    told = client.post(f"/disagreement/verdicts/{verdict.pk}/tell/", {"row": row.pk, "told": "It dodges."})
    assert b"shown since" in told.content
    assert [shown.told for shown in my_verdicts(rater)[0]] == ["It dodges."]
    assert b"Nothing matches" in client.get("/disagreement/?seen=replied").content
    reply_to_verdict(adjudication_id=verdict.pk, user=rater, text="It <i>answers</i>")
    page = client.get("/disagreement/?seen=replied").content
    assert b"open for another reviewer" in page and b"It &lt;i&gt;answers&lt;/i&gt;" in page
    refused = judged(client, row, verdict="3.0")
    assert refused.status_code == 422 and b"somebody else" in refused.content
    assert judged(scientist(), row, verdict="5.0").status_code == 200
    assert b"Nothing matches" in client.get("/disagreement/?seen=replied").content
    gone = client.post(f"/disagreement/verdicts/{verdict.pk}/tell/", {"row": row.pk})
    assert (gone.status_code, b"Another verdict" in gone.content) == (422, True)


@pytest.mark.parametrize("value", ["7", "1.5", "many", "nan"])
def test_a_value_off_the_scale_is_refused(rater: User, value: str) -> None:
    answer = judged(scientist(), Comparison.objects.get(turn__index=0), verdict=value)
    assert (answer.status_code, Adjudication.objects.count()) == (422, 0)


def test_a_verdict_is_told_beside_its_own_row_only(rater: User) -> None:
    client = scientist()
    judged(client, Comparison.objects.get(turn__index=0))
    verdict = Adjudication.objects.get()
    for row in ("", "x", Comparison.objects.get(turn__index=1).pk, "9" * 30):
        assert client.post(f"/disagreement/verdicts/{verdict.pk}/tell/", {"row": row}).status_code == 404
    verdict.refresh_from_db()
    assert verdict.released_at is None


def test_what_the_queue_costs_does_not_grow_with_verdicts_and_replies(rater: User) -> None:
    client = scientist()

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/disagreement/").status_code == 200
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    rows = list(Comparison.objects.all())
    judged(client, rows[0])
    one = count()
    for row in rows:
        judged(client, row, verdict="")
    for row in rows:
        verdict = Adjudication.objects.get(turn=row.turn, current=True)
        assert client.post(f"/disagreement/verdicts/{verdict.pk}/tell/", {"row": row.pk}).status_code == 200
        reply_to_verdict(adjudication_id=verdict.pk, user=rater, text="no")
    assert count() == one <= 18


def second_vote(row: Comparison, number: float) -> str:
    """What an import says of the turn besides; the rater's name."""
    rater = Rater.objects.create(corpus=row.corpus, pseudonym="outside-7")
    Rating.objects.create(
        conversation=row.conversation, turn=row.turn, dimension_version=row.dimension_version, rater=rater,
        number=number, note="Too short.",
    )  # fmt: skip
    return rater.pseudonym


def test_votes_have_no_names_before_a_verdict_and_names_after_it(rater: User) -> None:
    client, row = scientist(), Comparison.objects.get(turn__index=0)
    other, mine = second_vote(row, 1), Rater.objects.get(user=rater).pseudonym
    page = client.get("/disagreement/").content.decode()
    assert "1 · Terrible" in page and "5 · Excellent" in page and "Too short." in page
    assert page.index("1 · Terrible") < page.index("5 · Excellent") and "people differ" in page
    assert other not in page and mine not in page and "no verdict yet" in page
    after = judged(client, row).content.decode()
    assert other in after and mine in after and "settled: 2 · Bad" in after.replace("\n", " ")
    assert "without names" in after and Adjudication.objects.get().blind is True
    assert [one.number for one in Rating.objects.filter(turn=row.turn).order_by("pk")] == [5, 1]


def test_asking_for_names_before_a_verdict_is_logged_once_and_said_beside_the_verdict(rater: User) -> None:
    client, row = scientist(), Comparison.objects.get(turn__index=0)
    other = second_vote(row, 1)
    for _ in range(2):
        assert other in client.post(f"/disagreement/{row.pk}/names/").content.decode()
    event = AuditEvent.objects.get(verb="votes.names")
    assert event.subject == f"conversation {row.conversation_id}, turn 0"
    assert other not in scientist().get("/disagreement/").content.decode()  # another person has not asked
    assert "names were known" in judged(client, row).content.decode()
    assert Adjudication.objects.get().blind is False


def test_the_reviewer_after_a_reply_judges_without_names_too(rater: User) -> None:
    first, row = scientist(), Comparison.objects.get(turn__index=0)
    other = second_vote(row, 1)
    judged(first, row)
    assert other in scientist().get("/disagreement/").content.decode()  # settled
    verdict = Adjudication.objects.get()
    first.post(f"/disagreement/verdicts/{verdict.pk}/tell/", {"row": row.pk, "told": ""})
    reply_to_verdict(adjudication_id=verdict.pk, user=rater, text="No.")
    second = scientist()
    page = second.get("/disagreement/").content.decode()
    assert other not in page and "replied: for another reviewer" in page
    answer = judged(second, row, verdict="4.0").content.decode()
    assert other in answer and "Earlier verdicts" in answer
    assert list(Adjudication.objects.order_by("pk").values_list("blind", "current")) == [(True, False), (True, True)]
    with pytest.raises(ProgrammingError, match="only ever added"), transaction.atomic():
        Adjudication.objects.filter(pk=verdict.pk)._raw_delete(using="default")
