"""Which pairs a study lays out, what is no study, and that it opens and closes once."""

from __future__ import annotations

import pytest

from annotate.actions.close_study import close_study
from annotate.actions.create_campaign import NameTaken, NoQuestions
from annotate.actions.create_study import TooFewSystems, create_study
from annotate.actions.next_pair import next_pair
from annotate.actions.open_study import NothingToCompare, open_study
from annotate.models import StudyPair, Turn
from annotate.refusals import (
    StudyNotOpen,
)
from annotate.study_questions import SHIPPED
from tests.factories import SYSTEMS, make_alternatives, make_corpus, make_study, make_user

pytestmark = pytest.mark.django_db


def test_a_study_pairs_every_two_systems_in_every_context() -> None:
    study = make_study(corpus=make_alternatives(contexts=3), judges=2)
    pairs = StudyPair.objects.filter(study=study)
    assert pairs.count() == 9 and set(pairs.values_list("shared_turns", "required_raters")) == {(2, 2)}
    assert all(pair.first.system != pair.second.system for pair in pairs)
    assert all(pair.context_id in (pair.first_id, pair.first.alternative_of_id) for pair in pairs)


def test_the_same_seed_is_the_same_study() -> None:
    corpus = make_alternatives(contexts=4)
    orders = [
        list(make_study(corpus=corpus, seed=seed).pairs.order_by("position").values_list("first", "second"))
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_what_no_study_is_made_of() -> None:
    corpus, asked = make_alternatives(), list(SHIPPED.values())
    make = {"corpus": corpus, "by": None}
    with pytest.raises(TooFewSystems):
        create_study(name="x", systems=["blue-system", "blue-system", ""], questions=asked, **make)
    with pytest.raises(NoQuestions):
        create_study(name="x", systems=SYSTEMS, questions=[], **make)
    with pytest.raises(NameTaken, match="same name"):
        create_study(name="x", systems=SYSTEMS, questions=[asked[0], asked[0]], **make)
    create_study(name="x", systems=SYSTEMS, questions=asked, **make)
    with pytest.raises(NameTaken, match="already a study"):
        create_study(name="x", systems=SYSTEMS, questions=asked, **make)


def test_a_study_without_a_pair_is_not_opened() -> None:
    study = make_study(corpus=make_corpus(), opened=False)
    with pytest.raises(NothingToCompare):
        open_study(study=study, by=None)
    study.refresh_from_db()
    assert study.state == "draft"
    silent = make_alternatives(systems=SYSTEMS[:2], contexts=1)
    Turn.objects.filter(conversation__corpus=silent, conversation__system="red-system").delete()
    Turn.objects.filter(conversation__corpus=silent, conversation__system="blue-system").delete()
    with pytest.raises(NothingToCompare):
        make_study(corpus=silent, systems=SYSTEMS[:2])


def test_a_study_opens_once_and_closes_once() -> None:
    admin, study = make_user("admin"), make_study()
    with pytest.raises(StudyNotOpen):
        open_study(study=study, by=None)
    close_study(study=study, by=admin)
    with pytest.raises(StudyNotOpen):
        close_study(study=study, by=admin)
    study.refresh_from_db()
    with pytest.raises(StudyNotOpen):
        next_pair(study=study, user=make_user())
