"""How sure a checkpoint is of the conversations of a corpus: what a campaign may be ordered by."""

from __future__ import annotations

from django.db.models import Avg, F

from annotate.models import Corpus
from scoring.models import Checkpoint, Prediction
from scoring.selectors.counted import counted_signature


def uncertainty_of(*, checkpoint: Checkpoint, corpus: Corpus) -> dict[int, float]:
    """conversation id -> mean width of the checkpoint's 80 % intervals over its turns. Two queries.

    Conversations without a single interval are left out.
    """
    counted = Prediction.objects.filter(checkpoint=checkpoint, signature=counted_signature(corpus, checkpoint))
    rows = counted.filter(conversation__corpus=corpus, low__isnull=False, high__isnull=False)
    widths = rows.values("conversation").annotate(width=Avg(F("high") - F("low"))).order_by()
    return {row["conversation"]: float(row["width"]) for row in widths}
