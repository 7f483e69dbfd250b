"""Human against model: gaps on the scale's width, in rows that sort."""

from __future__ import annotations

from uuid import uuid4

import pytest

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Conversation, DimensionVersion, Rater, Rating
from annotate.operations import Operation
from scoring.actions.erase_person import erase_person
from scoring.actions.fit_calibration import TooLittleToFit, fit_calibration
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.actions.refresh_stale_comparisons import refresh_stale_comparisons
from scoring.models import Comparison, ConversationGap, Prediction
from scoring.selectors.disagreement import Place, disagreements, place_of
from scoring.selectors.side_by_side import neighbours, side_by_side
from tests.factories import make_campaign, make_corpus, make_user
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db


def rate(conversation: Conversation, index: int, *numbers: float) -> None:
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    for place, number in enumerate(numbers):
        rater, _ = Rater.objects.get_or_create(corpus=conversation.corpus, pseudonym=f"rater-{place}")
        turn = conversation.turns.get(index=index)
        Rating.objects.create(
            conversation=conversation, turn=turn, dimension_version=version, rater=rater, number=number
        )


@pytest.fixture
def world():
    corpus, checkpoint = make_corpus(conversations=3, turns=4), make_checkpoint("iq")
    first, second, _ = corpus.conversations.order_by("position")
    rate(first, 1, 1, 1)  # the metric says 1: no gap
    rate(first, 3, 5, 5)  # it says 3: half a scale below
    rate(second, 2, 1, 3)  # it says 2, people 2 on average
    make_run(corpus, checkpoint)
    work(Counting())
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    return corpus, checkpoint, first, second


def test_gaps_are_in_units_of_the_scale(world) -> None:
    _corpus, _checkpoint, first, _ = world
    rows = {(row.conversation_id, row.turn.index): row for row in Comparison.objects.select_related("turn")}
    assert len(rows) == 3
    assert rows[first.pk, 3].gap == pytest.approx(-0.5) and rows[first.pk, 3].size == pytest.approx(0.5)
    assert rows[first.pk, 1].gap == 0 and rows[first.pk, 1].raters == 2
    assert ConversationGap.objects.get(conversation=first).mean_size == pytest.approx(0.25)


def test_a_gap_on_an_item_that_raters_agree_on_surprises_more(world) -> None:
    corpus, checkpoint, first, second = world
    rate(second, 3, 1, 5)  # metric 3, mean 3
    rate(second, 0, 1, 5)  # metric 0: 3/4 of a scale below, but raters are as far apart
    rate(first, 0, 3, 3)  # metric 0: the same distance, and raters agree
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    agreed = Comparison.objects.get(turn__index=0, conversation=first)
    torn = Comparison.objects.get(turn__index=0, conversation=second)
    assert agreed.size == torn.size == pytest.approx(0.75)
    assert agreed.surprise > torn.surprise


def test_raw_values_off_the_scale_are_not_compared(world) -> None:
    corpus, _, _, _ = world
    length = make_checkpoint("length")
    make_run(corpus, length)
    work(Counting())
    assert refresh_comparisons(corpus=corpus, checkpoint=length, native=False) == 0
    Prediction.objects.filter(checkpoint=length).update(calibrated=4)
    assert refresh_comparisons(corpus=corpus, checkpoint=length, native=False) == 3


def test_only_what_changed_is_refreshed(world) -> None:
    _corpus, _checkpoint, first, _ = world
    assert refresh_stale_comparisons() == 0
    rate(first, 2, 4)
    assert refresh_stale_comparisons() == 1
    assert Comparison.objects.filter(turn__index=2, conversation=first).exists()
    assert refresh_stale_comparisons() == 0


def test_the_queue_is_paged_without_gap_or_repetition(world, django_assert_num_queries) -> None:
    corpus, checkpoint, _, _ = world
    seen, after = [], None
    while True:
        with django_assert_num_queries(1):
            page = list(disagreements(corpus=corpus, checkpoint=checkpoint, order="gap", filters={}, after=after)[:1])
        if not page:
            break
        seen.append(page[0].pk)
        after = Place.read(str(place_of(page[0], "gap")))
    assert len(seen) == len(set(seen)) == 3
    assert Comparison.objects.get(pk=seen[0]).size == pytest.approx(0.5)
    assert Place.read("nonsense") is None


def test_side_by_side_costs_six_queries(world, django_assert_num_queries) -> None:
    _, checkpoint, first, second = world
    with django_assert_num_queries(6):
        found = side_by_side(conversation=first)
    turn = found.turns[3]
    cell = found.of(turn.pk, checkpoint.dimension_version.dimension_id)
    assert cell.numbers == [5, 5] and [mark.at for mark in cell.models] == [3.0]
    assert neighbours(conversation=first, checkpoint_id=checkpoint.pk) == (None, second.pk)
    assert neighbours(conversation=second, checkpoint_id=checkpoint.pk) == (first.pk, None)


def test_a_calibration_puts_raw_values_on_the_scale_and_tells_its_error() -> None:
    corpus, checkpoint = make_corpus(conversations=20, turns=4), make_checkpoint("length")
    for row in corpus.conversations.all():
        for index in range(4):
            rate(row, index, index + 1)
    make_run(corpus, checkpoint)
    work(Counting())
    row = fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)
    assert row.fitted_on == {"corpus": corpus.key, "turns": 80, "conversations": 20}
    assert row.map["report"]["out_of_fold_mae"] == pytest.approx(0, abs=1e-6)
    for prediction in Prediction.objects.select_related("turn"):
        assert prediction.calibrated == pytest.approx(prediction.turn.index + 1)
    make_run(make_corpus(conversations=1, turns=3), checkpoint)
    work(Counting())  # what is scored later is put on the scale at once
    assert not Prediction.objects.filter(calibrated__isnull=True).exists()


def test_too_few_ratings_are_no_calibration(world) -> None:
    corpus, checkpoint, _, _ = world
    with pytest.raises(TooLittleToFit, match="3 turns of 2 conversations"):
        fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)


def test_a_draft_is_no_rating_until_its_task_is_submitted(world) -> None:
    corpus, checkpoint, _first, _ = world
    campaign = make_campaign(corpus=corpus)
    task = claim_task(campaign=campaign, user=make_user()).task
    assert task is not None
    turn = task.item.conversation.turns.get(index=0)
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    Rating.objects.create(
        conversation=turn.conversation, turn=turn, dimension_version=version, rater=task.rater, task=task, number=4
    )
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    assert not Comparison.objects.filter(turn=turn).exists()
    assert side_by_side(conversation=turn.conversation).of(turn.pk, version.dimension_id).people == []
    type(task).objects.filter(pk=task.pk).update(state="submitted", lease_until=None)
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    assert Comparison.objects.get(turn=turn).human == 4
    assert len(side_by_side(conversation=turn.conversation).of(turn.pk, version.dimension_id).people) == 1


def test_what_was_a_draft_at_one_refresh_is_compared_once_it_is_submitted(world) -> None:
    corpus, _checkpoint, _, _ = world
    user, version = make_user(), DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    task = claim_task(campaign=make_campaign(corpus=corpus, questions=[Question(version)]), user=user).task
    assert task is not None
    operations = [Operation(uuid4(), "rate", turn, version.pk, 4) for turn in range(4)]
    save_operations(task_id=task.pk, user=user, base=0, operations=operations)
    assert refresh_stale_comparisons() == 1  # the drafts are new ratings, and count for nothing yet
    before = Comparison.objects.count()
    submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=4)
    assert refresh_stale_comparisons() == 1
    assert Comparison.objects.filter(conversation=task.item.conversation).count() == 4
    assert Comparison.objects.count() > before and refresh_stale_comparisons() == 0


def test_an_erased_persons_values_leave_the_comparisons(world) -> None:
    corpus, _checkpoint, _, _ = world
    user, version = make_user(), DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    task = claim_task(campaign=make_campaign(corpus=corpus, questions=[Question(version)]), user=user).task
    assert task is not None
    operations = [Operation(uuid4(), "rate", turn, version.pk, 5) for turn in range(4)]
    save_operations(task_id=task.pk, user=user, base=0, operations=operations)
    submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=4)
    refresh_stale_comparisons()
    turn = task.item.conversation.turns.get(index=0)
    assert Comparison.objects.get(turn=turn).human == 5
    erase_person(user=user, by=make_user("admin"))
    assert refresh_stale_comparisons() == 1
    assert not Comparison.objects.filter(turn=turn).exists()
