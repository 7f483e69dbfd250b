"""QUALS (Nan et al., ACL 2021, arXiv 2105.04623): one model writes questions and answers, and says how likely they are.

    pair s = question <separator> answer <end>, written from the text by diverse beam search; answer verbatim in it
    QUALS  = mean over at most 10 pairs of   1/|s| (log p(s | source) - log p(s | text))

0 and above: the source makes the pairs as likely as the text does. Far below: the source knows nothing of them.

Unlike the released code, log p(s | text) has no diversity penalty in it: there it leaked into it. It comes with the
writing, and is what teacher forcing gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from scoring.metrics.api import Example, Grounded, Reads, Score, signature
from scoring.metrics.asking.adapted import AdapterConfig, merged
from scoring.metrics.asking.layout import Layout, layout_of
from scoring.metrics.asking.writing import Written
from scoring.metrics.backbones import identity
from scoring.metrics.backbones.load import DTYPES
from scoring.metrics.batching import run_batched
from scoring.metrics.checkpoints import read_checkpoint
from scoring.metrics.claims import CLAIMS, claim_rule, take_out
from scoring.metrics.conversation import with_conversation
from scoring.metrics.likelihood.excerpt import excerpt
from scoring.metrics.likelihood.language_model import LanguageModel
from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.quals.choosing import Pair, in_text, round_robin
from scoring.metrics.quals.diverse import diverse
from scoring.metrics.quals.presets import Preset, read_preset
from scoring.metrics.quals.quantised import INT8, in_int8
from scoring.metrics.reasons import NOT_FINITE, grounded, scorable
from scoring.metrics.tokens import Tokens, tokenize

NO_PAIR = "no question with an answer from the text could be written"
SIDES = ("whole", "answer")
CONVERSATIONS = ("unread", "read")
TEXT_TOKENS = 256
SOURCE_READ = 32768  # tokens of a source that are looked at when the nearest sentences are chosen
ROWS_TIMES_TOKENS = 8192  # rows of a generating batch times the tokens that each may hold


class Quals:
    """value: nats per token. evidence: whole and answer_only (the value over all tokens, and over those of answers).

    pairs: [{question, answer, given_text, given_source, difference, answer_difference, tokens}], lowest difference
    first, with tokens [{text, in_answer, given_text, given_source}], all in nats.
    """

    name: ClassVar[str] = "quals"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"

    def __init__(
        self,
        language: LanguageModel,
        layout: Layout,
        *,
        ckpt: str,
        backbone: str,
        preset: str,
        side: str,
        dtype: str,
        claims: str = "rule",
        conversation: str = "unread",
    ) -> None:
        self.language, self.layout, self.ckpt, self.backbone = language, layout, ckpt, backbone
        self.preset, self.side, self.dtype = preset, side, dtype
        self.claims, self.conversation = claims, conversation

    @property
    def asked(self) -> Preset:
        """The preset in numbers."""
        return read_preset(self.preset)

    @property
    def signature(self) -> str:
        held = self.asked
        return signature(
            self.name,
            1,
            ckpt=self.ckpt,
            model=identity(self.backbone),
            preset=self.preset,
            pairs=f"{held.candidates}>{held.kept}",
            beam=f"groups-of-1-strength-{held.strength:g}-length-{held.shortest}-{held.longest}",
            side=self.side,
            knowledge=f"{held.source}-nearest",
            conversation=self.conversation,
            text=f"{TEXT_TOKENS}-first",
            claims=claim_rule() if self.claims == "rule" else self.claims,
            dtype=self.dtype,
        )

    @classmethod
    def load(
        cls,
        *,
        checkpoint: Path | None = None,
        device: str = "cpu",
        preset: str | None = None,
        side: str = "whole",
        dtype: str | None = None,
        claims: str = "rule",
        conversation: str = "unread",
    ) -> Self:
        """The backbone with the adapters of `checkpoint` merged into it.

        preset: laptop (the default on a CPU), cpu, or full (the default elsewhere), or one of these with changes
        (`presets.read_preset`). side: whole or answer.
        dtype: fp32 on a CPU, else bf16; int8 (weights of the linear layers, on a CPU only). claims: rule gives texts
        that claim nothing a reason and no number, all scores them too. conversation: unread, or read: the turns before
        the text are part of what it is checked against. Raises ValueError for other values, all of them at once.
        """
        preset = preset or ("laptop" if device == "cpu" else "full")
        dtype = dtype or ("fp32" if device == "cpu" else "bf16")
        _check_options(
            preset, side=(side, SIDES), claims=(claims, CLAIMS),
            conversation=(conversation, CONVERSATIONS), dtype=(dtype, (*DTYPES, *([INT8] if device == "cpu" else []))),
        )  # fmt: skip
        if checkpoint is None:
            raise ValueError("quals needs a checkpoint folder")
        held = read_checkpoint(checkpoint, metric=cls.name)
        config = held.config_as(AdapterConfig)
        language = LanguageModel(config.backbone, device=device, dtype="fp32" if dtype == INT8 else dtype)
        layout = layout_of(language.tokenizer)
        language.model = merged(language.model, held, config)
        if dtype == INT8:
            language.model = in_int8(language.model)
        return cls(
            language, layout, ckpt=held.short, backbone=config.backbone, preset=preset, side=side, dtype=dtype,
            claims=claims, conversation=conversation,
        )  # fmt: skip

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a text. A source is read once for all pairs of all its texts, a text once for its pairs."""
        if self.conversation == "read":
            examples = [with_conversation(example) for example in grounded(examples, metric=self.name)]
        found, readable = scorable(examples, metric=self.name)
        if self.claims == "rule":
            take_out(found, readable)
        texts = {index: self._text(example.text) for index, example in readable.items()}
        sources = self._sources(readable)
        pairs = self._pairs(list(dict.fromkeys(texts.values())), before_batch)
        chosen: dict[int, list[Pair]] = {}
        wanted: dict[Ids, list[Ids]] = {}
        for index, example in readable.items():
            held = [pair for pair in pairs[texts[index]] if in_text(pair, example.text)]
            chosen[index] = round_robin(held, [sum(pair.given_text) for pair in held], most=self.asked.kept)
            if chosen[index]:
                wanted.setdefault(sources[index], []).extend(pair.ids for pair in chosen[index])
        by_source = self.language.log_probs(wanted, before_batch=before_batch)
        for index in readable:
            found[index] = self._score(
                chosen[index],
                [by_source[sources[index], pair.ids] for pair in chosen[index]],
            )
        return [(found[index],) for index in range(len(examples))]

    def pairs_of(self, texts: Sequence[str]) -> list[list[Pair]]:
        """What is written about each text, before a choice is made: well-formed, and each pair once."""
        prefixes = [self._text(text) for text in texts]
        pairs = self._pairs(list(dict.fromkeys(prefixes)), None)
        return [pairs[prefix] for prefix in prefixes]

    def _text(self, text: str) -> Ids:
        return self.layout.passage(tokenize(self.language.tokenizer, [text.strip()], limit=TEXT_TOKENS)[0].ids)

    def _sources(self, readable: dict[int, Grounded]) -> dict[int, Ids]:
        unique = list(dict.fromkeys(example.source or "" for example in readable.values()))
        tokens: dict[str, Tokens] = dict(
            zip(unique, tokenize(self.language.tokenizer, unique, limit=SOURCE_READ), strict=True)
        )
        limit = self.asked.source
        return {
            index: self.layout.passage(
                excerpt(example.source or "", tokens[example.source or ""], example.text, limit=limit)
            )
            for index, example in readable.items()
        }

    def _pairs(self, prefixes: list[Ids], before_batch: Callable[[], None] | None) -> dict[Ids, list[Pair]]:
        preset = self.asked

        def write(batch: list[Ids]) -> list[list[Written]]:
            return diverse(
                self.language.model,
                batch,
                groups=preset.candidates,
                strength=preset.strength,
                shortest=preset.shortest,
                longest=preset.longest,
                end=self.layout.end,
            )

        written = run_batched(
            prefixes,
            write,
            length=lambda prefix: (len(prefix) + preset.longest) * preset.candidates,
            token_budget=ROWS_TIMES_TOKENS,
            before_batch=before_batch,
        )
        return {
            prefix: [pair for each in {one.ids: one for one in held}.values() if (pair := self._pair(each))]
            for prefix, held in zip(prefixes, written, strict=True)
        }

    def _pair(self, written: Written) -> Pair | None:
        parts = self.layout.split(written.ids)
        if parts is None:
            return None
        question, answer = (self.language.tokenizer.decode(list(part)).strip() for part in parts)
        return Pair(question, answer, written.ids, written.log_probs) if question and answer else None

    def _score(self, pairs: list[Pair], by_source: list[tuple[float, ...]]) -> Score:
        if not pairs:
            return Score(None, NO_PAIR)
        shown: list[dict[str, Any]] = []
        for pair, given_source in zip(pairs, by_source, strict=True):
            given_text = pair.given_text
            first = pair.ids.index(self.layout.separator) + 1
            gains = [after - before for after, before in zip(given_source, given_text, strict=True)]
            shown.append(
                {
                    "question": pair.question,
                    "answer": pair.answer,
                    "given_text": sum(given_text) / len(given_text),
                    "given_source": sum(given_source) / len(given_source),
                    "difference": sum(gains) / len(gains),
                    "answer_difference": sum(gains[first:]) / len(gains[first:]),
                    "tokens": self._tokens(pair, given_text, given_source, first),
                }
            )
        whole = sum(pair["difference"] for pair in shown) / len(shown)
        answers = sum(pair["answer_difference"] for pair in shown) / len(shown)
        value = whole if self.side == "whole" else answers
        if not math.isfinite(whole) or not math.isfinite(answers):
            return Score(None, NOT_FINITE)
        shown.sort(key=lambda pair: pair["difference"])
        return Score(value, evidence={"pairs": shown, "whole": whole, "answer_only": answers})

    def _tokens(
        self, pair: Pair, given_text: tuple[float, ...], given_source: tuple[float, ...], first: int
    ) -> list[dict[str, Any]]:
        marks = {self.layout.separator: " → ", self.layout.end: ""}
        return [
            {
                "text": marks.get(token, self.language.tokenizer.decode([token])),
                "in_answer": place >= first,
                "given_text": round(before, 4),
                "given_source": round(after, 4),
            }
            for place, (token, before, after) in enumerate(zip(pair.ids, given_text, given_source, strict=True))
        ]


def _check_options(preset: str, **given: tuple[str, Iterable[str]]) -> None:
    """given: option -> (what was asked for, what is known). Raises ValueError with every wrong one."""
    wrong = []
    try:
        read_preset(preset)
    except ValueError as problem:
        wrong.append(str(problem))
    wrong += [
        f"unknown {name} {asked!r}; known: {', '.join(known)}"
        for name, (asked, known) in given.items()
        if asked not in known
    ]
    if wrong:
        raise ValueError(". ".join(wrong))
