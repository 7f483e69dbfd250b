"""Verdicts over one's own judgements. Blindness is kept here: only what was released to raters, nothing of others.

What an annotator is shown of a verdict: its cause, its value, the words to the raters. Not the note for colleagues, not
who made it, not what other raters answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from annotate.answers import CLEARED, value_of
from annotate.models import Adjudication, CampaignItem, Rating, Reply, Task
from annotate.models.campaign import CampaignState, Purpose, TaskState
from people.models import User

_OVER = (TaskState.SUBMITTED, TaskState.SKIPPED)


@dataclass(frozen=True, slots=True)
class MyVerdict:
    """A verdict beside one's own answer to the same question."""

    pk: int
    dimension: str
    turn: int | None  # as people count; None: the conversation as a whole
    text: str
    task_id: int
    mine: str
    verdict: str  # empty: no value was named
    cause: str
    told: str
    released_at: datetime | None
    standing: bool  # False: another reviewer has looked at it since
    reply: str

    @property
    def may_reply(self) -> bool:
        """Once, while the verdict stands."""
        return self.standing and not self.reply


def verdicts_for(user: User) -> QuerySet[Adjudication]:
    """Released verdicts over targets that the person judged for good, differing from it or without a value.

    None of a conversation that the person may still be asked about: the verdict would be its answer. Gold is nobody's
    who had the conversation before. One query.
    """
    mine = Rating.objects.filter(
        rater__user=user,
        current=True,
        task__state=TaskState.SUBMITTED,
        task__purpose=Purpose.WORK,
        erased_at=None,
        conversation=OuterRef("conversation"),
        dimension_version=OuterRef("dimension_version"),
    )
    # Null is the conversation as a whole, and null equals nothing: 0 is no turn's id.
    mine = mine.alias(judged=Coalesce("turn_id", 0)).filter(judged=Coalesce(OuterRef("turn_id"), 0))
    mine = mine.exclude(reason=CLEARED)
    differing = mine.filter(Q(number=None) | ~Q(number=OuterRef("verdict")))
    done = Task.objects.filter(item=OuterRef("pk"), rater__user=user, state__in=_OVER)
    to_come = CampaignItem.objects.filter(
        ~Exists(done),
        conversation=OuterRef("conversation"),
        campaign__state=CampaignState.OPEN,
        submitted__lt=F("required_raters"),
    ).exclude(purpose=Purpose.GOLD)
    found = Adjudication.objects.filter(~Exists(to_come), released_at__isnull=False)
    return found.filter(Q(Exists(mine), verdict=None) | Q(Exists(differing), verdict__isnull=False))


def my_verdicts(user: User, *, before: int | None = None, size: int = 25) -> tuple[list[MyVerdict], int | None]:
    """A page of one's differences, newest first, and where the next one begins. Three queries, one without any."""
    found = verdicts_for(user).filter(Q(current=True) | Q(replies__rater__user=user)).order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.distinct().select_related("turn", "dimension_version__dimension")[: size + 1])
    page = rows[:size]
    if not page:
        return [], None
    answers = {
        (row.conversation_id, row.turn_id, row.dimension_version_id): row
        for row in Rating.objects.filter(
            rater__user=user,
            current=True,
            task__state=TaskState.SUBMITTED,
            task__purpose=Purpose.WORK,
            conversation__in=[row.conversation_id for row in page],
        )
        .exclude(reason=CLEARED)
        .order_by("pk")
    }
    replies = dict(Reply.objects.filter(rater__user=user, adjudication__in=page).values_list("adjudication_id", "text"))
    shown = [_shown(row, answers[row.conversation_id, row.turn_id, row.dimension_version_id], replies) for row in page]
    return shown, page[-1].pk if len(rows) > size else None


def _shown(row: Adjudication, mine: Rating, replies: dict[int, str]) -> MyVerdict:
    labels = {point["value"]: point["label"] or str(point["value"]) for point in row.dimension_version.scale}

    def words(value: float | str | list[str] | None) -> str:
        return "" if value is None else ", ".join(str(labels.get(one, one)) for one in _listed(value))

    return MyVerdict(
        pk=row.pk,
        dimension=row.dimension_version.dimension.name,
        turn=row.turn.index + 1 if row.turn else None,
        text=row.turn.text if row.turn else "",
        task_id=mine.task_id or 0,
        mine=words(value_of(mine)) or mine.reason,
        verdict=words(row.verdict),
        cause=row.get_cause_display(),
        told=row.told,
        released_at=row.released_at,
        standing=row.current,
        reply=replies.get(row.pk, ""),
    )


def _listed(value: float | str | list[str]) -> list[float | str]:
    return list(value) if isinstance(value, list) else [value]
