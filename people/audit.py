"""The audit log, read: by person, by what was done, to what, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from people.models import AuditEvent, User


def audit_events(
    *,
    actor: User | None = None,
    verb: str = "",
    subject: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEvent]:
    """Newest first, who included; slice it. `subject`: part of it. Both days count, in UTC. One query."""
    found = AuditEvent.objects.select_related("actor").order_by("-pk")
    if actor is not None:
        found = found.filter(actor=actor)
    if verb:
        found = found.filter(verb=verb)
    if subject:
        found = found.filter(subject__icontains=subject)
    if since is not None:
        found = found.filter(at__gte=datetime.combine(since, time.min, UTC))
    if until is not None:
        found = found.filter(at__lt=datetime.combine(until, time.min, UTC) + timedelta(days=1))
    return found


def audit_verbs() -> list[str]:
    """What has been done at all, in the order of the alphabet. One query."""
    return list(AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct())
