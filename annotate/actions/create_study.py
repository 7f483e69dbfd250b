from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotate.actions.choose_judges import checked_judges
from annotate.actions.create_campaign import NameTaken, NoQuestions
from annotate.models import Corpus, Study, StudyJudge, StudyQuestion
from annotate.study_questions import Asked
from people.actions.record import record
from people.models import User


class TooFewSystems(ValueError):
    """A comparison has at least two systems."""


@transaction.atomic
def create_study(
    *,
    name: str,
    corpus: Corpus,
    systems: Sequence[str],
    questions: Sequence[Asked],
    by: User | None,
    judges: int = 3,
    seed: int = 1,
    contexts_wanted: int | None = None,
    instructions: str = "",
    lease_minutes: int = 30,
    people: Sequence[User] | None = None,
) -> Study:
    """A draft; nothing is judged before it is opened. `people` None: every annotator may judge.

    Raises TooFewSystems, NoQuestions, NameTaken, BadJudges.
    """
    chosen_people = checked_judges(people, a_pair=judges) if people is not None else []
    chosen = sorted({each for each in systems if each})
    if len(chosen) < 2:
        raise TooFewSystems(_("Choose at least two systems to compare."))
    if not questions:
        raise NoQuestions(_("Ask at least one question."))
    if len({each.name for each in questions}) < len(questions):
        raise NameTaken(_("Two questions have the same name."))
    try:
        with transaction.atomic():
            study = Study.objects.create(
                name=name,
                corpus=corpus,
                systems=chosen,
                judges=judges,
                seed=seed,
                contexts_wanted=contexts_wanted,
                instructions=instructions,
                lease_minutes=lease_minutes,
                open_to_all=people is None,
                created_by=by,
            )
    except IntegrityError as problem:
        raise NameTaken(_("There is already a study called “%(name)s”.") % {"name": name}) from problem
    StudyQuestion.objects.bulk_create(
        StudyQuestion(study=study, position=place, name=each.name, text=each.text)
        for place, each in enumerate(questions)
    )
    StudyJudge.objects.bulk_create(StudyJudge(study=study, user=person) for person in chosen_people)
    detail: dict[str, Any] = {"name": name, "systems": chosen}
    if people is not None:
        detail["people"] = [person.pk for person in chosen_people]
    record(actor=by, verb="study.create", subject=f"study {study.pk}", detail=detail)
    return study
