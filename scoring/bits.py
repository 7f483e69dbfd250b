"""A column of bits: `bit(n)` of PostgreSQL, a string of 0 and 1 in Python."""

from __future__ import annotations

from typing import Any

from django.db import models


class BitField(models.Field):  # type: ignore[type-arg]
    """Exactly `bits` bits."""

    def __init__(self, *args: Any, bits: int, **kwargs: Any) -> None:
        self.bits = bits
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"bits": self.bits}

    def db_type(self, connection: Any) -> str:
        return f"bit({self.bits})"

    def get_placeholder(self, value: object, compiler: object, connection: object) -> str:
        return f"%s::bit({self.bits})"
