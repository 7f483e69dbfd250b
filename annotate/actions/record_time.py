from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from annotate.models import Task

_UPSERT = """
INSERT INTO annotate_turntime (task_id, turn_index, active_ms)
SELECT %s, place, ms FROM unnest(%s::int[], %s::bigint[]) AS sent(place, ms)
ON CONFLICT (task_id, turn_index) DO UPDATE SET active_ms = GREATEST(annotate_turntime.active_ms, EXCLUDED.active_ms)
"""


def record_time(*, task: Task, times: Mapping[int, int], now: datetime) -> None:
    """Keep the active milliseconds per turn, as totals: sent twice or late, they are counted once. One query.

    The place after the last turn is the conversation as a whole. More than the time since the claim is cut off.
    `task` comes with its item and conversation.
    """
    most = max(0, int((now - task.claimed_at).total_seconds() * 1000))
    last = task.item.conversation.turn_count
    kept = sorted((place, min(ms, most)) for place, ms in times.items() if 0 <= place <= last and ms > 0)
    if kept:
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [task.pk, [place for place, _ in kept], [ms for _, ms in kept]])
