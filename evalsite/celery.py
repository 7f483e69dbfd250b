"""The Celery application, and what a worker process does when it starts and when it is told to stop."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")

app = Celery("evalsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_djangos_logging(**_: Any) -> None:
    """A receiver here is how Celery is told to leave logging alone."""


@signals.worker_ready.connect
def _begin(sender: Any, **_: Any) -> None:
    """Heartbeats start, and the rows say what a killed worker or a lost message left to do."""
    from scoring.tasks import score_waiting_task, sweep_task, sync_checkpoints_task  # deferred: needs the apps
    from scoring.worker import start_heartbeat

    queues = sorted(sender.app.amqp.queues.consume_from)
    start_heartbeat(queues)
    if "gpu" in queues:
        sync_checkpoints_task.delay()
        score_waiting_task.delay()
    else:
        sweep_task.delay()


@signals.worker_shutting_down.connect
def _end(**_: Any) -> None:
    """A part in work is given back at its next batch instead of holding the shutdown up."""
    from scoring.worker import state  # deferred: needs the apps

    state.stopping.set()
