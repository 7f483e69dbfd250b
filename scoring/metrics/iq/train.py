"""Fine-tune on rated conversations.

    python -m scoring.metrics.iq.train CONFIG.toml

writes OUT/run.json, OUT/log.json and the checkpoint folder OUT/checkpoint. Interrupted, the same command
goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scoring.metrics.iq import loop
from scoring.metrics.iq.agreement import roc_auc, spearman
from scoring.metrics.iq.building import Reader, build_to_train
from scoring.metrics.iq.corpora import CORPORA, Conversation, data_folder, read
from scoring.metrics.iq.duplicates import drop_shared, evaluation_fingerprints
from scoring.metrics.iq.examples import Example, collate, examples_of, steps, with_read
from scoring.metrics.iq.export import export
from scoring.metrics.iq.heads import expected_points
from scoring.metrics.iq.inference import predict
from scoring.metrics.iq.intervals import LEAST_HELD_OUT
from scoring.metrics.iq.model import IQModel, own
from scoring.metrics.iq.objectives import TaskWeights, task_losses
from scoring.metrics.iq.settings import TrainSettings, as_json, read_settings
from scoring.metrics.iq.splits import fraction, part_of


class FineTuning(nn.Module):
    """Model and task weights as one module, so that one optimizer and one state file hold both."""

    def __init__(self, model: IQModel) -> None:
        super().__init__()
        self.model = model
        self.weights = TaskWeights(list(model.heads.out))


class FineTuningJob:
    """See `loop.Job`."""

    def __init__(
        self, module: FineTuning, examples: list[Example], tune: list[Conversation], reader: Reader, held: TrainSettings
    ) -> None:
        self.module, self.examples, self.tune, self.reader, self.held = module, examples, tune, reader, held

    def steps(self, generator: random.Random) -> list[loop.Step]:
        return list(
            steps(
                self.examples,
                micro_tokens=self.held.micro_tokens,
                step_tokens=self.held.step_tokens,
                generator=generator,
            )
        )

    def losses(self, step: loop.Step, generator: random.Random) -> Iterator[tuple[Tensor, int]]:
        chosen = [index for micro in step for index in micro]
        counts = Counter(task for index in chosen for target in self.examples[index].targets for task in target.shares)
        for micro in step:
            batch, read, targets = collate(
                [self.examples[index] for index in micro],
                padding=self.reader.padding,
                role_dropout=self.held.role_dropout,
                generator=generator,
            )
            batch = batch.to(self.held.device)
            read = None if read is None else read.to(self.held.device)
            with torch.autocast(torch.device(self.held.device).type, torch.bfloat16, enabled=self.held.autocast):
                logits = self.module.model(batch, read)
            yield self.module.weights(task_losses(logits, targets), counts), int(batch.valid.sum())

    def after_epoch(self, epoch: int) -> dict[str, Any]:
        if (epoch + 1) % self.held.measure_every and epoch + 1 < self.held.schedule.epochs:
            return {}
        found: dict[str, Any] = {"weights": self.module.weights.weights()}
        for mode in self.held.modes:
            found[mode] = measure(self.module.model, self.reader, self.tune, mode, autocast=self.held.autocast)
        print(json.dumps(found), flush=True)
        return found


def measure(
    model: IQModel, reader: Reader, conversations: Sequence[Conversation], mode: Any, *, autocast: bool
) -> dict[str, Any]:
    """domain -> Spearman and ROC-AUC on rated turns, and their means over domains (macro)."""
    encoded = [reader.encode(conversation.turns) for conversation in conversations]
    logits = predict(model, encoded, mode=mode, padding=reader.padding, autocast=autocast)
    pairs: dict[str, list[tuple[float, float]]] = {}
    for conversation, given in zip(conversations, logits, strict=True):
        values = expected_points(given["iq"]).tolist()
        for turn in conversation.rated:
            pairs.setdefault(conversation.domain, []).append((values[turn], conversation.labels[turn].mean or 0.0))
    found: dict[str, Any] = {}
    for domain, held in pairs.items():
        said, true = zip(*held, strict=True)
        found[domain] = [
            round(spearman(said, true), 4),
            round(roc_auc([-value for value in said], [value < 3 for value in true]), 4),
        ]
    numbers = [one for one in found.values() if not any(math.isnan(number) for number in one)]
    if numbers:
        found["macro"] = [round(sum(one[i] for one in numbers) / len(numbers), 4) for i in (0, 1)]
    return found


def gather(
    held: TrainSettings,
) -> tuple[list[Conversation], list[Conversation], list[Conversation], list[dict[str, Any]]]:
    """(rated training, tune, auxiliary) conversations, and what was dropped for sharing text with evaluation items."""
    public = any(name in CORPORA for name in (*held.train, *held.auxiliary))
    folder = data_folder() if public else Path()
    keys = evaluation_fingerprints(folder) if public else set[str]()
    forbidden = [name for name in (*held.train, *held.auxiliary) if name in CORPORA and CORPORA[name].evaluation]
    if forbidden:
        raise ValueError(f"{', '.join(forbidden)}: only for measuring, never trained on")
    rated, tune, auxiliary = list[Conversation](), list[Conversation](), list[Conversation]()
    for name in held.train:
        for conversation in read(name, folder):
            part = part_of(conversation.sha256)
            if part != "dev" and conversation.domain != held.leave_out:
                (tune if part == "tune" else rated).append(conversation)
    for name, percent in held.auxiliary.items():
        auxiliary += fraction([c for c in read(name, folder) if c.domain != held.leave_out], percent, held.seed)
    rated, dropped = drop_shared(rated, keys)
    tune, dropped_tune = drop_shared(tune, keys)
    auxiliary, dropped_more = drop_shared(auxiliary, keys)
    report = [
        {"corpus": one.corpus, "use": use, "had": one.had, "dropped": one.dropped}
        for use, part_dropped in (("train", dropped), ("tune", dropped_tune), ("auxiliary", dropped_more))
        for one in part_dropped
    ]
    for one in report:
        print(f"{one['use']}: {one['corpus']}: {one['dropped']} of {one['had']} dropped (share text with evaluation)")
    return rated, tune, auxiliary, report


def vocabulary_of(conversations: Sequence[Conversation], tasks: Sequence[str], min_count: int) -> dict[str, list[str]]:
    """task -> labels seen on at least `min_count` turns, by name; a task with fewer than two is left out."""
    found = {}
    for task in tasks:
        seen = Counter(label for c in conversations for turn in c.labels for label in turn.classes.get(task, {}))
        labels = sorted(label for label, count in seen.items() if count >= min_count)
        if len(labels) > 1:
            found[task] = labels
    return found


def load_init(model: IQModel, folder: Path) -> None:
    """The encoder of a pre-training stage (`encoder.pt`). Raises ValueError where it does not fit."""
    held = torch.load(folder / "encoder.pt", weights_only=True)
    fit_here = {
        name: tensor for name, tensor in model.state_dict().items() if name.startswith("encoder.") and own(name)
    }
    if fit_here.keys() != held.keys():
        raise ValueError(f"{folder} was pre-trained with another model")
    with torch.no_grad():
        for name, tensor in fit_here.items():
            tensor.copy_(held[name])


def fit(
    held: TrainSettings, *, progress: loop.Progress | None = None, should_stop: loop.ShouldStop | None = None
) -> tuple[IQModel, Reader, list[Conversation], dict[str, Any]]:
    """Train as the settings say; the model, its reader, the tune part and the facts of the run.

    Raises `loop.Stopped`, ValueError.
    """
    if held.threads:
        torch.set_num_threads(held.threads)
    rated, tune, auxiliary, dropped = gather(held)
    voting = fraction(rated, held.percent, held.seed)
    if not voting:
        raise ValueError("there is no rated conversation to train on")
    held_out = sum(len(conversation.rated) for conversation in tune)
    if held_out < LEAST_HELD_OUT:
        raise ValueError(
            f"the held-out tenth of the conversations has {held_out} rated turns; the interval needs {LEAST_HELD_OUT}"
        )
    vocabulary = vocabulary_of([*voting, *auxiliary], held.tasks, held.min_count)
    config = _with_heads(held, vocabulary)
    model, reader = build_to_train(config, seed=held.seed, device=held.device, autocast=held.autocast)
    if held.init:
        load_init(model, Path(held.init))
    model.encoder.bias.requires_grad_(held.train_bias)
    examples = examples_of(voting, reader, config, vocabulary=vocabulary, modes=held.modes)
    examples += examples_of(
        auxiliary, reader, config, vocabulary=vocabulary, modes=("online",), rated=lambda conversation: False
    )
    print(f"{len(voting)} rated conversations, {sum(one.piece.length for one in examples)} tokens an epoch", flush=True)
    if config.positions == "turn":
        examples = with_read(examples, model, autocast=held.autocast, padding=reader.padding)
    job = FineTuningJob(FineTuning(model).to(held.device), examples, tune, reader, held)
    log = loop.run(
        job, held.schedule, seed=held.seed, folder=Path(held.out), progress=progress, should_stop=should_stop
    )
    model.encoder.attend_by("sdpa")  # what follows is scored in fp32
    facts = {"settings": as_json(held), "dropped": dropped, "conversations": len(voting), "tune": len(tune), "log": log}
    facts["turns"] = sum(len(conversation.rated) for conversation in voting)
    facts["vocabulary"] = vocabulary
    facts["pretraining"] = stages_before(held.init)
    return model.eval(), reader, tune, facts


def stages_before(folder: str | None) -> list[dict[str, Any]]:
    """The facts of the pre-training stages that led to `folder`, the first one first."""
    if folder is None:
        return []
    facts = json.loads((Path(folder) / "run.json").read_text(encoding="utf-8"))
    return [*stages_before(facts["settings"]["init"]), facts]


def _with_heads(held: TrainSettings, vocabulary: dict[str, list[str]]) -> Any:
    return replace(held.model, heads={task: len(names) for task, names in vocabulary.items()}, labels=vocabulary)


def train(
    held: TrainSettings,
    *,
    progress: loop.Progress | None = None,
    should_stop: loop.ShouldStop | None = None,
    command: str = "",
) -> Path:
    """Train and export; the checkpoint folder. Raises `loop.Stopped` (the next call goes on from there), ValueError.

    command: what the card says that made it; by default this process's own.
    """
    model, reader, tune, facts = fit(held, progress=progress, should_stop=should_stop)
    out = Path(held.out)
    (out / "run.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return export(out / "checkpoint", model, reader, held, facts, tune, command=command).folder


def main(arguments: list[str] | None = None) -> int:
    """0 when trained."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.train", description=__doc__)
    parser.add_argument("config", type=Path, help="settings, TOML or JSON (see settings.py)")
    held = read_settings(parser.parse_args(arguments).config)

    def show(done: int, total: int, note: str) -> None:
        if done % 20 == 0 or done == total:
            print(f"{done}/{total} {note}", flush=True)

    train(held, progress=show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
