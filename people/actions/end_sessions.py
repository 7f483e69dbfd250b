from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone

from people.models import ApiToken, User


def end_sessions(*, user: User, tokens: bool = True) -> int:
    """Sign a person out everywhere (and revoke the tokens); returns how many sessions ended.

    Sessions are not indexed by user; the open ones are few enough to read.
    """
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=500):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
            ended += 1
    if tokens:
        ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=timezone.now())
    return ended
