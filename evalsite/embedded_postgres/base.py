"""The backend that settings name: Django's PostgreSQL backend, with a server behind it that starts by itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base

from evalsite.embedded_postgres.server import SUPERUSER, use

_MAINTENANCE = ("postgres", "template1")


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the cluster when the first connection's parameters are asked for; a mere check starts nothing."""

    def get_connection_params(self) -> dict[str, Any]:
        options = self.settings_dict.get("OPTIONS") or {}
        fsync = options.pop("fsync", True) if "fsync" in options else self.settings_dict.get("FSYNC", True)
        self.settings_dict["FSYNC"] = fsync
        layout = use(Path(settings.VAR), fsync=fsync)
        self.settings_dict.update(HOST=str(layout.sockets), PORT="", USER=SUPERUSER, PASSWORD=layout.password())
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as problem:
            name = str(conn_params.get("dbname"))
            # Test databases are made by Django itself; the real one is made on first use.
            if "does not exist" not in str(problem) or name in _MAINTENANCE or name.startswith("test_"):
                raise
            self._create(name, conn_params)
            return super().get_new_connection(conn_params)

    @staticmethod
    def _create(name: str, conn_params: dict[str, Any]) -> None:
        reach = {key: conn_params[key] for key in ("host", "user", "password") if key in conn_params}
        with psycopg.connect(dbname="postgres", autocommit=True, **reach) as connection:
            # Another process may be faster.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
