"""The backend: Django's own for PostgreSQL, told where the server is at the moment of the first connection.

    DATABASES = {"default": {"ENGINE": "evalsite.embedded_postgres", "NAME": "evalsite"}}

Optional keys: CLUSTER_HOME (a folder; default VAR/postgres) and CLUSTER_FAST (tests: no fsync). Under the supervisor
of `make run`, which sets EVALSITE_SUPERVISED, nothing is started from here: the supervisor starts and stops.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from evalsite.embedded_postgres.client import DatabaseClient
from evalsite.embedded_postgres.cluster import Cluster

SUPERVISED = "EVALSITE_SUPERVISED"
_WAIT_SECONDS = 10
_clusters: dict[Path, Cluster] = {}


def cluster_of(settings_dict: dict[str, Any]) -> Cluster:
    """The cluster that these connection settings name; one object a folder and process."""
    home = Path(settings_dict.get("CLUSTER_HOME") or settings.VAR / "postgres")
    if home not in _clusters:
        _clusters[home] = Cluster(home, fast=bool(settings_dict.get("CLUSTER_FAST")))
    return _clusters[home]


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the cluster of this checkout, and starts it first if need be."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        cluster = cluster_of(self.settings_dict)
        if os.environ.get(SUPERVISED):
            _wait_for(cluster)
        else:
            cluster.ensure(settings.DATABASES[self.alias]["NAME"])
        # psycopg takes the keys that Django gives it and these: the settings themselves stay without a password.
        return {**super().get_connection_params(), **cluster.parameters()}


def _wait_for(cluster: Cluster) -> None:
    """Give the supervisor time to restart a server that was killed; then the connection says what is wrong."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not cluster.running() and time.monotonic() < deadline:
        time.sleep(0.1)
