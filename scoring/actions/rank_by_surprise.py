from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from annotate.models import Corpus
from scoring.models import Checkpoint, Comparison

if TYPE_CHECKING:  # numpy, which the web has not
    from scoring.analyses.people import People

_UPDATE = """
UPDATE scoring_comparison c
SET surprise = v.surprise, usual_low = v.low, usual_high = v.high, as_far = v.as_far
FROM unnest(%s::bigint[], %s::float[], %s::float[], %s::float[], %s::float[]) AS v(id, surprise, low, high, as_far)
WHERE c.prediction_id = v.id
"""


def rank_by_surprise(*, corpus: Corpus, checkpoint: Checkpoint, people: People) -> int:
    """Say of each comparison how far the model lies outside what another person would have said; returns how many.

    A turn that was rated after the model of people was fitted is left as it is.
    """
    found = Comparison.objects.filter(corpus=corpus, checkpoint=checkpoint).order_by("pk")
    rows = [row for row in found.values_list("pk", "turn_id", "model") if row[1] in people.place]
    if not rows:
        return 0
    keys, turns, values = zip(*rows, strict=True)
    beyond = people.against(turns, values)
    columns = [column.tolist() for column in (beyond.surprise, beyond.low, beyond.high, beyond.as_far)]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [list(keys), *columns])
    return len(rows)
