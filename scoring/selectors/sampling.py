"""What metrics say for a draw: a weight per conversation, for the policies that look at them."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg

from annotate.models import Campaign, Corpus
from annotate.sampling import metric_disagreement
from scoring.models import Checkpoint, Prediction
from scoring.selectors.counted import counted_signature
from scoring.selectors.uncertainty import uncertainty_of


def draw_weights(campaign: Campaign) -> dict[int, float]:
    """conversation id -> weight, for a campaign's policy; empty where it asks no metric. One query, and two a metric.

    A metric that is no longer here leaves the others; without any, nothing can be weighted and the draw says so.
    """
    wish: dict[str, Any] = campaign.sampling
    found = list(Checkpoint.objects.filter(pk__in=wish.get("metrics", [])).order_by("pk"))
    if wish.get("policy") == "uncertainty" and found:
        return uncertainty_of(checkpoint=found[0], corpus=campaign.corpus)
    if wish.get("policy") == "metric_disagreement" and len(found) == 2:
        first, second = (mean_score_of(checkpoint=row, corpus=campaign.corpus) for row in found)
        return metric_disagreement(first, second)
    return {}


def mean_score_of(*, checkpoint: Checkpoint, corpus: Corpus) -> dict[int, float]:
    """conversation id -> mean of the checkpoint's values over its turns. Two queries; the unscored are left out."""
    counted = Prediction.objects.filter(checkpoint=checkpoint, signature=counted_signature(corpus, checkpoint))
    rows = counted.filter(conversation__corpus=corpus, value__isnull=False)
    means = rows.values("conversation").annotate(mean=Avg("value")).order_by()
    return {row["conversation"]: float(row["mean"]) for row in means}
