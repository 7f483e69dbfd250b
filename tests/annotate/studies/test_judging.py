"""A judge and a pair: what a resend, a lapse, a skip and a batch do to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotate.actions.next_pair import next_pair
from annotate.actions.release_expired import release_expired_pairs
from annotate.actions.save_choices import Chosen, save_choices
from annotate.models import Choice, StudyPair
from annotate.refusals import (
    BadOperation,
    BadSkip,
    MissingAnswers,
    NoSuchTask,
    NotTakingPart,
    PlaceGone,
    TaskClosed,
)
from annotate.selectors.studies import basis_of
from tests.annotate.studies.judging import choose, claim, skip, submit
from tests.factories import SYSTEMS, make_alternatives, make_study, make_user

pytestmark = pytest.mark.django_db


def test_judges_come_one_after_the_other_and_see_both_sides() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2], judges=2)
    first, second, third = (make_user() for _ in range(3))
    one, other = claim(study, first), claim(study, second)
    assert one.pair_id == other.pair_id and one.turned != other.turned
    assert claim(study, first) == one, "the one at hand comes again"
    nothing = next_pair(study=study, user=third)
    assert nothing.place is None and "reserved by others until" in nothing.words and nothing.until


def test_scientists_do_not_judge() -> None:
    with pytest.raises(NotTakingPart):
        next_pair(study=make_study(), user=make_user("scientist"))


def test_a_choice_is_kept_once_and_changed_by_a_revision() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    question = study.questions.first().pk
    sent = [Chosen(uuid4(), "choose", question, "a"), Chosen(uuid4(), "note", note="Both are short.")]
    first = save_choices(place_id=place.pk, user=user, operations=sent, active_ms=10**9)
    again = save_choices(place_id=place.pk, user=user, operations=sent)
    assert (first.version, again.version) == (2, 2) and set(again.acknowledged) == {one.op_id for one in sent}
    assert Choice.objects.count() == 2
    choose(place, user, "equal", questions=[question])
    rows = Choice.objects.filter(question=question).order_by("revision")
    assert list(rows.values_list("revision", "answer", "current")) == [(1, "a", False), (2, "equal", True)]
    place.refresh_from_db()
    assert place.active_ms < 60_000, "no more than the time since the claim"


def test_one_batch_may_hold_a_change_of_mind_and_the_same_operation_twice() -> None:
    study, user = make_study(), make_user()
    place, question = claim(study, user), study.questions.first().pk
    one, two = Chosen(uuid4(), "choose", question, "a"), Chosen(uuid4(), "choose", question, "b")
    save_choices(place_id=place.pk, user=user, operations=[one, two, one])
    assert list(Choice.objects.order_by("revision").values_list("answer", "current")) == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "choose", "question": 10**6, "value": "a"},
        {"kind": "choose", "question": None, "value": "a"},
        {"kind": "choose", "value": "c"},
        {"kind": "choose", "value": ""},
        {"kind": "prefer", "value": "a"},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_of_the_batch_is_kept(wrong: dict[str, Any]) -> None:
    study, user = make_study(), make_user()
    place, question = claim(study, user), study.questions.first().pk
    good = Chosen(uuid4(), "choose", question, "a")
    with pytest.raises(BadOperation):
        bad = Chosen(uuid4(), **({"question": question} | wrong))
        save_choices(place_id=place.pk, user=user, operations=[good, bad])
    assert not Choice.objects.exists()


def test_anothers_place_and_anothers_operation_are_not_there() -> None:
    study, user, stranger = make_study(judges=2), make_user(), make_user()
    place, theirs = claim(study, user), claim(study, stranger)
    (mine, *_) = choose(place, user)
    with pytest.raises(NoSuchTask):
        choose(place, stranger)
    with pytest.raises(NoSuchTask):
        submit(place, stranger)
    with pytest.raises(BadOperation, match="in use"):
        save_choices(place_id=theirs.pk, user=stranger, operations=[mine])


def test_a_pair_is_done_when_every_question_is_answered() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    first, *rest = study.questions.values_list("pk", flat=True)
    choose(place, user, questions=[first])
    with pytest.raises(MissingAnswers) as refused:
        submit(place, user)
    assert refused.value.missing == [(None, question) for question in rest]
    late = choose(place, user, questions=rest)
    submit(place, user)
    submit(place, user)
    pair = StudyPair.objects.get(pk=place.pair_id)
    assert (pair.taken, pair.submitted) == (1, 1)
    save_choices(place_id=place.pk, user=user, operations=late)  # a resend after all: acknowledged, not repeated
    with pytest.raises(TaskClosed):
        choose(place, user, "b")
    with pytest.raises(TaskClosed):
        skip(place, user)
    assert claim(study, user).pair_id != place.pair_id


def test_a_skipped_pair_goes_to_others_and_never_back() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2])
    user, other = make_user(), make_user()
    place = claim(study, user)
    for reason, note in (("", ""), ("boring", ""), ("other", " ")):
        with pytest.raises(BadSkip):
            skip(place, user, reason, note)
    skip(place, user)
    skip(place, user)
    assert next_pair(study=study, user=user).place is None
    assert claim(study, other).pair_id == place.pair_id


def test_a_lapsed_lease_frees_the_place_and_the_choices_stay_until_it_is_taken() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2])
    user, other = make_user(), make_user()
    place = claim(study, user)
    choose(place, user)
    later = timezone.now() + timedelta(minutes=31)
    assert release_expired_pairs(now=later) == 1 == 1 - release_expired_pairs(now=later)
    choose(place, user, "b")  # nobody has it: taken again by going on
    assert StudyPair.objects.get().taken == 1
    release_expired_pairs(now=later + timedelta(minutes=31))
    taken = claim(study, other)
    with pytest.raises(PlaceGone):
        choose(place, user, "a")
    with pytest.raises(PlaceGone):
        submit(place, user)
    choose(taken, other)
    submit(taken, other)
    assert basis_of(study) == "1 judged, 0 erased"
    assert StudyPair.objects.get().submitted == 1


def test_a_claim_takes_over_what_lapsed() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2])
    claim(study, make_user())
    later = timezone.now() + timedelta(minutes=31)
    assert next_pair(study=study, user=make_user(), now=later).place is not None


def test_the_database_keeps_the_number_of_judges() -> None:
    study = make_study()
    pair = study.pairs.first()
    with pytest.raises(IntegrityError, match="never_more_judges_than_required"), transaction.atomic():
        StudyPair.objects.filter(pk=pair.pk).update(taken=2)
    place = claim(study, make_user())
    with pytest.raises(IntegrityError, match="a_choice_answers_a_question_or_is_a_note"), transaction.atomic():
        Choice.objects.create(place=place, question=study.questions.first(), answer="", op_id=uuid4())
