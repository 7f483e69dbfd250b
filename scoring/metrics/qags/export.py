"""Make a checkpoint folder of two training runs.

python -m scoring.metrics.qags.export var/qags/questions var/qags/reader qags-smollm2-minilm
"""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from scoring.metrics.asking.corpus import LICENCES
from scoring.metrics.asking.loop import FACTS, TENSORS
from scoring.metrics.checkpoints import CHECKPOINTS, Source
from scoring.metrics.checkpoints.write import add_golden, write_checkpoint
from scoring.metrics.qags.metric import Qags
from scoring.metrics.qags.weights import QagsConfig
from scoring.metrics.quals.export import GOLDEN
from scoring.metrics.registry import describe


def main(arguments: list[str]) -> int:
    """Write scoring/checkpoints/NAME from the adapter.safetensors and facts.json of both runs."""
    runs, name = {"writer": Path(arguments[0]), "reader": Path(arguments[1])}, arguments[2]
    facts = {part: json.loads((run / FACTS).read_text(encoding="utf-8")) for part, run in runs.items()}
    config = QagsConfig(
        *(facts[part]["config"][key] for part in ("writer", "reader") for key in ("backbone", "rank", "alpha"))
    )
    folder = CHECKPOINTS / name
    write_checkpoint(
        folder,
        metric="qags",
        name=name.removeprefix("qags-"),
        config=asdict(config),
        tensors={
            f"{part}.{tensor}": held for part, run in runs.items() for tensor, held in load_file(run / TENSORS).items()
        },
        card=_card(name, config, facts["writer"], facts["reader"]),
        command=shlex.join(["python", "-m", "scoring.metrics.qags.export", *arguments]),
        data=[Source(source, licence, "train") for source, licence in LICENCES.items()],
        licence="CC BY-SA 4.0 (that of SQuAD, the strictest of its sources)",
        default=True,
    )
    add_golden(folder, Qags.load(checkpoint=folder, **describe("qags").golden), GOLDEN, tolerance=0.2)
    return 0


def _effort(facts: dict[str, Any]) -> str:
    return f"{facts['tokens']:,} tokens, {facts['seconds']:.0f} seconds of {facts['threads']} thread(s)"


def _card(name: str, config: QagsConfig, writer: dict[str, Any], reader: dict[str, Any]) -> str:
    begun = f", begun with the adapters of {writer['start']}" if writer.get("start") else ""
    return f"""# {name}

For QAGS: LoRA adapters (rank {config.writer_rank}) of {config.writer} that write a question for an answer in a passage,
and LoRA adapters (rank {config.reader_rank}) of {config.reader} with a head of two scores that read the answer of a
question out of a context, or find none.

Trained on a CPU:

* writer: {writer["steps"]} steps of 8 passages, {_effort(writer)}{begun}.
  Mean loss on {writer["dev_passages"]} dev passages: {writer["dev_loss"]:.3f} nats a token of the question.
* reader: {reader["steps"]} steps of 24 questions, {_effort(reader)}. On
  {reader["dev_questions"]} dev questions, a third of them without an answer in their context: exact match
  {reader["dev_exact"]:.3f}, F1 {reader["dev_f1"]:.3f}; where there is an answer {reader["dev_answered_exact"]:.3f} and
  {reader["dev_answered_f1"]:.3f}; of those without one it refuses {reader["dev_unanswerable_refused"]:.3f}; loss
  {reader["dev_loss"]:.3f} nats.

Both are small: questions are at times poor and answers often missing. `python -m scoring.metrics.qags.train_questions`
and `python -m scoring.metrics.qags.train_reader` train them on.

Data: {", ".join(f"{source} ({licence})" for source, licence in LICENCES.items())}; train splits. Names and noun phrases
come from spaCy's en_core_web_sm (MIT).
How well it agrees with people, and what it costs: `docs/results/qags.md`, by `make results-qags`.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
