"""A scientist names a cause and a value, shows the verdict to its raters, and reads what they reply."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.reply_to_verdict import reply_to_verdict
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Adjudication, DimensionVersion
from annotate.operations import Operation
from annotate.selectors.verdicts import my_verdicts
from people.models import User
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
    assert count() == one <= 14
