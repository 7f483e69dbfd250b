from __future__ import annotations

from typing import Any

from people.models import AuditEvent, User


def record(*, actor: User | None, verb: str, subject: str = "", detail: dict[str, Any] | None = None) -> AuditEvent:
    """Add a line to the audit log; call it inside the transaction of what it tells of."""
    return AuditEvent.objects.create(actor=actor, verb=verb, subject=subject, detail=detail or {})
