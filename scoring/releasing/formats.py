"""The formats of a release: name -> how its bytes are made. Each yields (bytes, conversations or rows done so far)."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from defusedcsv import csv as defusedcsv
from django.db import connection

from annotate.importing.records import ConversationRecord, PassageRecord, SectionRecord, TurnRecord
from annotate.importing.topical_chat_out import conversations_file, reading_sets_file
from annotate.models import Conversation
from annotate.slices import conversations_in
from scoring.models import Release
from scoring.releasing.rows import (
    COLUMNS,
    JUDGEMENTS,
    conversation_ids,
    lines_sql,
    stream,
)

Tick = Callable[[int], None]
_BOTH_HALVES_FROM = 2000  # conversations; below, a second connection costs more than it brings
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip can hold: the same bytes every time


@dataclass(frozen=True, slots=True)
class Writer:
    """write(release, header, file, tick) -> count of what it wrote; `tick` gets conversations done, or may raise."""

    label: str
    suffix: str
    write: Callable[[Release, dict[str, Any], IO[bytes], Tick], int]


class NotTopicalChat(Exception):
    """Only what came as Topical-Chat can go as Topical-Chat."""


def write_jsonl(release: Release, header: dict[str, Any], file: IO[bytes], tick: Tick) -> int:
    """Our own lossless format; PostgreSQL builds the lines, both halves of a large release at once."""
    file.write(json.dumps(header, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n")
    sql = lines_sql(readings="maps" in header, choices="studies" in header)
    ids = conversation_ids(release)
    if len(ids) < _BOTH_HALVES_FROM:
        return _write_lines(stream(sql, release, ids, within=ids), file, tick)
    middle = len(ids) // 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    with tempfile.TemporaryFile() as second_half, ThreadPoolExecutor(1) as thread:
        promised = thread.submit(_write_second_half, sql, release, ids, middle, snapshot, second_half)
        done = _write_lines(stream(sql, release, ids[:middle], within=ids), file, tick)
        done += promised.result()
        second_half.seek(0)
        while chunk := second_half.read(1 << 20):
            file.write(chunk)
    tick(done)
    return done


def _write_second_half(sql: str, release: Release, ids: list[int], middle: int, snapshot: str, file: IO[bytes]) -> int:
    """On a connection of its own that sees what the first one sees."""
    side = connection.copy()
    try:
        side.set_autocommit(False)  # a server-side cursor lives inside a transaction
        with side.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
            return _write_lines(stream(sql, release, ids[middle:], side, within=ids), file, lambda done: None)
    finally:
        side.close()


def _write_lines(rows: Iterator[tuple[Any, ...]], file: IO[bytes], tick: Tick) -> int:
    done = 0
    while chunk := list(islice(rows, 500)):
        file.write("".join(f"{line}\n" for line, _ in chunk).encode())
        done += len(chunk)
        tick(done)
    return done


def write_csv(release: Release, header: dict[str, Any], file: IO[bytes], tick: Tick) -> int:
    """One judgement a row, human or model; cells that a spreadsheet would run are made harmless."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = defusedcsv.writer(text, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    done, ids = 0, conversation_ids(release)
    for row in stream(JUDGEMENTS, release, ids, within=ids):
        writer.writerow(["" if cell is None else cell for cell in row])
        done += 1
        if done % 2000 == 0:
            tick(0)
    text.detach()
    return done


def write_parquet(release: Release, header: dict[str, Any], file: IO[bytes], tick: Tick) -> int:
    """The same rows as CSV with types, in row groups of 50,000."""
    import pyarrow as pa  # deferred: the analysis extra, which only the default worker has
    import pyarrow.parquet as pq

    floats, ints = {"value", "low", "high", "calibrated", "chance"}, {"turn", "version", "active_ms"}
    schema = pa.schema(
        [(name, pa.float64() if name in floats else pa.int64() if name in ints else pa.string()) for name in COLUMNS],
        metadata={"evalsite": json.dumps(header, sort_keys=True)},
    )
    done, ids = 0, conversation_ids(release)
    rows = stream(JUDGEMENTS, release, ids, within=ids)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while chunk := list(islice(rows, 50_000)):
            columns = [
                pa.array(column, type=field.type)
                for column, field in zip(zip(*chunk, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            done += len(chunk)
            tick(0)
    return done


def write_topical_chat(release: Release, header: dict[str, Any], file: IO[bytes], tick: Tick) -> int:
    """A zip with conversations/<split>.json and reading_sets/<split>.json, byte for byte as they were imported."""
    if release.corpus.format != "topical_chat":
        raise NotTopicalChat("Only a corpus that came as Topical-Chat can be released in its format.")
    found = conversations_in(release.corpus, release.slice)
    splits = list(dict.fromkeys(found.values_list("split", flat=True)))
    done = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for split in splits:
            for folder, make in (("conversations", conversations_file), ("reading_sets", reading_sets_file)):
                info = zipfile.ZipInfo(f"{folder}/{split or 'all'}.json", _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as member:
                    for chunk in make(_records(found, split)):
                        member.write(chunk)
                        if folder == "conversations":
                            done += 1
                            if done % 100 == 0:
                                tick(done)
    return found.count()


def _records(found: Any, split: str) -> Iterator[ConversationRecord]:
    ids = [pk for pk, own in found.values_list("pk", "split") if own == split]
    for start in range(0, len(ids), 100):
        rows = Conversation.objects.filter(pk__in=ids[start : start + 100]).prefetch_related("turns", "sections")
        yield from map(record_of, sorted(rows, key=lambda row: row.position))


def record_of(row: Conversation) -> ConversationRecord:
    """A conversation's rows as the record they came from, without ratings."""
    return ConversationRecord(
        external_id=row.external_id,
        split=row.split,
        topic=row.topic,
        config=row.config,
        system=row.system,
        extra=row.extra,
        turns=tuple(
            TurnRecord(turn.speaker, turn.text, tuple(turn.cited), turn.at, turn.extra)
            for turn in sorted(row.turns.all(), key=lambda turn: turn.index)
        ),
        sections=tuple(
            SectionRecord(
                section.speaker,
                section.key,
                section.title,
                tuple(PassageRecord(p["kind"], p["ref"], p["text"]) for p in section.passages),
            )
            for section in sorted(row.sections.all(), key=lambda section: section.position)
        ),
    )


FORMATS: dict[str, Writer] = {
    "jsonl": Writer("JSONL, everything, can be imported again", "jsonl", write_jsonl),
    "csv": Writer("CSV, one judgement a row", "csv", write_csv),
    "parquet": Writer("Parquet, one judgement a row", "parquet", write_parquet),
    "topical_chat": Writer("Topical-Chat's own JSON files, as imported", "zip", write_topical_chat),
}
