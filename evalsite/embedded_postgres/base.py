"""The backend: Django's own for PostgreSQL, told where the server is at the moment of the first connection.

    DATABASES = {"default": {"ENGINE": "evalsite.embedded_postgres", "NAME": "evalsite"}}

Optional keys: CLUSTER (a folder; default VAR/postgres) and FSYNC (False gives up durability: for tests).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base

from evalsite.embedded_postgres.client import DatabaseClient
from evalsite.embedded_postgres.cluster import Cluster

_clusters: dict[Path, Cluster] = {}


def cluster_of(settings_dict: dict[str, Any]) -> Cluster:
    """The cluster that these connection settings name; one object a folder and process."""
    home = Path(settings_dict.get("CLUSTER") or settings.VAR / "postgres")
    if home not in _clusters:
        _clusters[home] = Cluster(home, fast=not settings_dict.get("FSYNC", True))
    return _clusters[home]


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the cluster of this checkout, and starts it first if need be."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        cluster = cluster_of(self.settings_dict)
        # Django's own alias for "no database yet" is not in the settings, so the name is that of the default one.
        cluster.ensure(str(settings.DATABASES[DEFAULT_DB_ALIAS]["NAME"]))
        # psycopg takes the keys that Django gives it and these: the settings themselves stay without a password.
        return {**super().get_connection_params(), **cluster.parameters()}
