"""The conversation so far as part of what a text may rest on."""

from __future__ import annotations

from dataclasses import replace

from scoring.metrics.api import Grounded


def with_conversation(example: Grounded) -> Grounded:
    """The same text, its source followed by the turns before it, a turn a paragraph: `speaker: words`.

    Where the knowledge is missing the turns alone are the source; where there are none either, it stays missing.
    """
    turns = [
        f"{turn.speaker}: {turn.text.strip()}" if turn.speaker else turn.text.strip()
        for turn in example.context
        if turn.text.strip()
    ]
    knowledge = [example.source.strip()] if example.source and example.source.strip() else []
    return replace(example, source="\n\n".join([*knowledge, *turns]) or None)
