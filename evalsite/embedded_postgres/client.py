"""`manage.py dbshell` with the wheel's psql."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from evalsite.embedded_postgres import binaries


class DatabaseClient(client.DatabaseClient):
    """Takes the address of the server from the connection, since the settings hold none."""

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.get_connection_params()  # starts the server if need be
        super().runshell(list(parameters))

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        from evalsite.embedded_postgres.base import cluster_of  # deferred: base imports this module

        where = {key.upper(): value for key, value in cluster_of(settings_dict).parameters().items()}
        arguments, environment = super().settings_to_cmd_args_env({**settings_dict, **where}, list(parameters))
        return [str(binaries.installed() / "psql"), *arguments[1:]], environment
