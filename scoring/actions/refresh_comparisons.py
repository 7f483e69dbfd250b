"""Lay ratings and predictions side by side into rows that sort by an index. Set-based: seconds for 100,000 turns."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from annotate.models import Corpus
from annotate.selectors.given import GIVEN, newest_rating, submitted_tasks
from annotate.selectors.maps import newest_map
from scoring.actions.rank_by_surprise import rank_by_surprise
from scoring.likeness import POINTS
from scoring.models import Checkpoint, Comparison, ComparisonState, ConversationGap, Prediction
from scoring.selectors.counted import counted_signature

if TYPE_CHECKING:  # numpy, which the web has not
    from scoring.analyses.people import People

# People's side is what can be read on the version that the checkpoint speaks on. Drafts do not count: a rating is one
# once its task was submitted (imported ones have no task). A scale's width comes from the dimension version that the
# prediction names. A metric's raw value counts only where it lies on that scale by nature; otherwise the calibrated
# one does, and without it there is no comparison.
_INSERT = f"""
WITH human AS MATERIALIZED (
    SELECT r.turn_id, avg(r.number) AS mean, count(*) AS raters, stddev_samp(r.number) AS spread
    FROM annotate_readrating r
    JOIN annotate_conversation rc ON rc.id = r.conversation_id
    LEFT JOIN annotate_task k ON k.id = r.task_id
    WHERE rc.corpus_id = %(corpus)s AND r.version_id = %(version)s AND {GIVEN}
      AND r.current AND r.number IS NOT NULL AND r.turn_id IS NOT NULL
    GROUP BY r.turn_id
), pooled AS MATERIALIZED (
    SELECT coalesce(avg(v.variance), 0) AS variance FROM (
        SELECT var_samp(r.number) AS variance
        FROM annotate_readrating r
        JOIN annotate_conversation rc ON rc.id = r.conversation_id
        LEFT JOIN annotate_task k ON k.id = r.task_id
        WHERE rc.corpus_id = %(corpus)s AND r.version_id = %(version)s
          AND {GIVEN}
          AND r.current AND r.number IS NOT NULL AND r.turn_id IS NOT NULL
        GROUP BY r.turn_id HAVING count(*) > 1
    ) v
)
INSERT INTO scoring_comparison (prediction_id, conversation_id, turn_id, corpus_id, checkpoint_id,
                                dimension_version_id, model, human, raters, spread, gap, size, surprise)
SELECT p.id, p.conversation_id, p.turn_id, c.corpus_id, p.checkpoint_id, p.dimension_version_id,
       m.value, h.mean, h.raters, h.spread,
       (m.value - h.mean) / s.width, abs(m.value - h.mean) / s.width,
       -- The next rater is expected at the mean, with the item's own spread shrunk to the pooled one (2 raters' worth)
       -- and the uncertainty of a mean of few: a gap counts the less, the less people agree on the item.
       abs(m.value - h.mean) / sqrt(
           ((coalesce(h.spread, 0) ^ 2) * (h.raters - 1) + 2 * greatest(pooled.variance, 0.0025 * s.width ^ 2))
           / (h.raters + 1) * (1 + 1.0 / h.raters))
FROM scoring_prediction p
JOIN annotate_conversation c ON c.id = p.conversation_id
JOIN annotate_dimensionversion pv ON pv.id = p.dimension_version_id
CROSS JOIN LATERAL (
    -- Points may be words: with many rows the planner looks at other versions' scales before it leaves them out.
    SELECT max(number) - min(number) AS width FROM (
        SELECT CASE WHEN jsonb_typeof(point->'value') = 'number' THEN (point->>'value')::float END AS number
        FROM jsonb_array_elements(pv.scale) AS point
    ) points
) s
CROSS JOIN LATERAL (SELECT coalesce(p.calibrated, CASE WHEN %(native)s THEN p.value END) AS value) m
JOIN human h ON h.turn_id = p.turn_id
CROSS JOIN pooled
WHERE c.corpus_id = %(corpus)s AND p.checkpoint_id = %(checkpoint)s AND p.signature = %(signature)s
  AND m.value IS NOT NULL AND s.width > 0
"""  # noqa: S608 (a constant is put in; values are bound)
# The profile is people minus model at likeness.POINTS places along the compared turns, linearly between them. A turn
# diverges as the trace marks it: people's mean lies outside the model's own interval, where it gives one on this scale.
_GAPS = """
WITH compared AS (
    SELECT c.conversation_id, c.size, -c.gap AS signed, t.index,
           row_number() OVER (PARTITION BY c.conversation_id ORDER BY t.index) AS place,
           %(native)s AND p.calibrated IS NULL AND NOT c.human BETWEEN p.low AND p.high AS diverges
    FROM scoring_comparison c
    JOIN scoring_prediction p ON p.id = c.prediction_id
    JOIN annotate_turn t ON t.id = c.turn_id
    WHERE c.corpus_id = %(corpus)s AND c.checkpoint_id = %(checkpoint)s
), whole AS (
    SELECT conversation_id, count(*)::int AS turns, avg(size) AS mean_size, array_agg(signed ORDER BY index) AS signed,
           min(index) FILTER (WHERE diverges) AS diverges_at, min(place) FILTER (WHERE diverges) AS place
    FROM compared GROUP BY conversation_id
)
INSERT INTO scoring_conversationgap
  (conversation_id, corpus_id, checkpoint_id, turns, mean_size, profile, diverges_at, diverges)
SELECT conversation_id, %(corpus)s, %(checkpoint)s, turns, mean_size, profile.points, diverges_at,
       coalesce((place - 0.5) / turns, 1)
FROM whole CROSS JOIN LATERAL (
    SELECT array_agg(signed[floor(x)::int] + (x - floor(x)) * (signed[ceil(x)::int] - signed[floor(x)::int])
                     ORDER BY k) AS points
    FROM (SELECT k, least(greatest((k - 0.5) / %(points)s * turns + 0.5, 1), turns)::float AS x
          FROM generate_series(1, %(points)s) k) places
) profile
"""


@transaction.atomic
def refresh_comparisons(*, corpus: Corpus, checkpoint: Checkpoint, native: bool, people: People | None = None) -> int:
    """Rebuild the comparisons of one corpus and checkpoint; returns how many turns have both judgements.

    `native`: the metric's raw value lies on the human scale. `people`: the rater model, fitted before the rows are
    locked; without one, surprise is the gap by the raters' spread. Of several settings of the checkpoint one counts
    (`counted_signature`). Readers see the old rows until the new are
    committed.
    """
    state, _ = ComparisonState.objects.select_for_update().get_or_create(corpus=corpus, checkpoint=checkpoint)
    # What came after people were modelled is for the next time.
    state.rating_seen, state.tasks_seen = people.seen if people is not None else seen_ratings(corpus)
    state.predictions_seen, state.maps_seen = newest_prediction(corpus, checkpoint), newest_map()
    arguments: dict[str, str | int | bool] = {
        "corpus": corpus.pk,
        "checkpoint": checkpoint.pk,
        "native": native,
        "version": checkpoint.dimension_version_id,
        "signature": counted_signature(corpus, checkpoint),
        "points": POINTS,
    }
    Comparison.objects.filter(corpus=corpus, checkpoint=checkpoint)._raw_delete(using="default")
    ConversationGap.objects.filter(corpus=corpus, checkpoint=checkpoint)._raw_delete(using="default")
    with connection.cursor() as cursor:
        # Right after an import or a run the planner has no statistics, expects a row or two, and would loop over all
        # ratings once per prediction: minutes in place of seconds.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_INSERT, arguments)
        compared = cursor.rowcount
        cursor.execute(_GAPS, arguments)
    if people is not None:
        rank_by_surprise(corpus=corpus, checkpoint=checkpoint, people=people)
    state.refreshed_at = timezone.now()
    state.save()
    return compared


def seen_ratings(corpus: Corpus) -> tuple[int, int]:
    """(newest rating of any corpus, submitted tasks of this one): what there is to compare with. Two queries."""
    return newest_rating(), submitted_tasks().get(corpus.pk, 0)


def newest_prediction(corpus: Corpus, checkpoint: Checkpoint) -> datetime | None:
    """When a prediction of the pair was last written."""
    of_pair = Prediction.objects.filter(conversation__corpus=corpus, checkpoint=checkpoint)
    return of_pair.aggregate(newest=Max("made_at"))["newest"]
