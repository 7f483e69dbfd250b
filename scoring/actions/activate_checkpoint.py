from __future__ import annotations

from django.db import transaction

from scoring.models import Checkpoint


@transaction.atomic
def activate_checkpoint(*, checkpoint: Checkpoint) -> None:
    """Make it the one that new runs of its metric take; the database keeps that there is one at most."""
    # Locked in one order, so that two admins at once do not both see nobody active.
    list(Checkpoint.objects.select_for_update().filter(metric=checkpoint.metric).order_by("pk"))
    Checkpoint.objects.filter(metric=checkpoint.metric, active=True).exclude(pk=checkpoint.pk).update(active=False)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(active=True)
