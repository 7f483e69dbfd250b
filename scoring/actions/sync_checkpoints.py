"""Bring the table of checkpoints up to what the code and the two checkpoint folders hold. Never removes a row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from scoring.actions.register_checkpoint import register_checkpoint
from scoring.metrics import checkpoints, registry
from scoring.models import Checkpoint

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    metric: str
    name: str
    digest: str
    folder: Path | None
    is_default: bool


def sync_checkpoints(*, device: str) -> list[Checkpoint]:
    """Register every metric's checkpoints (loading new ones once, with their golden examples); returns all rows.

    A metric that cannot be loaded here gets a row too, which says in words what is missing. One whose row cannot be
    written is logged and left out: the others must not wait for it.
    """
    rows = []
    for found in _found():
        try:
            rows.append(_registered(found, device))
        except (DataError, IntegrityError):
            log.exception("checkpoint_not_registered", metric=found.metric, name=found.name)
    return rows


def _registered(found: _Found, device: str) -> Checkpoint:
    row = Checkpoint.objects.filter(metric=found.metric, digest=found.digest).first()
    if row is None or row.unavailable:
        row = register_checkpoint(
            metric=found.metric, name=found.name, digest=found.digest, folder=found.folder, device=device
        )
    if found.is_default:
        _make_active_if_none(row)
    return row


def _found() -> list[_Found]:
    found: list[_Found] = []
    for name in registry.METRICS:
        folders = registry.checkpoint_folders(name, [settings.CHECKPOINTS, settings.TRAINED_CHECKPOINTS])
        if not registry.needs_checkpoint(name):
            digest = hashlib.sha256(f"weightless:{name}".encode()).hexdigest()
            found.append(_Found(name, "as published", digest, None, True))
        for folder in folders:
            header = checkpoints.read_header(folder)
            found.append(_Found(name, header.name, checkpoints.folder_digest(folder), folder, header.default))
    return found


@transaction.atomic
def _make_active_if_none(row: Checkpoint) -> None:
    if row.unavailable or Checkpoint.objects.filter(metric=row.metric, active=True).exists():
        return
    Checkpoint.objects.filter(pk=row.pk).update(active=True)
    row.active = True
