from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotate.models import Campaign, CampaignDimension, Corpus, DimensionVersion, Participant
from annotate.models.campaign import Order
from annotate.models.dimension import Unit
from annotate.sampling import checked_wish
from annotate.slices import checked_slice
from people.actions.record import record
from people.models import User

EVIDENCE_BOUND = frozenset({"factual_consistency"})


class NoQuestions(ValueError):
    """A campaign asks at least one question."""


class NameTaken(ValueError):
    """There is a campaign of this name."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a campaign to be: its wording, and whether it must be answered, of whose turns.

    evidence: whether an answer must point at what the speaker had read; None: as EVIDENCE_BOUND has it.
    """

    version: DimensionVersion
    required: bool = True
    speakers: list[str] = field(default_factory=list)
    evidence: bool | None = None

    @property
    def asks_evidence(self) -> bool:
        """Only a question about turns can: the conversation as a whole has no reading set of its own."""
        dimension = self.version.dimension
        wanted = dimension.key in EVIDENCE_BOUND if self.evidence is None else self.evidence
        return wanted and dimension.unit == Unit.TURN


@transaction.atomic
def create_campaign(
    *,
    name: str,
    corpus: Corpus,
    questions: Sequence[Question],
    by: User | None,
    slice: dict[str, Any] | None = None,
    instructions: str = "",
    overlap: int = 1,
    order: str = Order.RANDOM,
    order_detail: dict[str, Any] | None = None,
    lease_minutes: int = 30,
    hindsight_free: bool = False,
    sampling: dict[str, Any] | None = None,
    participants: Sequence[User] | None = None,
) -> Campaign:
    """A draft; nothing is handed out before it is opened. `participants` None: every annotator.

    sampling: how the items are drawn from the slice when it is opened (annotate/sampling.py); none: all are items.
    Raises NoQuestions, NameTaken, BadSlice, CannotDraw.
    """
    if not questions:
        raise NoQuestions(_("Choose at least one question."))
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                name=name,
                corpus=corpus,
                slice=checked_slice(slice or {}),
                instructions=instructions,
                overlap=overlap,
                order=order,
                order_detail=order_detail or {"seed": 0},
                lease_minutes=lease_minutes,
                hindsight_free=hindsight_free,
                sampling=checked_wish(sampling or {}),
                open_to_all=participants is None,
                created_by=by,
            )
    except IntegrityError as problem:
        raise NameTaken(_("There is already a campaign called “%(name)s”.") % {"name": name}) from problem
    CampaignDimension.objects.bulk_create(
        CampaignDimension(
            campaign=campaign,
            dimension_version=question.version,
            position=place,
            required=question.required,
            speakers=question.speakers,
            asks_evidence=question.asks_evidence,
        )
        for place, question in enumerate(questions)
    )
    Participant.objects.bulk_create(Participant(campaign=campaign, user=user) for user in participants or ())
    record(actor=by, verb="campaign.create", subject=f"campaign {campaign.pk}", detail={"name": name})
    return campaign
