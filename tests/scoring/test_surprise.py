"""The queue's order: how far the model lies outside what another person would say, by the rater model, as rows."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
import pytest
from django.test import Client

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Conversation, Corpus, DimensionVersion, Rater, Rating, Turn
from annotate.operations import Operation
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.actions.refresh_stale_comparisons import refresh_stale_comparisons
from scoring.analyses.people import people_of
from scoring.models import Checkpoint, Comparison, ComparisonState, Run
from tests.factories import make_campaign, make_corpus, make_dimension, make_user
from tests.scoring.test_analyses import predict
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus() -> Corpus:
    """160 turns by four raters. On one in five people split over the scale (turn index 4), on the others they agree
    within a point; the model says what they agree on, but for the last conversation's first turn: 1.75 points off."""
    corpus, g = make_corpus(conversations=32, turns=5, sections=False), np.random.default_rng(3)
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    raters = Rater.objects.bulk_create(Rater(corpus=corpus, pseudonym=f"r{place}") for place in range(4))
    turns = Turn.objects.filter(conversation__corpus=corpus).select_related("conversation").order_by("pk")
    Rating.objects.bulk_create(
        Rating(
            conversation_id=turn.conversation_id, turn=turn, dimension_version=version, rater=rater, number=number
        )
        for turn in turns
        for rater, number in zip(raters, _said(turn, g), strict=True)
    )  # fmt: skip
    checkpoint = make_checkpoint("iq")
    predict(corpus, checkpoint, _model)
    Run.objects.create(checkpoint=checkpoint, corpus=corpus, state="done")
    return corpus


def _worth(turn: Turn) -> float:
    return float(2 + (turn.conversation.position + turn.index) % 3)


def _said(turn: Turn, g: np.random.Generator) -> list[float]:
    if turn.index == 4:
        return [float(value) for value in g.permutation([1, 5, 1, 5])]
    if turn.conversation.position == 31 and turn.index == 0:
        return [_worth(turn)] * 4
    return [min(5.0, max(1.0, _worth(turn) + float(g.choice([-1, 0, 0, 0])))) for _ in range(4)]


def _model(turn: Turn) -> float:
    if turn.index == 4:
        return 5.0  # two points from the mean, and what two of four people say
    if turn.conversation.position == 31 and turn.index == 0:
        return _worth(turn) + (1.75 if _worth(turn) <= 3 else -1.75)
    return _worth(turn)


def test_the_models_error_comes_first_and_what_people_split_on_does_not(corpus: Corpus) -> None:
    assert refresh_stale_comparisons() == 1
    wrong = Comparison.objects.get(turn__index=0, conversation__position=31)
    split = Comparison.objects.filter(turn__index=4)
    assert all(row.size > wrong.size for row in split), "by plain difference the error is behind all of these"
    assert Comparison.objects.order_by("-surprise").first() == wrong
    assert wrong.beyond_people and wrong.as_far is not None and wrong.as_far < 0.05
    assert not any(row.beyond_people for row in Comparison.objects.filter(turn__index=1))
    people = people_of(corpus, DimensionVersion.objects.get(dimension__key="interaction_quality"))
    assert people is not None and wrong.turn_id is not None
    again = people.against([wrong.turn_id], [wrong.model])
    assert wrong.surprise == pytest.approx(again.surprise[0]) and wrong.usual_low == pytest.approx(again.low[0])


def test_the_page_says_it_in_words_and_within_the_scale(corpus: Corpus) -> None:
    refresh_stale_comparisons()
    client = Client()
    client.force_login(make_user("scientist"))
    page = client.get(f"/disagreement/?corpus={corpus.key}").content.decode()
    wrong = Comparison.objects.get(turn__index=0, conversation__position=31)
    first = page.split('<li class="card item"')[1]
    assert f'id="item-{wrong.pk}"' in first and "beyond people" in first and "Another person would say" in first
    assert wrong.usual is not None and 1 <= wrong.usual[0] < wrong.usual[1] <= 5
    plain = client.get(f"/disagreement/?corpus={corpus.key}&order=gap").content.decode()
    assert f'id="item-{wrong.pk}"' not in plain.split('<li class="card item"')[1]


def test_without_two_raters_of_a_turn_the_gap_by_their_spread_stands(corpus: Corpus) -> None:
    Rating.objects.exclude(rater__pseudonym="r0").delete()
    assert people_of(corpus, DimensionVersion.objects.get(dimension__key="interaction_quality")) is None
    assert refresh_stale_comparisons() == 1
    assert Comparison.objects.filter(usual_low=None, as_far=None).count() == 160
    assert Comparison.objects.order_by("-surprise").first() != Comparison.objects.order_by("surprise").first()
    assert people_of(corpus, make_dimension(kind="label")) is None


def test_what_is_rated_while_people_are_modelled_is_taken_up_the_next_time(corpus: Corpus) -> None:
    checkpoint, late = Checkpoint.objects.get(), Conversation.objects.get(corpus=corpus, position=5)
    Rating.objects.filter(conversation=late).delete()
    people = people_of(corpus, DimensionVersion.objects.get(dimension__key="interaction_quality"))
    user, version = make_user(), DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    campaign = make_campaign(corpus=corpus, questions=[Question(version)])
    while (task := claim_task(campaign=campaign, user=user).task) is not None and task.item.conversation != late:
        type(task).objects.filter(pk=task.pk).update(state="skipped", skip_reason="other", lease_until=None)
    assert task is not None
    operations = [Operation(uuid4(), "rate", turn, version.pk, 3) for turn in range(5)]
    save_operations(task_id=task.pk, user=user, base=0, operations=operations)
    submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=5)
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True, people=people)
    assert Comparison.objects.filter(conversation=late, usual_low=None).count() == 5
    assert people is not None and ComparisonState.objects.get().rating_seen == people.seen[0]
    assert refresh_stale_comparisons() == 1
    assert Comparison.objects.filter(usual_low=None).count() == 0
    assert refresh_stale_comparisons() == 0
