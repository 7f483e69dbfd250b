from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from scoring.models import Promotion, PromotionState, Release, ReleaseState
from scoring.wake import wake_default_worker

_A_MESSAGE_TAKES = timedelta(seconds=10)


def sweep_releases() -> None:
    """Send again for every release and promotion that nobody works on: its message was lost, or its worker killed."""
    now = timezone.now()
    free = Q(lease_until__isnull=True, created_at__lt=now - _A_MESSAGE_TAKES) | Q(lease_until__lt=now)
    waiting = Release.objects.filter(free, state__in=(ReleaseState.QUEUED, ReleaseState.RUNNING))
    for release_id in waiting.values_list("pk", flat=True)[:20]:
        wake_default_worker("scoring.tasks.publish_release_task", release_id)
    undecided = Promotion.objects.filter(state=PromotionState.QUEUED, created_at__lt=now - _A_MESSAGE_TAKES)
    for promotion_id in undecided.values_list("pk", flat=True)[:20]:
        wake_default_worker("scoring.tasks.decide_promotion_task", promotion_id)
