"""What judges of a study do in tests: claim, choose, submit, skip, and judge everything by an order of systems."""

from __future__ import annotations

from uuid import uuid4

from annotate.actions.next_pair import next_pair
from annotate.actions.save_choices import Chosen, save_choices
from annotate.actions.skip_pair import skip_pair
from annotate.actions.submit_pair import submit_pair
from annotate.models import Study, StudyPlace
from people.models import User


def claim(study: Study, user: User) -> StudyPlace:
    place = next_pair(study=study, user=user).place
    assert place is not None
    return place


def choose(place: StudyPlace, user: User, value: str = "a", *, questions: list[int] | None = None) -> list[Chosen]:
    asked = questions or list(place.pair.study.questions.values_list("pk", flat=True))
    operations = [Chosen(uuid4(), "choose", question, value) for question in asked]
    save_choices(place_id=place.pk, user=user, operations=operations)
    return operations


def submit(place: StudyPlace, user: User) -> StudyPlace:
    return submit_pair(place_id=place.pk, user=user, op_id=uuid4())


def skip(place: StudyPlace, user: User, reason: str = "broken", note: str = "") -> StudyPlace:
    return skip_pair(place_id=place.pk, user=user, op_id=uuid4(), reason=reason, note=note)


def side_of(place: StudyPlace, system: str) -> str:
    """The side on which a system stands; "" if it is not in the pair."""
    sides = (place.pair.second, place.pair.first) if place.turned else (place.pair.first, place.pair.second)
    return next((side for side, row in zip("ab", sides, strict=True) if row.system == system), "")


def judge_all(study: Study, user: User, order: list[str]) -> None:
    """Prefer whoever comes first in the order, in every pair."""
    while (place := next_pair(study=study, user=user).place) is not None:
        best = next(side for system in order if (side := side_of(place, system)))
        choose(place, user, best)
        submit(place, user)
