from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Campaign, Corpus
from annotate.slices import checked_slice
from people.actions.record import record
from people.models import User
from scoring.models import Release
from scoring.releasing.formats import FORMATS
from scoring.wake import wake_default_worker


class UnknownReleaseFormat(ValueError):
    """There is no such format."""


@transaction.atomic
def request_release(
    *,
    name: str,
    corpus: Corpus,
    format: str,
    slice: Mapping[str, Any],
    requested_by: User,
    campaign: Campaign | None = None,
) -> Release:
    """Queue a release; the default worker writes it."""
    if format not in FORMATS:
        raise UnknownReleaseFormat(
            _("“%(format)s” is no format; known: %(known)s") % {"format": format, "known": ", ".join(FORMATS)}
        )
    release = Release.objects.create(
        name=name,
        corpus=corpus,
        campaign=campaign,
        format=format,
        slice=checked_slice(slice),
        pseudonym_key=secrets.token_hex(32),
        requested_by=requested_by,
    )
    record(actor=requested_by, verb="release.request", subject=f"release {release.pk}", detail={"corpus": corpus.key})
    transaction.on_commit(lambda: wake_default_worker("scoring.tasks.publish_release_task", release.pk))
    return release
