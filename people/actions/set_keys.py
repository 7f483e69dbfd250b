from __future__ import annotations

from collections.abc import Mapping

from people.bindings import checked_keys
from people.models import User


def set_keys(*, user: User, wanted: Mapping[str, str]) -> User:
    """The person's own keys; an empty mapping gives the usual ones back. Raises BadKeys."""
    user.keys = checked_keys(wanted)
    user.save(update_fields=["keys"])
    return user
