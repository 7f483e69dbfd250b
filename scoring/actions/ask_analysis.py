from __future__ import annotations

from django.utils import timezone

from annotate.models import Corpus, Dimension
from scoring.analyses.data import seen_now
from scoring.models import Analysis
from scoring.wake import wake_default_worker


def ask_analysis(*, kind: str, corpus: Corpus, dimension: Dimension) -> tuple[Analysis, bool]:
    """The analysis as it is, and whether it is of the ratings and predictions that are here now.

    Where it is not, the default worker is asked for it; the page shows the old one meanwhile.
    """
    row, _ = Analysis.objects.get_or_create(kind=kind, corpus=corpus, dimension=dimension)
    current = row.computed_at is not None and row.seen == seen_now(corpus, dimension)
    if not current:
        Analysis.objects.filter(pk=row.pk).update(asked_at=timezone.now())
        wake_default_worker("scoring.tasks.analyse_task", row.pk)
    return row, current
