"""Gold among work: at its rate, told by nothing, counted for nobody's overlap, and what follows from it."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given as each
from hypothesis import settings
from hypothesis import strategies as st

from annotate.actions.add_gold import add_gold
from annotate.actions.claim_task import become_rater, claim_task
from annotate.actions.let_go_on import let_go_on
from annotate.actions.plan_gold import BadPlan, Plan, plan_gold
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.actions.withdraw_gold import withdraw_gold
from annotate.assignment import is_gold_next, tasks_to_come
from annotate.importing.gold import accept_from_words, read_gold
from annotate.importing.problems import Problems
from annotate.importing.records import BadFile
from annotate.models import Campaign, CampaignItem, KnownAnswer, RaterStanding, Rating, Task
from annotate.models.campaign import Purpose
from annotate.selectors.campaigns import progress_of
from annotate.selectors.given import given
from annotate.selectors.known import accuracy_of, own_accuracy
from annotate.selectors.queue import desks_of
from annotate.selectors.rating import task_of, task_payload
from annotate.selectors.standing import PAUSED
from people.models import User
from tests.annotate.gold_worlds import finish, gold_campaign, known
from tests.factories import make_campaign, make_user


@each(percent=st.integers(0, 50), seed=st.integers(), tasks=st.integers(1, 400))
@settings(deadline=None)
def test_the_rate_is_met_after_any_number_of_tasks_within_one(percent: int, seed: int, tasks: int) -> None:
    golden = sum(is_gold_next(done, percent, seed) for done in range(tasks))
    assert abs(golden - tasks * percent / 100) <= 1


def test_where_gold_stands_differs_from_rater_to_rater() -> None:
    places = {tuple(done for done in range(40) if is_gold_next(done, 10, f"rater {one}")) for one in range(50)}
    assert len(places) > 40


@each(percent=st.integers(0, 50), free=st.integers(1, 40), gold=st.integers(0, 20), done=st.integers(0, 50))
@settings(deadline=None)
def test_what_is_to_come_goes_down_by_one_with_every_task(percent: int, free: int, gold: int, done: int) -> None:
    left = tasks_to_come(done, free, gold, percent, 7)
    while free:
        if gold and is_gold_next(done, percent, 7):
            gold -= 1
        else:
            free -= 1
        done += 1
        assert tasks_to_come(done, free, gold, percent, 7) == left - 1
        left -= 1
    assert left == 0


@pytest.mark.django_db(transaction=True)
@each(rate=st.integers(0, 50), gold=st.integers(0, 3), overlap=st.integers(1, 3), order=st.lists(st.integers(0, 2)))
@settings(max_examples=6, deadline=None)
def test_real_items_get_exactly_the_overlap_whatever_the_rate(
    rate: int, gold: int, overlap: int, order: list[int]
) -> None:
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    campaign = gold_campaign(work=3, gold=gold, overlap=overlap, rate=rate)
    people = [make_user() for _ in range(3)]
    for turn in [*order, *[0, 1, 2] * 8]:
        task = claim_task(campaign=campaign, user=people[turn]).task
        if task is not None:
            finish(task, people[turn], 3)
    done = Counter(Task.objects.filter(purpose=Purpose.WORK).values_list("item", flat=True))
    assert [done[pk] for pk in CampaignItem.objects.filter(purpose=Purpose.WORK).values_list("pk", flat=True)] == [
        overlap
    ] * 3
    assert progress_of(campaign).percent == 100
    assert progress_of(campaign).wanted == 3 * overlap
    mine = Counter(Task.objects.filter(purpose=Purpose.GOLD).values_list("rater", "item"))
    assert set(mine.values()) <= {1}


@pytest.fixture
def ada(db: None) -> User:
    return make_user(username="ada")


def claimed(campaign: Campaign, user: User) -> Task:
    task = claim_task(campaign=Campaign.objects.get(pk=campaign.pk), user=user).task
    assert task is not None
    return task


def test_gold_comes_at_its_rate_and_what_is_free_goes_down_by_one_each_time(ada: User) -> None:
    campaign = gold_campaign(work=9, gold=5, rate=25)
    free = desks_of(ada)[0].available
    purposes = []
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        finish(task, ada, 5)
        purposes.append(task.purpose)
        free -= 1
        assert desks_of(ada)[0].available == free
    assert purposes.count("work") == 9
    assert abs(purposes.count("gold") - len(purposes) * 0.25) <= 1
    assert desks_of(ada)[0].submitted == len(purposes)
    assert desks_of(ada)[0].nothing == "All conversations of this campaign have been rated."


def test_a_window_is_sent_the_same_of_gold_as_of_work(ada: User) -> None:
    campaign = gold_campaign(work=2, gold=1, rate=50, accept=[1])
    payloads = {}
    for _ in range(2):
        task = claimed(campaign, ada)
        sent = task_of(task_id=task.pk, user=ada)
        assert sent is not None
        payloads[task.purpose] = task_payload(task=sent, user=ada)
        finish(task, ada, 3)
    assert payloads.keys() == {"work", "gold"}

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value)

    assert shape(payloads["gold"]) == shape(payloads["work"])
    said = json.dumps(payloads["gold"])
    assert "Because of" not in said
    assert "gold" not in said.replace("gold-", "")


def test_an_attention_item_says_its_words_with_the_turn(ada: User) -> None:
    campaign = gold_campaign(work=1, opened=False)
    with pytest.raises(BadFile):
        add_gold(campaign=campaign, lines=[known("nobody")], by=None, problems=Problems())
    add_gold(campaign=campaign, lines=[known("known-c0", [2], say="Choose 2 here.")], by=None, problems=Problems())
    item = CampaignItem.objects.get(purpose=Purpose.GOLD)
    item.taken = 1
    item.save()
    rater = make_user()
    task = Task.objects.create(
        item=item, rater=become_rater(rater), purpose=Purpose.GOLD, lease_until=timezone.now() + timedelta(minutes=5)
    )
    sent = task_of(task_id=task.pk, user=rater)
    assert sent is not None
    assert task_payload(task=sent, user=rater)["turns"][0]["text"].endswith("\n\nChoose 2 here.")
    finish(task, rater, 2)
    accuracy = accuracy_of(campaign, task.rater)
    assert (accuracy.attention_right, accuracy.attention_seen) == (1, 1)


def test_answers_to_gold_are_no_ratings_of_the_conversation(ada: User) -> None:
    campaign = gold_campaign(work=3, gold=3, rate=50)
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        finish(task, ada, 5)
    kinds = Counter(Rating.objects.filter(given()).values_list("task__purpose", flat=True))
    assert kinds == {"work": 3}
    assert Rating.objects.filter(task__purpose="gold").exists()


@pytest.mark.parametrize(
    ("below", "value", "warned", "paused"),
    [("note", 1, False, False), ("warn", 1, True, False), ("pause", 1, False, True), ("pause", 5, False, False)],
)
def test_what_happens_below_the_mark(ada: User, below: str, value: float, warned: bool, paused: bool) -> None:
    campaign = gold_campaign(work=12, gold=6, rate=50, counts_from=3, below=below)
    for _ in range(8):
        task = claim_task(campaign=campaign, user=ada).task
        if task is not None:
            finish(task, ada, value)
    desk = desks_of(ada)[0]
    assert bool(desk.standing.warning) == warned
    assert (desk.nothing == PAUSED) == paused
    assert (claim_task(campaign=campaign, user=ada).words == PAUSED) == paused
    # Before three gold answers nothing happens: the pause came with the third.
    assert not paused or Task.objects.filter(purpose="gold").count() == 3


def test_an_admin_lets_a_rater_go_on_and_only_later_answers_count(ada: User) -> None:
    campaign = gold_campaign(work=12, gold=6, rate=50, counts_from=2, below="pause")
    admin = make_user("admin")
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        finish(task, ada, 1)
    standing = RaterStanding.objects.get()
    let_go_on(standing=standing, by=admin)
    for _ in range(4):  # two gold answers, right ones
        finish(claimed(campaign, ada), ada, 5)
    standing.refresh_from_db()
    assert standing.paused_at is None
    assert standing.looked_by == admin


def test_the_same_submit_twice_counts_once(ada: User) -> None:
    campaign = gold_campaign(work=4, gold=4, rate=50, counts_from=1, below="pause")
    task = claimed(campaign, ada)
    while task.purpose != "gold":
        finish(task, ada, 1)
        task = claimed(campaign, ada)
    done = finish(task, ada, 1)
    event = done.events.get(kind="submit")
    let_go_on(standing=RaterStanding.objects.get(), by=make_user("admin"))
    submit_task(task_id=task.pk, user=ada, op_id=event.op_id, base=done.version - 1)
    assert RaterStanding.objects.get().paused_at is None
    assert CampaignItem.objects.get(pk=task.item_id).submitted == 1


def test_nobody_gets_gold_of_a_conversation_they_had_elsewhere(ada: User) -> None:
    campaign = gold_campaign(work=4, gold=1, rate=50)
    gold = CampaignItem.objects.get(purpose=Purpose.GOLD).conversation
    before = make_campaign(corpus=gold.corpus, questions=None, slice={}, name="Before")
    while (task := claim_task(campaign=before, user=ada).task) is not None:
        skip_task(task_id=task.pk, user=ada, op_id=uuid.uuid4(), reason="broken")
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        assert task.purpose == Purpose.WORK
        finish(task, ada, 5)


def test_a_withdrawn_item_is_not_handed_out_and_not_counted(ada: User) -> None:
    campaign = gold_campaign(work=6, gold=1, rate=50)
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        finish(task, ada, 1)
    rater = become_rater(ada)
    assert accuracy_of(campaign, rater).seen == 1
    item = CampaignItem.objects.get(purpose=Purpose.GOLD)
    for _ in range(2):
        withdraw_gold(item=item, by=make_user("admin"))
    assert accuracy_of(campaign, rater).seen == 0


def test_one_sees_own_accuracy_of_days_that_are_over_where_the_campaign_allows(ada: User) -> None:
    campaign = gold_campaign(work=4, gold=2, rate=50)
    while (task := claim_task(campaign=campaign, user=ada).task) is not None:
        finish(task, ada, 5)
    tomorrow = timezone.now() + timedelta(days=1)
    assert own_accuracy(ada, now=tomorrow) == []
    plan_gold(campaign=campaign, plan=Plan(rate=50, shows_own=True), by=None)
    assert own_accuracy(ada) == []
    [(name, accuracy)] = own_accuracy(ada, now=tomorrow)
    assert (name, accuracy.right, accuracy.seen) == (campaign.name, 2, 2)


def test_a_file_says_everything_that_is_wrong_by_line_and_field_and_nothing_is_taken(ada: User) -> None:
    campaign = gold_campaign(work=3, opened=False)
    file = b"\n".join(
        [
            b'{"conversation": "known-c0", "turn": 0, "question": "quality", "accept": [4, 5]}',
            b'{"conversation": "nobody", "turn": 0, "question": "quality", "accept": [9]}',
            b'{"conversation": "known-c1", "turn": 7, "question": "quality", "accept": {"from": 3, "to": 2}}',
            b'{"conversation": "known-c1", "turn": 7, "question": "quality", "accept": [1], "for": "fun", "x": 1}',
            b'{"conversation": "known-c1", "turn": 7, "question": "else", "accept": [1]}',
            b'{"conversation": "known-c1", "question": "quality", "accept": [1]}',
            b"not json",
            b'{"conversation": "known-c0", "turn": 0, "question": "quality", "accept": [4]}',
        ]
    )
    problems = Problems()
    lines = read_gold("gold.jsonl", file, problems)
    with pytest.raises(BadFile) as refused:
        add_gold(campaign=campaign, lines=lines, by=None, problems=problems)
    found = {(problem.where, problem.field) for problem in refused.value.problems}
    assert found == {
        ("gold.jsonl, line 2", "conversation"),
        ("gold.jsonl, line 2", "accept"),
        ("gold.jsonl, line 3", "accept"),
        ("gold.jsonl, line 4", "for"),
        ("gold.jsonl, line 4", "x"),
        ("gold.jsonl, line 5", "question"),
        ("gold.jsonl, line 6", "turn"),
        ("gold.jsonl, line 7, column 1", "-"),
        ("gold.jsonl, line 8", "question"),
    }
    assert not KnownAnswer.objects.exists()


def test_given_again_a_known_answer_is_replaced_and_work_is_no_gold(ada: User) -> None:
    campaign = gold_campaign(work=2, gold=1)
    add_gold(campaign=campaign, lines=[known("known-c0", {"from": 1, "to": 2})], by=None, problems=Problems())
    assert KnownAnswer.objects.get().accepted == {"from": 1, "to": 2}
    with pytest.raises(BadFile, match="rated as work") as refused:
        add_gold(campaign=campaign, lines=[known("known-c1")], by=None, problems=Problems())
    assert refused.value.problems[0].field == "conversation"


def test_what_a_person_types_is_read_as_a_file_would_say_it() -> None:
    assert accept_from_words("no claim, 1") == ["no claim", 1.0]
    assert accept_from_words("1-2") == {"from": 1.0, "to": 2.0}
    assert accept_from_words(" , ") == []


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"rate": 51}, {"mark": 101}, {"counts_from": 0}, {"below": "shout"}])
def test_a_plan_out_of_bounds_is_refused_in_words(wrong: dict[str, object]) -> None:
    with pytest.raises(BadPlan, match=next(iter(wrong))):
        plan_gold(campaign=gold_campaign(), plan=Plan(**wrong), by=None)  # type: ignore[arg-type]
