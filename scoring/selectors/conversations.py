"""Lists of conversations for scientists: by corpus order, or by the mean gap between people and a model."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Exists, F, OuterRef, Q

from annotate.models import Conversation, Corpus, CorpusSlice
from scoring.models import Checkpoint, Comparison, ConversationGap


def conversation_list(
    *, corpus: Corpus, filters: Mapping[str, str], after: str, size: int
) -> tuple[list[tuple[Conversation, float | None]], str]:
    """A page of (conversation, mean gap) and the place of the next page ("" at the end).

    filters: split, topic, config (exact), q (start of the external id), by (a checkpoint id: largest gap first).
    One query.
    """
    narrowed = {name: filters[name] for name in ("split", "topic", "config") if filters.get(name)}
    if filters.get("by", "").isdigit():
        return _by_gap(corpus, int(filters["by"]), narrowed, after, size)
    found = Conversation.objects.filter(corpus=corpus, **narrowed).defer("extra").order_by("position", "pk")
    if filters.get("q"):
        found = found.filter(external_id__istartswith=filters["q"][:100])
    if after.isdigit():
        found = found.filter(position__gt=int(after))
    rows = list(found[: size + 1])
    following = str(rows[size - 1].position) if len(rows) > size else ""
    return [(row, None) for row in rows[:size]], following


def slice_values(corpus: Corpus) -> dict[str, list[str]]:
    """The splits, topics and configs that occur in a corpus, for filters. One query."""
    triples = CorpusSlice.objects.filter(corpus=corpus, conversations__gt=0).values_list("split", "topic", "config")
    columns = list(zip(*triples, strict=True)) or [(), (), ()]
    return {
        name: sorted({value for value in column if value})
        for name, column in zip(("split", "topic", "config"), columns, strict=True)
    }


def compared_checkpoints(corpus: Corpus) -> list[Checkpoint]:
    """Checkpoints with comparisons on the corpus, the one that matters most first. One query."""
    some = Comparison.objects.filter(corpus=corpus, checkpoint=OuterRef("pk"))
    found = Checkpoint.objects.filter(Exists(some)).select_related("dimension_version__dimension").defer("card")
    return sorted(found, key=lambda row: (row.metric != "iq", row.metric == "length", row.metric))


def _by_gap(
    corpus: Corpus, checkpoint_id: int, narrowed: Mapping[str, str], after: str, size: int
) -> tuple[list[tuple[Conversation, float | None]], str]:
    found = ConversationGap.objects.filter(
        corpus=corpus,
        checkpoint_id=checkpoint_id,
        **{f"conversation__{name}": value for name, value in narrowed.items()},
    )
    value, _, pk = after.partition("~")
    try:
        beyond = Q(mean_size__lt=float(value)) | Q(mean_size=float(value), conversation__gt=int(pk))
        found = found.filter(Q(mean_size__lte=float(value)), beyond)
    except ValueError:
        pass  # no place, or a mangled one: the first page
    rows = list(found.select_related("conversation").order_by(F("mean_size").desc(), "conversation")[: size + 1])
    following = f"{rows[size - 1].mean_size!r}~{rows[size - 1].conversation_id}" if len(rows) > size else ""
    return [(row.conversation, row.mean_size) for row in rows[:size]], following
