"""What an annotator's window is sent. Blindness is kept here: nothing of other raters, of models or of gold is read.

What a conversation carries besides its texts (its system, its split, `extra`) is not sent either: imported data
keep earlier judgements there.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from annotate.actions.save_operations import revealed_turn
from annotate.actions.skip_task import REASONS
from annotate.answers import Answer, value_of
from annotate.models import CampaignDimension, KnowledgeSection, KnownAnswer, Rating, Task, TaskEvent, Turn, TurnTime
from annotate.models.campaign import Purpose, TaskState
from annotate.questions import is_about_turns, is_asked, questions_of
from annotate.selectors.training import training_payload
from annotate.sentences import sentences
from people.models import User

UNDOABLE = 100


def task_of(*, task_id: int, user: User) -> Task | None:
    """The person's own task with campaign, conversation and corpus; None for a stranger's. One query."""
    found = Task.objects.select_related("item__campaign__gold_plan", "item__conversation__corpus", "rater")
    return found.filter(pk=task_id, rater__user=user).first()


def task_payload(*, task: Task, user: User) -> dict[str, Any]:
    """All that the rating page shows and needs, as JSON. Six queries, seven without hindsight; one more of gold, up to
    eleven more of training.

    A hindsight-free task sends the turns up to the last one that was asked for, until it is submitted. Of gold the same
    is sent as of work; the words of an attention item are part of its turn.
    """
    campaign, conversation = task.item.campaign, task.item.conversation
    turns = Turn.objects.filter(conversation=conversation).order_by("index")
    hidden = campaign.hindsight_free and task.state != TaskState.SUBMITTED
    if hidden:
        turns = turns.filter(index__lte=revealed_turn(task))
    questions = questions_of(campaign.pk, role=user.role)
    points = any(row.asks_evidence for row in questions)
    said = _words_of_attention(task)
    sections = KnowledgeSection.objects.filter(conversation=conversation).order_by("speaker", "position")
    return {
        **task_standing(task=task),
        "training": training_payload(task),
        "campaign": {
            "id": campaign.pk,
            "name": campaign.name,
            "instructions": campaign.instructions,
            "hindsight_free": hidden,
        },
        "conversation": {
            "id": conversation.external_id,
            "corpus": conversation.corpus.name,
            "synthetic": conversation.corpus.synthetic,
            "topic": conversation.topic,
            "turn_count": conversation.turn_count,
        },
        "turns": [
            {
                "index": turn.index,
                "speaker": turn.speaker,
                "text": "\n\n".join([turn.text, *said.get(turn.pk, ())]),
                "cited": turn.cited,
            }
            | ({} if task.item.turns is None else {"asked": is_asked(task.item, turn.index)})
            for turn in turns
        ],
        "sections": [_section(section, points) for section in sections],
        "questions": [_question(row) for row in questions],
        "skip_reasons": [{"value": value, "label": gettext(label)} for value, label in REASONS.items()],
    }


def _words_of_attention(task: Task) -> dict[int, list[str]]:
    """turn id -> what is said with it, in the order it was given; empty for work."""
    said: dict[int, list[str]] = {}
    if task.purpose != Purpose.WORK:
        rows = KnownAnswer.objects.filter(item=task.item_id).exclude(say="").order_by("pk")
        for turn, words in rows.values_list("turn_id", "say"):
            said.setdefault(turn, []).append(words)
    return said


def task_standing(*, task: Task) -> dict[str, Any]:
    """The part that changes while one rates: state, version, one's own answers, what can be undone. Three queries."""
    times = TurnTime.objects.filter(task=task).values_list("turn_index", "active_ms")
    rows = list(Rating.objects.filter(task=task).select_related("turn").order_by("pk"))
    events = TaskEvent.objects.filter(task=task, detail__has_key="rating").order_by("-version")[:UNDOABLE]
    by_pk = {row.pk: row for row in rows}
    return {
        "task": {
            "id": task.pk,
            "state": task.state,
            "version": task.version,
            "lease_until": task.lease_until.isoformat() if task.lease_until else None,
        },
        "answers": [{**_target(row), **_answer(row)} for row in rows if row.current],
        "history": [
            {
                "op_id": str(event.op_id),
                "kind": event.kind,
                "of": event.detail.get("of"),
                "turn": event.detail["turn"],
                "question": event.detail["question"],
                "before": _answer(by_pk.get(event.detail["before"])),
                "after": _answer(by_pk.get(event.detail["rating"])),
            }
            for event in reversed(events)
        ],
        "times": {str(place): active for place, active in times},
    }


def _target(row: Rating) -> dict[str, Any]:
    return {"turn": row.turn.index if row.turn else None, "question": row.dimension_version_id}


def _answer(row: Rating | None) -> dict[str, Any]:
    answer = Answer.of(row)
    return {
        "value": value_of(row) if row else None,
        "reason": answer.reason if answer.given else "",
        "note": row.note if row else "",
        "evidence": row.evidence if row else None,
    }


def _section(section: KnowledgeSection, points: bool) -> dict[str, Any]:
    """points: the passages come as sentences too, which answers can point at."""
    return {
        "speaker": section.speaker,
        "key": section.key,
        "title": section.title,
        "passages": [
            {"kind": one.get("kind", ""), "text": one.get("text")}
            | ({"sentences": sentences(one.get("text") or "")} if points else {})
            for one in section.passages
        ],
    }


def _question(row: CampaignDimension) -> dict[str, Any]:
    version = row.dimension_version
    return {
        "id": version.pk,
        "name": version.dimension.name,
        "about": "turn" if is_about_turns(row) else "conversation",
        "kind": version.dimension.kind,
        "question": version.question,
        "guidance": version.guidance,
        "scale": version.scale,
        "null_reasons": version.null_reasons,
        "required": row.required,
        "speakers": row.speakers,
        "evidence": row.asks_evidence,
    }
