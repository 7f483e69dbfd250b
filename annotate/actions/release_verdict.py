from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate.models import Adjudication
from people.actions.record import record
from people.models import User

LENGTH = 2000


class NotCurrent(Exception):
    """Another verdict stands by now."""


@transaction.atomic
def release_verdict(*, adjudication: Adjudication, told: str, by: User) -> Adjudication:
    """Show a verdict to the raters of its target, with words for them; twice is once, with the later words.

    Neither the note nor who made it nor other raters' answers are shown to them. Raises NotCurrent.
    """
    row = Adjudication.objects.select_for_update(no_key=True).get(pk=adjudication.pk)
    if not row.current:
        raise NotCurrent(_("Another verdict stands by now."))
    row.told, row.released_at = told.strip()[:LENGTH], row.released_at or timezone.now()
    row.save(update_fields=["told", "released_at"])
    record(actor=by, verb="verdict.release", subject=f"verdict {row.pk}")
    return row
