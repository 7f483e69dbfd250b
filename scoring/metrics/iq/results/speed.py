"""Turns per second of one pass over a conversation against a window per turn, and whether both give the same scores.

    python -m scoring.metrics.iq.results.speed CHECKPOINT [--dialogues 24] [--device cpu] [--threads 1]

writes docs/results/iq/speed.json. Everything is timed in one process, on the same conversations of USS dev, after a
warm-up, with the same token budget a batch; tokenising is left out for all but the pipeline, which does its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification, TextClassificationPipeline

from scoring.metrics import backbones
from scoring.metrics.backbones.load import load_tokenizer
from scoring.metrics.batching import batches
from scoring.metrics.evaluation.circumstances import commit, hardware
from scoring.metrics.iq.corpora import data_folder
from scoring.metrics.iq.inference import TOKEN_BUDGET, predict
from scoring.metrics.iq.metric import IQ
from scoring.metrics.iq.model import ATTENTIONS
from scoring.metrics.iq.packing import Piece, pack
from scoring.metrics.iq.results.items import items
from scoring.metrics.iq.results.keep import KEPT
from scoring.metrics.iq.turns import EncodedTurn

Turns = Sequence[EncodedTurn]


def windows_per_turn(metric: IQ, conversations: Sequence[Turns], previous: int | None) -> list[Tensor]:
    """The logits of every turn, each from a window of its own: the last `previous` turns, or all that came before."""
    pieces = [
        Piece(turns[0 if previous is None else max(0, at - previous) : at + 1], [])
        for turns in conversations
        for at in range(len(turns))
    ]
    pieces = [Piece(piece.turns, [(len(piece.turns) - 1, "online")]) for piece in pieces]
    found: dict[int, Tensor] = {}
    device = next(metric.model.parameters()).device
    with torch.inference_mode():
        for chosen in batches([piece.length for piece in pieces], token_budget=TOKEN_BUDGET):
            batch = pack([pieces[index] for index in chosen], padding=metric.reader.padding).to(device)
            for index, row in zip(chosen, metric.model(batch)["iq"].cpu(), strict=True):
                found[index] = row
    return [found[index] for index in range(len(pieces))]


def whole(metric: IQ, conversations: Sequence[Turns]) -> list[Tensor]:
    """The logits of every turn in one pass."""
    given = predict(metric.model, conversations, mode="online", padding=metric.reader.padding)
    return [row for one in given for row in one["iq"]]


def differences(metric: IQ, conversations: Sequence[Turns]) -> dict[str, float]:
    """Largest difference of a logit between one pass and a full-prefix window, with each attention implementation."""
    found: dict[str, float] = {}
    for attention in ATTENTIONS:
        metric.model.encoder.attend_by(attention)
        pairs = zip(whole(metric, conversations), windows_per_turn(metric, conversations, None), strict=True)
        found[attention] = max(float((one - other).abs().max()) for one, other in pairs)
    return found


def pipeline_texts(dialogues: Sequence[Any]) -> list[str]:
    """What a text classifier would be given: the conversation up to and with each turn."""
    return [
        " [SEP] ".join(turn.text for turn in dialogue.turns[: at + 1])
        for dialogue in dialogues
        for at in range(len(dialogue.turns))
    ]


def timed(work: Callable[[], Any], turns: int, repeats: int) -> float:
    """Turns per second, the best of some repeats."""
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return turns / best


def main(arguments: list[str] | None = None) -> int:
    """0 when measured."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results.speed", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--dialogues", type=int, default=24)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    metric = IQ.load(checkpoint=given.checkpoint, device=given.device)
    every = items("uss", data_folder())
    dialogues = [one.dialogue for one in every[:: max(1, len(every) // given.dialogues)]][: given.dialogues]
    # windows per turn have no window rule of their own: only conversations of one window are compared
    encoded = [metric.reader.encode(one.turns) for one in dialogues]
    fits = [
        index for index, turns in enumerate(encoded) if sum(t.visible for t in turns) <= metric.config.window_tokens
    ]
    dialogues, encoded = [dialogues[index] for index in fits], [encoded[index] for index in fits]
    turns = sum(len(one) for one in encoded)
    classifier = AutoModelForSequenceClassification.from_pretrained(
        backbones.path(metric.config.backbone), num_labels=5, local_files_only=True, trust_remote_code=False
    )
    pipeline = TextClassificationPipeline(
        model=classifier.eval(), tokenizer=load_tokenizer(metric.config.backbone), device=given.device
    )
    texts = pipeline_texts(dialogues)
    whole(metric, encoded[:2])
    speeds = {
        "one pass": timed(lambda: whole(metric, encoded), turns, given.repeats),
        "window of three earlier turns": timed(lambda: windows_per_turn(metric, encoded, 3), turns, given.repeats),
        "window of the full prefix": timed(lambda: windows_per_turn(metric, encoded, None), turns, 1),
        "transformers text-classification pipeline, full prefix": timed(
            lambda: pipeline(texts, batch_size=16, truncation=True, max_length=512), turns, 1
        ),
    }
    held = {
        "dialogues": len(dialogues),
        "turns": turns,
        "tokens": sum(turn.visible for one in encoded for turn in one),
        "turns_per_second": {name: round(value, 1) for name, value in speeds.items()},
        "largest_difference": differences(metric, encoded[:8]),
        "device": given.device if given.device == "cpu" else torch.cuda.get_device_name(given.device),
        "dtype": "fp32",
        "hardware": hardware(),
        "signature": metric.signature,
        "commit": commit(),
    }
    (KEPT / "speed.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(held, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
