from __future__ import annotations

from scoring.actions.score_shard import claim_shard, give_back, score_shard
from scoring.worker import state


def score_waiting() -> int:
    """Score shard after shard until none waits or the worker is told to stop; returns how many were taken."""
    taken = 0
    try:
        while not state.stopping.is_set():
            shard = claim_shard(worker=state.name)
            if shard is None:
                break
            if state.stopping.is_set():
                give_back(shard)
                break
            taken += 1
            state.busy_with = f"run {shard.run_id}, part {shard.number + 1}"
            score_shard(shard=shard, load=state.metric_of, stopping=state.stopping.is_set)
    finally:
        state.busy_with = ""
    return taken
