"""What a judge's window is sent of a study. Blindness is kept here: no system, no other judge, nothing that tells one.

Systems can be told from more than their names. So the ids of conversations, which often hold them, are not sent, nor
which passages a response cites; speakers are numbered as they come, since some data call the speaker like the system.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from annotate.acknowledged import sides_of
from annotate.actions.skip_task import REASONS
from annotate.models import (
    Choice,
    KnowledgeSection,
    Rater,
    Study,
    StudyJudge,
    StudyPair,
    StudyPlace,
    StudyQuestion,
    Turn,
)
from annotate.models.campaign import CampaignState, TaskState
from annotate.selectors.queue import COUNTED
from annotate.selectors.studies import why_no_pair
from people.models import Role, User

RESPONDS = "Response"  # a speaker who says nothing in the context


def open_studies_for(user: User) -> QuerySet[Study]:
    """Open studies that this person judges in, oldest first. One query, corpus included."""
    chosen = Exists(StudyJudge.objects.filter(study=OuterRef("pk"), user=user))
    judged = Q(chosen) if user.named_only else Q(open_to_all=True) | chosen
    found = Study.objects.filter(judged, state=CampaignState.OPEN).select_related("corpus")
    return found.order_by("created_at", "pk") if user.role == Role.ANNOTATOR else found.none()


@dataclass(frozen=True, slots=True)
class StudyDesk:
    """One study as a judge meets it: one's own counts, and that there is work left."""

    study: Study
    submitted: int
    skipped: int
    available: int  # pairs with a free place for this person, counted up to COUNTED
    lease_until: datetime | None  # of the pair at hand
    nothing: str = ""  # where none is available and none at hand: why

    @property
    def many(self) -> bool:
        """There are more than are counted."""
        return self.available >= COUNTED


def study_desks(user: User) -> list[StudyDesk]:
    """Every open study of this person with their own counts.

    Two queries, two more per study, and a few where nothing is free.
    """
    at_hand = StudyPlace.objects.filter(rater__user=user, pair__study=OuterRef("pk"), state=TaskState.OPEN)
    rater = Rater.objects.filter(user=user).first()
    desks = []
    for study in open_studies_for(user).annotate(lease=Subquery(at_hand.values("lease_until")[:1])):
        lease: datetime | None = study.lease  # type: ignore[attr-defined]  # annotated above
        free = free_pairs(study, user)
        nothing = "" if free or lease else why_no_pair(study, rater).words
        submitted, skipped = own_counts(study, user)
        desks.append(StudyDesk(study, submitted, skipped, free, lease, nothing))
    return desks


def own_counts(study: Study, user: User) -> tuple[int, int]:
    """(judged, skipped) by this person. One query."""
    counts = StudyPlace.objects.filter(pair__study=study, rater__user=user).aggregate(
        submitted=Count("pk", filter=Q(state=TaskState.SUBMITTED)),
        skipped=Count("pk", filter=Q(state=TaskState.SKIPPED)),
    )
    return counts["submitted"], counts["skipped"]


def free_pairs(study: Study, user: User) -> int:
    """Pairs with a free place that this person has not had, counted up to COUNTED. One query."""
    had = StudyPlace.objects.filter(pair=OuterRef("pk"), rater__user=user)
    free = StudyPair.objects.filter(~Exists(had), study=study, taken__lt=F("required_raters"))
    return free.order_by()[:COUNTED].count()


def place_of(*, place_id: int, user: User) -> StudyPlace | None:
    """The person's own place with pair, study and corpus; None for a stranger's. One query."""
    found = StudyPlace.objects.select_related("pair__study__corpus")
    return found.filter(pk=place_id, rater__user=user).first()


def place_payload(place: StudyPlace, *, user: User) -> dict[str, Any]:
    """All that the judging page shows and needs, as JSON. Seven queries."""
    pair, study = place.pair, place.pair.study
    sides = sides_of(place)
    said: dict[int, list[Turn]] = {side: [] for side in sides}
    for turn in Turn.objects.filter(conversation__in=sides).order_by("conversation", "index"):
        said[turn.conversation_id].append(turn)
    context = said[sides[0]][: pair.shared_turns]
    names: dict[str, str] = {}
    for turn in context:
        names.setdefault(turn.speaker, f"Speaker {len(names) + 1}")
    responses = [said[side][pair.shared_turns :] for side in sides]
    judged, _ = own_counts(study, user)
    return {
        "place": {
            "id": place.pk,
            "state": place.state,
            "version": place.version,
            "lease_until": place.lease_until.isoformat() if place.lease_until else None,
        },
        "study": {"id": study.pk, "name": study.name, "instructions": study.instructions},
        "corpus": {"name": study.corpus.name, "synthetic": study.corpus.synthetic},
        "judged": judged,
        "left": free_pairs(study, user),
        "turns": [{"speaker": names[turn.speaker], "text": turn.text} for turn in context],
        "responses": [
            [{"speaker": names.get(turn.speaker, RESPONDS), "text": turn.text} for turn in response]
            for response in responses
        ],
        "sections": _sections(sides, {turn.speaker for response in responses for turn in response}),
        "questions": list(StudyQuestion.objects.filter(study=study).order_by("position").values("id", "name", "text")),
        **own_choices(place),
        "skip_reasons": [{"value": value, "label": gettext(label)} for value, label in REASONS.items()],
    }


def own_choices(place: StudyPlace) -> dict[str, Any]:
    """The person's own current choices and note. One query."""
    rows = list(Choice.objects.filter(place=place, current=True))
    return {
        "choices": {str(row.question_id): row.answer for row in rows if row.question_id is not None},
        "note": next((row.note for row in rows if row.question_id is None), ""),
        "active_ms": place.active_ms,
    }


def _sections(sides: tuple[int, int], responding: set[str]) -> list[dict[str, Any]]:
    """What whoever responds had read, of both sides, each section once: the same on whichever side one looks from."""
    rows = KnowledgeSection.objects.filter(conversation__in=sides, speaker__in={*responding, ""})
    found: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("position", "key", "pk"):
        texts = [passage.get("text") for passage in row.passages]
        found.setdefault(f"{row.title}\n{texts}", {"title": row.title, "passages": texts})
    return list(found.values())
