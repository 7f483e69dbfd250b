"""Which of a checkpoint's settings counts where one number a turn is wanted: comparisons, statistics, maps, draws."""

from __future__ import annotations

from django.db.models import Count, F, Max

from annotate.models import Corpus
from scoring.models import Checkpoint, Prediction


def counted_signature(corpus: Corpus, checkpoint: Checkpoint) -> str:
    """The signature under which most of the corpus was scored, of equals the one of the newest run; "" without any.

    So a few turns tried with another setting change no statistic, the whole corpus scored anew does; and values of two
    settings are never mixed. One query, over the predictions of the pair.
    """
    rows = (
        Prediction.objects.filter(conversation__corpus=corpus, checkpoint=checkpoint)
        .values("signature")
        .annotate(turns=Count("pk"), newest=Max("run"), last=Max("pk"))
        .order_by("-turns", F("newest").desc(nulls_last=True), "-last")
    )
    return next((row["signature"] for row in rows[:1]), "")
