from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from people.actions.record import record
from people.models import ApiToken, Scope, User
from people.tokens import new_secret


@transaction.atomic
def make_token(*, user: User, name: str, scopes: list[str], days: int) -> tuple[ApiToken, str]:
    """A token's row and the token itself, which is kept nowhere and shown once."""
    unknown = set(scopes) - set(Scope.values)
    if unknown or not scopes:
        raise ValueError(f"scopes must be some of {', '.join(Scope.values)}")
    token, prefix, digest = new_secret()
    row = ApiToken.objects.create(
        user=user,
        name=name[:100],
        prefix=prefix,
        digest=digest,
        scopes=sorted(scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(actor=user, verb="token.make", subject=f"token {prefix}", detail={"scopes": sorted(scopes), "days": days})
    return row, token


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """End a token at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    record(actor=by, verb="token.revoke", subject=f"token {token.prefix}")
