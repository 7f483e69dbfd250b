"""A study over the six systems of USR-Topical: real responses, real names of systems, none of which a judge is sent."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from annotate.actions.compute_study_result import compute_study_result
from annotate.actions.create_study import create_study
from annotate.actions.import_corpus import import_corpus
from annotate.actions.next_pair import next_pair
from annotate.actions.open_study import open_study
from annotate.actions.save_choices import Chosen, save_choices
from annotate.importing.usr import read
from annotate.models import Corpus
from annotate.selectors.judging import place_of, place_payload
from annotate.selectors.studies import systems_of
from annotate.study_questions import SHIPPED
from tests.annotate.studies.judging import submit
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_usr_as_a_study(shared_data: Path) -> None:
    corpus = Corpus.objects.create(key="usr", name="USR", format="usr")
    file = shared_data / "usr" / "usr_topical_chat.json"
    import_corpus(corpus=corpus, records=read([(file.name, file.read_bytes())]))
    systems = systems_of(corpus)
    assert len(systems) == 6 and {count for _, count in systems} == {60}
    study = create_study(
        name="USR",
        corpus=corpus,
        systems=[name for name, _ in systems],
        questions=list(SHIPPED.values()),
        by=None,
        judges=1,
    )
    study = open_study(study=study, by=None)
    pairs = study.pairs.select_related("first", "second")
    assert pairs.count() == 60 * 15
    assert all(pair.shared_turns == pair.first.turn_count - 1 for pair in pairs)
    # People prefer the system that comes later in the alphabet, but not always.
    user, chance = make_user(), Random(5)
    for _ in range(200):
        place = next_pair(study=study, user=user).place
        assert place is not None
        payload = place_payload(place_of(place_id=place.pk, user=user), user=user)  # type: ignore[arg-type]
        shown = json.dumps({key: value for key, value in payload.items() if key != "questions"})
        for name, _ in systems:
            assert name not in shown
        assert place.pair.first.external_id not in shown and place.pair.second.external_id not in shown
        assert all(len(response) == 1 for response in payload["responses"])
        later = place.pair.first.system > place.pair.second.system
        value = "a" if (later != place.turned) == (chance.random() < 0.8) else "b"
        sent = [Chosen(uuid4(), "choose", question["id"], value) for question in payload["questions"]]
        save_choices(place_id=place.pk, user=user, operations=sent)
        submit(place, user)
    for question in compute_study_result(study=study).found["questions"]:
        strengths = [row["system"] for row in question["strengths"]]
        assert question["answers"] == 200 and strengths[0] > strengths[-1]
        assert all(row["low"] < row["value"] < row["high"] for row in question["strengths"])
