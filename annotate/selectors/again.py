"""What a map cannot tell and so has to be rated again: which ratings, and how far that is. For admins."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q, QuerySet

from annotate.mapping.answers import PASSED_ON
from annotate.models import Campaign, CampaignItem, DimensionMap, ItemRater, MapPart, Rating, ReadRating
from annotate.models.campaign import Purpose
from annotate.selectors.given import given
from annotate.selectors.progress import Progress, progress_by


def untold(parts: list[MapPart]) -> QuerySet[Rating]:
    """Given ratings on the parts' sources that cannot be read on one of their targets."""
    missing = Q(pk__in=[])
    for part in parts:
        read = ReadRating.objects.filter(rating=OuterRef("pk"), version=part.target_id)
        missing = missing | Q(~Exists(read), dimension_version=part.source_id)
    return Rating.objects.filter(given(), missing, current=True).exclude(reason__in=PASSED_ON)


def handed_out(map: DimensionMap) -> Exists:
    """Whether a rating is in an item that asks it again."""
    index = Func(
        OuterRef("turn__index"), template="ARRAY[%(expressions)s]::int[]", output_field=ArrayField(IntegerField())
    )
    items = ItemRater.objects.filter(
        item__campaign__again_for=map, rater=OuterRef("rater"), item__conversation=OuterRef("conversation")
    )
    return Exists(items.filter(Q(item__turns__isnull=True) | Q(item__turns__contains=index)))


def can_be_asked() -> Q:
    """Whose rating can be asked again of themselves: a person of ours, still here, in a campaign."""
    return Q(rater__user__is_active=True, task__isnull=False)


@dataclass(frozen=True, slots=True)
class Again:
    """Ratings that a map cannot tell: all, in items that ask them again, left; of these, whom one can ask."""

    untold: int
    handed_out: int
    askable: int
    campaigns: list[tuple[Campaign, Progress]]

    @property
    def left(self) -> int:
        return self.untold - self.handed_out

    @property
    def progress(self) -> Progress:
        """Over all campaigns that ask again."""
        each = [progress for _, progress in self.campaigns]
        return Progress(
            sum(one.items for one in each),
            sum(one.finished for one in each),
            sum(one.wanted for one in each),
            sum(one.taken for one in each),
            sum(one.submitted for one in each),
        )


def again_for(map: DimensionMap, parts: list[MapPart]) -> Again:
    """How much there is to be rated again, and how far it is. Three queries."""
    out = handed_out(map)
    counted = untold(parts).annotate(out=out).aggregate(
        all=Count("pk"), handed=Count("pk", filter=Q(out=True)), ask=Count("pk", filter=Q(can_be_asked(), out=False))
    )  # fmt: skip
    campaigns = list(Campaign.objects.filter(again_for=map).order_by("pk"))
    done = progress_by(CampaignItem.objects.filter(campaign__again_for=map, purpose=Purpose.WORK), "campaign")
    rows = [(row, done.get(row.pk, Progress())) for row in campaigns]
    return Again(counted["all"], counted["handed"], counted["ask"], rows)
