"""Print docs/results/workbench.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time

from scoring.metrics.api import Unavailable
from scoring.metrics.evaluation.grounded_sets import DataMissing, data_folder
from scoring.workbench_example.data import every_set
from scoring.workbench_example.metrics import quals_tables, usr_table
from scoring.workbench_example.people import agreement, ceilings
from scoring.workbench_example.uss import uss_tables

PAGE = """# The workbench on public ratings

`make results-workbench`, which is `python -m scoring.workbench_example`; code at {commit}; {machine}; {seconds:.0f}
s without what was scored before (kept in var/workbench). Data: USS (SGD, MWOZ, ReDial, all sessions), USR-Topical
(360 responses), QAGS CNN/DM (714 sentences), as staged beside the project; no texts are shown. Intervals are 95 %,
by 1,000 resamples of whole conversations (USR: contexts, QAGS: articles); Kendall's by leaving out one conversation
at a time.

## Do people agree?

{agreement}
The package `krippendorff` is an implementation that is not ours. QAGS: 0.51 was computed independently
(Krippendorff's alpha over the 162 workers). The raters of USS and USR are roles ("rater-1") that several people may
have filled, so coefficients that need to know who rated (Cohen, ICC(2), ICC(3)) are not given. Alpha is low on USS
because nearly everything is a 3: the quadratic AC2, which that does not pull down, stands beside it.

## What one person reaches

{ceilings}
Computed independently for USS: Spearman about .34 / .27 / .32, ROC-AUC .68 / .61 / .67 on SGD / MWOZ / ReDial; the
table is within .01 of these. "One against the rest": each rating against the mean of the item's other ratings, all
ratings at once. The bound is the square root of the stepped-up split half: what a metric that knew the true values
would be seen to reach.

## Metrics on USR-Topical, overall quality

{usr}
Known from elsewhere on the same 360: length .334 / .301 (Pearson / Spearman), the oracle bit .765 / .759; on the 240
machine responses length .07 / .05.

## QUALS and simpler metrics on 150 responses of USR-Topical

All six responses to 25 contexts, drawn with seed 7; every metric reads the fact as its source. QUALS is slow, hence
the sample. Responses that a metric gives no value (no fact, no claim, no word pair) are left out for all.
Intervals of the six systems draw systems: there are only six, so they are wide.

{quals}
{quals_pairs}
`{quals_signature}`. Contexts: {quals_ids}.

Published on 300 of the 360 responses (without the original human ones; Yeh et al., 2021), with the overall quality,
Pearson / Spearman: ROUGE-L .275 / .287 against the human reference, BERTScore .298 / .325, USR .412 / .423. Ours
read the fact, not a reference, and are not the same number.

## Interaction quality on USS dev sessions

The shipped checkpoint, which reads a turn and what came before it, beside words (TF-IDF of the turn and the three
before it, and ridge regression, learnt on the train sessions of the domain, nothing tuned) and shortness (fewer
words, higher). The dev sessions are seen by none of them.

{uss}
{uss_pairs}
`{iq_signature}`.

## What the disagreement queue brings up that the raw difference does not

Both queues on real predictions. "Split": the variance of a turn's ratings is 0.6 or more (as 2, 3, 4). "Beyond 95 %
of people": fewer than one human rating in twenty is as far out among the others of its turn.

{queues}
Is the model wrong where a queue says so? One person is left out of every turn with three ratings or more; the queues
are made from the others; then that person is heard. The share of the first 50 where the person is nearer to the
others' mean than to the model: mean of 20 draws of who is left out (middle 90 % of the draws).

{heard}
Planted: the model is one person, taken out of the ratings (at least two are left), and so within the human ceiling
by definition, but on one turn in twenty it is moved by two points. Which queue finds those? Again 20 draws, of who is
left out and of where the errors are.

{errors}
What it found: on real predictions, a person who was not asked sides with people against the model more often on
what the surprise brings up first than on what the raw difference does. Planted errors of two points it finds a little
sooner on the whole (average precision) and about as often among the first 50: they are coarse, and the ratings of USS
differ little in how far people lie apart. The draws share most of their ratings, so that their middle 90 % is no
confidence interval. Where one item in five is hard the gain is large (average precision above 0.75 and at least 0.3
more than the raw difference: the simulated world of tests/scoring/test_disagreement.py).
"""


def main() -> int:
    """0 when printed, 2 without the data."""
    started = time.monotonic()
    try:
        data = data_folder()
        sets = list(every_set(data))
    except (DataMissing, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        quals, quals_pairs, quals_signature, quals_ids = quals_tables(data)
        uss, uss_pairs, queues, heard, errors, iq_signature = uss_tables(data)
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 2
    git = ["git", "log", "-1", "--format=%h", "--", "annotate", "scoring"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    page = PAGE.format(
        agreement=agreement(sets), ceilings=ceilings(sets), usr=usr_table(data), quals=quals, quals_pairs=quals_pairs,
        quals_signature=quals_signature, quals_ids=quals_ids, uss=uss, uss_pairs=uss_pairs, queues=queues, heard=heard,
        errors=errors, iq_signature=iq_signature, commit=commit or "an unknown commit",
        machine=f"{os.cpu_count()} cores, {platform.machine()}, no GPU", seconds=time.monotonic() - started,
    )  # fmt: skip
    print(page, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
