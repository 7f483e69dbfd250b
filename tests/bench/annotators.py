"""Simulated annotators: each claims, reads, answers turn by turn, submits, and goes on until nothing is left.

They do what the rating window does: an operation has an id of its own and is sent again, under that id, until it is
acknowledged; on 409 the window takes over what the server holds. Whatever was acknowledged goes into the ledger.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.web import Client, Lost

_PATIENCE = 60.0  # seconds without any answer before a run is given up


@dataclass(slots=True)
class Ledger:
    """What annotators were told by the server, and how long it took."""

    acknowledged: dict[str, tuple[int, str, int | None]] = field(default_factory=dict)  # op -> version, receipt, value
    save_seconds: list[float] = field(default_factory=list)  # of saves answered at the first try
    sent_again: int = 0
    submitted: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: Ledger) -> None:
        self.acknowledged |= other.acknowledged
        self.save_seconds += other.save_seconds
        self.sent_again += other.sent_again
        self.submitted += other.submitted
        self.problems += other.problems


def work(
    port: int, tokens: Sequence[str], campaign: int, after_submission: Callable[[int], None]
) -> tuple[Ledger, float]:
    """All annotators at once, each in a thread of its own, until none is given another task: (ledger, seconds).

    after_submission is called with the number of submissions so far, by the thread that made the last one.
    """
    counted, lock = itertools.count(1), threading.Lock()

    def submitted() -> None:
        with lock:
            after_submission(next(counted))

    crowd = [_Annotator(port, token, campaign, submitted, number) for number, token in enumerate(tokens)]
    threads = [threading.Thread(target=one.run) for one in crowd]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    together = Ledger()
    for one in crowd:
        together.add(one.ledger)
    return together, seconds


class _Annotator:
    def __init__(self, port: int, token: str, campaign: int, submitted: Callable[[], None], number: int) -> None:
        self.client, self.campaign, self.ledger = Client(port, token), campaign, Ledger()
        self.submitted = submitted
        self.dice = random.Random(number)

    def run(self) -> None:
        try:
            while task := self._next():
                self._rate(task)
        except Exception as problem:
            self.ledger.problems.append(f"{type(problem).__name__}: {problem}")

    def _next(self) -> int | None:
        """The next task; waits while all that is left is held by somebody who may yet give it back."""
        _, answer = self._until_answered("POST", f"/api/v1/my/campaigns/{self.campaign}/claim/", {})
        return int(answer["task"]) if answer["task"] else None

    def _rate(self, task: int) -> None:
        _, payload = self._until_answered("GET", f"/api/v1/my/tasks/{task}/")
        if payload["task"]["state"] != "open":
            raise RuntimeError(f"task {task} was given out while {payload['task']['state']}")
        version = int(payload["task"]["version"])
        given = {(answer["turn"], answer["question"]) for answer in payload["answers"]}
        for question in payload["questions"]:
            for turn in payload["turns"]:
                if (turn["index"], question["id"]) not in given:
                    version = self._save(task, version, turn["index"], question["id"])
        op_id = str(uuid.uuid4())
        status, answer = self._until_answered(
            "POST", f"/api/v1/my/tasks/{task}/submit/", {"op_id": op_id, "base": version}
        )
        if status != 200 or answer["state"] != "submitted":
            raise RuntimeError(f"submit of task {task}: {status} {answer!r}"[:300])
        self.ledger.acknowledged[op_id] = (answer["version"], answer["receipt"], None)
        self.ledger.submitted += 1
        self.submitted()

    def _save(self, task: int, base: int, turn: int, question: int) -> int:
        value = self.dice.randint(1, 5)
        operation = {"op_id": str(uuid.uuid4()), "kind": "rate", "turn": turn, "question": question, "value": value}
        body = {"base": base, "operations": [operation]}
        started, tries = time.perf_counter(), self.ledger.sent_again
        status, answer = self._until_answered("POST", f"/api/v1/my/tasks/{task}/operations/", body)
        if status != 200:
            raise RuntimeError(f"save on task {task}: {status} {answer!r}"[:300])
        if tries == self.ledger.sent_again:
            self.ledger.save_seconds.append(time.perf_counter() - started)
        for op_id, version in answer["acknowledged"].items():
            self.ledger.acknowledged[op_id] = (version, answer["receipts"][op_id], value)
        return int(answer["version"])

    def _until_answered(self, method: str, address: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Send the same again until an answer comes, as a window does that lost its connection."""
        since = time.monotonic()
        while True:
            try:
                status, answer = self.client.ask(method, address, body)
            except Lost as problem:
                if time.monotonic() - since > _PATIENCE:
                    raise RuntimeError(f"{method} {address} was never answered: {problem}") from problem
                self.ledger.sent_again += 1
                time.sleep(0.05 + 0.1 * self.dice.random())
            else:
                if status >= 400 and status != 409:
                    raise RuntimeError(f"{method} {address}: {status} {answer!r}"[:300])
                return status, answer
