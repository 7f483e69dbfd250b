from __future__ import annotations

from annotate.models import Corpus
from scoring.actions.request_run import NothingToScore, request_run
from scoring.actions.sync_checkpoints import sync_checkpoints
from scoring.models import Run


def welcome(*, device: str) -> list[Run]:
    """First start: register the checkpoints and score the synthetic sample by each that can be used, once."""
    runs = []
    rows = sync_checkpoints(device=device)
    for corpus in Corpus.objects.filter(synthetic=True):
        for checkpoint in rows:
            if checkpoint.unavailable or not checkpoint.active:
                continue
            if Run.objects.filter(checkpoint=checkpoint, corpus=corpus).exists():
                continue
            try:
                runs.append(request_run(checkpoint=checkpoint, corpus=corpus, slice={}, requested_by=None))
            except NothingToScore:
                continue
    return runs
