"""Fit the map to the human scale: the first by itself, in force at once; one that was asked for is looked at first.

On the ratings that are here now, or on those of a release, which never change: such a map can be fitted again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from annotate.models import Campaign, Corpus
from annotate.selectors.given import GIVEN
from people.models import User
from scoring.actions.activate_calibration import put_in_force
from scoring.actions.verify_release import verify_release
from scoring.models import Calibration, CalibrationState, Checkpoint, Prediction, Release
from scoring.releasing.judged import human_means
from scoring.selectors.counted import counted_signature

log = structlog.get_logger(__name__)
TURNS_AT_LEAST, CONVERSATIONS_AT_LEAST = 60, 5
_BOTH = f"""
SELECT p.value, avg(r.number), p.conversation_id
FROM scoring_prediction p
JOIN annotate_conversation c ON c.id = p.conversation_id
JOIN annotate_readrating r ON r.conversation_id = p.conversation_id AND r.turn_id = p.turn_id
     AND r.current AND r.number IS NOT NULL AND r.version_id = p.dimension_version_id
LEFT JOIN annotate_task k ON k.id = r.task_id
LEFT JOIN annotate_campaignitem i ON i.id = k.item_id
WHERE p.checkpoint_id = %(checkpoint)s AND p.signature = %(signature)s AND c.corpus_id = %(corpus)s
  AND p.value IS NOT NULL AND {GIVEN} AND (%(campaign)s::bigint IS NULL OR i.campaign_id = %(campaign)s)
GROUP BY p.id ORDER BY p.id
"""  # noqa: S608 (a constant is put in; values are bound)


class TooLittleToFit(Exception):
    """Too few turns that people and the model both judged."""


@transaction.atomic
def fit_calibration(*, checkpoint: Checkpoint, corpus: Corpus, by: User | None) -> Calibration:
    """Fit the map on a corpus, and put every prediction on it at once. Raises TooLittleToFit.

    Cross-validated by conversation; the report keeps the error on ratings not seen. Needs the model extra.
    """
    row = Calibration.objects.create(
        checkpoint=checkpoint, corpus=corpus, active=False, made_by=by, **_fitted(checkpoint, corpus, None)
    )
    put_in_force(calibration=row, by=by)
    return row


def fit_requested_calibration(*, calibration_id: int) -> None:
    """Fit what a scientist asked for; nothing is put in force. Called twice, the second does nothing."""
    with transaction.atomic():
        row = (
            Calibration.objects.select_for_update(of=("self",))
            .select_related("checkpoint__dimension_version__dimension", "corpus", "campaign", "release")
            .get(pk=calibration_id)
        )
        if row.state != CalibrationState.QUEUED:
            return
        try:
            if row.corpus is None:
                raise TooLittleToFit("The corpus is gone.")
            facts = _fitted(row.checkpoint, row.corpus, row.campaign, row.release) | {"state": CalibrationState.FITTED}
        except TooLittleToFit as problem:
            facts = {"state": CalibrationState.FAILED, "reason": str(problem)}
        except ValueError as problem:  # a value or scale that no map can be fitted on: the page says it
            log.exception("calibration_failed", calibration=row.pk)
            facts = {"state": CalibrationState.FAILED, "reason": f"{type(problem).__name__}: {problem}"[:1000]}
        for name, value in facts.items():
            setattr(row, name, value)
        row.save(update_fields=list(facts))


def _fitted(
    checkpoint: Checkpoint, corpus: Corpus, campaign: Campaign | None, release: Release | None = None
) -> dict[str, Any]:
    """signature, map, curve and fitted_on of a Calibration. Raises TooLittleToFit."""
    # Deferred: numpy, a worker's extra.
    from scoring.correlation.calibration import calibration_curve
    from scoring.correlation.pairs import Pairs
    from scoring.metrics.calibration.fit import FOLDS, folds_of, left_out
    from scoring.metrics.calibration.fit import fit_calibration as fit

    signature = counted_signature(corpus, checkpoint)
    if release is None:
        rows = _rated_now(checkpoint, corpus, campaign, signature)
    else:
        rows = _rated_in(release, checkpoint, corpus, signature)
    raw, human = [row[0] for row in rows], [row[1] for row in rows]
    conversations = [row[2] for row in rows]
    count = len(set(conversations))
    if len(rows) < TURNS_AT_LEAST or count < CONVERSATIONS_AT_LEAST:
        raise TooLittleToFit(
            f"{len(rows)} turns of {count} conversations have both judgements; "
            f"at least {TURNS_AT_LEAST} of {CONVERSATIONS_AT_LEAST} are needed."
        )
    version = checkpoint.dimension_version
    points = [float(point["value"]) for point in version.scale]
    scale = (min(points), max(points))
    found = fit(raw, human, conversations, signature=signature, dimension=version.dimension.key, scale=scale)
    unseen = left_out(raw, human, folds_of(conversations, min(FOLDS, count)), scale=scale)
    fitted_on = {"corpus": corpus.key, "turns": len(rows), "conversations": count}
    if campaign is not None:
        fitted_on["campaign"] = campaign.name
    if release is not None:
        fitted_on |= {"release": release.name, "sha256": release.sha256}
    curve = calibration_curve(Pairs.of(unseen, human, conversations), bins=10)
    return {
        "signature": signature,
        "map": found.to_json(),
        "curve": [
            {"n": each.n, "metric": each.metric, "human": each.human, "low": each.human_low, "high": each.human_high}
            for each in curve
        ],
        "fitted_on": fitted_on,
    }


def _rated_now(
    checkpoint: Checkpoint, corpus: Corpus, campaign: Campaign | None, signature: str
) -> list[tuple[float, float, int]]:
    """(raw value, people's mean, conversation) of every turn that both judged, by the ratings that are here now."""
    wanted: dict[str, str | int | None] = {
        "checkpoint": checkpoint.pk,
        "signature": signature,
        "corpus": corpus.pk,
        "campaign": campaign.pk if campaign else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOTH, wanted)
        return [(value, float(mean), conversation) for value, mean, conversation in cursor.fetchall()]


def _rated_in(
    release: Release, checkpoint: Checkpoint, corpus: Corpus, signature: str
) -> list[tuple[float, float, int]]:
    """The same by the ratings of a release. Raises TooLittleToFit where its file is not as it was published."""
    if wrong := verify_release(release=release):
        raise TooLittleToFit(f"Release {release.pk} is not as it was published: {'; '.join(wrong)}.")
    version = checkpoint.dimension_version
    with (Path(settings.RELEASES) / release.path).open("rb") as opened:
        means = human_means(opened, dimension=version.dimension.key, version=version.number)
    scored = Prediction.objects.filter(
        checkpoint=checkpoint, signature=signature, conversation__corpus=corpus, turn__isnull=False
    )
    columns = scored.order_by("pk").values_list("conversation__external_id", "turn__index", "value", "conversation_id")
    return [
        (value, means[name, index], conversation)
        for name, index, value, conversation in columns.iterator(5000)
        if value is not None and (name, index) in means
    ]
