"""What stays in a worker process for its life: loaded weights, and what it says of itself.

Nothing here imports torch: the first task that needs weights loads them.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading
from collections import OrderedDict
from pathlib import Path

import structlog
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from scoring.actions.embed_shard import Embeds
from scoring.metrics import registry
from scoring.metrics.api import Metric, Unavailable
from scoring.models import Checkpoint, Worker

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 4
_LOADED_AT_MOST = 4


class WorkerState:
    """One per process. Solo workers run one task at a time; only the heartbeat thread reads beside it."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self.busy_with = ""
        self.stopping = threading.Event()
        self._metrics: OrderedDict[tuple[int, tuple[tuple[str, str], ...]], Metric] = OrderedDict()
        self._embedder: Embeds | None = None
        self._names: tuple[str, ...] = ()

    def metric_of(self, checkpoint: Checkpoint, **options: str) -> Metric:
        """The checkpoint's metric as the run wants it, loaded once; the least recently used one makes room.

        Raises Unavailable.
        """
        key = checkpoint.pk, tuple(sorted(options.items()))
        if key in self._metrics:
            self._metrics.move_to_end(key)
            return self._metrics[key]
        metric = registry.load(checkpoint.metric, checkpoint=folder_of(checkpoint), device=device(), **options)
        self._metrics[key] = metric
        while len(self._metrics) > _LOADED_AT_MOST:
            self._metrics.popitem(last=False)
        self._names = tuple(
            " ".join([f"{loaded.name} #{pk}", *(value for _, value in chosen)])
            for (pk, chosen), loaded in self._metrics.items()
        )
        return metric

    def embedder(self) -> Embeds:
        """What turns texts into vectors, loaded once. Raises Unavailable."""
        if self._embedder is None:
            try:  # named in a string: torch is imported by whoever embeds, not by whoever reads this
                module = importlib.import_module("scoring.metrics.meaning.embed")
            except ImportError as error:
                raise Unavailable(f"{error.name or error} is not installed: pip install '.[model]'.") from error
            self._embedder = module.TextEmbedder(device=device())
        return self._embedder

    @property
    def loaded(self) -> str:
        return ", ".join(self._names)


state = WorkerState()


def folder_of(checkpoint: Checkpoint) -> Path | None:
    """The checkpoint's folder, under one of the two roots; None for a weightless metric."""
    if not checkpoint.path:
        return None
    for root in (settings.CHECKPOINTS, settings.TRAINED_CHECKPOINTS):
        folder = (Path(root) / checkpoint.path).resolve()
        if folder.is_relative_to(Path(root).resolve()) and folder.is_dir():
            return folder
    return Path(settings.CHECKPOINTS) / checkpoint.path  # registry.load says that it is missing


def device() -> str:
    """`SCORING_DEVICE`, where auto means the GPU if there is one."""
    if settings.SCORING_DEVICE != "auto":
        return str(settings.SCORING_DEVICE)
    try:
        import torch  # deferred: only a worker has it, and only once it scores
    except ImportError:
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def beat(queues: list[str]) -> None:
    """Write this worker's row. One query."""
    Worker.objects.update_or_create(
        name=state.name,
        defaults={
            "queues": queues,
            "device": _device_in_words(),
            "memory_mb": _resident_mb(),
            "device_memory_mb": _device_memory_mb(),
            "loaded": state.loaded[:200],
            "busy_with": state.busy_with[:200],
            "beat_at": timezone.now(),
        },
        create_defaults={
            "queues": queues,
            "device": _device_in_words(),
            "memory_mb": _resident_mb(),
            "started_at": timezone.now(),
            "beat_at": timezone.now(),
        },
    )


def start_heartbeat(queues: list[str]) -> threading.Thread:
    """Beat until the process ends; a database that is away is logged once and tried again."""

    def run() -> None:
        away = False
        while True:
            try:
                close_old_connections()
                beat(queues)
                away = False
            except Exception as problem:
                if not away:
                    log.warning("heartbeat_failed", error=str(problem))
                away = True
                connection.close()
            if state.stopping.wait(HEARTBEAT_SECONDS):
                break
        _say_goodbye()

    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    return thread


def _say_goodbye() -> None:
    try:
        Worker.objects.filter(name=state.name).delete()
    except Exception as problem:  # the row goes stale by itself
        log.info("goodbye_failed", error=str(problem))
    connection.close()


def _device_in_words() -> str:
    torch = sys.modules.get("torch")
    if torch is None:
        return "no model loaded yet"
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return f"CPU, {torch.get_num_threads()} threads"


def _device_memory_mb() -> int | None:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return int(torch.cuda.memory_allocated(0) // 2**20)


def _resident_mb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:  # not Linux
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
