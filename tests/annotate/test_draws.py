"""A campaign draws its items by a named policy; each chance is kept, the draw is logged, refusals are in words."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from annotate.actions.create_campaign import Question
from annotate.actions.open_campaign import open_campaign
from annotate.models import Campaign, CampaignItem, Conversation
from annotate.sampling import CannotDraw, checked_wish
from people.models import AuditEvent
from tests.factories import make_campaign, make_corpus, make_dimension

pytestmark = pytest.mark.django_db
WISH = {"policy": "random", "size": 5, "random_share": 0.4, "seed": 3}


def drawn(wish: dict[str, Any], weights: dict[int, float] | None = None, conversations: int = 20) -> Campaign:
    corpus = make_corpus(conversations=conversations, sections=False)
    campaign = make_campaign(corpus=corpus, questions=[Question(make_dimension())], sampling=wish, opened=False)
    return open_campaign(campaign=campaign, by=None, weights=weights)


def test_without_a_wish_everything_is_an_item_without_a_chance() -> None:
    items = drawn({}).items
    assert items.count() == 20 and not items.filter(chance__isnull=False).exists()


def test_a_random_draw_gives_every_item_the_same_chance_and_is_logged() -> None:
    campaign = drawn(WISH)
    assert [*campaign.items.values_list("chance", flat=True)] == [pytest.approx(0.25)] * 5
    campaign.refresh_from_db()
    assert campaign.sampling["drawn"]["population"] == 20 and campaign.sampling["size"] == 5
    logged = AuditEvent.objects.get(verb="campaign.open").detail["sampling"]
    assert logged["policy"] == "random" and logged["seed"] == 3 and logged["drawn"]["population"] == 20


def test_the_same_seed_draws_the_same() -> None:
    corpus = make_corpus(conversations=20, sections=False)

    def chosen(seed: int) -> set[int]:
        campaign = make_campaign(corpus=corpus, questions=[Question(make_dimension())], sampling=WISH | {"seed": seed})
        return set(campaign.items.values_list("conversation", flat=True))

    assert chosen(3) == chosen(3)
    assert len({frozenset(chosen(seed)) for seed in range(5)}) > 1


def test_what_a_metric_is_unsure_of_has_a_higher_chance_and_none_is_out_of_reach() -> None:
    corpus = make_corpus(conversations=20, sections=False)
    pks = list(Conversation.objects.filter(corpus=corpus).order_by("pk").values_list("pk", flat=True))
    weights = {pk: 10.0 if place < 4 else 0.0 for place, pk in enumerate(pks)}
    wish = WISH | {"policy": "uncertainty", "metrics": [1], "size": 6}
    chances: dict[int, float] = {}
    for seed in range(12):
        campaign = make_campaign(
            corpus=corpus, questions=[Question(make_dimension())], sampling=wish | {"seed": seed}, opened=False
        )
        open_campaign(campaign=campaign, by=None, weights=weights)
        chances |= dict(campaign.items.values_list("conversation", "chance"))
    assert all(chances[pk] > 0.8 for pk in pks[:4])
    rest = [chances[pk] for pk in pks[4:] if pk in chances]
    assert rest and all(0 < chance < 0.3 for chance in rest)


def test_rare_slices_come_up_more_often() -> None:
    corpus = make_corpus(conversations=20, sections=False)
    rare = Conversation.objects.filter(corpus=corpus).order_by("pk")[:2]
    Conversation.objects.filter(corpus=corpus).update(topic="Music")
    Conversation.objects.filter(pk__in=[row.pk for row in rare]).update(topic="Chess")
    wish = WISH | {"policy": "rare_slices", "slice_by": "topic", "random_share": 0.2, "size": 4}
    chance: dict[str, float] = {}  # one draw may come without either topic; which is taken depends on the ids
    for seed in range(12):
        campaign = make_campaign(corpus=corpus, questions=[Question(make_dimension())], sampling=wish | {"seed": seed})
        chance |= dict(campaign.items.values_list("conversation__topic", "chance"))
    assert chance["Chess"] > 3 * chance["Music"]
    assert math.isclose(2 * chance["Chess"] + 18 * chance["Music"], 4)


def test_what_cannot_be_drawn_is_said_and_leaves_a_draft() -> None:
    for wish, words in (
        (WISH | {"size": 21}, "holds 20 conversations"),
        (WISH | {"policy": "uncertainty", "metrics": [1]}, "have not scored"),
    ):
        with pytest.raises(CannotDraw, match=words):
            drawn(wish)
    assert set(Campaign.objects.values_list("state", flat=True)) == {"draft"}
    assert not CampaignItem.objects.exists()


def test_a_wrong_wish_is_refused_with_every_fault_at_once() -> None:
    raw = {"policy": "mood", "size": 0, "random_share": 0, "seed": "x", "colour": 1}
    with pytest.raises(CannotDraw) as refused:
        checked_wish(raw)
    for word in ("'mood'", "size", "random_share", "seed", "colour"):
        assert word in str(refused.value)
    with pytest.raises(CannotDraw, match="2 different"):
        checked_wish(WISH | {"policy": "metric_disagreement", "metrics": [1, 1]})
    with pytest.raises(CannotDraw, match="slice_by"):
        checked_wish(WISH | {"policy": "rare_slices", "slice_by": "weather"})


def test_the_database_knows_what_a_chance_is() -> None:
    item = drawn(WISH).items.first()
    assert item is not None
    for wrong in (0.0, 1.5, -0.1):
        item.chance = wrong
        with pytest.raises(IntegrityError, match="what_was_drawn_had_a_chance"), transaction.atomic():
            item.save()
