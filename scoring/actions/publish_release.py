"""Write a queued release: streamed, resumable, and immutable once it is there."""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from annotate.importing.jsonl import FORMAT, VERSION
from annotate.models import Campaign, CampaignItem, DimensionVersion, Rater, Rating, Reading
from annotate.models.campaign import Purpose
from annotate.selectors.given import given
from annotate.selectors.maps import readings_from
from annotate.slices import conversations_in
from evalsite.version import code_version
from scoring.models import Checkpoint, PairVerdict, Prediction, Release, ReleaseState
from scoring.releasing.choices import choices_of, studies_in_words
from scoring.releasing.formats import FORMATS

log = structlog.get_logger(__name__)
_LEASE = timedelta(seconds=60)
_ATTEMPTS = 3
_LOOK_EVERY_SECONDS = 1.0


class Cancelled(Exception):
    """Somebody asked for it between two chunks."""


class _Hashed:
    """A file that knows the sha256 and the size of what was written through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()

    def tell(self) -> int:
        return self.size

    # What io.TextIOWrapper, zipfile and pyarrow ask of a stream that only goes forward.
    closed = False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """The owner closes the file."""


def publish_release(*, release_id: int) -> None:
    """Write the release if it still waits; called twice at once, one of the two does nothing."""
    release = _claim(release_id)
    if release is None:
        return
    started = time.monotonic()
    folder = Path(settings.RELEASES) / f"{release.pk:06d}-{slugify(release.name)[:40] or 'release'}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    writer = FORMATS[release.format]
    final = folder / f"data.{writer.suffix}"
    half = folder / f".half-{os.getpid()}"
    try:
        with half.open("wb") as file, transaction.atomic(), connection.cursor() as cursor:
            # One moment for the whole file, whatever is rated meanwhile.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            header = _header(release)
            hashed = _Hashed(file)
            rows = writer.write(release, header, hashed, _ticker(release))  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
            raters = _our_raters(release)
        manifest = {
            **header,
            "file": final.name,
            "sha256": hashed.sha256.hexdigest(),
            "bytes": hashed.size,
            "rows": rows,
        }
        half.replace(final)
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        final.chmod(0o400)
    except Cancelled:
        half.unlink(missing_ok=True)
        _end(release, state=ReleaseState.CANCELLED)
    except Exception as problem:  # whatever a writer meets: the page says it
        half.unlink(missing_ok=True)
        log.exception("release_failed", release=release.pk)
        _end(release, state=ReleaseState.FAILED, reason=f"{type(problem).__name__}: {problem}"[:2000])
    else:
        _end(
            release,
            state=ReleaseState.READY,
            path=str(final.relative_to(settings.RELEASES)),
            sha256=manifest["sha256"],
            size=hashed.size,
            manifest=manifest,
            raters=raters,
            done=release.total,
            phase=f"written in {time.monotonic() - started:.1f} s",
        )


def _claim(release_id: int) -> Release | None:
    now = timezone.now()
    with transaction.atomic():
        release = (
            Release.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("corpus", "campaign")
            .filter(pk=release_id, state__in=(ReleaseState.QUEUED, ReleaseState.RUNNING))
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
            .first()
        )
        if release is None:
            return None
        if release.cancel_requested or release.attempts >= _ATTEMPTS:
            cancelled = release.cancel_requested
            release.state = ReleaseState.CANCELLED if cancelled else ReleaseState.FAILED
            release.reason = (
                "" if cancelled else f"given up after {release.attempts} attempts: the worker died each time"
            )
            release.finished_at = now
            release.save()
            return None
        release.state, release.attempts, release.lease_until = ReleaseState.RUNNING, release.attempts + 1, now + _LEASE
        release.total = conversations_in(release.corpus, release.slice).count()
        release.save()
    return release


def _ticker(release: Release):  # type: ignore[no-untyped-def]
    """Progress and the lease are written on a connection of their own: the export's transaction reads only."""
    looked = time.monotonic()

    def tick(done: int) -> None:
        nonlocal looked
        if time.monotonic() - looked < _LOOK_EVERY_SECONDS:
            return
        looked = time.monotonic()
        side = connection.copy()
        try:
            with side.cursor() as cursor:
                cursor.execute(
                    "UPDATE scoring_release SET done = greatest(done, %s), lease_until = %s WHERE id = %s "
                    "RETURNING cancel_requested",
                    [done, timezone.now() + _LEASE, release.pk],
                )
                if cursor.fetchone()[0]:
                    raise Cancelled
        finally:
            side.close()

    return tick


def _header(release: Release) -> dict[str, Any]:
    """What the release holds, in words that a machine can read: the first line of JSONL, and the manifest."""
    ids = conversations_in(release.corpus, release.slice).values("pk")
    ratings = Rating.objects.filter(given(), conversation__in=ids, current=True).exclude(reason="cleared")
    predictions = Prediction.objects.filter(conversation__in=ids)
    if release.campaign_id:
        ratings = ratings.filter(task__campaign=release.campaign_id)
    versions = DimensionVersion.objects.filter(
        Q(pk__in=ratings.values("dimension_version")) | Q(pk__in=predictions.values("dimension_version"))
    ).select_related("dimension")
    checkpoints = Checkpoint.objects.filter(pk__in=predictions.values("checkpoint")).order_by("metric", "pk")
    known = CampaignItem.objects.filter(conversation__in=ids).exclude(purpose=Purpose.WORK)
    maps = [_map(row) for row in readings_from(versions.values("pk"))]
    studies = studies_in_words(release)
    return {
        **({"maps": maps} if maps else {}),
        **({"studies": studies} if studies else {}),
        "format": FORMAT if release.format == "jsonl" else release.format,
        "version": VERSION,
        "name": release.name,
        "release": release.pk,
        "corpus": {
            "key": release.corpus.key,
            "name": release.corpus.name,
            "licence": release.corpus.licence,
            "synthetic": release.corpus.synthetic,
        },
        "slice": release.slice,
        "campaign": release.campaign.name if release.campaign else None,
        "draws": _draws(release),
        "counts": {
            "conversations": release.total,
            "ratings": ratings.count(),
            "predictions": predictions.count(),
            "known": known.values("conversation").distinct().count(),
            "pair_verdicts": PairVerdict.objects.filter(prediction__conversation__in=ids).count(),
            "choices": sum(study["choices"] for study in studies),
        },
        "dimensions": [
            {
                "key": version.dimension.key,
                "version": version.number,
                "name": version.dimension.name,
                "unit": version.dimension.unit,
                "kind": version.dimension.kind,
                "direction": version.dimension.direction,
                "question": version.question,
                "guidance": version.guidance,
                "scale": version.scale,
                "null_reasons": version.null_reasons,
            }
            for version in versions.order_by("dimension__key", "number")
        ],
        "checkpoints": [
            {
                "metric": row.metric,
                "name": row.name,
                "digest": row.digest,
                "signature": row.signature,
                "research_only": row.research_only,
            }
            for row in checkpoints
        ],
        "code": code_version(),
        "made_at": release.created_at.isoformat(),
    }


def _map(row: Reading) -> dict[str, Any]:
    """As which other version ratings are read: answers by their key, what cannot be told left out."""
    return {
        "map": row.map_id,
        "from": [row.source.dimension.key, row.source.number],
        "to": [row.target.dimension.key, row.target.number],
        "answers": row.answers,
        "kind": row.map.kind,
        "why": row.map.why,
        "made_at": row.map.made_at.isoformat(),
    }


def _draws(release: Release) -> list[dict[str, Any]]:
    """How campaigns drew their items: with the `chance` of each, estimates of the whole slice can be made unbiased."""
    found = Campaign.objects.filter(corpus=release.corpus, sampling__has_key="drawn").order_by("pk")
    if release.campaign_id:
        found = found.filter(pk=release.campaign_id)
    return [{"campaign": row.name, "slice": row.slice, **row.sampling} for row in found]


def _our_raters(release: Release) -> list[int]:
    ids = conversations_in(release.corpus, release.slice).values("pk")
    rated = Rater.objects.filter(user__isnull=False, ratings__conversation__in=ids)
    judges = choices_of(release).values_list("place__rater", flat=True)
    return sorted({*rated.distinct().values_list("pk", flat=True), *judges.distinct()})


def _end(release: Release, **facts: Any) -> None:
    Release.objects.filter(pk=release.pk).exclude(state=ReleaseState.READY).update(
        lease_until=None, finished_at=timezone.now(), **facts
    )
