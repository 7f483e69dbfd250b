"""How sure a checkpoint is of the conversations of a corpus: what a campaign may be ordered by."""

from __future__ import annotations

from django.db.models import Avg, F

from annotate.models import Corpus
from scoring.models import Checkpoint, Prediction


def uncertainty_of(*, checkpoint: Checkpoint, corpus: Corpus) -> dict[int, float]:
    """conversation id -> mean width of the checkpoint's 80 % intervals over its turns. One query.

    Conversations without a single interval are left out.
    """
    rows = Prediction.objects.filter(
        checkpoint=checkpoint, conversation__corpus=corpus, low__isnull=False, high__isnull=False
    )
    widths = rows.values("conversation").annotate(width=Avg(F("high") - F("low"))).order_by()
    return {row["conversation"]: float(row["width"]) for row in widths}
