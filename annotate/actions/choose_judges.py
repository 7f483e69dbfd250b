from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotate.models import Study, StudyJudge, StudyPlace
from annotate.models.campaign import CampaignState, TaskState
from annotate.places import release_pairs
from annotate.refusals import StudyNotOpen
from people.actions.record import record
from people.models import Role, User


class BadJudges(ValueError):
    """These people cannot be the judges of the study: too few for its pairs, or not annotators."""


def checked_judges(people: Sequence[User], *, a_pair: int) -> list[User]:
    """The people, each once. Raises BadJudges: who sees systems does not judge, and a pair needs `a_pair` judges."""
    found = sorted({person.pk: person for person in people}.values(), key=lambda person: person.pk)
    others = [person.username for person in found if person.role != Role.ANNOTATOR or not person.is_active]
    if others:
        raise BadJudges(_("Only annotators judge, with an open account: not %(names)s.") % {"names": ", ".join(others)})
    if len(found) < a_pair:
        words = ngettext(
            "Choose at least %(n)s person.", "Choose at least %(n)s people: so many judge each pair.", a_pair
        )
        raise BadJudges(words % {"n": a_pair})
    return found


@transaction.atomic
def choose_judges(*, study: Study, people: Sequence[User] | None, by: User | None) -> Study:
    """Say who may judge; `people` None: every annotator.

    Who may no longer gives back the pair at hand; what they judged stays and counts. Raises StudyNotOpen (closed),
    BadJudges.
    """
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.state == CampaignState.CLOSED:
        raise StudyNotOpen(_("The study is closed: nobody judges any more."))
    chosen = None if people is None else checked_judges(people, a_pair=study.judges)
    study.open_to_all = chosen is None
    study.save(update_fields=["open_to_all"])
    StudyJudge.objects.filter(study=study).delete()
    StudyJudge.objects.bulk_create(StudyJudge(study=study, user=person) for person in chosen or ())
    if chosen is not None:
        _take_back(study, chosen)
    told = "every annotator" if chosen is None else [person.pk for person in chosen]
    record(actor=by, verb="study.judges", subject=f"study {study.pk}", detail={"people": told})
    return study


def _take_back(study: Study, chosen: Sequence[User]) -> None:
    held = StudyPlace.objects.filter(pair__study=study, state=TaskState.OPEN).exclude(rater__user__in=chosen)
    release_pairs(list(held.select_for_update(of=("self",), no_key=True).order_by("pk")))
