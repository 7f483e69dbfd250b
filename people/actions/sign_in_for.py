from __future__ import annotations

import secrets

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from people.actions.record import record
from people.models import Role, User


class NotOnAServer(Exception):
    """Sign-ins are made by invitation where DATABASE_URL is set."""


@transaction.atomic
def sign_in_for(*, role: str) -> tuple[str, str]:
    """A new person of the role with a generated password, as (name, password). Laptops only."""
    if settings.ON_A_SERVER:
        raise NotOnAServer(_("This is a server: people join by one-time links (manage.py invite)."))
    if role not in Role.values:
        raise ValueError(f"{role!r} is no role; known: {', '.join(Role.values)}")
    name = role if not User.objects.filter(username=role).exists() else f"{role}-{secrets.token_hex(2)}"
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(username=name, password=password, role=role)
    record(actor=None, verb="person.signin", subject=f"person {user.pk}", detail={"role": role})
    return name, password


def first_sign_ins() -> list[tuple[str, str, str]]:
    """(role, name, password), one per role, when nobody is here yet; otherwise nothing."""
    if User.objects.exists():
        return []
    return [(role, *sign_in_for(role=role)) for role in Role.values]
