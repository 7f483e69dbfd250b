from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from annotate.importing.registry import reader
from annotate.models import Corpus, ImportFile, ImportJob
from annotate.wake import wake_importer
from people.actions.record import record
from people.models import User


class Upload(Protocol):
    """A file as a form gives it (Django's UploadedFile)."""

    name: str | None

    def chunks(self) -> Iterator[bytes]: ...


class ImportRefused(ValueError):
    """The import cannot even be queued; the message says why."""


def request_import(
    *, corpus_key: str, corpus_name: str, format: str, files: Sequence[Upload], requested_by: User | None
) -> ImportJob:
    """Keep the uploaded files under random names and queue their import; the default worker does it.

    Raises UnknownFormat, and ImportRefused for no file, too many bytes, or a corpus that came in another format.
    """
    reader(format)
    if not files:
        raise ImportRefused(_("Choose at least one file."))
    there = Corpus.objects.filter(key=corpus_key).first()
    if there is not None and there.format != format:
        raise ImportRefused(
            _("The corpus %(key)s came as %(format)s; take another key for %(format2)s.")
            % {"key": there.key, "format": there.format, "format2": format}
        )
    folder = Path(settings.UPLOADS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept: list[ImportFile] = []
    try:
        room = settings.IMPORT_MAX_BYTES
        for file in files:
            kept.append(_kept(file, folder / uuid4().hex, room))
            room -= kept[-1].size
        return _queued(corpus_key, corpus_name, format, kept, requested_by)
    except BaseException:
        for row in kept:
            (folder / row.path).unlink(missing_ok=True)
        raise


@transaction.atomic
def _queued(key: str, name: str, format: str, files: Iterable[ImportFile], by: User | None) -> ImportJob:
    job = ImportJob.objects.create(corpus_key=key, corpus_name=name, format=format, phase="waiting", requested_by=by)
    for file in files:
        file.job = job
    ImportFile.objects.bulk_create(files)
    record(actor=by, verb="import.request", subject=f"import {job.pk}", detail={"corpus": key, "format": format})
    transaction.on_commit(lambda: wake_importer(job.pk))
    return job


def _kept(file: Upload, path: Path, room: int) -> ImportFile:
    """The file on disk, written once through its hash. Only its last name is kept, and only as words."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as out:
            path.chmod(0o600)
            for chunk in file.chunks():
                size += len(chunk)
                if size > room:
                    limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
                    raise ImportRefused(_("The files are larger than %(limit)s MiB together.") % {"limit": limit})
                digest.update(chunk)
                out.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = (file.name or "file").replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "")[-255:] or "file"
    return ImportFile(name=name, path=path.name, size=size, sha256=digest.hexdigest())
