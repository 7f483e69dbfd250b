"""What the turns of one shard mean: embedded outside any transaction, then written fenced by the lease."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from django.db import transaction
from django.db.models import F

from annotate.models import Turn
from scoring.actions.leases import fence, watch, working_on
from scoring.likeness import length, packed, sketch
from scoring.models import EmbeddedTurn, Run, Shard, ShardState, TextEmbedding


class Embeds(Protocol):
    """`scoring.metrics.meaning.embed.TextEmbedder`, or what stands in for it."""

    def embed(
        self, texts: list[str], *, before_batch: Callable[[], None] | None = None
    ) -> list[list[float] | None]: ...


def embed_shard(*, shard: Shard, load: Callable[[], Embeds], stopping: Callable[[], bool] = lambda: False) -> None:
    """Embed the texts of a claimed shard that nobody has embedded, and point its turns at them.

    A text that is known, of whatever corpus, is not computed again. A failure is written to the shard (tried again
    until SHARD_ATTEMPTS); an unavailable backbone fails the run.
    """
    if shard.state != ShardState.WAITING:
        return
    signature = shard.run.options["signature"]
    with working_on(shard) as done:
        turns = Turn.objects.filter(conversation__in=shard.conversations).order_by("pk").values_list("pk", "text")
        digests = {pk: _digest(text) for pk, text in turns}
        texts = {digests[pk]: text for pk, text in turns}
        held = TextEmbedding.objects.filter(signature=signature, digest__in=texts)
        missing = sorted(texts.keys() - set(held.values_list("digest", flat=True)))
        vectors: list[list[float] | None] = []
        if missing:
            vectors = load().embed([texts[digest] for digest in missing], before_batch=watch(shard, stopping))
        computed = {digest: packed(each) for digest, each in zip(missing, vectors, strict=True) if each is not None}
        with transaction.atomic():
            fence(shard)
            _write(shard, signature, digests, computed)
            done()
            Run.objects.filter(pk=shard.run_id).update(done=F("done") + shard.turn_count)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _write(shard: Shard, signature: str, digests: dict[int, str], computed: dict[str, bytes]) -> None:
    corpus = shard.run.corpus_id
    assert corpus is not None  # a constraint: an embedding run has a corpus
    new = [
        TextEmbedding(signature=signature, digest=digest, vector=kept, length=length(kept))
        for digest, kept in computed.items()
    ]
    # Another shard may have met the same text meanwhile: its row stands.
    TextEmbedding.objects.bulk_create(new, ignore_conflicts=True, batch_size=2000)
    held = TextEmbedding.objects.filter(signature=signature, digest__in=set(digests.values()))
    rows = {digest: (pk, sketch(bytes(vector))) for digest, pk, vector in held.values_list("digest", "pk", "vector")}
    embedded = [
        EmbeddedTurn(turn_id=pk, corpus_id=corpus, embedding_id=found[0], sketch=found[1])
        if (found := rows.get(digest))
        else EmbeddedTurn(turn_id=pk, corpus_id=corpus)
        for pk, digest in digests.items()
    ]
    EmbeddedTurn.objects.bulk_create(
        embedded, update_conflicts=True, unique_fields=["turn"], update_fields=["embedding", "sketch"], batch_size=2000
    )
