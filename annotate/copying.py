"""Records into rows by COPY, prepared in one thread while PostgreSQL checks the last part in another.

No constraint is dropped. Foreign keys are deferred by Django's schema and would all be checked at the commit, with
nothing else to do meanwhile; made immediate, they are checked at the end of each COPY, while the next is prepared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from annotate.importing.records import ConversationRecord, RatingRecord

_CHUNK = 150
_COLUMNS = {
    "annotate_conversation": "id,corpus_id,external_id,position,split,topic,config,system,alternative_of_id,"
    "turn_count,content_hash,extra",
    "annotate_turn": 'id,conversation_id,"index",speaker,text,at,cited,extra',
    "annotate_knowledgesection": "conversation_id,speaker,key,position,title,passages",
    "annotate_rating": "conversation_id,turn_id,dimension_version_id,rater_id,number,label,labels,reason,note,"
    "evidence,origin,revision,current,made_at",
}
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Keys:
    """Ids of what the rows point at: versions by (dimension, version), raters, conversations by external id."""

    corpus: int
    versions: Mapping[tuple[str, int | None], int]
    raters: Mapping[str, int]
    conversations: Mapping[str, int]


@dataclass(slots=True)
class Counts:
    """Rows written."""

    turns: int = 0
    sections: int = 0
    ratings: int = 0


@dataclass(slots=True)
class _Copier:
    """COPYs on the connection of this thread's transaction, one after the other, in a thread of its own."""

    pool: ThreadPoolExecutor
    waiting: list[Future[None]] = field(default_factory=list)

    def send(self, rows: Rows) -> None:
        """Queue the rows; at most two parts wait, so that memory stays flat. Raises what an earlier part met."""
        self.waiting.append(self.pool.submit(_copy, connection.connection, rows))
        while len(self.waiting) > 2:
            self._wait_for_one()

    def finish(self) -> None:
        while self.waiting:
            self._wait_for_one()

    def _wait_for_one(self) -> None:
        with connection.wrap_database_errors:
            self.waiting.pop(0).result()


def reserve(table: str, count: int) -> list[int]:
    """So many ids from the table's own sequence, in order; children can then be written by COPY too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [pk for (pk,) in cursor.fetchall()]


def copy_records(
    fresh: Sequence[tuple[ConversationRecord, str]],
    keys: Keys,
    *,
    first_position: int,
    progress: Callable[[str, int, int], None],
) -> Counts:
    """Write conversations with all that belongs to them. fresh: records with their content hash.

    Must be called inside a transaction. What `progress` raises ends it between two parts.
    """
    counts = Counts()
    turn_ids = iter(reserve("annotate_turn", sum(len(record.turns) for record, _ in fresh)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with ThreadPoolExecutor(max_workers=1) as pool:
        copier = _Copier(pool)
        copier.send({"annotate_conversation": list(_conversations(fresh, keys, first_position))})
        for start in range(0, len(fresh), _CHUNK):
            progress("writing", start, len(fresh))
            rows: Rows = {"annotate_turn": [], "annotate_knowledgesection": [], "annotate_rating": []}
            for record, _ in fresh[start : start + _CHUNK]:
                _belongings(record, keys, turn_ids, rows)
            counts.turns += len(rows["annotate_turn"])
            counts.sections += len(rows["annotate_knowledgesection"])
            counts.ratings += len(rows["annotate_rating"])
            copier.send(rows)
        copier.finish()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return counts


def _copy(raw: Any, rows: Rows) -> None:
    with raw.cursor() as cursor:
        for table, values in rows.items():
            with cursor.copy(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)


def _conversations(
    fresh: Sequence[tuple[ConversationRecord, str]], keys: Keys, first_position: int
) -> Iterator[tuple[Any, ...]]:
    for place, (record, digest) in enumerate(fresh):
        yield (
            keys.conversations[record.external_id],
            keys.corpus,
            record.external_id,
            first_position + place,
            record.split,
            record.topic,
            record.config,
            record.system,
            keys.conversations[record.alternative_of] if record.alternative_of else None,
            len(record.turns),
            digest,
            _json(record.extra),
        )


def _belongings(record: ConversationRecord, keys: Keys, turn_ids: Iterator[int], rows: Rows) -> None:
    pk = keys.conversations[record.external_id]
    ids = []
    for index, turn in enumerate(record.turns):
        ids.append(next(turn_ids))
        rows["annotate_turn"].append(
            (ids[-1], pk, index, turn.speaker, turn.text, turn.at, list(turn.cited), _json(turn.extra))
        )
    for position, section in enumerate(record.sections):
        passages = [{"kind": p.kind, "ref": p.ref, "text": p.text} for p in section.passages]
        rows["annotate_knowledgesection"].append(
            (pk, section.speaker, section.key, position, section.title, _json(passages))
        )
    answers = [
        (each.turn, keys.versions[each.dimension, each.version], keys.raters[each.rater]) for each in record.ratings
    ]
    # A rater's answers to one question about one target are revisions of one answer: the last one counts.
    last = dict(sorted(zip(answers, record.ratings, strict=True), key=lambda pair: pair[1].revision))
    for answer, rating in zip(answers, record.ratings, strict=True):
        turn_id = None if rating.turn is None else ids[rating.turn]
        rows["annotate_rating"].append(_rating(rating, pk, turn_id, answer[1], answer[2], last[answer] is rating))


def _rating(
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
        _origin(rating),
        rating.revision,
        current,
        rating.made_at,
    )


def _origin(rating: RatingRecord) -> str | None:
    said = {"campaign": rating.campaign or None, "active_ms": rating.active_ms}
    kept = {key: value for key, value in said.items() if value is not None}
    return _json(kept) if kept else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
