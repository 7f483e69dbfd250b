"""The metric: interaction quality of every turn, 1 to 5, with an 80 % interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import torch

from scoring.metrics import backbones
from scoring.metrics.api import Dialogue, Example, Reads, Score, Unavailable, WrongExample, signature
from scoring.metrics.backbones.load import check_device
from scoring.metrics.checkpoints import BadCheckpoint, read_checkpoint
from scoring.metrics.checkpoints.weights import load_into
from scoring.metrics.iq.building import Reader, build
from scoring.metrics.iq.calibration import Calibration, read_calibration
from scoring.metrics.iq.config import MODES, Mode, ModelConfig
from scoring.metrics.iq.heads import expected_points
from scoring.metrics.iq.inference import predict
from scoring.metrics.iq.intervals import spreads_of
from scoring.metrics.iq.model import IQModel, own
from scoring.metrics.reasons import NO_TEXT, NOT_FINITE

VERSION = 1


@dataclass(frozen=True, slots=True)
class IQ:
    """Loaded weights. `Score.evidence`: distribution over the five points, probability of a defect, and the verdict."""

    model: IQModel
    reader: Reader
    config: ModelConfig
    calibration: Calibration
    checkpoint: str

    name: ClassVar[str] = "iq"
    reads: ClassVar[Reads] = "dialogue"
    dimension: ClassVar[str] = "interaction_quality"

    @property
    def signature(self) -> str:
        """mode: `online` (the turn and what was before it) or `retrospective` (the turn after it as well)."""
        held = self.config
        context = "window" if held.context_turns is None else held.context_turns
        return signature(
            self.name,
            VERSION,
            mode=held.mode,
            ckpt=self.checkpoint,
            backbone=backbones.identity(held.backbone),
            context=context,
            window=f"{held.window_tokens}/{held.overlap_tokens}",
            turn=held.max_turn_tokens,
            local=held.local_layers,
            positions=held.positions,
            pool=held.pool,
            dtype="fp32",
        )

    @classmethod
    def load(cls, *, checkpoint: Path | None, device: str = "cpu", mode: str | None = None) -> Self:
        """mode: other than the checkpoint's own one. Raises `Unavailable`, ValueError for an unknown mode."""
        if checkpoint is None:
            raise Unavailable("The metric iq needs a checkpoint.")
        if mode is not None and mode not in MODES:
            raise ValueError(f"unknown mode {mode!r}; known: {', '.join(MODES)}")
        check_device(device)
        held = read_checkpoint(checkpoint, metric=cls.name)
        config = held.config_as(ModelConfig)
        try:
            calibrations = read_calibration(checkpoint)
        except (OSError, ValueError) as error:
            raise BadCheckpoint(f"{checkpoint}: {error}") from error
        config = replace(config, mode=cast(Mode, mode or config.mode))
        if config.mode not in calibrations:
            raise BadCheckpoint(f"{checkpoint} was not calibrated for the mode {config.mode}.")
        model, reader = build(config)
        load_into(model, held, expected=own)
        return cls(model.eval().to(device), reader, config, calibrations[config.mode], held.short)

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One Score a turn, in order. A blank turn has no score, but is part of the context of others."""
        dialogues = [_dialogue(example) for example in examples]
        encoded = [self.reader.encode(dialogue.turns) for dialogue in dialogues]
        predicted = predict(self.model, encoded, padding=self.reader.padding, before_batch=before_batch)
        return [
            tuple(
                self._score(row) if turn.text.strip() else Score(None, NO_TEXT)
                for turn, row in zip(dialogue.turns, _rows(logits), strict=True)
            )
            for dialogue, logits in zip(dialogues, predicted, strict=True)
        ]

    def _score(self, row: tuple[float, float, list[float], float]) -> Score:
        value, defect, distribution, spread = row
        if value != value:
            return Score(None, NOT_FINITE)
        low, high = self.calibration.interval.bounds(value, spread)
        evidence: dict[str, Any] = {
            "distribution": [round(share, 4) for share in distribution],
            "defect_probability": round(defect, 4),
            "defect": defect >= self.calibration.defect_threshold,
        }
        return Score(value, low=low, high=high, evidence=evidence)


def _dialogue(example: Example) -> Dialogue:
    if not isinstance(example, Dialogue):
        raise WrongExample(f"iq reads dialogues, not {type(example).__name__}")
    return example


def _rows(logits: dict[str, torch.Tensor]) -> list[tuple[float, float, list[float], float]]:
    """(value, probability of a defect, distribution, spread) of each turn."""
    shares = torch.softmax(logits["iq"].double(), -1)
    values = expected_points(logits["iq"]).tolist()
    defects = torch.sigmoid(logits["defect"][:, 0]).tolist()
    return list(zip(values, defects, shares.tolist(), spreads_of(shares.numpy()).tolist(), strict=True))
