"""The card of a checkpoint: what it is, what it was made from, how well it does, what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.metrics.checkpoints import Source
from scoring.metrics.iq.calibration import Calibration
from scoring.metrics.iq.config import Mode
from scoring.metrics.iq.settings import TrainSettings

_RESEARCH = """
**Research only.** Some of the data below states no licence, so all rights to it are reserved by default. These weights
are for research and comparison; do not use them in a product, and do not republish texts from that data.
"""


def card_of(
    held: TrainSettings,
    facts: Mapping[str, Any],
    sources: Sequence[Source],
    calibrations: Mapping[Mode, Calibration],
    backbone: str,
) -> str:
    """Markdown."""
    research = _RESEARCH if any(source.licence == "none stated" for source in sources) else ""
    rows = "\n".join(f"| {source.name} | {source.licence} | {source.use} |" for source in sources)
    dropped = "\n".join(
        f"| {one['corpus']} | {one['use']} | {one['had']} | {one['dropped']} |" for one in facts["dropped"]
    )
    bounds = "\n".join(
        f"- {mode}: {one.interval.n} ratings; bounds at {one.interval.low:.3f} and {one.interval.high:+.3f} times "
        f"({one.interval.floor} + spread); a defect from probability {one.defect_threshold:.3f} on"
        for mode, one in calibrations.items()
    )
    model = held.model
    return f"""# iq-{held.name}

Interaction quality of every turn of a conversation, 1 (the system failed) to 5 (satisfied, efficiently), with an 80 %
interval and the probability of a defect (mean rating below 3). English text.
{research}
## What it is

Backbone `{backbone}`, {_layers(model.local_layers)}
read up to {model.window_tokens} tokens of the conversation at once ({model.overlap_tokens} of them overlap where a
conversation is longer; a turn keeps {model.max_turn_tokens} tokens). What was trained is in this folder: layers, turn
embeddings and heads; the word embeddings are the backbone's. Default mode: {model.mode}. Seed {held.seed},
{_epochs(held)},
{facts["conversations"]} rated conversations with {facts["turns"]} rated turns{_pretraining(facts)}.

No training data has time stamps: the embeddings of time gaps are still zero, and gaps change no score yet.

## Data

| set | licence | use |
|---|---|---|
{rows}

Dropped before training, because they share text with an item that is used to measure:

| set | use | had | dropped |
|---|---|---|---|
{dropped}

## Held-out conversations ({facts["tune"]}, never trained on) gave

{bounds}

How well it does on data that nothing was chosen on: `docs/results/iq.md`.

## Known limits

- Ratings of the training data crowd around 3; scores do too. Compare them with each other, not with a fixed bar.
- On kinds of conversation that it was not trained on, ranking is weaker and the interval covers less (measured there).
- It reads wording. It cannot know whether what a system claims is true, or whether an action was carried out.
"""


def _layers(local: int) -> str:
    if not local:
        return "trained in all its layers, which"
    return f"unchanged in its lower {local} layers, which read turn by turn; the layers above"


def _epochs(held: TrainSettings) -> str:
    planned = held.schedule.epochs
    return f"{planned} epochs" if held.schedule.stop_at == 1.0 else f"{held.schedule.stop_at * planned:.2f} epochs"


def _pretraining(facts: Mapping[str, Any]) -> str:
    stages = [f"{one['settings']['stage']} ({one['tokens']} tokens)" for one in facts.get("pretraining", [])]
    return f"; pre-trained: {', '.join(stages)}" if stages else "; no pre-training"
