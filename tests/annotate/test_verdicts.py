"""Released verdicts beside one's own answers, the right of reply, and agreement that tells nobody's single answer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.adjudicate import SameReviewer, adjudicate
from annotate.actions.claim_task import claim_task
from annotate.actions.close_campaign import close_campaign
from annotate.actions.create_campaign import Question
from annotate.actions.release_verdict import NotCurrent, release_verdict
from annotate.actions.reply_to_verdict import reply_to_verdict
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Adjudication, Campaign, Corpus, DimensionVersion, Reply, Task, TurnTime
from annotate.operations import Operation
from annotate.refusals import BadReply, NoSuchVerdict
from annotate.selectors.agreeing import agreement_with_others, self_agreement
from annotate.selectors.queue import pace_of
from annotate.selectors.verdicts import my_verdicts, verdicts_for
from people.models import User
from scoring.actions.erase_person import erase_person
from tests.factories import NO_CLAIM, SCALE_CONSISTENCY, make_campaign, make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db


def rate_all(campaign: Campaign, user: User, *values: float | None, submit: bool = True) -> Task:
    """The person's next task with an answer per turn; None is "no claim"."""
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    version = campaign.questions.get().dimension_version_id
    operations = [
        Operation(uuid4(), "rate", turn, version, value, "" if value is not None else "no claim")
        for turn, value in enumerate(values)
    ]
    save_operations(task_id=task.pk, user=user, base=0, operations=operations)
    if submit:
        submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=len(values))
    return task


class World:
    """One conversation of two turns, rated by ada (1, 0.5) and the peer (0, 0); a verdict of 0 on the first turn."""

    def __init__(self, *, released: bool = True) -> None:
        self.version: DimensionVersion = make_dimension(scale=SCALE_CONSISTENCY, null_reasons=NO_CLAIM)
        self.corpus: Corpus = make_corpus(conversations=1, turns=2)
        self.campaign = make_campaign(corpus=self.corpus, questions=[Question(self.version)], overlap=2)
        self.ada, self.peer = make_user(username="ada"), make_user(username="PEERNAME")
        self.reviewer = make_user("scientist", username="REVIEWER")
        self.task = rate_all(self.campaign, self.ada, 1, 0.5)
        rate_all(self.campaign, self.peer, 0, 0)
        self.verdict = self.judge(self.reviewer)
        if released:
            release_verdict(adjudication=self.verdict, told="Section 2 says so.", by=self.reviewer)

    def judge(self, by: User, *, verdict: float | None = 0, turn: int = 0, cause: str = "rater") -> Adjudication:
        conversation = self.corpus.conversations.get()
        return adjudicate(
            conversation=conversation, turn=conversation.turns.get(index=turn), dimension_version=self.version,
            cause=cause, verdict=verdict, note="PEERNAME was right", by=by,
        )  # fmt: skip


def test_a_verdict_is_shown_once_it_is_released() -> None:
    world = World(released=False)
    assert my_verdicts(world.ada) == ([], None)
    release_verdict(adjudication=world.verdict, told=" Look at FS2. ", by=world.reviewer)
    (shown,), following = my_verdicts(world.ada)
    assert following is None
    assert (shown.mine, shown.verdict, shown.cause, shown.told, shown.turn, shown.standing, shown.may_reply) == (
        "Supported", "Contradicted", "a rater is wrong", "Look at FS2.", 1, True, True,
    )  # fmt: skip
    assert my_verdicts(world.peer) == ([], None), "who answered as the verdict says does not differ"
    assert my_verdicts(make_user()) == ([], None)


def test_a_verdict_without_a_value_is_shown_to_all_its_raters() -> None:
    world = World()
    verdict = world.judge(world.reviewer, verdict=None, turn=1, cause="guideline")
    release_verdict(adjudication=verdict, told="", by=world.reviewer)
    assert [row.turn for row in my_verdicts(world.peer)[0]] == [2]
    assert [row.turn for row in my_verdicts(world.ada)[0]] == [2, 1]


def test_no_claim_differs_from_a_value() -> None:
    world = World()
    third = make_user()
    campaign = make_campaign(corpus=world.corpus, questions=[Question(world.version)])
    rate_all(campaign, third, None, None)
    assert [row.mine for row in my_verdicts(third)[0]] == ["no claim"]


def test_a_verdict_on_the_conversation_as_a_whole() -> None:
    version, user = make_dimension(unit="conversation"), make_user()
    corpus = make_corpus(conversations=1, turns=1)
    campaign = make_campaign(corpus=corpus, questions=[Question(version)])
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    operation = Operation(uuid4(), "rate", None, version.pk, 4)
    save_operations(task_id=task.pk, user=user, base=0, operations=[operation])
    submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=1)
    verdict = adjudicate(
        conversation=corpus.conversations.get(), turn=None, dimension_version=version, cause="item", verdict=2,
        by=make_user("scientist"),
    )  # fmt: skip
    release_verdict(adjudication=verdict, told="", by=make_user("scientist"))
    (shown,), _ = my_verdicts(user)
    assert (shown.turn, shown.mine, shown.verdict) == (None, "Good", "Bad")


@pytest.mark.parametrize("state", ["to come", "at hand", "done"])
def test_what_one_may_still_be_asked_is_not_given_away(state: str) -> None:
    world = World()
    again = make_campaign(corpus=world.corpus, questions=[Question(world.version)])
    if state != "to come":
        rate_all(again, world.ada, 1, 1, submit=state == "done")
    assert len(my_verdicts(world.ada)[0]) == (state == "done")
    close_campaign(campaign=again, by=world.reviewer)
    assert len(my_verdicts(world.ada)[0]) == 1


def test_a_draft_is_not_shown_the_verdict() -> None:
    world = World()
    drafting = make_user()
    campaign = make_campaign(corpus=world.corpus, questions=[Question(world.version)])
    rate_all(campaign, drafting, 1, 1, submit=False)
    close_campaign(campaign=campaign, by=world.reviewer)
    assert my_verdicts(drafting) == ([], None)


def test_only_the_standing_verdict_can_be_released() -> None:
    world = World(released=False)
    world.judge(make_user("scientist"), verdict=0.5)
    with pytest.raises(NotCurrent):
        release_verdict(adjudication=world.verdict, told="", by=world.reviewer)


def test_a_reply_opens_the_turn_for_another_reviewer_only() -> None:
    world = World()
    reply = reply_to_verdict(adjudication_id=world.verdict.pk, user=world.ada, text="  It is in FS1. ")
    assert (reply.text, reply.rater.user) == ("It is in FS1.", world.ada)
    with pytest.raises(SameReviewer):
        world.judge(world.reviewer, verdict=1)
    other = make_user("scientist")
    again = world.judge(other, verdict=0.5)
    (shown,), _ = my_verdicts(world.ada)
    assert (shown.standing, shown.reply, shown.may_reply) == (False, "It is in FS1.", False)
    release_verdict(adjudication=again, told="", by=other)
    shown, old = my_verdicts(world.ada)[0]
    assert (shown.verdict, shown.standing, shown.may_reply) == ("Partly", True, True)
    assert old.standing is False
    world.judge(world.reviewer, verdict=1)  # nobody replied to the second one: whoever may judge may again
    assert Adjudication.objects.count() == 3, "originals stay"


def test_replies_that_are_refused() -> None:
    world = World()
    with pytest.raises(NoSuchVerdict):
        reply_to_verdict(adjudication_id=world.verdict.pk, user=world.peer, text="mine too")
    with pytest.raises(NoSuchVerdict):
        reply_to_verdict(adjudication_id=world.verdict.pk + 1, user=world.ada, text="no")
    with pytest.raises(BadReply, match="few words"):
        reply_to_verdict(adjudication_id=world.verdict.pk, user=world.ada, text=" ")
    reply_to_verdict(adjudication_id=world.verdict.pk, user=world.ada, text="once")
    with pytest.raises(BadReply, match="already"):
        reply_to_verdict(adjudication_id=world.verdict.pk, user=world.ada, text="twice")
    assert Reply.objects.get().text == "once"
    erase_person(user=world.ada, by=make_user("admin"))
    assert Reply.objects.get().text == ""
    assert not verdicts_for(world.ada).exists()


def everything(client: Client) -> str:
    return "".join(client.get(path).content.decode() for path in ("/my/", "/my/agreement/", "/queue/", "/profile/"))


def test_the_page_shows_ones_own_and_nothing_of_others() -> None:
    world = World(released=False)
    TurnTime.objects.create(task=world.task, turn_index=0, active_ms=9000)
    TurnTime.objects.create(task=world.task, turn_index=2, active_ms=70_000)  # the conversation as a whole
    client = Client()
    client.force_login(world.ada)
    page = everything(client)
    assert "Contradicted" not in page and "a rater is wrong" not in page
    assert "4 s per turn" in page and '<span class="figure">2</span>' in page
    release_verdict(adjudication=world.verdict, told="TOLD <b>", by=world.reviewer)
    page = everything(client)
    assert "TOLD &lt;b&gt;" in page and "Contradicted" in page
    peer = world.peer.rater.pseudonym
    assert [word for word in ("PEERNAME", "REVIEWER", "was right", peer) if word in page] == []
    answer = client.post(f"/my/verdicts/{world.verdict.pk}/reply/", {"text": "Look again"}, follow=True)
    assert b"Another reviewer will look at this turn" in answer.content and b"Look again" in answer.content
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.post(f"/my/verdicts/{world.verdict.pk}/reply/", {"text": "x"}).status_code == 404


def test_what_the_page_costs_does_not_grow() -> None:
    world = World()
    client = Client()
    client.force_login(world.ada)
    client.get("/my/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/my/")
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    one = count()
    for turn in (0, 1):
        verdict = world.judge(make_user("scientist"), turn=turn)
        release_verdict(adjudication=verdict, told="", by=world.reviewer)
    assert len(my_verdicts(world.ada)[0]) == 2
    assert count() == one <= 12


def test_pages_of_verdicts_meet() -> None:
    world = World()
    release_verdict(adjudication=world.judge(world.reviewer, turn=1), told="", by=world.reviewer)
    first, before = my_verdicts(world.ada, size=1)
    second, end = my_verdicts(world.ada, before=before, size=1)
    assert ([row.turn for row in first], [row.turn for row in second], end) == ([2], [1], None)


def test_the_pace_counts_turns_of_submitted_conversations() -> None:
    user, campaign = make_user(), make_campaign(corpus=make_corpus(conversations=2, turns=4))
    task = rate_all(campaign, user, 1, 2, 3, 4)
    draft = rate_all(campaign, user, 1, submit=False)
    for row, ms in ((task, 8000), (draft, 90_000)):
        TurnTime.objects.create(task=row, turn_index=0, active_ms=ms)
    (pace,) = pace_of(user)
    assert (pace.turns, pace.turns_ms, pace.ms_a_turn, pace.active_ms) == (4, 8000, 2000, 98_000)


def repeated(turns: int, *, again: list[float | None], other: list[float | None]) -> tuple[User, User, Campaign]:
    """Ada rates `turns` turns as 1 each, later `again` in a second campaign, where another person says `other`."""
    version = make_dimension(scale=SCALE_CONSISTENCY, null_reasons=NO_CLAIM)
    corpus = make_corpus(conversations=1, turns=turns)
    first = make_campaign(corpus=corpus, questions=[Question(version)])
    second = make_campaign(corpus=corpus, questions=[Question(version)], overlap=2, name="Round 2")
    ada, peer = make_user(), make_user()
    rate_all(first, ada, *[1] * turns)
    rate_all(second, ada, *again)
    rate_all(second, peer, *other)
    return ada, peer, second


def test_agreement_with_oneself_is_over_turns_met_twice() -> None:
    ada, peer, _ = repeated(4, again=[1, 1, 0, None], other=[1, 1, 1, 1])
    (row,) = self_agreement(ada)
    assert (row.count, row.same, row.words) == (4, 2, "50 %")
    assert self_agreement(peer) == []


def test_agreement_with_others_waits_until_the_campaign_is_closed() -> None:
    ada, peer, campaign = repeated(20, again=[1.0] * 20, other=[1.0] * 12 + [0.5] * 6 + [None] * 2)
    assert agreement_with_others(ada) == []
    close_campaign(campaign=campaign, by=make_user("admin"))
    for user in (ada, peer):
        (row,) = agreement_with_others(user)
        assert (row.where, row.count, row.same, row.words) == ("Round 2", 20, 12, "60 %")


@pytest.mark.parametrize(
    ("turns", "other", "words"),
    [
        (19, 1.0, "too few to say (fewer than 20)"),
        (20, 1.0, "95 % or more"),
        (20, 0.0, "less than 5 %"),
    ],
)
def test_no_single_answer_of_another_can_be_told(turns: int, other: float, words: str) -> None:
    ada, _, campaign = repeated(turns, again=[1.0] * turns, other=[other] * turns)
    close_campaign(campaign=campaign, by=make_user("admin"))
    (row,) = agreement_with_others(ada)
    assert row.words == words
    client = Client()
    client.force_login(ada)
    page = client.get("/my/agreement/").content.decode()
    assert words in page and "100 %" in page, "with oneself there is nothing to hide"


def test_drafts_count_for_nothing() -> None:
    ada, _, campaign = repeated(20, again=[1.0] * 20, other=[1.0] * 20)
    Task.objects.filter(item__campaign=campaign).update(state="released")
    close_campaign(campaign=campaign, by=make_user("admin"))
    assert (self_agreement(ada), agreement_with_others(ada)) == ([], [])
