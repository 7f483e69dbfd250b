"""How good the written questions and answers are, on dev passages that the generator never saw.

nats a token   of the pairs that people wrote, given their passage, and given it among seven others
well-formed    one separator, a question and an answer, an end
copied         the answer stands in the passage word for word (only such pairs count for QUALS)
found again    a reader (that of QAGS) that is asked the question finds the answer: exact match, token F1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.metrics.asking.corpus import Passage, passages, together
from scoring.metrics.asking.train_writer import pack_of
from scoring.metrics.checkpoints import default_checkpoint
from scoring.metrics.evaluation.grounded_sets import data_folder
from scoring.metrics.likelihood.packs import Pack
from scoring.metrics.qags.answers import exact, token_f1
from scoring.metrics.qags.metric import Qags
from scoring.metrics.quals.choosing import Pair, in_text
from scoring.metrics.quals.metric import Quals
from scoring.metrics.quals.train import pairs_of

WORDS, PAIRS, SEED = 45, 5, 11
AMONG = 8  # passages in one text
_SHOWN = 6  # passages whose pairs are shown
_SHOWN_PAIRS = 3


def dev_passages(count: int) -> list[Passage]:
    """The first `count` dev passages in an order that depends on the seed only."""
    return passages(data_folder() / "qa", "dev", words=WORDS, pairs=PAIRS, seed=SEED)[:count]


def packs_of(quals: Quals, held: Sequence[Passage]) -> list[Pack]:
    """People's pairs behind their passages."""
    return [pack_of(each, quals.language.tokenizer, quals.layout, pairs_of) for each in held]


def nats(quals: Quals, held: Sequence[Passage], *, together_of: int = 1) -> float:
    """Mean -log p of a token of people's pairs, given a text of so many passages."""
    wanted = {pack.prefix: pack.texts for pack in packs_of(quals, together(held, together_of))}
    values = [value for row in quals.language.log_probs(wanted).values() for value in row]
    return -sum(values) / len(values)


def quality(written: Sequence[Sequence[Pair]], held: Sequence[Passage], reader: Any, *, asked: int) -> dict[str, float]:
    """Shares, 0 to 1, of the pairs that were written for passages; asked: how many were to be written for each.

    reader: has `answer([(question, context)])`. Of people's own pairs the same is in `people_*`.
    """
    pairs = [(pair, passage) for some, passage in zip(written, held, strict=True) for pair in some]
    copied = [(pair.question, pair.answer, passage.text) for pair, passage in pairs if in_text(pair, passage.text)]
    own = [(pair.question, pair.answer, passage.text) for passage in held for pair in passage.pairs]
    return {
        "passages": len(held),
        "pairs": len(pairs) / max(len(held), 1),
        "well_formed": len(pairs) / max(asked * len(held), 1),
        "copied": len(copied) / max(len(pairs), 1),
        **_found_again(copied, reader),
        **{f"people_{key}": value for key, value in _found_again(own, reader).items()},
    }


def _found_again(asked: Sequence[tuple[str, str, str]], reader: Any) -> dict[str, float]:
    given = reader.answer([(question, text) for question, _, text in asked])
    pairs = [(answer.text, wanted) for answer, (_, wanted, _) in zip(given, asked, strict=True)]
    count = max(len(pairs), 1)
    return {
        "asked": len(pairs),
        "exact": sum(exact(*pair) for pair in pairs) / count,
        "f1": sum(token_f1(*pair) for pair in pairs) / count,
        "refused": sum(not answer for answer, _ in pairs) / count,
    }


def section(quals: Quals, count: int) -> list[str]:
    """Lines of Markdown: the generator of a metric on so many dev passages, and pairs of the first of them."""
    held = dev_passages(count)
    reader = Qags.load(checkpoint=default_checkpoint("qags")).reader
    written = quals.pairs_of([passage.text for passage in held])
    found = quality(written, held, reader, asked=quals.asked.candidates)
    alone, among = nats(quals, held), nats(quals, held, together_of=AMONG)
    rows = rows_of(found, {"1 passage": alone, f"{AMONG} passages": among})
    return [*rows, "", "The likeliest pairs of the first passages:", "", *samples(written, held)]


def rows_of(found: Mapping[str, float], likelihood: Mapping[str, float]) -> list[str]:
    """Lines of Markdown of what `quality` and `nats` found."""
    return [
        "## What the generator writes",
        "",
        f"On {found['passages']:.0f} dev passages of at most {WORDS} words (seed {SEED}). A pair is found again where",
        "the reader of QAGS, a small one, gives its answer; it reads what people asked about the same passages, too.",
        "",
        "| | |",
        "|---|---|",
        *(f"| nats a token of people's pairs, given {name} | {value:.2f} |" for name, value in likelihood.items()),
        f"| well-formed and different pairs a passage | {found['pairs']:.1f} ({found['well_formed']:.0%}) |",
        f"| answers copied from the passage | {found['copied']:.0%} |",
        "",
        "| asked | questions | exact match | F1 | refused |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {found[f'{key}asked']:.0f} | {found[f'{key}exact']:.2f} | {found[f'{key}f1']:.2f} "
            f"| {found[f'{key}refused']:.2f} |"
            for name, key in (("by the generator, of copied answers", ""), ("by people", "people_"))
        ),
    ]


def samples(written: Sequence[Sequence[Pair]], held: Sequence[Passage]) -> list[str]:
    """Lines of Markdown: the likeliest pairs of the first passages."""
    rows = []
    for some, passage in list(zip(written, held, strict=True))[:_SHOWN]:
        rows.append(f"* {passage.source}: {' '.join(passage.text.split())}")
        ranked = sorted(some, key=lambda pair: -sum(pair.given_text))[:_SHOWN_PAIRS]
        rows += [f"    * {pair.question} → {pair.answer}" for pair in ranked]
    return rows
