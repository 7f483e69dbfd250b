"""Corpora and imports as the admin's pages show them."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from annotate.models import Corpus, CorpusSlice, ImportConflict, ImportJob


def corpora_with_counts() -> QuerySet[Corpus]:
    """Every corpus with its conversations, turns and conflicts. One query; no conversation is read."""
    own = CorpusSlice.objects.filter(corpus=OuterRef("pk")).order_by().values("corpus")
    conflicts = ImportConflict.objects.filter(conversation__corpus=OuterRef("pk")).order_by()
    return Corpus.objects.annotate(
        conversation_count=Coalesce(Subquery(own.annotate(n=Sum("conversations")).values("n")), 0),
        turn_count=Coalesce(Subquery(own.annotate(n=Sum("turns")).values("n")), 0),
        conflict_count=Coalesce(
            Subquery(conflicts.values("conversation__corpus").annotate(n=Count("pk")).values("n")), 0
        ),
    ).order_by("-synthetic", "name")


def slices_of(corpus: Corpus) -> list[dict[str, object]]:
    """Conversations and turns per split. One query."""
    rows = corpus.slices.filter(conversations__gt=0).order_by("split").values_list("split")
    counted = rows.annotate(Sum("conversations"), Sum("turns"))
    return [{"split": split, "conversations": count, "turns": turns} for split, count, turns in counted]


def conflicts_of(corpus: Corpus) -> QuerySet[ImportConflict]:
    """What arrived with other content, newest first. One query."""
    found = ImportConflict.objects.filter(conversation__corpus=corpus)
    return found.select_related("conversation", "job").order_by("-found_at", "pk")


def recent_imports() -> QuerySet[ImportJob]:
    """Imports by upload, newest first, without their problem lists. One query."""
    return ImportJob.objects.select_related("requested_by").defer("problems").order_by("-pk")
