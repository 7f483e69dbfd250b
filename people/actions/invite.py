from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from people.actions.record import record
from people.models import Invitation, Role, User, own_role
from people.tokens import digest_of

VALID_FOR = timedelta(days=7)


class UnknownRole(ValueError):
    """The role is none of the three."""


@transaction.atomic
def invite(*, role: str, by: User | None, note: str = "", named_only: bool = False) -> tuple[Invitation, str]:
    """A one-time link's row and its secret; the secret is kept nowhere and cannot be shown again."""
    if role not in Role.values:
        raise UnknownRole(
            _("“%(role)s” is no role; known: %(known)s") % {"role": role, "known": ", ".join(Role.values)}
        )
    secret = secrets.token_urlsafe(32)
    row = Invitation.objects.create(
        digest=digest_of(secret),
        role=role,
        named_only=named_only and role == Role.ANNOTATOR,
        note=note[:200],
        invited_by=by,
        expires_at=timezone.now() + VALID_FOR,
    )
    detail = {"role": own_role(role, row.named_only)}
    record(actor=by, verb="person.invite", subject=f"invitation {row.pk}", detail=detail)
    return row, secret
