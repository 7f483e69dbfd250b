"""Rows without a neural network: a constant, the length of the turn, TF-IDF with linear models.

python -m scoring.metrics.iq.results.simple        writes docs/results/iq/{majority,length,tfidf}.uss.jsonl
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from scoring.metrics.evaluation.circumstances import commit, hardware
from scoring.metrics.iq.agreement import best_threshold
from scoring.metrics.iq.corpora import Conversation, data_folder, read
from scoring.metrics.iq.duplicates import drop_shared, evaluation_fingerprints
from scoring.metrics.iq.objectives import DEFECT_BELOW
from scoring.metrics.iq.results.items import USS, items
from scoring.metrics.iq.results.keep import KEPT
from scoring.metrics.iq.results.predictions import write_predictions
from scoring.metrics.iq.splits import select


def texts_of(conversations: Sequence[Conversation]) -> list[tuple[str, str]]:
    """(rated turn, turn before it) of every rated turn."""
    return [
        (conversation.turns[turn].text, conversation.turns[turn - 1].text if turn else "")
        for conversation in conversations
        for turn in conversation.rated
    ]


def ratings_of(conversations: Sequence[Conversation]) -> list[float]:
    """The mean rating of every rated turn."""
    return [conversation.labels[turn].mean or 0.0 for conversation in conversations for turn in conversation.rated]


def features() -> FeatureUnion:
    """Words and pairs of words of the turn, and of the turn before it."""
    return FeatureUnion(
        [
            (
                str(place),
                make_pipeline(FunctionTransformer(_Part(place)), TfidfVectorizer(ngram_range=(1, 2), min_df=2)),
            )
            for place in (0, 1)
        ]
    )


class _Part:
    """One side of each pair."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        return [pair[self.place] for pair in pairs]


def main() -> int:
    """0 when written."""
    folder = data_folder()
    keys = evaluation_fingerprints(folder)
    train, _ = drop_shared([one for name in USS for one in select(read(name, folder), "train")], keys)
    tune, _ = drop_shared([one for name in USS for one in select(read(name, folder), "tune")], keys)
    test = items("uss", folder)
    seen = features().fit(texts_of(train))
    ratings = np.array(ratings_of(train))
    linear = Ridge(alpha=3.0).fit(seen.transform(texts_of(train)), ratings)
    logistic = LogisticRegression(C=3.0, max_iter=300).fit(seen.transform(texts_of(train)), ratings < DEFECT_BELOW)

    def rows(name: str, parts: Sequence[Conversation]) -> list[tuple[list[float], list[float]]]:
        found = []
        for one in parts:
            pairs = texts_of([one])
            if name == "tfidf":
                given = seen.transform(pairs)
                found.append((linear.predict(given).tolist(), logistic.predict_proba(given)[:, 1].tolist()))
            elif name == "length":
                lengths = [float(len(text.split())) for text, _ in pairs]
                found.append(([-length for length in lengths], [1 - 1 / (1 + length) for length in lengths]))
            else:
                found.append(
                    ([float(ratings.mean())] * len(pairs), [float((ratings < DEFECT_BELOW).mean())] * len(pairs))
                )
        return found

    bad = np.array(ratings_of(tune)) < DEFECT_BELOW
    for name in ("majority", "length", "tfidf"):
        threshold = best_threshold([share for _, shares in rows(name, tune) for share in shares], bad)
        write_predictions(
            KEPT / f"{name}.uss.jsonl",
            (
                {
                    "id": one.id,
                    "turns": one.rated,
                    "value": [round(value, 4) for value in values],
                    "defect": [round(share, 4) for share in shares],
                }
                for one, (values, shares) in zip(test, rows(name, test), strict=True)
            ),
        )
        facts = {"conversations": len(train), "turns": len(ratings)}
        held = {"facts": facts, "hardware": hardware(), "commit": commit()}
        held["modes"] = {"online": {"signature": f"{name} (no checkpoint)", "defect_threshold": threshold}}
        (KEPT / f"{name}.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
