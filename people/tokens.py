"""API tokens: `evs_<prefix>_<secret>`; only the sha256 is kept, so a stolen database signs nobody in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from evalsite.compiled import Compiled, Given
from people.models import ApiToken, User

_LAST_USED_EVERY = timedelta(minutes=1)
_valid: Compiled[ApiToken] = Compiled(
    lambda: ApiToken.objects.select_related("user").filter(
        digest=Given("digest"), revoked_at__isnull=True, expires_at__gt=Given("now"), user__is_active=True
    )
)


def new_secret() -> tuple[str, str, str]:
    """A fresh token as (token, prefix, digest)."""
    prefix = secrets.token_hex(4)
    token = f"evs_{prefix}_{secrets.token_urlsafe(32)}"
    return token, prefix, digest_of(token)


def digest_of(token: str) -> str:
    """The sha256 under which a token or an invitation secret is kept. The secret has 256 bits: no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer evs_…`. request.auth is the ApiToken, whose scopes the permissions read."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise AuthenticationFailed("The Authorization header must be: Bearer <token>.")
        try:
            digest = digest_of(header[1].decode("ascii"))
        except UnicodeDecodeError:
            raise AuthenticationFailed("The token is not known, or no longer valid.") from None
        now = timezone.now()
        token = _valid.first(digest=digest, now=now)
        if token is None:
            raise AuthenticationFailed("The token is not known, or no longer valid.")
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _LAST_USED_EVERY)
        if token.last_used_at is None or token.last_used_at < now - _LAST_USED_EVERY:
            ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
