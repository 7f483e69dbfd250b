from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from annotate.models import Campaign, Corpus, Dimension
from scoring.analyses import VERSION
from scoring.analyses.data import seen_now
from scoring.models import Analysis
from scoring.wake import wake_default_worker

_A_MESSAGE_TAKES = timedelta(seconds=20)


def ask_analysis(
    *, kind: str, corpus: Corpus, dimension: Dimension, campaign: Campaign | None = None
) -> tuple[Analysis, bool]:
    """The analysis as it is, and whether it is of the ratings and predictions that are here now.

    Where it is not, the default worker is asked for it; the page shows the old one meanwhile. A page that asks again
    and again while the worker computes sends no message each time; a lost one is sent again.
    """
    row, new = Analysis.objects.get_or_create(kind=kind, corpus=corpus, dimension=dimension, campaign=campaign)
    current = row.computed_at is not None and row.seen == seen_now(corpus, dimension, campaign, version=VERSION)
    now = timezone.now()
    answered = row.computed_at is not None and row.computed_at >= row.asked_at
    if not current and (new or answered or row.asked_at < now - _A_MESSAGE_TAKES):
        Analysis.objects.filter(pk=row.pk).update(asked_at=now)
        wake_default_worker("scoring.tasks.analyse_task", row.pk)
    return row, current
