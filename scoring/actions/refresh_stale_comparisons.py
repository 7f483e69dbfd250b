from __future__ import annotations

from annotate.models import Corpus, Rating
from scoring.actions.refresh_comparisons import newest_prediction, newest_rating, refresh_comparisons
from scoring.models import Checkpoint, ComparisonState, Run
from scoring.scales import NATIVE


def refresh_stale_comparisons() -> int:
    """Refresh every scored corpus and checkpoint whose ratings or predictions changed since; returns how many.

    Cheap when nothing changed: one query for the newest rating and two short ones per pair.
    """
    refreshed = 0
    newest = newest_rating()
    pairs = (
        Run.objects.filter(kind="score").order_by("corpus", "checkpoint").values_list("corpus", "checkpoint").distinct()
    )
    states = {(row.corpus_id, row.checkpoint_id): row for row in ComparisonState.objects.all()}
    checkpoints = Checkpoint.objects.select_related("dimension_version").in_bulk()
    for corpus_id, checkpoint_id in pairs:
        state = states.get((corpus_id, checkpoint_id))
        corpus, checkpoint = Corpus(pk=corpus_id), checkpoints[checkpoint_id]
        if state is not None and not _changed(state, newest, corpus, checkpoint):
            continue
        refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=checkpoint.metric in NATIVE)
        refreshed += 1
    return refreshed


def _changed(state: ComparisonState, newest: int, corpus: Corpus, checkpoint: Checkpoint) -> bool:
    if newest_prediction(corpus, checkpoint) != state.predictions_seen:
        return True
    if newest <= state.rating_seen:
        return False
    return Rating.objects.filter(pk__gt=state.rating_seen, conversation__corpus=corpus).exists()
