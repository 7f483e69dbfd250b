"""Answers that must point at what the speaker had read: checked when saved, asked for at submit, released."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from annotate.actions.create_campaign import Question
from annotate.actions.submit_task import submit_task
from annotate.evidence import MOST
from annotate.models import CampaignDimension, DimensionVersion, KnowledgeSection, Rater, Rating
from annotate.operations import Operation
from annotate.refusals import BadOperation, MissingEvidence
from annotate.selectors.rating import task_of, task_payload
from annotate.sentences import sentences
from annotate.verifying import verify_chains
from tests.annotate.test_save_operations import Desk
from tests.factories import NO_CLAIM, SCALE_CONSISTENCY, make_campaign, make_corpus, make_dimension, make_user

TEXT = 'Dr. Ada J. Lark wrote "Tides." It sold 1.5 million copies!  Why?\nNobody knows, e.g. not she.'
PARTS = ['Dr. Ada J. Lark wrote "Tides." ', "It sold 1.5 million copies!  ", "Why?\n", "Nobody knows, e.g. not she."]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (TEXT, PARTS),
        ("", []),
        (" \n ", []),
        ("one", ["one"]),
        ("  A b. ", ["  A b. "]),
        ("He said no. She left.", ["He said no. ", "She left."]),
        ("Well... maybe. Or not", ["Well... maybe. ", "Or not"]),
        ("سلام. مرحبا", ["سلام. ", "مرحبا"]),
    ],
)
def test_sentences_put_together_are_the_text(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
    assert "".join(parts) == (text if text.strip() else "")


@pytest.mark.django_db
class TestPointing:
    def desk(self, **more: Any) -> Desk:
        version = make_dimension(scale=SCALE_CONSISTENCY, null_reasons=NO_CLAIM)
        desk = Desk(
            corpus=make_corpus(conversations=1, turns=2),
            questions=[Question(version, evidence=True, **more)],
        )
        KnowledgeSection.objects.filter(speaker="agent_1", key="FS1").update(
            passages=[{"kind": "text", "ref": "", "text": "Short."}, {"kind": "wiki", "ref": "", "text": TEXT}]
        )
        return desk

    def at(self, sentence: Any = 1, **more: Any) -> dict[str, Any]:
        return {"section": "FS1", "passage": 1, "sentence": sentence, "stance": "supports"} | more

    def point(self, desk: Desk, *places: dict[str, Any], turn: int = 0, **more: Any) -> Operation:
        return desk.rate(turn, 0, kind="evidence", evidence={"sentences": list(places)} | more)

    def test_a_sentence_is_kept_with_its_text_in_the_order_of_reading(self) -> None:
        desk = self.desk()
        places = [self.at(2, stance="contradicts"), self.at(0, passage=0), self.at(0)]
        desk.save(desk.rate(0, 0, 0.5), self.point(desk, *places), base=0)
        row = desk.current(0, 0)
        assert row.number == 0.5
        assert row.evidence == {
            "sentences": [
                {"section": "FS1", "passage": 0, "sentence": 0, "stance": "supports", "text": "Short."},
                {"section": "FS1", "passage": 1, "sentence": 0, "stance": "supports", "text": PARTS[0].strip()},
                {"section": "FS1", "passage": 1, "sentence": 2, "stance": "contradicts", "text": "Why?"},
            ],
            "personal_knowledge": False,
        }
        assert verify_chains().faults == []
        row.evidence["sentences"][0]["stance"] = "contradicts"
        row.save()
        assert verify_chains().faults[0].place == 2, "what was pointed at is under the receipt too"

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"section": "FS9"}, "no section “FS9”"),
            ({"section": 1}, "no section “1”"),
            ({"passage": 2}, "no passage 2"),
            ({"passage": True}, "no passage True"),
            ({"sentence": 4}, "no sentence 4"),
            ({"sentence": -1}, "no sentence -1"),
            ({"section": "FS3", "passage": 0, "sentence": 0}, "no sentence 0"),  # its text is not in the data
            ({"stance": "proves"}, "no stance"),
            ({"more": 1}, "is named by"),
        ],
    )
    def test_what_the_speaker_had_not_read_is_refused(self, wrong: dict[str, Any], words: str) -> None:
        desk = self.desk()
        with pytest.raises(BadOperation, match=words):
            desk.save(self.point(desk, self.at(**wrong)), base=0)
        assert Rating.objects.count() == 0

    def test_the_partners_reading_set_is_not_the_speakers(self) -> None:
        desk = self.desk()
        with pytest.raises(BadOperation, match="no passage 1"):
            desk.save(self.point(desk, self.at(), turn=1), base=0)

    @pytest.mark.parametrize(
        "wrong",
        [[], "FS1", {"own": 1}, {"sentences": {}}, {"personal_knowledge": 1}, {"sentences": [0]}],
    )
    def test_a_mangled_evidence_is_refused(self, wrong: Any) -> None:
        desk = self.desk()
        with pytest.raises(BadOperation):
            desk.save(desk.rate(0, 0, kind="evidence", evidence=wrong), base=0)

    def test_too_many_and_the_same_twice_are_refused(self) -> None:
        desk = self.desk()
        with pytest.raises(BadOperation, match="twice"):
            desk.save(self.point(desk, self.at(), self.at(stance="contradicts")), base=0)
        with pytest.raises(BadOperation, match="at most"):
            desk.save(self.point(desk, *[self.at()] * (MOST + 1)), base=0)

    def test_a_question_that_asks_for_none_takes_none(self) -> None:
        desk = Desk()
        with pytest.raises(BadOperation, match="asks for no evidence"):
            desk.save(desk.rate(0, 1, kind="evidence", evidence={"personal_knowledge": True}), base=0)

    def test_what_becomes_of_evidence_when_the_answer_changes(self) -> None:
        desk = self.desk()
        first = desk.rate(0, 0, 1)
        pointed = self.point(desk, self.at())
        desk.save(first, pointed, desk.rate(0, 0, 0.5), base=0)
        assert desk.current(0, 0).evidence is not None, "another value keeps it"
        desk.save(desk.rate(0, 0, kind="note", note="hm"), base=3)
        assert desk.current(0, 0).evidence is not None
        no_claim = desk.rate(0, 0, reason="no claim")
        desk.save(no_claim, base=4)
        assert desk.current(0, 0).evidence is None, "no claim has nothing to point at"
        with pytest.raises(BadOperation, match="without a value"):
            desk.save(self.point(desk, self.at()), base=5)
        desk.save(Operation(uuid4(), "undo", of=no_claim.op_id), base=5)
        assert desk.current(0, 0).evidence is not None, "undo brings it back"
        desk.save(desk.rate(0, 0, kind="evidence", evidence={}), base=6)
        assert desk.current(0, 0).evidence is None
        desk.save(Operation(uuid4(), "undo", of=pointed.op_id), base=7)
        assert (desk.current(0, 0).number, desk.current(0, 0).evidence) == (1, None)
        desk.save(desk.rate(0, 0, 1, evidence={"personal_knowledge": True}), base=8)
        desk.save(desk.rate(0, 0, kind="clear"), base=9)
        assert desk.current(0, 0).evidence is None

    def test_submit_names_what_points_at_nothing(self) -> None:
        desk = self.desk()
        desk.save(desk.rate(0, 0, 1), desk.rate(1, 0, 0), base=0)
        with pytest.raises(MissingEvidence, match="2 answers point at nothing") as refusal:
            submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=2)
        assert refusal.value.missing == [(0, desk.ids[0]), (1, desk.ids[0])]
        desk.save(self.point(desk, self.at()), desk.rate(1, 0, reason="no claim"), base=2)
        assert submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=4).state == "submitted"

    def test_an_optional_answer_must_point_too_once_it_is_given(self) -> None:
        desk = self.desk(required=False)
        desk.save(desk.rate(1, 0, 1), base=0)
        with pytest.raises(MissingEvidence, match="One answer points at nothing"):
            submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=1)
        desk.save(desk.rate(1, 0, kind="evidence", evidence={"personal_knowledge": True}), base=1)
        assert desk.current(1, 0).evidence == {"sentences": [], "personal_knowledge": True}
        assert submit_task(task_id=desk.task.pk, user=desk.user, op_id=uuid4(), base=2).state == "submitted"

    def test_without_hindsight_a_turn_is_proved_before_the_next_is_shown(self) -> None:
        version = make_dimension(scale=SCALE_CONSISTENCY)
        desk = Desk(questions=[Question(version, evidence=True)], hindsight_free=True)
        desk.save(desk.rate(0, 0, 1), base=0)
        with pytest.raises(BadOperation, match="points at nothing"):
            desk.save(Operation(uuid4(), "reveal", 1), base=1)
        desk.save(self.point(desk, self.at(0, passage=0)), Operation(uuid4(), "reveal", 1), base=1)

    def test_the_api_says_it_in_words_and_the_page_gets_sentences(self) -> None:
        desk = self.desk()
        client = Client()
        client.force_login(desk.user)

        def post(path: str, data: Any) -> Any:
            where = f"/api/v1/my/tasks/{desk.task.pk}/{path}/"
            return client.post(where, json.dumps(data), content_type="application/json")

        rows = [
            {"op_id": str(uuid4()), "kind": "rate", "turn": turn, "question": desk.ids[0], "value": 1}
            for turn in (0, 1)
        ]
        rows[1]["evidence"] = {"personal_knowledge": True}
        assert post("operations", {"base": 0, "operations": rows}).status_code == 200
        refused = post("submit", {"op_id": str(uuid4()), "base": 2})
        assert (refused.status_code, refused.json()["code"]) == (422, "missing_evidence")
        assert refused.json()["missing"] == [{"turn": 0, "question": desk.ids[0]}]
        task = task_of(task_id=desk.task.pk, user=desk.user)
        assert task is not None
        payload = task_payload(task=task, user=desk.user)
        assert payload["questions"][0]["evidence"] is True
        assert payload["sections"][0]["passages"][1]["sentences"] == PARTS
        assert payload["answers"][1]["evidence"] == {"sentences": [], "personal_knowledge": True}


@pytest.mark.django_db
def test_factual_consistency_asks_for_evidence_unless_told_otherwise() -> None:
    consistency = DimensionVersion.objects.get(dimension__key="factual_consistency")
    other, whole = make_dimension(), make_dimension(unit="conversation")
    asked = [
        make_campaign(questions=[question], opened=False).questions.get().asks_evidence
        for question in (
            Question(consistency),
            Question(consistency, evidence=False),
            Question(other),
            Question(other, evidence=True),
            Question(whole, evidence=True),
        )
    ]
    assert asked == [True, False, False, True, False]


@pytest.mark.django_db
def test_the_form_of_a_campaign_offers_it() -> None:
    client = Client()
    client.force_login(make_user("admin"))
    consistency = DimensionVersion.objects.get(dimension__key="factual_consistency")
    quality = DimensionVersion.objects.get(dimension__key="interaction_quality")
    answer = client.post(
        "/campaigns/new/",
        {
            "name": "Round 1", "corpus": make_corpus().pk, "overlap": 2, "lease_minutes": 30, "order": "random",
            "seed": 1, f"ask_{consistency.pk}": "required evidence", f"ask_{quality.pk}": "optional",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    rows = CampaignDimension.objects.order_by("dimension_version__dimension__key")
    assert list(rows.values_list("required", "asks_evidence")) == [(True, True), (False, False)]
    assert b"with evidence" in client.get(answer["Location"]).content


@pytest.mark.django_db
def test_scientists_see_what_raters_point_at_and_odd_imports_do_no_harm() -> None:
    corpus = make_corpus(conversations=1, turns=4)
    conversation = corpus.conversations.get()
    version = make_dimension(scale=SCALE_CONSISTENCY)
    sentence = {"section": "FS1", "passage": 0, "sentence": 0, "stance": "contradicts", "text": "Owls <b>sleep</b>."}
    found: list[Any] = [
        {"sentences": [sentence], "personal_knowledge": False},
        {"sentences": [], "personal_knowledge": True},
        {"sentences": "many", "more": [1]},
        ["anything"],
    ]
    for turn, evidence in enumerate(found):
        Rating.objects.create(
            conversation=conversation, turn=conversation.turns.get(index=turn), dimension_version=version, number=1,
            rater=Rater.objects.create(pseudonym=f"rater-{turn}", corpus=corpus), evidence=evidence,
        )  # fmt: skip
    client = Client()
    client.force_login(make_user("scientist"))
    page = client.get(f"/side-by-side/{conversation.pk}/").content.decode()
    assert "Owls &lt;b&gt;sleep&lt;/b&gt;." in page and "✗ contradicts" in page
    assert page.count('<details class="points">') == 2
