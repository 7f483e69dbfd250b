from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext

from annotate.actions.claim_task import become_rater
from annotate.actions.release_expired import release_expired_pairs
from annotate.models import Rater, Study, StudyPair, StudyPlace
from annotate.models.campaign import CampaignState, TaskState
from annotate.pairing import is_turned
from annotate.places import take_place
from annotate.refusals import NotTakingPart, StudyNotOpen
from annotate.selectors.studies import NOT_CHOSEN, may_judge, why_no_pair
from people.models import Role, User


@dataclass(frozen=True, slots=True)
class NextPair:
    """A place on a pair, or in words why there is none now; `until` is when something may be free again."""

    place: StudyPlace | None
    words: str = ""
    until: datetime | None = None


def next_pair(*, study: Study, user: User, now: datetime | None = None) -> NextPair:
    """The judge's next pair: the one at hand, one whose lease ran out, or the next free one.

    Never k+1 judges: free pairs are picked with FOR UPDATE SKIP LOCKED, and a check constraint backs the counter.
    Raises StudyNotOpen, NotTakingPart (who sees the systems' names does not judge; others were chosen).
    """
    now = now or timezone.now()
    if study.state != CampaignState.OPEN:
        raise StudyNotOpen(gettext("This study is not open."))
    if user.role != Role.ANNOTATOR:
        raise NotTakingPart(gettext("Annotators judge; you can see which system said what."))
    if not may_judge(study, user):
        raise NotTakingPart(gettext(NOT_CHOSEN))
    rater = become_rater(user)
    place = _claim(study, rater, now)
    if place is None and release_expired_pairs(study=study, now=now):
        place = _claim(study, rater, now)
    if place is not None:
        return NextPair(place)
    nothing = why_no_pair(study, rater, now=now)
    return NextPair(None, nothing.words, nothing.until)


@transaction.atomic
def _claim(study: Study, rater: Rater, now: datetime) -> StudyPlace | None:
    # Two windows of one person take turns: a judge holds one pair of a study at a time.
    Rater.objects.select_for_update(no_key=True).get(pk=rater.pk)
    lease = now + timedelta(minutes=study.lease_minutes)
    mine = StudyPlace.objects.filter(rater=rater, pair__study=study)
    drafts = mine.filter(state__in=(TaskState.OPEN, TaskState.RELEASED)).order_by("state", "claimed_at", "pk")
    for place in drafts.select_for_update(of=("self",), no_key=True)[:20]:
        if place.state == TaskState.RELEASED and not take_place(place.pair_id, StudyPair):
            continue
        place.state, place.lease_until = TaskState.OPEN, lease
        place.save(update_fields=["state", "lease_until"])
        return place
    free = StudyPair.objects.filter(study=study, taken__lt=F("required_raters"))
    pair = (
        free.filter(~Exists(StudyPlace.objects.filter(pair=OuterRef("pk"), rater=rater)))
        .order_by("position")
        .select_for_update(skip_locked=True, no_key=True)
        .first()
    )
    if pair is None or not take_place(pair.pk, StudyPair):
        return None
    # The pair is locked: nobody else counts its places at this moment.
    nth = StudyPlace.objects.filter(pair=pair).count()
    turned = is_turned(seed=study.seed, position=pair.position, nth=nth)
    return StudyPlace.objects.create(pair=pair, rater=rater, turned=turned, lease_until=lease, claimed_at=now)
