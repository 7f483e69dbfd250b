from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from annotate.models import Conversation, Corpus
from people.models import User
from scoring.actions.cut import cut
from scoring.actions.request_run import NothingToScore
from scoring.metrics.meaning import signature_of_meaning
from scoring.models import EmbeddedTurn, Run, RunKind, RunState, Shard
from scoring.wake import wake_gpu_worker

TURNS_A_SHARD = 1000


@transaction.atomic
def request_embeddings(*, corpus: Corpus, requested_by: User | None) -> Run:
    """Queue what turns of a corpus mean for those that have no embedding, cut into shards; one run at a time.

    While one is under way, it is the answer. Embeddings of another signature are let go first. Raises NothingToScore.
    """
    # Two who ask at the same moment: the second waits here and finds the first one's run.
    Corpus.objects.select_for_update(of=("self",), no_key=True).get(pk=corpus.pk)
    active = Run.objects.filter(
        kind=RunKind.EMBED, corpus=corpus, state__in=(RunState.QUEUED, RunState.RUNNING)
    ).first()
    if active is not None:
        return active
    signature = signature_of_meaning()
    old = EmbeddedTurn.objects.filter(corpus=corpus, embedding__isnull=False).exclude(embedding__signature=signature)
    old.delete()
    lacking = Conversation.objects.filter(corpus=corpus, turns__meaning__isnull=True, turn_count__gt=0).distinct()
    rows = list(lacking.order_by("position", "pk").values_list("pk", "turn_count", "position"))
    if not rows:
        raise NothingToScore(_("Every turn of %(corpus)s has its embedding.") % {"corpus": corpus.name})
    newest = Conversation.objects.filter(corpus=corpus).aggregate(newest=Max("pk"))["newest"]
    run = Run.objects.create(
        kind=RunKind.EMBED,
        corpus=corpus,
        options={"signature": signature, "newest": newest},
        total=sum(turns for _, turns, _ in rows),
        requested_by=requested_by,
    )
    shards = [
        Shard(run=run, number=number, conversations=ids, turn_count=turns)
        for number, (ids, turns) in enumerate(cut([(pk, turns) for pk, turns, _ in rows], TURNS_A_SHARD))
    ]
    Shard.objects.bulk_create(shards, batch_size=1000)
    transaction.on_commit(wake_gpu_worker)
    return run
