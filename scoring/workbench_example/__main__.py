"""Print docs/results/workbench.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time

from scoring.metrics.evaluation.grounded_sets import DataMissing, data_folder
from scoring.workbench_example.data import every_set
from scoring.workbench_example.metrics import usr_table, uss_tables
from scoring.workbench_example.people import agreement, ceilings

PAGE = """# The workbench on public ratings

`make results-workbench`, which is `python -m scoring.workbench_example > docs/results/workbench.md`; code at
{commit}; {machine}; {seconds:.0f} s. Data: USS (SGD, MWOZ, ReDial, all sessions), USR-Topical (360
responses), QAGS CNN/DM (714 sentences), as staged beside the project; no texts are shown. Intervals are 95 %, by
1,000 resamples of whole conversations (USR: contexts, QAGS: articles); Kendall's by leaving out one conversation at a
time.

## Do people agree?

{agreement}
QAGS: 0.51 was computed independently (Krippendorff's alpha over the 162 workers). The raters of USS and USR are roles
("rater-1") that several people may have filled, so coefficients that need to know who rated (Cohen, ICC(2), ICC(3)) are
not given. Alpha is low on USS because nearly everything is a 3: the quadratic AC2, which that does not pull down,
stands beside it.

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

## A metric on USS dev sessions

Words (TF-IDF of the turn and the three before it) and ridge regression, learnt on the train sessions of the domain,
nothing tuned; a stand-in until trained interaction quality is scored here.

{uss}
## Which turns the disagreement queue brings up

The same predictions. "Split": the variance of a turn's ratings is 0.6 or more (as 2, 3, 4). "Beyond 95 % of people":
fewer than one human rating in twenty is as far out among the others of its turn. Planted: the model is one person,
taken out of the ratings (at least two are left), and so within the human ceiling by definition, but on one turn in
twenty it is moved by two points; which queue finds those? (The ratings are real; where the model is wrong is known.)

{queues}
These predictions stay near the mean, so hardly any lies outside what a person might say, and on both queues few turns
are split. Where errors are planted, the surprise finds more of them than the raw difference, by little: the ratings of
USS differ little in how far people lie apart. Where one item in five is hard the gain is large (average precision above
0.75 and at least 0.3 more than the raw difference: the simulated world of tests/scoring/test_disagreement.py).
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
    uss, queues = uss_tables(data)
    git = ["git", "log", "-1", "--format=%h", "--", "annotate", "scoring"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    page = PAGE.format(
        agreement=agreement(sets), ceilings=ceilings(sets), usr=usr_table(data), uss=uss, queues=queues,
        commit=commit or "an unknown commit", machine=f"{os.cpu_count()} cores, {platform.machine()}, no GPU",
        seconds=time.monotonic() - started,
    )  # fmt: skip
    print(page, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
