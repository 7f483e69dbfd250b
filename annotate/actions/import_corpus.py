"""Records into rows, all or nothing, by COPY: 35,000 turns with their ratings in seconds, no constraint dropped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from annotate.actions.match_dimensions import Asked, match_dimensions
from annotate.importing.dimensions import DimensionSpec
from annotate.importing.identity import content_hash
from annotate.importing.problems import Problems
from annotate.importing.records import ConversationRecord, RatingRecord
from annotate.models import Conversation, Corpus, DimensionVersion, ImportConflict, ImportJob, Rater
from people.actions.record import record as audit
from people.models import User

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What an import did. `conflicts` are external ids that arrived with other content; they were not changed."""

    conversations: int = 0
    turns: int = 0
    sections: int = 0
    ratings: int = 0
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class _Rows:
    conversations: list[tuple[Any, ...]] = field(default_factory=list)
    turns: list[tuple[Any, ...]] = field(default_factory=list)
    sections: list[tuple[Any, ...]] = field(default_factory=list)
    ratings: list[tuple[Any, ...]] = field(default_factory=list)


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
    for record in records:
        digest = content_hash(record)
        if record.external_id not in known:
            fresh.append((record, digest))
        elif known[record.external_id] == digest:
            report.unchanged += 1
        else:
            report.conflicts.append(record.external_id)
            _note_conflict(corpus, record, digest, job)
    raters = _raters(corpus, {rating.rater for record, _ in fresh for rating in record.ratings})
    rows = _rows(corpus, fresh, versions, raters, first_position=len(known), progress=progress)
    with connection.cursor() as cursor:
        # Foreign keys are checked once, at the end of each COPY's statement group, not per row at commit.
        for table, columns, values in _tables(rows):
            progress(f"writing {table.removeprefix('annotate_')}s", len(fresh), len(fresh))
            _copy(cursor, table, columns, values)
    report.conversations, report.turns = len(rows.conversations), len(rows.turns)
    report.sections, report.ratings = len(rows.sections), len(rows.ratings)
    report.seconds = time.monotonic() - started
    if fresh:
        detail = {"conversations": report.conversations, "turns": report.turns, "ratings": report.ratings}
        audit(actor=imported_by, verb="corpus.import", subject=f"corpus {corpus.key}", detail=detail)
    return report


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


def _note_conflict(corpus: Corpus, record: ConversationRecord, digest: str, job: ImportJob | None) -> None:
    here = Conversation.objects.prefetch_related("turns").get(corpus=corpus, external_id=record.external_id)
    ours = [(turn.speaker, turn.text) for turn in sorted(here.turns.all(), key=lambda turn: turn.index)]
    theirs = [(turn.speaker, turn.text) for turn in record.turns]
    differences = [f"turns: {len(ours)} here, {len(theirs)} arrived"] if len(ours) != len(theirs) else []
    differences += [
        f"turn {place + 1}: differs" for place, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b
    ]
    ImportConflict.objects.get_or_create(
        conversation=here,
        arrived_hash=digest,
        defaults={"job": job, "differences": differences[:50] or ["knowledge or other fields differ"]},
    )


def _raters(corpus: Corpus, pseudonyms: set[str]) -> dict[str, int]:
    Rater.objects.bulk_create(
        [Rater(corpus=corpus, pseudonym=name) for name in sorted(pseudonyms)], ignore_conflicts=True
    )
    return dict(Rater.objects.filter(corpus=corpus, pseudonym__in=pseudonyms).values_list("pseudonym", "pk"))


def _rows(
    corpus: Corpus,
    fresh: Sequence[tuple[ConversationRecord, str]],
    versions: dict[Asked, DimensionVersion],
    raters: dict[str, int],
    *,
    first_position: int,
    progress: Progress,
) -> _Rows:
    rows = _Rows()
    conversation_ids = _reserve("annotate_conversation", len(fresh))
    turn_ids = iter(_reserve("annotate_turn", sum(len(record.turns) for record, _ in fresh)))
    of_external = {record.external_id: pk for (record, _), pk in zip(fresh, conversation_ids, strict=True)}
    wanted = {record.alternative_of for record, _ in fresh} - set(of_external) - {None}
    of_external |= dict(corpus.conversations.filter(external_id__in=wanted).values_list("external_id", "pk"))
    missing = sorted(str(name) for name in wanted - set(of_external))
    if missing:
        problems = Problems()
        problems.add("the file", "alternative_of", f"no conversation {', '.join(missing[:10])}")
        problems.raise_if_any()
    for place, ((record, digest), pk) in enumerate(zip(fresh, conversation_ids, strict=True)):
        if place % 200 == 0:
            progress("preparing", place, len(fresh))
        rows.conversations.append(
            (
                pk,
                corpus.pk,
                record.external_id,
                first_position + place,
                record.split,
                record.topic,
                record.config,
                record.system,
                of_external[record.alternative_of] if record.alternative_of else None,
                len(record.turns),
                digest,
                _json(record.extra),
            )
        )
        ids = []
        for index, turn in enumerate(record.turns):
            ids.append(next(turn_ids))
            rows.turns.append(
                (ids[-1], pk, index, turn.speaker, turn.text, turn.at, list(turn.cited), _json(turn.extra))
            )
        for position, section in enumerate(record.sections):
            passages = [{"kind": p.kind, "ref": p.ref, "text": p.text} for p in section.passages]
            rows.sections.append((pk, section.speaker, section.key, position, section.title, _json(passages)))
        answers = [
            (rating.turn, versions[rating.dimension, rating.version].pk, raters[rating.rater])
            for rating in record.ratings
        ]
        # A rater's answers to one question about one target are revisions of one answer: the last one counts.
        by_revision = sorted(zip(answers, record.ratings, strict=True), key=lambda pair: pair[1].revision)
        last = dict(by_revision)
        for answer, rating in zip(answers, record.ratings, strict=True):
            turn_id = ids[rating.turn] if rating.turn is not None else None
            rows.ratings.append(_rating_row(rating, pk, turn_id, *answer[1:], last[answer] is rating))
    return rows


def _rating_row(
    rating: RatingRecord, conversation: int, turn: int | None, version: int, rater: int, current: bool
) -> tuple[Any, ...]:
    value = rating.value
    return (
        conversation,
        turn,
        version,
        rater,
        value if isinstance(value, int | float) else None,
        value if isinstance(value, str) else None,
        list(value) if isinstance(value, tuple) else None,
        rating.reason,
        rating.note,
        None if rating.evidence is None else _json(rating.evidence),
        rating.revision,
        current,
        rating.made_at,
    )


def _tables(rows: _Rows) -> Iterable[tuple[str, str, list[tuple[Any, ...]]]]:
    yield (
        "annotate_conversation",
        "id,corpus_id,external_id,position,split,topic,config,system,alternative_of_id,turn_count,content_hash,extra",
        rows.conversations,
    )
    yield "annotate_turn", 'id,conversation_id,"index",speaker,text,at,cited,extra', rows.turns
    yield "annotate_knowledgesection", "conversation_id,speaker,key,position,title,passages", rows.sections
    yield (
        "annotate_rating",
        "conversation_id,turn_id,dimension_version_id,rater_id,number,label,labels,reason,note,"
        "evidence,revision,current,made_at",
        rows.ratings,
    )


def _copy(cursor: Any, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _reserve(table: str, count: int) -> list[int]:
    """So many ids from the table's own sequence, in order; children can then be written by COPY too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [pk for (pk,) in cursor.fetchall()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
