"""User Satisfaction Simulation (Sun et al., SIGIR 2021): three to seven raters a user turn, 1-5.

A vote on a user turn judges the system's turn before it; it stays on the user turn that carries it. The last line of a
session, OVERALL, judges the session and is no turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scoring.metrics.api import DialogueTurn
from scoring.metrics.iq.corpora.folder import source_file
from scoring.metrics.iq.corpora.records import Conversation, TurnLabels, text_sha256

DOMAINS = {"sgd": "SGD", "mwoz": "MWOZ", "redial": "ReDial"}


def read_uss(folder: Path, domain: str) -> Iterator[Conversation]:
    """The sessions of one domain, in file order; `sha256` is that of the session's block of lines, stripped."""
    text = source_file(folder, "uss", f"{DOMAINS[domain]}.txt").read_text(encoding="utf-8").replace("\r\n", "\n")
    for number, block in enumerate(part.strip() for part in text.split("\n\n") if part.strip()):
        turns, labels = [], []
        for line in block.split("\n"):
            role, said, act, votes = [*line.split("\t"), "", "", ""][:4]
            if said.strip() == "OVERALL":
                continue
            turns.append(DialogueTurn(role.strip(), said))
            classes = {"act": {act.strip(): 1.0}} if act.strip() else {}
            given = tuple(float(vote) for vote in votes.split(",") if vote.strip())
            if given:
                classes["domain"] = {domain: 1.0}
            labels.append(TurnLabels(given, classes))
        yield Conversation(
            f"uss-{domain}-{number}", f"uss-{domain}", domain, tuple(turns), tuple(labels), text_sha256(block)
        )
