from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from annotate.models import Campaign, CampaignDimension, Corpus, DimensionVersion, Participant
from annotate.models.campaign import Order
from annotate.slices import checked_slice
from people.actions.record import record
from people.models import User


class NoQuestions(ValueError):
    """A campaign asks at least one question."""


class NameTaken(ValueError):
    """There is a campaign of this name."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a campaign to be: its wording, and whether it must be answered, of whose turns."""

    version: DimensionVersion
    required: bool = True
    speakers: list[str] = field(default_factory=list)


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
    participants: Sequence[User] | None = None,
) -> Campaign:
    """A draft; nothing is handed out before it is opened. `participants` None: every annotator.

    Raises NoQuestions, NameTaken, BadSlice.
    """
    if not questions:
        raise NoQuestions("Choose at least one question.")
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
                open_to_all=participants is None,
                created_by=by,
            )
    except IntegrityError as problem:
        raise NameTaken(f"There is already a campaign called {name!r}.") from problem
    CampaignDimension.objects.bulk_create(
        CampaignDimension(
            campaign=campaign,
            dimension_version=question.version,
            position=place,
            required=question.required,
            speakers=question.speakers,
        )
        for place, question in enumerate(questions)
    )
    Participant.objects.bulk_create(Participant(campaign=campaign, user=user) for user in participants or ())
    record(actor=by, verb="campaign.create", subject=f"campaign {campaign.pk}", detail={"name": name})
    return campaign
