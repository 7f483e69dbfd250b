from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from annotate.models import Corpus, DimensionVersion, Rating
from annotate.selectors.given import newest_rating, submitted_tasks
from annotate.selectors.maps import newest_map
from scoring.actions.fit_calibration import TooLittleToFit, fit_calibration
from scoring.actions.refresh_comparisons import newest_prediction, refresh_comparisons
from scoring.models import Calibration, Checkpoint, ComparisonState, Run
from scoring.scales import NATIVE
from scoring.selectors.counted import counted_signature

if TYPE_CHECKING:
    from scoring.analyses.people import People

log = structlog.get_logger(__name__)


def refresh_stale_comparisons() -> int:
    """Refresh every scored corpus and checkpoint whose ratings or predictions changed since; returns how many.

    A metric that does not speak on the human scale is calibrated first, once, where there are ratings enough; from
    then on only a scientist refits it. Cheap when nothing changed: short queries for the newest rating, the
    newest map and the submitted tasks, and one per pair.
    """
    refreshed = 0
    newest, submitted, maps = newest_rating(), submitted_tasks(), newest_map()
    people: dict[tuple[int, int], People | None] = {}
    pairs = Run.objects.filter(kind="score").order_by("corpus", "checkpoint")
    states = {(row.corpus_id, row.checkpoint_id): row for row in ComparisonState.objects.all()}
    checkpoints = Checkpoint.objects.select_related("dimension_version__dimension").in_bulk()
    corpora = Corpus.objects.in_bulk()
    for corpus_id, checkpoint_id in pairs.values_list("corpus", "checkpoint").distinct():
        state = states.get((corpus_id, checkpoint_id))
        corpus, checkpoint = corpora[corpus_id], checkpoints[checkpoint_id]
        fresh = state if state is not None and state.maps_seen == maps else None
        if fresh is not None and not _changed(fresh, newest, submitted.get(corpus_id, 0), corpus, checkpoint):
            continue
        _calibrate_once(corpus, checkpoint)
        version = checkpoint.dimension_version
        if (corpus_id, version.pk) not in people:
            people[corpus_id, version.pk] = _people(corpus, version)
        refresh_comparisons(
            corpus=corpus,
            checkpoint=checkpoint,
            native=checkpoint.metric in NATIVE,
            people=people[corpus_id, version.pk],
        )
        refreshed += 1
    return refreshed


def _people(corpus: Corpus, version: DimensionVersion) -> People | None:
    if find_spec("scipy") is None:
        return None
    from scoring.analyses.people import people_of  # deferred: numpy, a worker's extra

    return people_of(corpus, version)


def _changed(state: ComparisonState, newest: int, submitted: int, corpus: Corpus, checkpoint: Checkpoint) -> bool:
    if newest_prediction(corpus, checkpoint) != state.predictions_seen or submitted != state.tasks_seen:
        return True
    if newest <= state.rating_seen:
        return False
    return Rating.objects.filter(pk__gt=state.rating_seen, conversation__corpus=corpus).exists()


def _calibrate_once(corpus: Corpus, checkpoint: Checkpoint) -> None:
    if checkpoint.metric in NATIVE or find_spec("numpy") is None:
        return
    signature = counted_signature(corpus, checkpoint)
    fitted = Calibration.objects.filter(checkpoint=checkpoint, signature=signature, active=True)
    if fitted.exists() or _still_running(corpus, checkpoint):
        return
    try:
        fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)
    except TooLittleToFit as problem:
        log.info("not_calibrated", checkpoint=str(checkpoint), corpus=corpus.key, why=str(problem))


def _still_running(corpus: Corpus, checkpoint: Checkpoint) -> bool:
    """A map fitted on the first parts of a run would rest on less than there is a minute later."""
    return Run.objects.filter(corpus=corpus, checkpoint=checkpoint, state__in=("queued", "running")).exists()
