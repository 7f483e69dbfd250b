"""Of a study a judge is sent the texts and the questions; no system and nobody else's choice."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from annotate.actions.save_choices import Chosen, save_choices
from annotate.models import Conversation, Study, StudyPlace
from annotate.selectors.judging import place_of, place_payload
from annotate.study_questions import SHIPPED
from tests.annotate.studies.judging import claim
from tests.factories import SYSTEMS, make_alternatives, make_study, make_user

pytestmark = pytest.mark.django_db


def everything_a_judge_gets(client: Client, study: Study) -> str:
    found = client.post(f"/api/v1/my/studies/{study.pk}/next/").json()
    assert found["pair"] is not None
    bytes_ = [json.dumps(found), client.get("/api/v1/my/studies/").content.decode()]
    for page in ("/studies/", f"/studies/{study.pk}/rate/"):
        answer = client.get(page)
        assert answer.status_code == 200
        bytes_.append(answer.content.decode())
    return "\n".join(bytes_)


def test_a_judge_gets_no_system_and_nobody_elses_choice() -> None:
    # One pair only: which of several comes first depends on the ids, and so would what is looked for below.
    study = make_study(corpus=make_alternatives(contexts=1, systems=SYSTEMS[:2]), systems=SYSTEMS[:2], judges=2)
    # Some data call the speaker like the system.
    for row in Conversation.objects.filter(corpus=study.corpus):
        row.turns.filter(index=2).update(speaker=row.system)
    other, me = make_user(), make_user()
    place = claim(study, other)
    question = study.questions.first().pk
    secret = [Chosen(uuid4(), "choose", question, "b"), Chosen(uuid4(), "note", note="xyzzy is what I think")]
    save_choices(place_id=place.pk, user=other, operations=secret)
    client = Client()
    client.force_login(me)
    seen = everything_a_judge_gets(client, study)
    mine = StudyPlace.objects.get(rater__user=me)
    assert mine.pair_id == place.pair_id, "the same pair, or the test shows nothing"
    assert "Context 0: hello." in seen and "Words blu of 0." in seen
    for hidden in (*SYSTEMS, "xyzzy", place.rater.pseudonym, *study.corpus.conversations.values_list("external_id")):
        assert str(hidden[0] if isinstance(hidden, tuple) else hidden) not in seen, hidden
    payload = place_payload(place_of(place_id=mine.pk, user=me), user=me)  # type: ignore[arg-type]
    assert payload["choices"] == {} and payload["note"] == ""
    assert payload["responses"][0][0]["speaker"] == "Response"
    for page in (f"/studies/{study.pk}/", f"/studies/{study.pk}/results/", f"/studies/{study.pk}/choices.csv"):
        assert client.get(page).status_code == 404
    assert client.get(f"/api/v1/studies/{study.pk}/results/").status_code == 403
    assert (
        client.post(f"/api/v1/my/pairs/{place.pk}/operations/", {"operations": []}, "application/json").status_code
        == 404
    )


def test_a_judge_reads_the_context_the_knowledge_and_both_sides_as_they_stand() -> None:
    study, user = make_study(), make_user()
    place = claim(study, user)
    payload = place_payload(place_of(place_id=place.pk, user=user), user=user)  # type: ignore[arg-type]
    assert [turn["speaker"] for turn in payload["turns"]] == ["Speaker 1", "Speaker 2"]
    sides = (place.pair.second, place.pair.first) if place.turned else (place.pair.first, place.pair.second)
    for shown, row in zip(payload["responses"], sides, strict=True):
        assert [turn["text"] for turn in shown] == [row.turns.get(index=2).text]
        assert shown[0]["speaker"] == "Speaker 1"
    assert [section["title"] for section in payload["sections"]] == ["Birds"], "of both sides, once"
    assert [question["name"] for question in payload["questions"]] == [each.name for each in SHIPPED.values()]
