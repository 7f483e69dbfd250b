from __future__ import annotations

from django.db import connection, transaction

from annotate.models import Corpus
from people.actions.record import record
from people.models import User
from scoring.metrics.calibration import Calibration as HumanScale
from scoring.models import Calibration, Checkpoint

TURNS_AT_LEAST, CONVERSATIONS_AT_LEAST = 60, 5
_BOTH = """
SELECT p.value, avg(r.number), p.conversation_id, p.signature
FROM scoring_prediction p
JOIN annotate_conversation c ON c.id = p.conversation_id
JOIN annotate_readrating r ON r.conversation_id = p.conversation_id AND r.turn_id = p.turn_id
     AND r.current AND r.number IS NOT NULL AND r.version_id = p.dimension_version_id
LEFT JOIN annotate_task k ON k.id = r.task_id
WHERE p.checkpoint_id = %s AND c.corpus_id = %s AND p.value IS NOT NULL AND (k.id IS NULL OR k.state = 'submitted')
GROUP BY p.id ORDER BY p.id
"""


class TooLittleToFit(Exception):
    """Too few turns that people and the model both judged."""


def fit_calibration(*, checkpoint: Checkpoint, corpus: Corpus, by: User | None) -> Calibration:
    """Fit the monotone map from raw values to the human scale on a corpus, and put every prediction on it.

    Cross-validated by conversation; the report keeps the error on ratings not seen. Needs the model extra. Raises
    TooLittleToFit.
    """
    from scoring.metrics.calibration.fit import fit_calibration as fit  # deferred: numpy, a worker's extra

    with connection.cursor() as cursor:
        cursor.execute(_BOTH, [checkpoint.pk, corpus.pk])
        rows = cursor.fetchall()
    signature = rows[-1][3] if rows else ""
    rows = [row for row in rows if row[3] == signature]
    conversations = len({row[2] for row in rows})
    if len(rows) < TURNS_AT_LEAST or conversations < CONVERSATIONS_AT_LEAST:
        raise TooLittleToFit(
            f"{len(rows)} turns of {conversations} conversations have both judgements; "
            f"at least {TURNS_AT_LEAST} of {CONVERSATIONS_AT_LEAST} are needed."
        )
    version = checkpoint.dimension_version
    points = [float(point["value"]) for point in version.scale]
    found = fit(
        [row[0] for row in rows],
        [float(row[1]) for row in rows],
        [row[2] for row in rows],
        signature=signature,
        dimension=version.dimension.key,
        scale=(min(points), max(points)),
    )
    with transaction.atomic():
        Checkpoint.objects.select_for_update().get(pk=checkpoint.pk)
        Calibration.objects.filter(checkpoint=checkpoint, signature=signature, active=True).update(active=False)
        row = Calibration.objects.create(
            checkpoint=checkpoint,
            signature=signature,
            map=found.to_json(),
            fitted_on={"corpus": corpus.key, "turns": len(rows), "conversations": conversations},
            made_by=by,
        )
        _apply(checkpoint, signature, found)
        record(actor=by, verb="calibration.fit", subject=f"checkpoint {checkpoint.pk}", detail=row.fitted_on)
    return row


def _apply(checkpoint: Checkpoint, signature: str, found: HumanScale) -> None:
    """Every stored prediction of the checkpoint, of any corpus, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, value FROM scoring_prediction "
            "WHERE checkpoint_id = %s AND signature = %s AND value IS NOT NULL",
            [checkpoint.pk, signature],
        )
        pairs = cursor.fetchall()
        cursor.execute(
            "UPDATE scoring_prediction p SET calibrated = v.calibrated, made_at = now() "
            "FROM unnest(%s::bigint[], %s::float[]) AS v(id, calibrated) WHERE p.id = v.id",
            [[pk for pk, _ in pairs], [found.apply(value) for _, value in pairs]],
        )
