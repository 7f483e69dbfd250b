"""Outputs as a corpus: written, imported and laid out as a study, in which a judge sees no system."""

import json
from dataclasses import replace

import pytest

from annotate.actions.create_study import create_study
from annotate.actions.import_corpus import import_corpus
from annotate.actions.next_pair import next_pair
from annotate.actions.open_study import open_study
from annotate.importing.jsonl import read
from annotate.models import Corpus
from annotate.selectors.judging import place_payload
from annotate.selectors.studies import systems_of
from annotate.study_questions import SHIPPED
from scoring.conseq import corpus
from scoring.conseq.items import write_items
from tests.factories import make_user

SYSTEMS = ("fine-tuned", "conseq-quals", "conseq-rouge")


@pytest.fixture
def folder(items, tmp_path):
    """Outputs of three systems for four turns and a document; one has said nothing once."""
    held = [*items[:4], replace(items[4], context=(), speaker="")]
    write_items(held, tmp_path / "held-out.jsonl")
    for system in SYSTEMS:
        lines = [{"id": item.id, "text": f"{len(system)} cats."} for item in held]
        if system == "conseq-rouge":
            lines[0]["text"] = " "
        (tmp_path / f"outputs.{system}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


@pytest.mark.django_db
def test_outputs_are_ready_for_people(folder, items, capsys):
    out = folder / "candidates.jsonl"
    assert corpus.main([str(folder), str(out), "--with-reference"]) == 0
    assert "19 conversations" in capsys.readouterr().out
    kept = Corpus.objects.create(key="conseq", name="ConSeq", format="jsonl")
    report = import_corpus(corpus=kept, records=read([(out.name, out.read_bytes())]))
    assert report.conversations == 19
    assert sorted(systems_of(kept)) == [("conseq-quals", 5), ("conseq-rouge", 4), ("fine-tuned", 5), ("person", 5)]
    one = kept.conversations.get(external_id="c0-0-conseq-quals")
    assert [turn.text for turn in one.turns.order_by("index")] == ["Which cat?", "12 cats."]
    assert one.sections.get().passages[0]["text"] == items[0].source
    study = create_study(
        name="Candidates",
        corpus=kept,
        systems=[name for name, _ in systems_of(kept)],
        questions=list(SHIPPED.values()),
        by=None,
        judges=1,
    )
    study = open_study(study=study, by=None)
    assert study.pairs.count() == 4 * 6 + 3  # an empty output is judged by nobody
    judge = make_user()
    shown = json.dumps(place_payload(next_pair(study=study, user=judge).place, user=judge))
    assert "red cat" in shown  # the source, to be judged by
    assert not any(system in shown for system in (*SYSTEMS, "person", "c0-", "c1-"))
