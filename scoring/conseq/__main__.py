"""Train a generator by ConSeq beside its baselines; every step is kept, so the command goes on where it stopped.

python -m scoring.conseq FOLDER --topical-chat [--train 200] [--held-out 60]
python -m scoring.conseq FOLDER --items TRAIN.jsonl HELD-OUT.jsonl     grounded turns, or documents to sum up
python -m scoring.conseq FOLDER                                        go on
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import fields
from pathlib import Path

import torch

from scoring.conseq.items import BadItems, read_items, write_items
from scoring.conseq.settings import OtherSettings, Settings
from scoring.conseq.steps import HELD_OUT, TAKEN, TRAIN, Run
from scoring.conseq.topical_chat import HELD_OUT as HELD_OUT_SPLIT
from scoring.conseq.topical_chat import TRAIN as TRAIN_SPLIT
from scoring.conseq.topical_chat import topical_chat_items
from scoring.metrics.api import Unavailable
from scoring.metrics.evaluation.grounded_sets import DataMissing, data_folder

STEPS = ("tune", "sample", "score", "choose", "contrast", "write")


def main(arguments: list[str] | None = None) -> int:
    """0 when every step is done, 2 when data, settings or weights are not what they should be."""
    given = _parser().parse_args(arguments)
    torch.set_num_threads(given.threads)
    try:
        settings = Settings(**{field.name: getattr(given, field.name) for field in fields(Settings)})
        settings.keep(given.folder)
        _inputs(given, settings)
        run = Run(given.folder, device=given.device)
        for step in STEPS[: STEPS.index(given.until) + 1]:
            getattr(run, step)()
    except (BadItems, OtherSettings, DataMissing, Unavailable, ValueError, FileNotFoundError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scoring.conseq", description=__doc__)
    parser.add_argument("folder", type=Path)
    inputs = parser.add_mutually_exclusive_group()
    inputs.add_argument("--topical-chat", action="store_true")
    inputs.add_argument("--items", nargs=2, type=Path, metavar=("TRAIN", "HELD_OUT"))
    parser.add_argument("--train", type=int, default=200)
    parser.add_argument("--held-out", type=int, default=60)
    parser.add_argument("--until", choices=STEPS, default=STEPS[-1])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    for field in fields(Settings):
        kind = {"str": str, "int": int, "float": float}[str(field.type)]
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    return parser


def _inputs(given: argparse.Namespace, settings: Settings) -> None:
    train, held_out = given.folder / TRAIN, given.folder / HELD_OUT
    if train.exists() and held_out.exists():
        return
    if given.items:
        for file in given.items:
            read_items(file)
        for file, kept in zip(given.items, (train, held_out), strict=True):
            shutil.copyfile(file, kept)
        taken = f"--items {' '.join(file.name for file in given.items)}"
    elif given.topical_chat:
        data, seed = data_folder() / "topical_chat", settings.seed
        write_items(topical_chat_items(data, TRAIN_SPLIT, count=given.train, seed=seed), train)
        write_items(topical_chat_items(data, HELD_OUT_SPLIT, count=given.held_out, seed=seed), held_out)
        taken = f"--topical-chat --train {given.train} --held-out {given.held_out}"
    else:
        raise BadItems(f"{given.folder} holds no inputs yet: --topical-chat, or --items TRAIN.jsonl HELD-OUT.jsonl")
    (given.folder / TAKEN).write_text(f"{taken}\n", encoding="utf-8")  # the page says it


if __name__ == "__main__":
    sys.exit(main())
