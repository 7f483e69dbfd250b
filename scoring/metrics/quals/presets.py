"""How many questions QUALS asks, how long, and how much of the knowledge it reads: a name, or one with changes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Preset:
    """candidates: groups of the diverse beam. shortest, longest: tokens of a pair. kept: pairs that count.

    source: tokens of the knowledge that are read. strength: of the penalty for what earlier groups wrote.
    """

    candidates: int
    shortest: int
    longest: int
    source: int
    kept: int = 10
    strength: float = 0.5


PRESETS = {
    "laptop": Preset(6, 8, 20, 192, kept=4),
    "cpu": Preset(10, 8, 28, 512),
    "full": Preset(60, 8, 60, 1024),
}
_LEAST = {"candidates": 1, "shortest": 1, "longest": 1, "source": 16, "kept": 1, "strength": 0}


def read_preset(text: str) -> Preset:
    """`cpu`, or with changes for an ablation: `cpu,candidates=30,strength=0`.

    Raises ValueError with all that is wrong: a name, a setting or a number.
    """
    name, *changes = text.split(",")
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}; known: {', '.join(PRESETS)}")
    kinds = {field.name: type(getattr(PRESETS[name], field.name)) for field in fields(Preset)}
    found, wrong = {}, []
    for change in changes:
        setting, _, value = change.partition("=")
        if setting not in kinds:
            wrong.append(f"{setting!r} is no setting of a preset; known: {', '.join(kinds)}")
            continue
        try:
            found[setting] = kinds[setting](value)
        except ValueError:
            wrong.append(f"{setting}={value!r} is no number")
            continue
        if not found[setting] >= _LEAST[setting]:  # not a number is not, either
            wrong.append(f"{setting}={value} is less than {_LEAST[setting]}")
    held = replace(PRESETS[name], **found)
    if not wrong and held.shortest > held.longest:
        wrong.append(f"shortest={held.shortest} is more than longest={held.longest}")
    if wrong:
        raise ValueError(f"preset {text!r}: {'; '.join(wrong)}")
    return held
