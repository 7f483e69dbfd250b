from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from people.actions.end_sessions import end_sessions
from people.actions.record import record
from people.models import Role, User


class LastAdmin(Exception):
    """The only active admin cannot lose the role or the account."""


@transaction.atomic
def change_role(*, user: User, role: str, by: User, named_only: bool = False) -> User:
    """Give another role. Sessions and tokens end: what they may do has changed.

    named_only: an annotator who rates only in campaigns and studies that name them; ValueError for another role.
    """
    if role not in Role.values:
        raise ValueError(f"{role!r} is no role")
    if named_only and role != Role.ANNOTATOR:
        raise ValueError("Only annotators are restricted to where they are named.")
    user = User.objects.select_for_update().get(pk=user.pk)
    if role != Role.ADMIN:
        _keep_an_admin(user)
    before = user.own_role
    user.role, user.named_only = role, named_only
    user.save(update_fields=["role", "named_only"])
    end_sessions(user=user)
    detail = {"from": before, "to": user.own_role}
    record(actor=by, verb="person.role", subject=f"person {user.pk}", detail=detail)
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, by: User) -> User:
    """Close or reopen an account. An erased person stays closed."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not active:
        _keep_an_admin(user)
    user.is_active = active and user.erased_at is None
    user.save(update_fields=["is_active"])
    if not active:
        end_sessions(user=user)
    record(actor=by, verb="person.activate" if active else "person.deactivate", subject=f"person {user.pk}")
    return user


def _keep_an_admin(user: User) -> None:
    """Locks the admins in one order, so that two of them cannot remove each other at once."""
    admins = list(
        User.objects.select_for_update()
        .filter(role=Role.ADMIN, is_active=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if admins == [user.pk]:
        raise LastAdmin(_("This is the only active admin; make another one first."))
