"""How a passage and its question-answer pairs are laid out as tokens.

<start> passage \\n\\n question <separator> answer <end>        QUALS: both are written
<start> passage \\n\\n answer <separator> question <end>        QAGS: the answer is given, the question is written

A model with an encoder reads what stands before the pair in the encoder, and the decoder writes the pair.

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
    """The marks of a tokenizer: those of SmolLM2 where it has them, else its own special tokens, all different.

    BART: <s>, <mask>, </s>. T5, which begins texts with nothing: <pad>, <extra_id_0>, </s>. Raises ValueError for a
    tokenizer with too few special tokens (GPT-2 has one).
    """
    vocabulary = tokenizer.get_vocab()
    special = set(tokenizer.all_special_tokens)
    taken: list[str] = []
    for wanted in (
        ("<|endoftext|>", tokenizer.bos_token, tokenizer.cls_token, tokenizer.pad_token),
        ("<|im_start|>", tokenizer.mask_token, "<extra_id_0>", "<extra_id_99>"),
        ("<|im_end|>", tokenizer.eos_token, tokenizer.sep_token),
    ):
        found = [name for name in wanted if name in vocabulary and name in special and name not in taken]
        if not found:
            raise ValueError(f"the tokenizer has none of {', '.join(filter(None, wanted))} to mark a place with")
        taken.append(found[0])
    start, separator, end = (vocabulary[name] for name in taken)
    # Where a tokenizer has no line breaks (T5) nothing stands between passage and pair.
    return Layout(start, separator, end, tokenize(tokenizer, ["\n\n"], limit=8)[0].ids)
