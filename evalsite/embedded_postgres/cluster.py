"""A cluster that runs while it is needed: started once however many ask at once, stopped by the last one out."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from evalsite.embedded_postgres import server
from evalsite.embedded_postgres.locks import Presence, exclusively
from evalsite.embedded_postgres.place import PORT, Place, current_socket_folder, make_folders, place_for
from evalsite.embedded_postgres.problems import PostgresProblem


class Cluster:
    """The cluster with its home in one folder. `fast` gives up durability: for tests."""

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self.place: Place = place_for(home)
        self.fast = fast
        self._presence = Presence(self.place.users_lock)

    def ensure(self, database: str, *, tie: signal.Signals | None = None) -> subprocess.Popen[bytes] | None:
        """Make what is missing: folders, cluster, server, database. Returns the server's process if this call started it.

        Costs a lock and a few small reads when it runs already. Raises PostgresProblem.
        """
        make_folders(self.place)
        process = None
        with exclusively(self.place.start_lock):
            if server.alive(self.place) is None:
                server.make_cluster(self.place)
                process = server.start(self.place, fast=self.fast, tie=tie)
                self._make_database(database)
            self._presence.begin()
        atexit.register(self.leave)
        return process

    def parameters(self) -> dict[str, Any]:
        """How to connect: keyword arguments of psycopg.connect, without a database name."""
        try:
            return {
                "host": str(current_socket_folder(self.place)),
                "port": PORT,
                "user": server.USER,
                "password": self.place.password.read_text(),
            }
        except FileNotFoundError:
            raise PostgresProblem(f"there is no PostgreSQL in {self.place.home} yet") from None

    def leave(self) -> None:
        """This process needs it no more. Stops the server when nobody else does either."""
        atexit.unregister(self.leave)
        if not self.place.home.is_dir():
            return
        with exclusively(self.place.start_lock):
            if self._presence.end():
                server.stop(self.place)

    def stop(self) -> None:
        """Stop the server now, whoever uses it."""
        atexit.unregister(self.leave)
        if not self.place.home.is_dir():
            return
        with exclusively(self.place.start_lock):
            self._presence.end()
            server.stop(self.place)

    def running(self) -> bool:
        """Whether its server runs."""
        return server.alive(self.place) is not None

    def destroy(self) -> None:
        """Stop the server and remove everything that the cluster made. For tests."""
        self.stop()
        folders = {self.place.data_home, self.place.home}
        with contextlib.suppress(FileNotFoundError):
            folders.add(current_socket_folder(self.place))
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _make_database(self, name: str) -> None:
        with psycopg.connect(**self.parameters(), dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
