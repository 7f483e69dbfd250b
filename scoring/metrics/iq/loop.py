"""The training loop that both pre-training stages and fine-tuning share: resumable, cancellable, seeded per step.

Every step draws its randomness from (seed, epoch, step) alone, so a run that was stopped and resumed makes the same
steps as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from scoring.metrics.api import TrainingStopped as Stopped

Progress = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]
Step = Sequence[Sequence[int]]


class Job(Protocol):
    """What is trained."""

    @property
    def module(self) -> nn.Module:
        """Every tensor that is trained is in it."""
        ...

    def steps(self, generator: random.Random) -> list[Step]:
        """The steps of an epoch, each a list of micro-batches."""
        ...

    def losses(self, step: Step, generator: random.Random) -> Iterator[tuple[Tensor, int]]:
        """Of each micro-batch: the loss to differentiate, and its tokens. The sum is the loss of the step."""
        ...

    def after_epoch(self, epoch: int) -> dict[str, Any]:
        """Measure on the tune slice; the result goes into the log."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long, and how fast.

    epochs: how often everything is seen. warmup: share of the run until the full rate; cosine to a tenth after.
    stop_at: share of the run after which it ends early; the rate falls to nothing over the last `cooldown` of it.
    """

    epochs: int = 4
    lr: float = 1e-4
    head_lr: float = 1e-3
    warmup: float = 0.06
    weight_decay: float = 0.01
    clip: float = 1.0
    stop_at: float = 1.0
    cooldown: float = 0.06
    save_every_s: float = 120.0

    def factor(self, done: float) -> float:
        """Of the learning rate, after a share `done` of the run."""
        if done < self.warmup:
            return max(done / self.warmup, 0.02)
        rate = 0.1 + 0.45 * (1 + math.cos(math.pi * (done - self.warmup) / (1 - self.warmup)))
        if self.stop_at == 1.0:
            return rate
        return rate * min(1.0, max(self.stop_at - done, 0.0) / self.cooldown)


def optimizer_for(module: nn.Module, schedule: Schedule) -> torch.optim.AdamW:
    """AdamW; the backbone's layers at `lr`, everything that starts from nothing at `head_lr`, no decay on vectors."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            rate = schedule.lr if ".upper." in f".{name}" else schedule.head_lr
            decay = schedule.weight_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": held, "lr": rate, "base": rate, "weight_decay": decay} for (rate, decay), held in groups.items()]
    )


def run(
    job: Job,
    schedule: Schedule,
    *,
    seed: int,
    folder: Path,
    progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[dict[str, Any]]:
    """Train to the end, from `folder`/state.pt where it exists; the log of all epochs. Raises `Stopped`."""
    folder.mkdir(parents=True, exist_ok=True)
    state_file = folder / "state.pt"
    optimizer = optimizer_for(job.module, schedule)
    epoch, first, log = 0, 0, list[dict[str, Any]]()
    if state_file.exists():
        epoch, first, log = _restore(state_file, job.module, optimizer)
    saved, seconds, tokens, total_loss = time.monotonic(), 0.0, 0, 0.0
    while epoch < schedule.epochs:
        steps = job.steps(_draw(seed, epoch, -1))
        job.module.train()
        for number in range(first, len(steps)):
            if should_stop is not None and should_stop():
                _save(state_file, job.module, optimizer, epoch, number, log)
                raise Stopped(f"stopped in epoch {epoch + 1} at step {number + 1} of {len(steps)}")
            started = time.monotonic()
            done = (epoch + number / len(steps)) / schedule.epochs
            if done >= schedule.stop_at:
                break
            rate = schedule.factor(done)
            loss, size = _one_step(job, optimizer, steps[number], _draw(seed, epoch, number), rate, schedule.clip)
            seconds, tokens, total_loss = seconds + time.monotonic() - started, tokens + size, total_loss + loss
            if progress is not None:
                at = epoch * len(steps) + number + 1
                note = (
                    f"epoch {epoch + 1}/{schedule.epochs}, loss {loss:.4f}, {tokens / max(seconds, 1e-9):.0f} tokens/s"
                )
                progress(at, schedule.epochs * len(steps), note)
            if time.monotonic() - saved > schedule.save_every_s:
                _save(state_file, job.module, optimizer, epoch, number + 1, log)
                saved = time.monotonic()
        entry = {"epoch": epoch + 1, "loss": round(total_loss / max(len(steps) - first, 1), 5), "tokens": tokens}
        entry |= {"seconds": round(seconds, 1), **job.after_epoch(epoch)}
        log.append(entry)
        epoch, first, seconds, tokens, total_loss = epoch + 1, 0, 0.0, 0, 0.0
        if epoch / schedule.epochs >= schedule.stop_at:
            epoch = schedule.epochs
        _save(state_file, job.module, optimizer, epoch, 0, log)
        (folder / "log.json").write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    return log


def _one_step(
    job: Job, optimizer: torch.optim.Optimizer, step: Step, generator: random.Random, factor: float, clip: float
) -> tuple[float, int]:
    torch.manual_seed(generator.getrandbits(62))
    total, size = 0.0, 0
    for loss, tokens in job.losses(step, generator):
        loss.backward()  # type: ignore[no-untyped-call]
        total, size = total + float(loss.detach()), size + tokens
    if not math.isfinite(total):
        raise FloatingPointError(f"the loss is {total}; a smaller learning rate may help")
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    nn.utils.clip_grad_norm_(held, clip)
    for group in optimizer.param_groups:
        group["lr"] = group["base"] * factor
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return total, size


def _draw(seed: int, epoch: int, step: int) -> random.Random:
    digest = hashlib.sha256(f"{seed} {epoch} {step}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))  # noqa: S311  (reproducible, no secret)


def trained(module: nn.Module) -> dict[str, Tensor]:
    """The tensors that training changes."""
    return {name: parameter.detach() for name, parameter in module.named_parameters() if parameter.requires_grad}


def _save(
    file: Path,
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    step: int,
    log: Sequence[Mapping[str, Any]],
) -> None:
    held = {"tensors": trained(module), "optimizer": optimizer.state_dict(), "epoch": epoch, "step": step}
    part = file.with_suffix(".part")
    torch.save({**held, "log": json.dumps(list(log))}, part)
    part.replace(file)


def _restore(file: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[int, int, list[dict[str, Any]]]:
    held = torch.load(file, weights_only=True)
    own = trained(module)
    if own.keys() != held["tensors"].keys():
        raise ValueError(f"{file} was written for another model; remove it to start again")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(held["tensors"][name])
    optimizer.load_state_dict(held["optimizer"])
    return held["epoch"], held["step"], json.loads(held["log"])
