"""Write docs/results/iq.md from the kept predictions (about a minute: 1,000 bootstrap replicates a row).

python -m scoring.metrics.iq.results [--out docs/results/iq.md]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scoring.metrics.iq.results import page
from scoring.metrics.iq.results.keep import KEPT
from scoring.metrics.iq.results.rows import SHIPPED
from scoring.metrics.iq.results.tables import facts_of, judged_of, was_run

_PAGE = """# Interaction quality: what was measured

Written by `make results-iq` from the raw predictions in `docs/results/iq/`; nothing here is typed by hand. Human
ratings are read from the public sets (see the data folder's README), never from the predictions.

**Read this first.** The training was done on one core of a shared processor: few epochs, pre-training on {pretraining}
tokens. One seed a row unless said otherwise. Rows that were not run are listed as not run. Figures are
`value [95 % interval]`, by bootstrap over dialogues (1,000 replicates); the interval holds what another draw of
dialogues would change, not what another seed would. A defect is a turn whose mean rating is below 3.

- Measured on: USS dev, the sessions whose sha256 is 0 modulo 10 (of the session's block of lines, stripped):
  {turns} rated turns of {dialogues} sessions. Thresholds and intervals come from the sessions whose sha256 // 10 is 0
  modulo 10, which are not trained on either.
- Dropped before training because they share text with an item that is measured on (one turn of 12 words, or two turns
  in a row of 12 words together): {dropped}.
- Mode `online` unless said otherwise: a vote is compared with the score of the user turn that carries it; the model has
  read that turn and what came before, nothing later. `retrospective` has read the next turn as well.
- Speaker roles and the turn's age are embeddings. The distance in turns to the current turn is a learned bias in
  attention, since in one pass a token has as many distances as there are later turns. No set here has time stamps: the
  embeddings of time gaps are there, and stay zero.

## Leave one domain out

Trained on a quarter of the conversations of two domains, by the recipe of "+ multi-turn" (no pre-training, which would
have read the third domain's text); measured on the third domain. "Domain seen": that row itself, trained on all three.

{left_out}

## USS dev, macro over the three domains

{macro}

What was aimed at: Spearman .62, ROC-AUC .86. A plain first attempt (three previous turns, a window a turn, two epochs,
other random dialogues) had .61 / .47 / .55 and .87 / .76 / .79 on SGD / MWOZ / ReDial. {against_aim}

### SGD

{sgd}

### MWOZ

{mwoz}

### ReDial

{redial}

### One rater against the mean of the others, the same turns

{ceiling}

A prediction is compared with the mean of all raters, which is steadier than one rater or the rest; so a model can be
above this line without being better than people.

## Data efficiency, and the paper's two claims

The paper's data is private; this is a stand-in with public data, a smaller encoder and less pre-training.

{efficiency}

What pre-training gives with 5 % of the labels:

{five}

Headline rows from every seed that was run, macro over the three domains:

{seeds}

{claims}

## On the tune part, epoch by epoch

Macro over the three domains. "without pre-training, votes alone" was stopped after the first of two epochs: no row
above. The first attempt (pre-trained twice, lower 3 layers frozen) changed its schedule on the way.

{tuning}

## Four attempts, and what they say

1. Pre-trained twice on less than a million tokens, the lower half of the layers frozen, two epochs.
2. No pre-training, all layers, four epochs in steps of 3,600 tokens: the shipped checkpoint.
3. Positions that run on through the window instead of starting anew in every turn, heads that read the mean state of
   the turn's text beside the read-out, steps of 1,800 tokens, two epochs: half the compute of the second.
4. The third after both stages of pre-training on {pretraining} tokens, unlabelled USS dialogues of the train part among
   them; all layers, one epoch and two.

On USS dev the four lie within each other's intervals; where one is ahead on the tune part it is not on dev. So none
replaces the shipped one, and none reaches what was aimed at. What context, pre-training and further tasks add to the
user turn alone is small in all of them: the votes were given by raters who saw the dialogue, but most of what a model
of this size learns of them is in the wording of the turn that carries the vote.

## The 80 % interval

{coverage}

Wanted: 75 to 85 % in and out of domain.

## Other conversations

The model knows USS's scale and kind of dialogue; these ask whether its ranking carries over. Topical-Chat's ratings are
nearly constant (92 % are Good or Excellent), so little can be ranked. FED votes are 0 to 4, made 1 to 5.

{elsewhere}

## Speed, and whether one pass is right

{speed}

## Runs

{runs}

## Make it again

    make results-iq                                      # scores the sets anew with the shipped checkpoint
    python -m scoring.metrics.iq.results.train all       # trains a row after its pre-training, keeps what it predicts
    python -m scoring.metrics.iq.results.train --list    # the rows that are not kept yet

The shipped checkpoint's figures from its own output:

    python -m scoring.metrics.iq.results.items uss in.jsonl
    python -m scoring.metrics iq in.jsonl out.jsonl
    python -m scoring.metrics.iq.results.score uss out.jsonl --threshold {threshold:.4f}
"""


def write(file: Path) -> None:
    """Write the page."""
    judged = judged_of("length", "uss")
    held = facts_of(SHIPPED.key)
    dropped = ", ".join(
        f"{one['dropped']} of {one['had']} {one['corpus']} ({one['use']})"
        for one in held["facts"]["dropped"]
        if one["dropped"]
    )
    earlier = ", ".join(
        f"{one['dropped']} of {one['had']} {one['corpus']} ({stage['settings']['name']})"
        for stage in held["facts"]["pretraining"]
        for one in stage["dropped"]
        if one["dropped"]
    )
    file.write_text(
        _PAGE.format(
            turns=f"{len(judged):,}",
            dialogues=len({one.dialogue for one in judged}),
            dropped="; pre-training: ".join(part for part in (dropped, earlier) if part) or "none",
            left_out=page.left_out(),
            **{name: page.main_table(name) for name in ("macro", "sgd", "mwoz", "redial")},
            against_aim=page.against_aim(),
            ceiling=page.ceiling(),
            efficiency=page.efficiency(),
            five=page.five(),
            seeds=page.seeds(),
            pretraining=page.pretraining_tokens(),
            claims=page.claims(),
            tuning=page.tuning(),
            coverage=page.coverage(),
            elsewhere=page.elsewhere(),
            speed=page.speed(),
            runs=page.runs(),
            threshold=held["modes"]["online"]["defect_threshold"],
        ),
        encoding="utf-8",
    )


def main(arguments: list[str] | None = None) -> int:
    """0 when written; 1 where the shipped checkpoint's predictions are not kept."""
    parser = argparse.ArgumentParser(prog="python -m scoring.metrics.iq.results", description=__doc__)
    parser.add_argument("--out", type=Path, default=KEPT.with_suffix(".md"))
    given = parser.parse_args(arguments)
    if not was_run(SHIPPED.key):
        print(f"there are no predictions {KEPT / f'{SHIPPED.key}.uss.jsonl'}: see results/keep.py", file=sys.stderr)
        return 1
    write(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
