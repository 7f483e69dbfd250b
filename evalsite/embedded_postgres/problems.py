"""What can go wrong, in words for the person at the terminal."""

from __future__ import annotations

from django.db.utils import OperationalError


class PostgresProblem(OperationalError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""
