"""Make a checkpoint folder of a training run: python -m scoring.metrics.quals.export var/quals/run quals-smollm2"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from textwrap import fill
from typing import Any

from safetensors.torch import load_file

from scoring.metrics.api import Grounded
from scoring.metrics.asking.corpus import LICENCES
from scoring.metrics.checkpoints import CHECKPOINTS, Source
from scoring.metrics.checkpoints.write import add_golden, write_checkpoint
from scoring.metrics.quals.metric import Quals
from scoring.metrics.registry import describe

# Written for this purpose; nothing in them comes from a data set.
_SOURCE = "The old lighthouse in Marlow was built in 1871 by Anna Keel. It is painted red and stands 32 metres tall."
GOLDEN = [
    Grounded("golden-true", _SOURCE, "Anna Keel built the lighthouse in Marlow in 1871."),
    Grounded("golden-false", _SOURCE, "Peter Drum built the lighthouse in Paris in 1925."),
    Grounded("golden-none", None, "Anna Keel built it."),
]


def write(run: Path, folder: Path, *, name: str, command: str, default: bool = False) -> dict[str, Any]:
    """A checkpoint folder of the run's adapter.safetensors and facts.json; its facts."""
    facts: dict[str, Any] = json.loads((run / "facts.json").read_text(encoding="utf-8"))
    write_checkpoint(
        folder,
        metric="quals",
        name=name.removeprefix("quals-"),
        config=facts["config"],
        tensors=load_file(run / "adapter.safetensors"),
        card=_card(name, facts),
        command=command,
        data=[Source(source, licence, "train") for source, licence in LICENCES.items()],
        licence="CC BY-SA 4.0 (that of SQuAD, the strictest of its sources)",
        default=default,
    )
    return facts


def main(arguments: list[str]) -> int:
    """Write scoring/checkpoints/NAME from a run, with golden examples."""
    run, name = Path(arguments[0]), arguments[1]
    folder = CHECKPOINTS / name
    command = shlex.join(["python", "-m", "scoring.metrics.quals.export", *arguments])
    write(run, folder, name=name, command=command, default=True)
    add_golden(folder, Quals.load(checkpoint=folder, **describe("quals").golden), GOLDEN, tolerance=0.05)
    return 0


def _card(name: str, facts: dict[str, Any]) -> str:
    begun = f", begun with {facts['start']}" if facts["start"] else ""
    told = (
        f"Trained for {facts['steps']:,} steps of 8 passages ({facts['tokens']:,} tokens, {facts['seconds'] / 60:.0f} "
        f"minutes on {facts['threads']} thread(s) of a CPU{begun}). In {facts['joined']:.0%} of the steps two, four or "
        "eight passages stood in one text, so that it learns to read knowledge most of which is beside the point. "
        f"Mean loss on {facts['dev_passages']} dev passages: {facts['dev_loss']:.3f} nats a token, "
        f"{facts['dev_joined_loss']:.3f} with eight of them in one text. It is small, and some questions are poor: "
        "`docs/results/quals.md` shows what it writes on dev passages."
    )
    data = ", ".join(f"{source} ({licence})" for source, licence in LICENCES.items())
    paragraphs = [
        f"LoRA adapter (rank {facts['config']['rank']}) of {facts['config']['backbone']} that reads a passage and "
        "writes a question and its answer, for QUALS.",
        told,
        f"Data: {data}; passages of at most 45 words.",
        "How well it agrees with people: `docs/results/quals.md`, by `make results-quals`.",
    ]
    return "\n\n".join([f"# {name}", *(fill(each, 110, break_on_hyphens=False) for each in paragraphs)]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
