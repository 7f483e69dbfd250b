"""Turns that mean alike, by embeddings that a worker has stored. For scientists and admins only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from annotate.models import Conversation, Corpus
from scoring.likeness import cosine
from scoring.metrics.meaning import signature_of_meaning
from scoring.models import Checkpoint, Comparison, EmbeddedTurn, Run, RunKind, RunState, TextEmbedding
from scoring.selectors.disagreement import SHOWN, narrowed

CANDIDATES = 400
LISTED = 100  # beyond them, sketches decide too much

# The nearest sketches of the corpus, and those of them that `found`, a query of the ORM with its values bound, holds:
# to join few rows costs a third of joining all. Where too few of them pass, all are joined.
_NEAREST = """
SELECT found.prediction_id, t.embedding_id
FROM (
    SELECT turn_id, embedding_id, bit_count(sketch # %s::bit(384)) AS apart FROM scoring_embeddedturn
    WHERE corpus_id = %s AND sketch IS NOT NULL ORDER BY apart, turn_id {first}
) t JOIN ({found}) found ON found.turn_id = t.turn_id
ORDER BY t.apart, t.turn_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Meanings:
    """How many turns of a corpus have no embedding, of how many, and the run that is working on it (or was last)."""

    turns: int
    missing: int
    run: Run | None

    @property
    def active(self) -> bool:
        return self.run is not None and self.run.state in (RunState.QUEUED, RunState.RUNNING)

    @property
    def embedded(self) -> int:
        return self.turns - self.missing


def meanings_of(corpus: Corpus) -> Meanings:
    """Two queries where the last run ended well and nothing was imported since, four otherwise: turns are counted."""
    run = Run.objects.filter(kind=RunKind.EMBED, corpus=corpus).order_by("-pk").first()
    over = run is not None and run.state == RunState.DONE and run.options.get("signature") == signature_of_meaning()
    if run is not None and over:
        later = Conversation.objects.filter(pk__gt=run.options["newest"], corpus=corpus)
        if not later.exists():
            return Meanings(run.total, 0, run)
    turns = Conversation.objects.filter(corpus=corpus).aggregate(all=Sum("turn_count"))["all"] or 0
    embedded = EmbeddedTurn.objects.filter(corpus=corpus).count()
    return Meanings(turns, max(turns - embedded, 0), run)


def meaning_of(turn_id: int | None) -> EmbeddedTurn | None:
    """The turn's embedding; None where there is none that was computed as it would be today. One query."""
    found = EmbeddedTurn.objects.filter(turn=turn_id, embedding__signature=signature_of_meaning())
    return found.select_related("embedding").first()


def similar(
    *, to: EmbeddedTurn, corpus: Corpus, checkpoint: Checkpoint, filters: Mapping[str, str]
) -> list[tuple[Comparison, float]]:
    """Up to 100 comparisons that pass the filters and the cosine of each one's text with that of `to`, nearest first.

    The turn itself is left out. The 400 with the nearest sketches are put in order by cosine (`scoring.likeness`).
    Three queries, four where the filters let few pass: sketches, vectors, rows with turn and conversation.
    """
    assert to.embedding is not None and to.sketch is not None
    found = narrowed(corpus=corpus, checkpoint=checkpoint, filters=filters).exclude(turn=to.turn_id)
    sql, values = found.values("prediction_id", "turn_id").query.sql_with_params()
    near: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        for first in (f"LIMIT {4 * CANDIDATES}", ""):
            statement = _NEAREST.format(first=first, found=sql)
            cursor.execute(statement, [to.sketch, corpus.pk, *values, CANDIDATES])
            near = cursor.fetchall()
            if len(near) == CANDIDATES:
                break
    held = TextEmbedding.objects.filter(pk__in={embedding for _, embedding in near})
    vectors = held.filter(signature=to.embedding.signature).values_list("pk", "vector", "length")
    own, size = bytes(to.embedding.vector), to.embedding.length
    alike = {pk: cosine(own, bytes(vector), lengths=(size, length)) for pk, vector, length in vectors}
    ranked = sorted(((alike[each], -pk) for pk, each in near if each in alike), reverse=True)[:LISTED]
    rows = Comparison.objects.select_related(*SHOWN)
    found_rows = rows.in_bulk([-pk for _, pk in ranked])
    return [(found_rows[-pk], value) for value, pk in ranked if -pk in found_rows]
