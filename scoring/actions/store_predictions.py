from __future__ import annotations

import json
from collections.abc import Sequence

from scoring.inputs import Input, signature_in_app
from scoring.metrics.api import Metric, Score
from scoring.metrics.calibration import Calibration as HumanScale
from scoring.models import Calibration, Checkpoint, Evidence, Prediction, Run

_KEY = ["conversation", "turn", "checkpoint", "dimension_version", "signature"]


def store_predictions(
    *,
    checkpoint: Checkpoint,
    run: Run,
    metric: Metric,
    inputs: Sequence[Input],
    scores: Sequence[tuple[Score, ...]],
) -> int:
    """Write one Prediction per turn inside the caller's transaction; returns how many have no value.

    A turn scored again by the same checkpoint and signature keeps its one row.
    """
    signature = signature_in_app(metric.signature, metric.reads)
    human_scale = active_calibration(checkpoint, signature)
    rows: list[Prediction] = []
    details: list[dict[str, object]] = []
    for each, given in zip(inputs, scores, strict=True):
        for turn_id, score in zip(each.turn_ids, given, strict=True):
            calibrated = score.calibrated
            if calibrated is None and score.value is not None and human_scale:
                calibrated = human_scale.apply(score.value)
            rows.append(
                Prediction(
                    conversation_id=each.conversation_id,
                    turn_id=turn_id,
                    checkpoint=checkpoint,
                    dimension_version_id=checkpoint.dimension_version_id,
                    run=run,
                    signature=signature,
                    value=score.value,
                    low=score.low,
                    high=score.high,
                    calibrated=calibrated,
                    reason=(score.reason or "")[:100],
                    input_sha256=each.sha256,
                )
            )
            details.append(dict(score.evidence))
    stored = Prediction.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=_KEY,
        update_fields=["run", "value", "low", "high", "calibrated", "reason", "input_sha256", "made_at"],
    )
    Evidence.objects.bulk_create(
        [
            Evidence(prediction_id=row.pk, detail=json.loads(json.dumps(detail)))
            for row, detail in zip(stored, details, strict=True)
            if detail
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["prediction"],
        update_fields=["detail"],
    )
    return sum(row.value is None for row in rows)


def active_calibration(checkpoint: Checkpoint, signature: str) -> HumanScale | None:
    """The map to the human scale in force, read and checked; None without one. One query."""
    found = Calibration.objects.filter(checkpoint=checkpoint, signature=signature, active=True).first()
    return HumanScale.from_json(found.map) if found else None
