"""Twelve judges on real connections, two a pair: never three, whatever lapses, is skipped or sent twice at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone

from annotate.actions.next_pair import next_pair
from annotate.actions.release_expired import release_expired_pairs
from annotate.actions.save_choices import Chosen, save_choices
from annotate.models import Choice, Study, StudyPair, StudyPlace
from annotate.models.campaign import TaskState
from annotate.refusals import MissingAnswers, PlaceGone
from people.models import User
from tests.annotate.studies.judging import skip, submit
from tests.factories import make_alternatives, make_study, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, CONTEXTS, JUDGES = 12, 10, 2


def work(study: Study, user: User, start: Barrier) -> None:
    """Judge until nothing is left; now and then skip, or go to lunch for longer than the lease while it is swept."""
    question = study.questions.get().pk
    chance = Random(user.pk)
    start.wait()
    try:
        while (place := next_pair(study=study, user=user).place) is not None:
            if chance.random() < 0.1:
                skip(place, user)
                continue
            if chance.random() < 0.2:
                release_expired_pairs(now=timezone.now() + timedelta(hours=1))
            sent = [Chosen(uuid4(), "choose", question, chance.choice(["a", "b", "equal"]))]
            try:
                save_choices(place_id=place.pk, user=user, operations=sent)
                save_choices(place_id=place.pk, user=user, operations=sent)
                submit(place, user)
            except (PlaceGone, MissingAnswers):
                # Somebody swept, somebody else took the place: those choices are kept and count for nothing.
                skip(place, user)
    finally:
        connection.close()


@pytest.mark.slow
def test_a_pair_never_has_more_judges_than_asked_for() -> None:
    study = make_study(corpus=make_alternatives(contexts=CONTEXTS), judges=JUDGES, questions=["grammar"])
    users = [make_user() for _ in range(PEOPLE)]
    start = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(lambda user: work(study, user, start), users))
    for user in [make_user() for _ in range(4)]:  # what was skipped by many
        work(study, user, Barrier(1))
    pairs = StudyPair.objects.annotate(done=Count("places", filter=Q(places__state=TaskState.SUBMITTED)))
    assert set(pairs.values_list("taken", "submitted", "done")) == {(JUDGES, JUDGES, JUDGES)}
    assert pairs.count() == CONTEXTS * 3
    submitted = StudyPlace.objects.filter(state=TaskState.SUBMITTED)
    assert submitted.values("pair", "rater").distinct().count() == submitted.count() == CONTEXTS * 3 * JUDGES
    counted = Choice.objects.filter(place__in=submitted, current=True)
    assert counted.count() == submitted.count(), "one answer a judge and pair, though each was sent twice"


def test_two_windows_of_one_judge_get_the_same_pair() -> None:
    study, user, start = make_study(), make_user(), Barrier(2)

    def claim(_: int) -> int | None:
        start.wait()
        try:
            place = next_pair(study=study, user=user).place
            return place.pk if place else None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(claim, range(2))
    assert first == second is not None
    assert StudyPair.objects.filter(taken=1).count() == 1


def test_a_choice_sent_four_times_at_once_is_kept_once() -> None:
    study, user, start = make_study(), make_user(), Barrier(4)
    place = next_pair(study=study, user=user).place
    assert place is not None
    sent = [Chosen(uuid4(), "choose", study.questions.order_by("position")[0].pk, "a")]

    def save(_: int) -> int:
        start.wait()
        try:
            return save_choices(place_id=place.pk, user=user, operations=sent).version
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(save, range(4))) == [1, 1, 1, 1]
    assert Choice.objects.count() == 1


def test_for_the_last_place_of_a_pair_one_judge_wins() -> None:
    study = make_study(corpus=make_alternatives(contexts=1, systems=("x", "y")), systems=("x", "y"))
    users, start = [make_user() for _ in range(6)], Barrier(6)

    def claim(user: User) -> bool:
        start.wait()
        try:
            return next_pair(study=study, user=user).place is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, users)) == 1
    assert not StudyPair.objects.filter(taken__gt=F("required_raters")).exists()
