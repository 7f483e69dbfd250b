from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from annotate.importing.records import ConversationRecord, PassageRecord, SectionRecord, TurnRecord
from annotate.models import Conversation, Corpus, ImportConflict, ImportJob

_AT_ONCE = 200
_DIFFERENCES_AT_MOST = 50
_FIELDS = ("split", "topic", "config", "system")


def note_conflicts(*, corpus: Corpus, changed: Sequence[tuple[ConversationRecord, str]], job: ImportJob | None) -> None:
    """List conversations that arrived with other content (record, its hash) and what differs. Nothing else changes.

    Four queries for each 200 of them.
    """
    for start in range(0, len(changed), _AT_ONCE):
        part = changed[start : start + _AT_ONCE]
        rows = Conversation.objects.filter(corpus=corpus, external_id__in=[record.external_id for record, _ in part])
        here = {
            row.external_id: row for row in rows.select_related("alternative_of").prefetch_related("turns", "sections")
        }
        ImportConflict.objects.bulk_create(
            (
                ImportConflict(
                    conversation=here[record.external_id],
                    job=job,
                    arrived_hash=digest,
                    differences=list(_differences(here[record.external_id], record))[:_DIFFERENCES_AT_MOST],
                )
                for record, digest in part
            ),
            ignore_conflicts=True,  # the same change that arrived before is listed already
        )


def _differences(here: Conversation, record: ConversationRecord) -> Iterator[str]:
    for field in _FIELDS:
        ours, theirs = getattr(here, field), getattr(record, field)
        if ours != theirs:
            yield f"{field}: {ours or 'none'!s} here, {theirs or 'none'!s} arrived"
    first = here.alternative_of.external_id if here.alternative_of else None
    if first != record.alternative_of:
        yield f"alternative of {first or 'none'} here, of {record.alternative_of or 'none'} arrived"
    turns = [
        TurnRecord(row.speaker, row.text, tuple(row.cited), row.at, row.extra)
        for row in sorted(here.turns.all(), key=lambda row: row.index)
    ]
    if len(turns) != len(record.turns):
        yield f"turns: {len(turns)} here, {len(record.turns)} arrived"
    for number, (a, b) in enumerate(zip(turns, record.turns, strict=False), 1):
        if a != b:
            fields = [field for field in TurnRecord.__slots__ if getattr(a, field) != getattr(b, field)]
            yield f"turn {number}: other {', '.join(fields)}"
    yield from _knowledge(here, record.sections)
    if here.extra != record.extra:
        keys = {*here.extra, *record.extra}
        other = sorted(key for key in keys if here.extra.get(key) != record.extra.get(key))
        yield f"original fields: other {', '.join(other)}"


def _knowledge(here: Conversation, sections: Iterable[SectionRecord]) -> Iterator[str]:
    ours = {
        (row.speaker, row.key): SectionRecord(
            row.speaker,
            row.key,
            row.title,
            tuple(PassageRecord(each["kind"], each["ref"], each["text"]) for each in row.passages),
        )
        for row in here.sections.all()
    }
    theirs = {(section.speaker, section.key): section for section in sections}
    for speaker, key in dict.fromkeys((*ours, *theirs)):
        a, b = ours.get((speaker, key)), theirs.get((speaker, key))
        if a != b:
            said = "is not here" if a is None else "did not arrive" if b is None else "is another"
            yield f"knowledge {key} of {speaker or 'everybody'} {said}"
