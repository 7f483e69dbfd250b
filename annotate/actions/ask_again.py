from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.assignment import random_order
from annotate.models import (
    Campaign,
    CampaignDimension,
    CampaignItem,
    Corpus,
    DimensionMap,
    ItemRater,
    MapPart,
    Participant,
    Rater,
)
from annotate.models.campaign import AgainTo, CampaignState
from annotate.models.dimension import Unit
from annotate.selectors.again import can_be_asked, handed_out, untold
from people.actions.record import record
from people.models import Role, User

_SEED = 1


class NothingToAsk(ValueError):
    """There is nobody to ask, or nothing; the words say which."""


@dataclass(slots=True)
class _Group:
    """What comes from one campaign, or from the imports of one corpus."""

    sources: set[int] = field(default_factory=set)
    turns: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # conversation -> indexes
    raters: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # conversation -> raters


@transaction.atomic
def ask_again(*, map: DimensionMap, to: str, by: User) -> list[Campaign]:
    """Hand out what a map cannot tell: one open campaign for each campaign, or corpus of imports, that it came from.

    Only the turns concerned are asked about, by as many raters as gave the ratings. `to`: "same", the people who gave
    them (ratings of imports, and of people who left, stay); "others", anybody else. What an earlier call handed out is
    not handed out again. Raises NothingToAsk.
    """
    if to not in AgainTo.values:
        raise NothingToAsk(_("Choose who is asked again."))
    DimensionMap.objects.select_for_update().get(pk=map.pk)  # two of these at once take turns
    parts = list(map.parts.select_related("source__dimension", "target__dimension").order_by("pk"))
    found = untold(parts).annotate(out=handed_out(map)).filter(out=False)
    if to == AgainTo.SAME:
        found = found.filter(can_be_asked())
    groups: dict[tuple[int, int], _Group] = defaultdict(_Group)
    for campaign, corpus, conversation, index, rater, version in found.values_list(
        "task__item__campaign", "conversation__corpus", "conversation", "turn__index", "rater", "dimension_version"
    ):
        group = groups[campaign or 0, corpus]
        group.sources.add(version)
        group.raters[conversation].add(rater)
        if index is not None:
            group.turns[conversation].add(index)
    if not groups:
        raise NothingToAsk(_("There is nothing left to hand out."))
    campaigns = Campaign.objects.in_bulk(campaign for campaign, _ in groups)
    corpora = Corpus.objects.in_bulk(corpus for _, corpus in groups)
    if to == AgainTo.OTHERS:
        _somebody_else(groups, campaigns)
    return [
        _made(map, parts, to, by, corpora[corpus], campaigns.get(campaign), group)
        for (campaign, corpus), group in sorted(groups.items(), key=lambda pair: pair[0])
    ]


def _somebody_else(groups: dict[tuple[int, int], _Group], campaigns: dict[int, Campaign]) -> None:
    problems = []
    for campaign_id, _where in groups:
        campaign = campaigns.get(campaign_id)
        if campaign is None or campaign.open_to_all:
            continue
        before = {rater for raters in groups[campaign_id, campaign.corpus_id].raters.values() for rater in raters}
        people = Rater.objects.filter(pk__in=before).values("user")
        if (
            not campaign.participants.filter(role=Role.ANNOTATOR, user__is_active=True)
            .exclude(user__in=people)
            .exists()
        ):
            problems.append(_("Nobody else takes part in “%(campaign)s”.") % {"campaign": campaign.name})
    if problems:
        raise NothingToAsk(" ".join(problems))


def _made(
    map: DimensionMap,
    parts: Sequence[MapPart],
    to: str,
    by: User,
    corpus: Corpus,
    before: Campaign | None,
    group: _Group,
) -> Campaign:
    made = Campaign.objects.create(
        name=_name(map, before.name if before else corpus.name),
        corpus=corpus,
        slice=before.slice if before else {},
        instructions=before.instructions if before else "",
        overlap=max(len(raters) for raters in group.raters.values()),
        order_detail={"seed": _SEED},
        state=CampaignState.OPEN,
        lease_minutes=before.lease_minutes if before else 30,
        hindsight_free=before.hindsight_free if before else False,
        open_to_all=to == AgainTo.OTHERS and (before is None or before.open_to_all),
        created_by=by,
        again_for=map,
        again_to=to,
    )
    _ask(made, parts, before, group)
    _take_part(made, before, group)
    CampaignItem.objects.bulk_create(
        CampaignItem(
            campaign=made,
            conversation_id=conversation,
            position=place,
            required_raters=len(group.raters[conversation]),
            turns=sorted(group.turns[conversation]) if conversation in group.turns else None,
        )
        for place, conversation in enumerate(random_order(list(group.raters), _SEED))
    )
    items = dict(CampaignItem.objects.filter(campaign=made).values_list("conversation", "pk"))
    ItemRater.objects.bulk_create(
        ItemRater(item_id=items[conversation], rater_id=rater)
        for conversation, raters in group.raters.items()
        for rater in sorted(raters)
    )
    detail = {"map": map.pk, "to": to, "items": len(items), "of": before.pk if before else None}
    record(actor=by, verb="campaign.ask_again", subject=f"campaign {made.pk}", detail=detail)
    return made


def _name(map: DimensionMap, of: str) -> str:
    first = f"Again, map {map.pk}: {of}"[:190]
    taken = set(Campaign.objects.filter(name__startswith=first).values_list("name", flat=True))
    return next(name for name in (first, *(f"{first} ({n})" for n in range(2, len(taken) + 3))) if name not in taken)


def _ask(made: Campaign, parts: Sequence[MapPart], before: Campaign | None, group: _Group) -> None:
    """The targets that cannot tell something, asked as the source was."""
    asked = {row.dimension_version_id: row for row in before.questions.all()} if before else {}
    here = [part for part in parts if part.source_id in group.sources]
    lossy = [part for part in here if None in part.answers.values()]
    targets = {part.target_id: part for part in lossy or here}  # all can be told, but for what is off the scale
    for place, (target, part) in enumerate(targets.items()):
        like = asked.get(part.source_id)
        CampaignDimension.objects.create(
            campaign=made,
            dimension_version_id=target,
            position=place,
            required=like.required if like else True,
            speakers=like.speakers if like else [],
            asks_evidence=bool(like and like.asks_evidence and part.target.dimension.unit == Unit.TURN),
        )


def _take_part(made: Campaign, before: Campaign | None, group: _Group) -> None:
    if made.open_to_all:
        return
    raters = {rater for raters in group.raters.values() for rater in raters}
    if made.again_to == AgainTo.SAME:
        users = set(Rater.objects.filter(pk__in=raters).values_list("user", flat=True))
    else:
        users = set(before.participants.filter(role=Role.ANNOTATOR).values_list("user", flat=True)) if before else set()
    Participant.objects.bulk_create(Participant(campaign=made, user_id=user) for user in sorted(users) if user)
