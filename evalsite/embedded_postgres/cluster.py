"""A cluster that runs while it is needed: started once however many ask at once, stopped by the last one out."""

from __future__ import annotations

import atexit
import contextlib
import shutil
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
        self._started: subprocess.Popen[bytes] | None = None
        self._known: set[str] = set()

    def ensure(self, database: str) -> None:
        """Make what is missing: folders, cluster, server, database; and count as its user until `leave` or exit.

        Costs a lock and a few small reads when it runs already. Raises PostgresProblem.
        """
        make_folders(self.place)
        with exclusively(self.place.start_lock):
            if server.alive(self.place) is None:
                self._stop()  # of a server that we started and somebody killed, only the end is left to be noted
                server.make_cluster(self.place)
                self._started = server.start(self.place, fast=self.fast)
                self._known = set()
            if database not in self._known:  # of a start that was killed halfway, it may be missing
                self._make_database(database)
                self._known.add(database)
            self._presence.begin()
        atexit.unregister(self.leave)
        atexit.register(self.leave)

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
                self._stop()

    def stop(self) -> None:
        """Stop the server now, whoever uses it."""
        atexit.unregister(self.leave)
        if not self.place.home.is_dir():
            return
        with exclusively(self.place.start_lock):
            self._presence.end()
            self._stop()

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

    def _stop(self) -> None:
        server.stop(self.place)
        if self._started is not None:
            self._started.wait()
            self._started = None

    def _make_database(self, name: str) -> None:
        with psycopg.connect(**self.parameters(), dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
