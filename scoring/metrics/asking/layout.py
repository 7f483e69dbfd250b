"""How a passage and its question-answer pairs are laid out as tokens.

<start> passage \\n\\n question <separator> answer <end>        QUALS: both are written
<start> passage \\n\\n answer <separator> question <end>        QAGS: the answer is given, the question is written

Separator and end are special tokens, which no text can spell (`tokens.tokenize`), so splitting is never ambiguous.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Layout:
    """The ids of the three marks and of the paragraph break."""

    start: int
    separator: int
    end: int
    paragraph_break: Ids

    def passage(self, ids: Ids) -> Ids:
        """What stands before a pair."""
        return (self.start, *ids, *self.paragraph_break)

    def pair(self, question: Ids, answer: Ids) -> Ids:
        """What is written after a passage."""
        return (*question, self.separator, *answer, self.end)

    def answer(self, answer: Ids) -> Ids:
        """What stands between a passage and a question that is to be written for the answer."""
        return (*answer, self.separator)

    def question(self, question: Ids) -> Ids:
        """What is written after a passage and an answer."""
        return (*question, self.end)

    def split(self, ids: Ids) -> tuple[Ids, Ids] | None:
        """(question, answer) of a written pair; None unless it has one separator, both parts and an end."""
        if not ids or ids[-1] != self.end or ids.count(self.separator) != 1 or ids.count(self.end) != 1:
            return None
        place = ids.index(self.separator)
        question, answer = ids[:place], ids[place + 1 : -1]
        return (question, answer) if question and answer else None


def layout_of(tokenizer: Any) -> Layout:
    """The marks of SmolLM2's tokenizer; ValueError for a tokenizer that lacks one."""
    vocabulary = tokenizer.get_vocab()
    missing = [name for name in ("<|endoftext|>", "<|im_start|>", "<|im_end|>") if name not in vocabulary]
    if missing:
        raise ValueError(f"the tokenizer has no {', '.join(missing)}")
    return Layout(
        vocabulary["<|endoftext|>"],
        vocabulary["<|im_start|>"],
        vocabulary["<|im_end|>"],
        tokenize(tokenizer, ["\n\n"], limit=8)[0].ids,
    )
