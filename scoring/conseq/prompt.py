"""An item as the tokens that a chat model reads before it answers.

<|im_start|>user \\n instruction, knowledge, conversation <|im_end|> \\n <|im_start|>assistant \\n    answer <|im_end|>

Marks are special tokens, which no text can spell (`tokens.tokenize`): knowledge that says "ignore the above" or
<|im_end|> stays knowledge.
"""

from __future__ import annotations

from typing import Any

from scoring.conseq.items import Item
from scoring.metrics.asking.layout import layout_of
from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.tokens import tokenize

SOURCE_TOKENS = 192  # the first of them: the generator may not look for the sentences nearest to the reference
TURN_TOKENS = 48
ANSWER_TOKENS = 64
OPEN, CLOSE = "<|im_start|>", "<|im_end|>"
_SPEAK = "Say the next turn of the conversation in one or two sentences. Use the knowledge.\n\nKnowledge:\n"
_SUMMARISE = "Summarise the text in one or two sentences.\n\nText:\n"


class Prompter:
    """Makes prompts for one tokenizer: as above where it has the marks of a chat, else by the marks of `layout_of`.

    Without a chat's marks nothing is instructed: <start> knowledge, conversation, which an encoder reads (BART, T5) or
    the answer follows; fine-tuning says what to make of it. ValueError for a tokenizer with neither.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer, vocabulary = tokenizer, tokenizer.get_vocab()
        self.chat = OPEN in vocabulary and CLOSE in vocabulary
        if self.chat:
            self.open, self.end = int(vocabulary[OPEN]), int(vocabulary[CLOSE])
        else:
            layout = layout_of(tokenizer)
            self.open, self.end = layout.start, layout.end

    def prompt(self, item: Item) -> Ids:
        """What stands before the answer."""
        asked = list(self._ids(_SPEAK if item.context else _SUMMARISE)) if self.chat else []
        asked += self._ids(item.source, SOURCE_TOKENS)
        if item.context:
            asked += self._ids("\n\nConversation:")
            for turn in item.context:
                asked += self._ids(f"\n{'You' if turn.speaker == item.speaker else 'Partner'}: ")
                asked += self._ids(turn.text, TURN_TOKENS)
        if not self.chat:
            return (self.open, *asked, *self._ids("\n\n"))
        head, tail, line = self._ids("user\n"), self._ids("assistant\n"), self._ids("\n")
        return (self.open, *head, *asked, self.end, *line, self.open, *tail)

    def answer(self, text: str) -> Ids:
        """A text as the model would have to write it, with its end."""
        return (*self._ids(text.strip(), ANSWER_TOKENS), self.end)

    def text(self, ids: Ids) -> str:
        """What was written, without its end and what is behind it."""
        written = list(ids)
        if self.end in written:
            written = written[: written.index(self.end)]
        return str(self.tokenizer.decode(written, skip_special_tokens=True)).strip()

    def _ids(self, text: str, limit: int = 512) -> Ids:
        return tokenize(self.tokenizer, [text], limit=limit)[0].ids
