"""`python -m tests.bench.alike`: similar turns and conversations that diverge alike, at 100,000 items.

Pages through the real web server over random vectors (the worst case: no two are near), and, with `--data`, how many of
the exact nearest the search finds on Topical-Chat's turns, by the real backbone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.web import Session, Web, own_database


def embed_at_random(corpus: Any) -> None:
    """A vector of its own for every turn of the corpus."""
    from django.db import connection

    from annotate.models import Turn
    from scoring.likeness import length, sketch
    from scoring.metrics.meaning import signature_of_meaning
    from scoring.models import EmbeddedTurn, TextEmbedding

    chance, signature = random.Random(7), signature_of_meaning()
    turns = list(Turn.objects.filter(conversation__corpus=corpus).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(turns), 5000):
        some = turns[first : first + 5000]
        vectors = [chance.randbytes(384) for _ in some]
        made = TextEmbedding.objects.bulk_create(
            TextEmbedding(signature=signature, digest=f"{pk:064d}", vector=vector, length=length(vector))
            for pk, vector in zip(some, vectors, strict=True)
        )
        EmbeddedTurn.objects.bulk_create(
            EmbeddedTurn(turn_id=pk, corpus=corpus, embedding=row, sketch=sketch(row.vector))
            for pk, row in zip(some, made, strict=True)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def pages(count: int, views: int) -> None:
    from annotate.models import Conversation
    from evalsite.laptop.port import free_port
    from people.models import Role, User
    from scoring.models import Comparison
    from tests.bench import large

    User.objects.create_user(username="bench-scientist", role=Role.SCIENTIST)
    corpus, checkpoints = large.build(conversations=count, turns=1, key=large.LONG, metrics=1)
    embed_at_random(corpus)
    by = checkpoints[0].pk
    some = list(Comparison.objects.filter(corpus=corpus).order_by("?").values_list("pk", flat=True)[:views])
    others = list(Conversation.objects.filter(corpus=corpus).order_by("?").values_list("pk", flat=True)[:views])
    at = f"/disagreement/?corpus={corpus.key}&by={by}"
    web = Web(free_port(""))
    try:
        session = Session(web.port, "bench-scientist")
        for name, addresses in (
            ("disagreement queue", [at] * views),
            ("similar turns", [f"{at}&like={pk}" for pk in some]),
            ("similar turns of a split", [f"{at}&like={pk}&split=dev" for pk in some]),
            ("diverging alike", [f"/side-by-side/{pk}/alike/{by}/" for pk in others]),
            ("diverging alike, of a split", [f"/side-by-side/{pk}/alike/{by}/?split=dev" for pk in others]),
        ):
            for address in addresses[:5]:
                session.get(address)
            times, before = [], web.cpu_seconds()
            for address in addresses:
                started = time.perf_counter()
                session.get(address)
                times.append(1000 * (time.perf_counter() - started))
            times.sort()
            cpu = 1000 * (web.cpu_seconds() - before) / len(times)
            print(
                f"| {name} | {count:,} | {len(times)} | {statistics.median(times):.0f} ms | "
                f"{times[int(0.95 * len(times))]:.0f} ms | {cpu:.0f} ms |"
            )
    finally:
        web.stop()


def recall(file: Path, count: int, asked: int) -> None:
    """Of the exact nearest 10 and 25, how many the sketches' 400 hold. Vectors are computed here (minutes)."""
    import numpy as np

    from scoring.likeness import packed, sketch
    from scoring.metrics.meaning.embed import TextEmbedder
    from scoring.selectors.meaning import CANDIDATES

    conversations = json.loads(file.read_text(encoding="utf-8")).values()
    texts = list(dict.fromkeys(turn["message"] for each in conversations for turn in each["content"]))
    random.Random(7).shuffle(texts)
    texts = texts[:count]
    started = time.perf_counter()
    vectors = [vector for vector in TextEmbedder().embed(texts) if vector is not None]
    seconds = time.perf_counter() - started
    kept = [packed(vector) for vector in vectors]
    bits = np.array([[bit == "1" for bit in sketch(each)] for each in kept])
    exact = np.array(vectors, dtype=np.float32)
    rough = np.frombuffer(b"".join(kept), dtype=np.int8).reshape(len(kept), -1).astype(np.float32)
    rough /= np.linalg.norm(rough, axis=1, keepdims=True)
    found: dict[int, list[float]] = {10: [], 25: []}
    for place in range(asked):
        truth = np.argsort(-(exact @ exact[place]), kind="stable")
        near = np.argsort((bits != bits[place]).sum(axis=1), kind="stable")[: CANDIDATES + 1]
        ranked = near[np.argsort(-(rough[near] @ rough[place]), kind="stable")]
        for most, shares in found.items():
            want = [each for each in truth.tolist() if each != place][:most]
            have = [each for each in ranked.tolist() if each != place][:most]
            shares.append(len(set(want) & set(have)) / most)
    print(f"{len(vectors):,} distinct turns embedded in {seconds:.0f} s ({len(vectors) / seconds:.0f} a second)")
    for most, shares in found.items():
        mean, error = statistics.fmean(shares), statistics.stdev(shares) / len(shares) ** 0.5
        print(f"of the exact nearest {most}: {mean:.3f} found, 95 % ± {1.96 * error:.3f} over {len(shares)} turns")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--views", type=int, default=200)
    parser.add_argument("--data", type=Path, help="a Topical-Chat file of conversations; without it only the pages")
    parser.add_argument("--turns", type=int, default=20_000)
    given = parser.parse_args()
    if given.data:
        recall(given.data, given.turns, 500)
        return 0
    with own_database("alike"):
        from evalsite.version import code_version

        where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        print(f"{where}, load {os.getloadavg()[0]:.1f}, code {code_version()}\n")
        print("| page | items | n | p50 | p95 | processor |\n|---|---|---|---|---|---|")
        pages(given.items, given.views)
    return 0


if __name__ == "__main__":
    sys.exit(main())
