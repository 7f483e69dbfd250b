from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from people.actions.record import record
from people.models import Invitation, User
from people.tokens import digest_of


class InvitationGone(Exception):
    """Unknown, used, revoked or expired: a stranger does not learn which."""


class NameTaken(Exception):
    """Somebody has this user name."""


def open_invitation(secret: str) -> Invitation:
    """The invitation behind a link's secret. Raises InvitationGone."""
    row = Invitation.objects.filter(
        digest=digest_of(secret), used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now()
    ).first()
    if row is None:
        raise InvitationGone(_("This link is not valid: it was used, withdrawn, or is too old. Ask for a new one."))
    return row


@transaction.atomic
def accept_invitation(*, secret: str, username: str, password: str) -> User:
    """Make the account; the row lock makes a second use of the link lose."""
    row = open_invitation(secret)
    row = Invitation.objects.select_for_update().get(pk=row.pk)
    if row.used_at is not None:
        raise InvitationGone(_("This link was used just now."))
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username=username, password=password, role=row.role, named_only=row.named_only
            )
    except IntegrityError:
        raise NameTaken(_("The name %(name)s is taken.") % {"name": username}) from None
    row.used_by, row.used_at = user, timezone.now()
    row.save(update_fields=["used_by", "used_at"])
    record(actor=user, verb="person.join", subject=f"person {user.pk}", detail={"role": user.own_role})
    return user
