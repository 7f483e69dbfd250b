"""The training loop of small additions to a frozen backbone: within minutes, saved often, resumed."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

TENSORS, FACTS = "adapter.safetensors", "facts.json"


@dataclass(frozen=True, slots=True)
class Task:
    """What is trained, and on what.

    model: holds the tensors; those whose name is `kept` are trained and saved. batches: in the order of the steps.
    loss: mean loss of a batch, with a graph. tokens: of a batch, for the record.
    """

    model: torch.nn.Module
    kept: Callable[[str], bool]
    batches: Sequence[Any]
    loss: Callable[[Any], torch.Tensor]
    tokens: Callable[[Any], int]


def arguments(prog: str, says: str | None, *, rate: float, backbone: str, rank: int) -> argparse.ArgumentParser:
    """The options of every training command."""
    parser = argparse.ArgumentParser(prog=prog, description=says)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passages", type=int, default=8000)
    parser.add_argument("--backbone", default=backbone)
    parser.add_argument("--dtype", default="bf16")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rank", type=int, default=rank)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--seed", type=int, default=7)
    return parser


def prepare(given: argparse.Namespace) -> None:
    """Threads and seeds, before a model is built."""
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    random.seed(given.seed)


def train(task: Task, folder: Path, *, minutes: float, rate: float) -> dict[str, Any]:
    """Train until the minutes are over or the batches used up; facts: steps, tokens, seconds, of all runs together.

    The learning rate warms up over 8 steps and falls to a twentieth at the end. Tensors and facts are saved every 20
    steps and at the end; a second call goes on from them, with the optimizer's moments at zero.
    """
    facts: dict[str, Any] = {"steps": 0, "tokens": 0, "seconds": 0.0}
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / FACTS).exists():
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        task.model.load_state_dict(load_file(folder / TENSORS), strict=False)
    trained = [each for each in task.model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.0, betas=(0.9, 0.98))
    before, begun = facts["seconds"], time.monotonic()
    while facts["steps"] < len(task.batches) and facts["seconds"] < 60 * minutes:
        spent = max(facts["seconds"] / (60 * minutes), facts["steps"] / len(task.batches))
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (facts["steps"] + 1) / 8) * max(0.05, 1 - spent)
        batch = task.batches[facts["steps"]]
        loss = task.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        facts["steps"] += 1
        facts["tokens"] += task.tokens(batch)
        facts["seconds"] = before + time.monotonic() - begun
        if facts["steps"] % 5 == 0:
            left = facts["seconds"] / facts["steps"] * (len(task.batches) - facts["steps"])
            left = min(left, max(60 * minutes - facts["seconds"], 0))
            spent_so_far = f"{facts['steps']} {facts['tokens']} {facts['seconds']:.0f} s"
            print(f"{spent_so_far} loss {loss.item():.3f}, {left:.0f} s left", flush=True)
        if facts["steps"] % 20 == 0:
            save(task, folder, facts)
    save(task, folder, facts)
    return facts


def save(task: Task, folder: Path, facts: dict[str, Any]) -> None:
    """The kept tensors and the facts, for the next call and for `export`."""
    tensors = {name: each.detach().clone() for name, each in task.model.state_dict().items() if task.kept(name)}
    save_file(tensors, folder / TENSORS)
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


@torch.inference_mode()
def mean_loss(task: Task, batches: Sequence[Any]) -> float:
    """Mean of the losses of the batches, on dev data."""
    losses = [task.loss(batch).item() for batch in batches]
    return sum(losses) / len(losses)


def in_batches(items: Sequence[Any], size: int) -> list[list[Any]]:
    """The items in order, `size` at a time."""
    return [list(items[first : first + size]) for first in range(0, len(items), size)]


def alike(items: Sequence[Any], size: int, *, length: Callable[[Any], int]) -> list[list[Any]]:
    """Batches of items that are about as long, so that little is padded.

    Of each twenty batches' worth of items in a row the batches are cut by length, and taken in a fixed mixed order.
    """
    chance = random.Random(len(items))  # noqa: S311  reproducible, not secret
    made: list[list[Any]] = []
    for some in in_batches(items, 20 * size):
        held = in_batches(sorted(some, key=length), size)
        chance.shuffle(held)
        made += held
    return made
