"""What a map cannot tell goes to raters again: only the turns concerned, to the same people or to others."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from annotate.actions.ask_again import NothingToAsk, ask_again
from annotate.actions.change_dimensions import change_dimensions
from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question, create_campaign
from annotate.actions.open_campaign import open_campaign
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Campaign, DimensionMap, DimensionVersion, Rater, Rating, Task
from annotate.operations import Operation
from annotate.refusals import BadOperation
from annotate.selectors.again import again_for
from annotate.selectors.queue import available
from annotate.selectors.rating import task_payload
from people.models import AuditEvent, User
from scoring.analyses.data import ratings_of
from tests.factories import SCALE_5, make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db


def rate(task: Task | None, user: User, version: DimensionVersion, values: dict[int, float]) -> Task:
    """Answer turns by index and submit."""
    assert task is not None
    operations = [
        Operation(op_id=uuid4(), kind="rate", turn=index, question=version.pk, value=value)
        for index, value in values.items()
    ]
    save_operations(task_id=task.pk, user=user, operations=operations, base=task.version)
    task.refresh_from_db()
    return submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=task.version)


class World:
    """Two people rated one conversation of three turns; the point 3 cannot be told on the new scale."""

    def __init__(self, *, chosen: bool = False, people: int = 3) -> None:
        self.admin = make_user("admin")
        self.people = [make_user() for _ in range(people)]
        self.corpus = make_corpus(conversations=1, turns=3)
        self.old, self.new = make_dimension(), make_dimension(scale=SCALE_5[:2])
        self.campaign = create_campaign(
            name="First", corpus=self.corpus, questions=[Question(self.old)], by=self.admin, overlap=2,
            participants=self.people if chosen else None,
        )  # fmt: skip
        open_campaign(campaign=self.campaign, by=self.admin)
        self.campaign.refresh_from_db()
        for user, values in zip(self.people[:2], ({0: 1, 1: 3, 2: 5}, {0: 3, 1: 5, 2: 1}), strict=True):
            rate(claim_task(campaign=self.campaign, user=user).task, user, self.old, values)
        told = {"n:1": "n:1", "n:2": "n:1", "n:4": "n:2", "n:5": "n:2"}
        self.map = change_dimensions(
            kind="split", sources=[self.old], targets=[self.new], answers={(0, 0): told}, why="Too many points.",
            op_id=uuid4(), by=self.admin,
        )  # fmt: skip

    def again(self, to: str) -> Campaign:
        (made,) = ask_again(map=self.map, to=to, by=self.admin)
        return made

    def counts(self) -> tuple[int, int, int]:
        found = again_for(self.map, list(self.map.parts.all()))
        return found.untold, found.handed_out, found.left


def test_the_same_people_are_asked_about_the_turns_concerned() -> None:
    world = World()
    assert world.counts() == (2, 0, 2)
    made = world.again("same")
    item = made.items.get()
    assert (item.turns, item.required_raters, made.open_to_all, made.state) == ([0, 1], 2, False, "open")
    assert set(made.participants.values_list("user", flat=True)) == {user.pk for user in world.people[:2]}
    assert world.counts() == (2, 2, 0)
    first = world.people[0]
    task = claim_task(campaign=made, user=first).task
    assert task is not None
    payload = task_payload(task=task, user=first)
    assert [turn["asked"] for turn in payload["turns"]] == [True, True, False]
    with pytest.raises(BadOperation, match="only some turns are rated again"):
        rate(task, first, world.new, {2: 1})
    task.refresh_from_db()
    rate(task, first, world.new, {0: 2, 1: 2})
    judged = {(each.item, each.rater): each.value for each in ratings_of(world.corpus, world.new.dimension)}
    turns = list(world.corpus.conversations.get().turns.order_by("index").values_list("pk", flat=True))
    one, two = (Rater.objects.get(user=user).pseudonym for user in world.people[:2])
    # The new answer counts over the mapped one of the same person; what nobody was asked again follows the map.
    assert judged == {
        (turns[0], one): 2, (turns[1], one): 2, (turns[2], one): 2, (turns[1], two): 2, (turns[2], two): 1,
    }  # fmt: skip
    assert list(Rating.objects.filter(dimension_version=world.old).order_by("pk").values_list("number", flat=True)) == [
        1, 3, 5, 3, 5, 1,
    ]  # fmt: skip
    assert again_for(world.map, list(world.map.parts.all())).progress.percent == 50
    assert AuditEvent.objects.filter(verb="campaign.ask_again").count() == 1


def test_asking_twice_hands_out_once_and_what_comes_later_is_handed_out_then() -> None:
    world = World()
    world.again("same")
    with pytest.raises(NothingToAsk, match="nothing left"):
        world.again("same")
    turn = world.corpus.conversations.get().turns.get(index=2)
    late = Rating.objects.filter(turn=turn).first()
    assert late is not None
    Rating.objects.filter(pk=late.pk).update(number=3)
    assert world.counts() == (3, 2, 1)
    made = world.again("same")
    assert made.items.get().turns == [2] and made.name.endswith("(2)")
    assert Campaign.objects.filter(again_for=world.map).count() == 2


def test_others_are_asked_and_not_who_rated() -> None:
    world = World()
    made = world.again("others")
    assert made.open_to_all
    first, _, third = world.people
    assert available(made, first) == 0 and available(made, third) == 1
    nothing = claim_task(campaign=made, user=first)
    assert nothing.task is None and "meant for other raters" in nothing.words
    assert claim_task(campaign=made, user=third).task is not None


def test_the_same_means_nobody_else() -> None:
    world = World()
    made = world.again("same")
    assert available(made, world.people[0]) == 1 and available(made, world.people[2]) == 0


def test_where_nobody_else_takes_part_it_is_said() -> None:
    world = World(chosen=True, people=2)
    with pytest.raises(NothingToAsk, match="Nobody else takes part in “First”"):
        world.again("others")
    with pytest.raises(NothingToAsk, match="Choose who"):
        world.again("everybody")
    assert not Campaign.objects.filter(again_for=world.map).exists()


def test_imported_ratings_go_to_others_only() -> None:
    world = World()
    rater = Rater.objects.create(corpus=world.corpus, pseudonym="agent_1")
    turn = world.corpus.conversations.get().turns.get(index=2)
    Rating.objects.create(conversation=turn.conversation, turn=turn, dimension_version=world.old, rater=rater, number=3)
    world.again("same")
    assert world.counts() == (3, 2, 1)
    made = world.again("others")
    assert made.items.get().turns == [2] and made.name == f"Again, map {world.map.pk}: {world.corpus.name}"


def test_an_admin_hands_out_on_the_page_of_the_map(django_assert_num_queries: Any) -> None:
    world = World()
    client = Client()
    client.force_login(world.admin)
    address = f"/campaigns/dimensions/maps/{world.map.pk}/"
    assert "0 handed out again, 2 not yet" in client.get(address).content.decode()
    assert "Choose who is asked again" in client.post(f"{address}again/", follow=True).content.decode()
    page = client.post(f"{address}again/", {"to": "same"}, follow=True).content.decode()
    assert "2 handed out again, 0 not yet" in page and "Hand out again" not in page
    made = Campaign.objects.get(again_for=world.map)
    assert f'href="/campaigns/{made.pk}/"' in page
    assert "what a map cannot tell" in client.get(f"/campaigns/{made.pk}/").content.decode()
    with django_assert_num_queries(9):  # session, person; map, parts, counts, campaigns asking; untold, campaigns, done
        client.get(address)
    assert DimensionMap.objects.count() == 1
