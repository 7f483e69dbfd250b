"""Records into rows, all or nothing, by COPY: 35,000 turns with their ratings in seconds, no constraint dropped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from annotate.actions.match_dimensions import Asked, match_dimensions
from annotate.actions.note_conflicts import note_conflicts
from annotate.copying import Keys, copy_records, reserve
from annotate.importing.collector import paused_collector
from annotate.importing.dimensions import DimensionSpec
from annotate.importing.identity import content_hash
from annotate.importing.problems import Problems
from annotate.importing.records import ConversationRecord, RatingRecord
from annotate.models import Corpus, DimensionVersion, ImportJob, Rater, Rating
from people.actions.record import record as audit
from people.models import User

_WORTH_ANALYZING = 1_000  # turns
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What an import did. `conflicts` are external ids that arrived with other content; they were not changed.

    ratings_left_out: new ratings of conversations that are here already. They are not added: a release that comes back
        holds our own annotators' ratings under other names, and each would count twice.
    passed_by: predictions and verdicts in the files; they belong to releases, not to corpora.
    """

    conversations: int = 0
    turns: int = 0
    sections: int = 0
    ratings: int = 0
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)
    ratings_left_out: int = 0
    passed_by: int = 0
    seconds: float = 0.0


def _silent(phase: str, done: int, total: int) -> None:
    """No one watches."""


@transaction.atomic
def import_corpus(
    *,
    corpus: Corpus,
    records: Sequence[ConversationRecord],
    imported_by: User | None = None,
    job: ImportJob | None = None,
    dimensions: Sequence[tuple[int, DimensionSpec]] = (),
    progress: Progress = _silent,
) -> ImportReport:
    """Add what is new. A conversation that is here unchanged stays; one that changed becomes a visible conflict.

    dimensions: those that the files define, with their version numbers. Raises BadFile when a rating does not fit its
    dimension. `progress` may raise to cancel: then nothing is written.
    """
    started = time.monotonic()
    report = ImportReport()
    Corpus.objects.select_for_update().get(pk=corpus.pk)  # two imports of one corpus take turns
    problems = Problems()
    asked = {(rating.dimension, rating.version) for record in records for rating in record.ratings}
    versions = match_dimensions(asked=asked, brought=dimensions, problems=problems)
    _check_ratings(records, versions, problems)
    known = dict(corpus.conversations.values_list("external_id", "content_hash"))
    progress("comparing", 0, len(records))
    fresh: list[tuple[ConversationRecord, str]] = []
    changed: list[tuple[ConversationRecord, str]] = []
    unchanged: list[ConversationRecord] = []
    for record in records:
        digest = content_hash(record)
        if record.external_id not in known:
            fresh.append((record, digest))
        elif known[record.external_id] == digest:
            report.unchanged += 1
            unchanged.append(record)
        else:
            changed.append((record, digest))
            report.conflicts.append(record.external_id)
    note_conflicts(corpus=corpus, changed=changed, job=job)
    report.ratings_left_out = _left_out(corpus, unchanged, versions)
    report.passed_by = sum(record.passed_by for record in records)
    if fresh:
        keys = Keys(
            corpus=corpus.pk,
            versions={pair: version.pk for pair, version in versions.items()},
            raters=_raters(corpus, {rating.rater for record, _ in fresh for rating in record.ratings}),
            conversations=_conversations(corpus, fresh),
        )
        with paused_collector():
            written = copy_records(fresh, keys, first_position=len(known), progress=progress)
        report.conversations, report.turns = len(fresh), written.turns
        report.sections, report.ratings = written.sections, written.ratings
        if report.turns >= _WORTH_ANALYZING:
            _analyze()
    report.seconds = time.monotonic() - started
    if fresh:
        detail = {"conversations": report.conversations, "turns": report.turns, "ratings": report.ratings}
        audit(actor=imported_by, verb="corpus.import", subject=f"corpus {corpus.key}", detail=detail)
    return report


def _analyze() -> None:
    """Tell the planner how large the tables are now; autovacuum takes a minute, and the first pages come sooner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE annotate_conversation, annotate_turn, annotate_knowledgesection, annotate_rating, annotate_rater"
        )


def _left_out(corpus: Corpus, unchanged: Sequence[ConversationRecord], versions: dict[Asked, DimensionVersion]) -> int:
    """How many ratings of the unchanged conversations are not here. One query, none where they bring no ratings."""
    brought = [record for record in unchanged if record.ratings]
    if not brought:
        return 0
    here = set(
        Rating.objects.filter(conversation__corpus=corpus, task=None).values_list(
            "conversation__external_id", "turn__index", "dimension_version_id", "rater__pseudonym"
        )
    )
    return sum(
        (record.external_id, rating.turn, versions[rating.dimension, rating.version].pk, rating.rater) not in here
        for record in brought
        for rating in record.ratings
    )


def _check_ratings(
    records: Sequence[ConversationRecord], versions: dict[Asked, DimensionVersion], problems: Problems
) -> None:
    scales = {key: {point["value"] for point in version.scale} for key, version in versions.items()}
    for record in records:
        for rating in record.ratings:
            version = versions.get((rating.dimension, rating.version))
            if version is None:
                continue  # noted by match_dimensions
            where = f"{record.external_id}, turn {rating.turn + 1}" if rating.turn is not None else record.external_id
            if (rating.turn is None) != (version.dimension.unit == "conversation"):
                problems.add(where, rating.dimension, f"is rated per {version.dimension.unit}")
            elif message := _misfit(rating, version, scales[rating.dimension, rating.version]):
                problems.add(where, rating.dimension, message)
    problems.raise_if_any()


def _misfit(rating: RatingRecord, version: DimensionVersion, scale: set[Any]) -> str:
    """Why a rating's value does not fit its dimension's kind and scale; blank when it does."""
    value, kind = rating.value, version.dimension.kind
    if value is None:
        return "" if rating.reason else "no value and no reason"
    if rating.reason:
        return "has both a value and a reason"
    if kind == "number":
        return "" if isinstance(value, int | float) and value in scale else f"{value!r} is no point of the scale"
    if kind == "label":
        return "" if isinstance(value, str) and value in scale else f"{value!r} is no label of the scale"
    unknown = set(value) - scale if isinstance(value, tuple) else {value}
    return f"{sorted(map(str, unknown))} are no labels of the scale" if unknown else ""


def _conversations(corpus: Corpus, fresh: Sequence[tuple[ConversationRecord, str]]) -> dict[str, int]:
    """New ids by external id, and the ids of what is here already and is named as an alternative."""
    ids = reserve("annotate_conversation", len(fresh))
    found = {record.external_id: pk for (record, _), pk in zip(fresh, ids, strict=True)}
    wanted = {record.alternative_of for record, _ in fresh} - set(found) - {None}
    return found | dict(corpus.conversations.filter(external_id__in=wanted).values_list("external_id", "pk"))


def _raters(corpus: Corpus, pseudonyms: set[str]) -> dict[str, int]:
    Rater.objects.bulk_create(
        [Rater(corpus=corpus, pseudonym=name) for name in sorted(pseudonyms)], ignore_conflicts=True
    )
    return dict(Rater.objects.filter(corpus=corpus, pseudonym__in=pseudonyms).values_list("pseudonym", "pk"))
