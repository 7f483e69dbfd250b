from __future__ import annotations

from scoring.actions.embed_shard import embed_shard
from scoring.actions.leases import give_back
from scoring.actions.score_shard import claim_shard, score_shard
from scoring.actions.train_shard import train_shard
from scoring.models import RunKind
from scoring.worker import device, state


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
            if shard.run.kind == RunKind.TRAIN:
                train_shard(shard=shard, device=device(), stopping=state.stopping.is_set)
            elif shard.run.kind == RunKind.EMBED:
                embed_shard(shard=shard, load=state.embedder, stopping=state.stopping.is_set)
            else:
                score_shard(shard=shard, load=state.metric_of, stopping=state.stopping.is_set)
    finally:
        state.busy_with = ""
    return taken
