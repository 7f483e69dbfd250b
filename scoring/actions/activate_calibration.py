from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext as _

from people.actions.record import record
from people.models import User
from scoring.metrics.calibration import Calibration as HumanScale
from scoring.models import Calibration, CalibrationState, Checkpoint


class CannotActivate(ValueError):
    """The calibration cannot be put in force; the message says why."""


@transaction.atomic
def activate_calibration(*, calibration: Calibration, by: User) -> Calibration:
    """Put a fitted calibration in force in place of the one that is. Twice is once. Raises CannotActivate."""
    row = Calibration.objects.select_for_update(of=("self",)).select_related("checkpoint").get(pk=calibration.pk)
    if row.state != CalibrationState.FITTED:
        raise CannotActivate(_("Only a calibration that was fitted can be put in force."))
    if not row.active:
        put_in_force(calibration=row, by=by)
    return row


@transaction.atomic
def put_in_force(*, calibration: Calibration, by: User | None) -> None:
    """Make it the one of its checkpoint and signature, and put every stored prediction, of any corpus, on its scale."""
    checkpoint, signature = calibration.checkpoint, calibration.signature
    Checkpoint.objects.select_for_update().get(pk=checkpoint.pk)
    former = Calibration.objects.filter(checkpoint=checkpoint, signature=signature, active=True)
    replaced = list(former.values_list("pk", flat=True))
    former.update(active=False)
    calibration.active = True
    calibration.save(update_fields=["active"])
    _apply(checkpoint, signature, HumanScale.from_json(calibration.map))
    detail = {**calibration.fitted_on, "calibration": calibration.pk, "replaced": replaced}
    record(actor=by, verb="calibration.fit", subject=f"checkpoint {checkpoint.pk}", detail=detail)


def _apply(checkpoint: Checkpoint, signature: str, found: HumanScale) -> None:
    """In one statement."""
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
