from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Corpus
from annotate.slices import checked_slice, conversations_in
from people.models import User
from scoring.actions.cut import cut
from scoring.metrics import registry
from scoring.models import Checkpoint, Run, Shard
from scoring.wake import wake_gpu_worker


class NothingToScore(Exception):
    """The slice holds no conversation."""


class CheckpointUnavailable(Exception):
    """The checkpoint cannot be loaded here; the message says why and what to do."""


@transaction.atomic
def request_run(
    *,
    checkpoint: Checkpoint,
    corpus: Corpus,
    slice: Mapping[str, Any],
    requested_by: User | None,
    options: Mapping[str, str] | None = None,
) -> Run:
    """Queue the scoring of a slice, cut into shards, and wake a worker after commit.

    options: what the metric offers to choose (`registry.Description.offers`); what is left out is as usual for the
    worker's device. Raises CheckpointUnavailable, NothingToScore, `registry.UnknownOption`.
    """
    if checkpoint.unavailable:
        raise CheckpointUnavailable(checkpoint.unavailable)
    rows = list(conversations_in(corpus, slice).values_list("pk", "turn_count"))
    if not rows:
        raise NothingToScore(_("No conversation of %(corpus)s is in this slice.") % {"corpus": corpus.name})
    run = Run.objects.create(
        checkpoint=checkpoint,
        corpus=corpus,
        slice=checked_slice(slice),
        options=registry.checked_options(checkpoint.metric, options or {}),
        total=sum(turns for _, turns in rows),
        requested_by=requested_by,
    )
    shards = [
        Shard(run=run, number=number, conversations=ids, turn_count=turns)
        for number, (ids, turns) in enumerate(cut(rows, registry.turns_per_shard(checkpoint.metric)))
    ]
    Shard.objects.bulk_create(shards, batch_size=1000)
    transaction.on_commit(wake_gpu_worker)
    return run
