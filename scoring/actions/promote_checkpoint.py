"""Through the gate: ask, decide (in the default worker), and, with a written reason, past it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Corpus
from people.actions.record import record
from people.models import User
from scoring.actions.activate_checkpoint import activate_checkpoint
from scoring.analyses.data import predictions_of, ratings_of
from scoring.learnt import overlap_in_words
from scoring.models import Checkpoint, Promotion, PromotionState
from scoring.wake import wake_default_worker

SLICES = ("", "split", "topic", "config")


class CannotPromote(ValueError):
    """The checkpoint cannot be asked for, or not be let past; the message says why."""


@transaction.atomic
def request_promotion(*, checkpoint: Checkpoint, corpus: Corpus, by_slice: str, by: User) -> Promotion:
    """Queue a decision. Raises CannotPromote."""
    if checkpoint.unavailable or checkpoint.active:
        raise CannotPromote(checkpoint.unavailable or _("The checkpoint is active already."))
    if by_slice not in SLICES:
        raise CannotPromote(_("Slices are split, topic or config."))
    row = Promotion.objects.create(checkpoint=checkpoint, corpus=corpus, by_slice=by_slice, requested_by=by)
    record(actor=by, verb="checkpoint.promote", subject=f"checkpoint {checkpoint.pk}", detail={"corpus": corpus.key})
    transaction.on_commit(lambda: wake_default_worker("scoring.tasks.decide_promotion_task", row.pk))
    return row


@transaction.atomic
def decide_promotion(*, promotion_id: int) -> None:
    """Compute the figures, keep the decision, and activate what passed. Called twice, the second does nothing."""
    from scoring.analyses.gate import gate  # deferred: numpy, which the web has not

    row = (
        Promotion.objects.select_for_update(of=("self",))
        .select_related("checkpoint__dimension_version__dimension", "corpus")
        .get(pk=promotion_id)
    )
    if row.state != PromotionState.QUEUED:
        return
    row.current = Checkpoint.objects.filter(metric=row.checkpoint.metric, active=True).first()
    version = row.checkpoint.dimension_version
    made = {each.pk: values for each, values in predictions_of(row.corpus, version).items()}
    judged = ratings_of(row.corpus, version.dimension, version=version)
    measured = {each.conversation for each in judged}
    both = [row.checkpoint, *([row.current] if row.current else [])]
    warnings = [words for each in both for words in overlap_in_words(each, row.corpus, measured)]
    try:
        decision = gate(
            judged,
            made.get(row.checkpoint_id, {}),
            made.get(row.current.pk, {}) if row.current else None,
            by_slice=row.by_slice,
        )
    except (ValueError, TypeError) as problem:
        row.decision, row.state = {"words": f"Not promoted: {problem}.", "slices": []}, PromotionState.REFUSED
    else:
        row.decision = decision.json()
        row.state = PromotionState.PASSED if decision.promoted else PromotionState.REFUSED
        if decision.promoted:
            activate_checkpoint(checkpoint=row.checkpoint)
    # What was learnt from may decide nothing, but whoever reads the figures has to know.
    row.decision |= {"warnings": warnings}
    row.decided_at = timezone.now()
    row.save()


@transaction.atomic
def override_promotion(*, promotion: Promotion, reason: str, by: User) -> None:
    """Activate what the gate refused. Raises CannotPromote without a reason, or where nothing was refused."""
    row = Promotion.objects.select_for_update(of=("self",)).select_related("checkpoint").get(pk=promotion.pk)
    if row.state != PromotionState.REFUSED:
        raise CannotPromote(_("Only a refusal can be overridden."))
    if len(reason.strip()) < 10:
        raise CannotPromote(_("Say why, in ten characters or more; it is kept with the decision."))
    row.state, row.override_reason, row.overridden_by = PromotionState.OVERRIDDEN, reason.strip()[:2000], by
    row.save(update_fields=["state", "override_reason", "overridden_by"])
    activate_checkpoint(checkpoint=row.checkpoint)
    detail = {"promotion": row.pk, "reason": row.override_reason}
    record(actor=by, verb="checkpoint.override", subject=f"checkpoint {row.checkpoint_id}", detail=detail)
