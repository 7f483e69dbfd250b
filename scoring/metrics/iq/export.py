"""A trained model as a checkpoint folder: calibrated on held-out conversations, with a card and golden examples."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scoring.metrics import backbones
from scoring.metrics.api import Dialogue, DialogueTurn, Example
from scoring.metrics.checkpoints import Checkpoint, Source
from scoring.metrics.checkpoints.write import add_golden, write_checkpoint
from scoring.metrics.iq.agreement import best_threshold
from scoring.metrics.iq.building import Reader
from scoring.metrics.iq.calibration import FILE, Calibration, to_bytes
from scoring.metrics.iq.card import card_of
from scoring.metrics.iq.config import Mode
from scoring.metrics.iq.corpora import CORPORA, Conversation
from scoring.metrics.iq.heads import expected_points
from scoring.metrics.iq.inference import predict
from scoring.metrics.iq.intervals import fit_interval, spreads_of
from scoring.metrics.iq.metric import IQ
from scoring.metrics.iq.model import IQModel, own
from scoring.metrics.iq.objectives import DEFECT_BELOW
from scoring.metrics.iq.settings import TrainSettings

NO_LICENCE = "none stated"
# Written for this purpose; nothing in them comes from a data set.
_GOLDEN: tuple[tuple[str, tuple[str, str], tuple[str, ...]], ...] = (
    (
        "golden-good",
        ("USER", "SYSTEM"),
        (
            "Find me a quiet hotel in Leeds.",
            "The Oak has rooms. Shall I book it?",
            "Yes, please.",
            "Done, one room for tonight.",
            "Wonderful, thank you!",
        ),
    ),
    (
        "golden-bad",
        ("USER", "SYSTEM"),
        (
            "Play some jazz.",
            "What time is your flight?",
            "No. I want to hear jazz.",
            "What time is your flight?",
            "You do not understand me at all. Stop.",
        ),
    ),
    (
        "golden-chat",
        ("agent_1", "agent_2"),
        ("Did you see the game last night?", "I did! What a finish 🎉", "", "Вы говорите по-русски?", "ok"),
    ),
)


def calibrate(
    model: IQModel, reader: Reader, held_out: Sequence[Conversation], mode: Mode, *, autocast: bool = False
) -> Calibration:
    """Interval and defect threshold from conversations that were not trained on. Raises ValueError for too few."""
    encoded = [reader.encode(conversation.turns) for conversation in held_out]
    logits = predict(model, encoded, mode=mode, padding=reader.padding, autocast=autocast)
    values, spreads, defects, ratings = list[float](), list[float](), list[float](), list[float]()
    for conversation, given in zip(held_out, logits, strict=True):
        rated = conversation.rated
        if not rated:
            continue
        shares = torch.softmax(given["iq"][rated].double(), -1).numpy()
        values += expected_points(given["iq"][rated]).tolist()
        spreads += spreads_of(shares).tolist()
        defects += torch.sigmoid(given["defect"][rated, 0]).tolist()
        ratings += [conversation.labels[turn].mean or 0.0 for turn in rated]
    interval = fit_interval(values, spreads, ratings)
    bad = np.asarray(ratings) < DEFECT_BELOW
    return Calibration(interval, best_threshold(defects, bad) if bad.any() else 0.5)


def export(
    folder: Path,
    model: IQModel,
    reader: Reader,
    held: TrainSettings,
    facts: Mapping[str, Any],
    held_out: Sequence[Conversation],
    *,
    default: bool = False,
    command: str = "",
) -> Checkpoint:
    """Write the checkpoint folder (replacing it), and read it back to make its golden examples.

    command: what made it, for the card; by default this process's own.
    """
    calibrations: dict[Mode, Calibration] = {
        mode: calibrate(model, reader, held_out, mode, autocast=held.autocast and held.device != "cpu")
        for mode in held.modes
    }
    sources = sources_of(held, facts)
    checkpoint = write_checkpoint(
        folder,
        metric=IQ.name,
        name=held.name,
        config=asdict(model.config),
        tensors={name: tensor for name, tensor in model.state_dict().items() if own(name)},
        card=card_of(held, facts, sources, calibrations, backbones.identity(held.model.backbone)),
        command=command or shlex.join(["python", "-m", "scoring.metrics.iq.train", *sys.argv[1:]]),
        data=sources,
        licence="weights: research only" if research_only(sources) else "weights: CC BY-SA 4.0 (that of SGD)",
        research_only=research_only(sources),
        default=default,
        more={FILE: to_bytes(calibrations)},
    )
    add_golden(folder, IQ.load(checkpoint=folder), golden_examples(), tolerance=0.002)
    return checkpoint


def golden_examples() -> list[Example]:
    """A few conversations of our own: good, bad, other scripts, an empty turn."""
    return [
        Dialogue(name, tuple(DialogueTurn(speakers[index % 2], text) for index, text in enumerate(texts)))
        for name, speakers, texts in _GOLDEN
    ]


def sources_of(held: TrainSettings, facts: Mapping[str, Any]) -> list[Source]:
    """Every set whose text or labels had a part in the weights, pre-training included."""
    used = dict.fromkeys(held.train, "train")
    used |= dict.fromkeys(held.auxiliary, "train, auxiliary labels")
    for stage in facts.get("pretraining", []):
        for name in stage["settings"]["corpora"]:
            used.setdefault(name, "pre-training, text only")
    return [
        Source(name, CORPORA[name].licence, use)
        if name in CORPORA
        else Source(Path(name).name, held.licences.get(name, "that of the file"), use)
        for name, use in sorted(used.items())
    ]


def research_only(sources: Sequence[Source]) -> bool:
    """Whether a set without a licence had a part in the weights."""
    return any(
        not CORPORA[source.name].clean if source.name in CORPORA else source.licence == NO_LICENCE for source in sources
    )
