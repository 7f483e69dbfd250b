from __future__ import annotations

from importlib.util import find_spec

import structlog

from annotate.models import Corpus, Rating
from scoring.actions.fit_calibration import TooLittleToFit, fit_calibration
from scoring.actions.refresh_comparisons import newest_prediction, newest_rating, refresh_comparisons
from scoring.models import Calibration, Checkpoint, ComparisonState, Run
from scoring.scales import NATIVE

log = structlog.get_logger(__name__)


def refresh_stale_comparisons() -> int:
    """Refresh every scored corpus and checkpoint whose ratings or predictions changed since; returns how many.

    A metric that does not speak on the human scale is calibrated first, once, where there are ratings enough; from
    then on only a scientist refits it. Cheap when nothing changed: a short query for the newest rating and one per
    pair.
    """
    refreshed = 0
    newest = newest_rating()
    pairs = Run.objects.filter(kind="score").order_by("corpus", "checkpoint")
    states = {(row.corpus_id, row.checkpoint_id): row for row in ComparisonState.objects.all()}
    checkpoints = Checkpoint.objects.select_related("dimension_version__dimension").in_bulk()
    corpora = Corpus.objects.in_bulk()
    for corpus_id, checkpoint_id in pairs.values_list("corpus", "checkpoint").distinct():
        state = states.get((corpus_id, checkpoint_id))
        corpus, checkpoint = corpora[corpus_id], checkpoints[checkpoint_id]
        if state is not None and not _changed(state, newest, corpus, checkpoint):
            continue
        _calibrate_once(corpus, checkpoint)
        refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=checkpoint.metric in NATIVE)
        refreshed += 1
    return refreshed


def _changed(state: ComparisonState, newest: int, corpus: Corpus, checkpoint: Checkpoint) -> bool:
    if newest_prediction(corpus, checkpoint) != state.predictions_seen:
        return True
    if newest <= state.rating_seen:
        return False
    return Rating.objects.filter(pk__gt=state.rating_seen, conversation__corpus=corpus).exists()


def _calibrate_once(corpus: Corpus, checkpoint: Checkpoint) -> None:
    if checkpoint.metric in NATIVE or find_spec("numpy") is None:
        return
    if Calibration.objects.filter(checkpoint=checkpoint).exists() or _still_running(corpus, checkpoint):
        return
    try:
        fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)
    except TooLittleToFit as problem:
        log.info("not_calibrated", checkpoint=str(checkpoint), corpus=corpus.key, why=str(problem))


def _still_running(corpus: Corpus, checkpoint: Checkpoint) -> bool:
    """A map fitted on the first parts of a run would rest on less than there is a minute later."""
    return Run.objects.filter(corpus=corpus, checkpoint=checkpoint, state__in=("queued", "running")).exists()
