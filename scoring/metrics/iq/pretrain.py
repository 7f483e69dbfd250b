"""The two self-supervised stages on unlabelled dialogue.

    python -m scoring.metrics.iq.pretrain CONFIG.toml

writes OUT/encoder.pt (what `init` of a fine-tuning run, or of the next stage, names), OUT/log.json and OUT/run.json.
Interrupted, the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from scoring.metrics.iq import loop
from scoring.metrics.iq.building import Reader, build_to_train
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.corpora import CORPORA, Conversation, data_folder, read
from scoring.metrics.iq.damage import DAMAGES, damage
from scoring.metrics.iq.duplicates import Dropped, drop_shared, evaluation_fingerprints
from scoring.metrics.iq.examples import Example, steps
from scoring.metrics.iq.heads import DAMAGE
from scoring.metrics.iq.inference import cut
from scoring.metrics.iq.masking import WordHead, mask_turns
from scoring.metrics.iq.model import IQModel, own
from scoring.metrics.iq.packing import Batch, Piece, pack
from scoring.metrics.iq.settings import BadSettings, fill, load_document
from scoring.metrics.iq.splits import fraction, part_of
from scoring.metrics.iq.train import load_init

_HELD_OUT = 64  # windows that are never trained on, to measure with


@dataclass(frozen=True, slots=True)
class PretrainSettings:
    """corpora: set or .jsonl file -> percent of its conversations. init: folder of an earlier stage."""

    name: str
    out: str
    stage: Literal["masking", "damage"]
    corpora: dict[str, float]
    model: ModelConfig = field(default_factory=ModelConfig)
    schedule: loop.Schedule = field(default_factory=lambda: loop.Schedule(epochs=1))
    init: str | None = None
    train_bias: bool = True
    micro_tokens: int = 2400
    step_tokens: int = 4800
    seed: int = 0
    device: str = "cpu"
    autocast: bool = True
    threads: int | None = None


class Pretraining(nn.Module):
    """The model, and for masking the head over words."""

    def __init__(self, model: IQModel, stage: str) -> None:
        super().__init__()
        self.model = model
        words = model.encoder.embeddings.word_embeddings
        self.words = WordHead(words) if stage == "masking" else None  # type: ignore[arg-type]
        if stage == "masking":
            model.heads.requires_grad_(False)


class PretrainingJob:
    """See `loop.Job`."""

    def __init__(self, module: Pretraining, pieces: list[Piece], reader: Reader, held: PretrainSettings) -> None:
        order = list(range(len(pieces)))
        random.Random(held.seed).shuffle(order)  # noqa: S311
        away = min(_HELD_OUT, len(pieces) // 10)
        self.module, self.reader, self.held = module, reader, held
        self.test = [pieces[index] for index in order[:away]]
        self.examples = [Example(pieces[index], ()) for index in order[away:]]
        self.strangers: dict[int, list[Any]] = {}
        for example in self.examples:
            for turn in example.piece.turns:
                self.strangers.setdefault(turn.role, []).append(turn)

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
        for micro in step:
            pieces = [self.examples[index].piece for index in micro]
            loss, tokens, _ = self._loss(pieces, generator)
            yield loss / len(step), tokens

    def _loss(self, pieces: Sequence[Piece], generator: random.Random) -> tuple[Tensor, int, float]:
        """Mean loss over what is to be told, tokens, share told right."""
        with torch.autocast(torch.device(self.held.device).type, torch.bfloat16, enabled=self.held.autocast):
            if self.held.stage == "masking":
                logits, wanted, tokens = self._masked(pieces, generator)
            else:
                logits, wanted, tokens = self._damaged(pieces, generator)
        logits = logits.float()
        right = float((logits.argmax(-1) == wanted).float().mean()) if len(wanted) else 0.0
        return nn.functional.cross_entropy(logits, wanted, reduction="sum") / max(len(wanted), 1), tokens, right

    def _masked(self, pieces: Sequence[Piece], generator: random.Random) -> tuple[Tensor, Tensor, int]:
        tokenizer = self.reader.tokenizer
        rows, columns, wanted, made = list[int](), list[int](), list[int](), list[Piece]()
        for row, piece in enumerate(pieces):
            turns, chosen = mask_turns(
                piece.turns, mask_id=tokenizer.mask_token_id, vocabulary=len(tokenizer), generator=generator
            )
            starts = [0]
            for turn in turns:
                starts.append(starts[-1] + turn.visible)
            made.append(Piece(turns, ()))
            for number, place, true in chosen:
                rows.append(row)
                columns.append(starts[number] + place)
                wanted.append(true)
        batch = pack(made, padding=self.reader.padding).to(self.held.device)
        states = self.module.model.encoder(batch)[rows, columns]
        assert self.module.words is not None
        return self.module.words(states), torch.tensor(wanted, device=states.device), int(batch.valid.sum())

    def _damaged(self, pieces: Sequence[Piece], generator: random.Random) -> tuple[Tensor, Tensor, int]:
        made, wanted = list[Piece](), list[int]()
        for piece in pieces:
            strangers = [generator.choice(self.strangers[turn.role]) for turn in piece.turns[:4]]
            turns, labels = damage(piece.turns, strangers, generator)
            made.append(Piece(turns, piece.readouts))
            wanted += [labels[turn] for turn, _ in piece.readouts]
        batch: Batch = pack(made, padding=self.reader.padding).to(self.held.device)
        logits = self.module.model(batch)[DAMAGE]
        return logits, torch.tensor(wanted, device=logits.device), int(batch.valid.sum())

    @torch.inference_mode()
    def after_epoch(self, epoch: int) -> dict[str, Any]:
        self.module.eval()
        generator = random.Random(self.held.seed)  # noqa: S311
        parts = [self._loss(self.test[at : at + 4], generator) for at in range(0, len(self.test), 4)]
        if not parts:
            return {}
        found = {"held_out_loss": sum(float(one[0]) for one in parts) / len(parts)}
        found["held_out_accuracy"] = sum(one[2] for one in parts) / len(parts)
        print(json.dumps(found), flush=True)
        return {name: round(value, 4) for name, value in found.items()}


def gather(held: PretrainSettings) -> tuple[list[Conversation], list[Dropped]]:
    """Conversations that share no text with an evaluation item; public sets without their dev and tune parts."""
    public = any(name in CORPORA for name in held.corpora)
    folder = data_folder() if public else Path()
    found = list[Conversation]()
    for name, percent in held.corpora.items():
        if name in CORPORA and CORPORA[name].evaluation:
            raise ValueError(f"{name}: only for measuring, never trained on")
        held_out = name.startswith("uss-")
        kept = [one for one in read(name, folder) if not held_out or part_of(one.sha256) == "train"]
        found += fraction(kept, percent, held.seed)
    found, dropped = drop_shared(found, evaluation_fingerprints(folder) if public else set())
    for one in dropped:
        print(f"pretrain: {one.corpus}: {one.dropped} of {one.had} dropped (share text with evaluation)", flush=True)
    return found, dropped


def pretrain(
    held: PretrainSettings, *, progress: loop.Progress | None = None, should_stop: loop.ShouldStop | None = None
) -> dict[str, Any]:
    """One stage; the facts of the run. Raises `loop.Stopped`."""
    if held.threads:
        torch.set_num_threads(held.threads)
    conversations, dropped = gather(held)
    heads = {DAMAGE: len(DAMAGES)} if held.stage == "damage" else {}
    config = replace(held.model, heads=heads, labels={DAMAGE: list(DAMAGES)} if heads else {})
    model, reader = build_to_train(config, seed=held.seed, device=held.device, autocast=held.autocast)
    if held.init:
        load_init(model, Path(held.init))
    model.encoder.bias.requires_grad_(held.train_bias)
    encoded = [reader.encode(conversation.turns) for conversation in conversations]
    pieces = [one.piece for one in cut(encoded, config, "online") if one.belongs]
    if held.stage == "masking":
        pieces = [Piece(piece.turns, ()) for piece in pieces]
    job = PretrainingJob(Pretraining(model, held.stage).to(held.device), pieces, reader, held)
    print(f"{held.stage}: {len(conversations)} conversations, {sum(p.length for p in pieces)} tokens", flush=True)
    out = Path(held.out)
    log = loop.run(job, held.schedule, seed=held.seed, folder=out, progress=progress, should_stop=should_stop)
    encoder = {name: tensor for name, tensor in model.state_dict().items() if name.startswith("encoder.") and own(name)}
    torch.save(encoder, out / "encoder.pt")
    facts = {"settings": asdict(held), "conversations": len(conversations), "dropped": [asdict(one) for one in dropped]}
    facts["tokens"] = sum(piece.length for piece in pieces)
    facts["log"] = log
    (out / "run.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return facts


def read_pretrain_settings(file: Path) -> PretrainSettings:
    """Raises `BadSettings`, OSError."""
    values = load_document(file)
    if "model" in values:
        values["model"] = fill(ModelConfig, values["model"], f"{file}: model")
    if "schedule" in values:
        values["schedule"] = fill(loop.Schedule, values["schedule"], f"{file}: schedule")
    made: PretrainSettings = fill(PretrainSettings, values, str(file))
    if made.stage not in ("masking", "damage"):
        raise BadSettings(f"{file}: unknown stage {made.stage!r}; known: masking, damage")
    return made


def main(arguments: list[str] | None = None) -> int:
    """0 when the stage is done."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.pretrain", description=__doc__)
    parser.add_argument("config", type=Path, help="settings, TOML or JSON (see PretrainSettings)")
    held = read_pretrain_settings(parser.parse_args(arguments).config)

    def show(done: int, total: int, note: str) -> None:
        if done % 20 == 0 or done == total:
            print(f"{done}/{total} {note}", flush=True)

    pretrain(held, progress=show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
