from __future__ import annotations

import time

import structlog
from django.db import connection
from django.utils import timezone

from annotate.selectors.maps import newest_version
from scoring.analyses import VERSION
from scoring.analyses.data import baselines_of, gold_of, predictions_of, ratings_of, seen_now
from scoring.analyses.tables import Table
from scoring.models import Analysis, AnalysisKind

log = structlog.get_logger(__name__)
_LOCK = 72_051


def run_analysis(*, analysis_id: int) -> None:
    """Compute and keep, unless it is of what is here now already. Two workers at once: the second does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, analysis_id])
        if not cursor.fetchone()[0]:
            return
        try:
            _run(Analysis.objects.select_related("corpus", "dimension", "campaign").get(pk=analysis_id))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, analysis_id])


def _run(row: Analysis) -> None:
    # Before the data is read: what comes meanwhile makes it old again.
    seen = seen_now(row.corpus, row.dimension, row.campaign, version=VERSION)
    if row.computed_at is not None and row.seen == seen:
        return
    started = time.monotonic()
    row.problem, row.result = "", None
    try:
        row.result = {"tables": _tables(row)}
    except (ValueError, TypeError) as problem:  # too little to compute from: said in words
        row.problem = str(problem)
    except Exception as problem:  # whatever a statistic meets: the page says it
        log.exception("analysis_failed", analysis=row.pk)
        row.problem = f"{type(problem).__name__}: {problem}"[:1000]
    row.seen, row.computed_at, row.seconds = seen, timezone.now(), time.monotonic() - started
    row.save(update_fields=["seen", "computed_at", "seconds", "problem", "result"])


def _tables(row: Analysis) -> list[Table]:
    version = newest_version(row.dimension_id)
    judged = ratings_of(row.corpus, row.dimension, row.campaign, version=version)
    kind = row.dimension.kind
    if row.kind == AnalysisKind.AGREEMENT:
        from scoring.analyses.agreement import agreement_tables  # deferred, as below: numpy, which the web has not
        from scoring.analyses.weighted import weighted_tables

        tables = agreement_tables(judged, kind, [point["value"] for point in version.scale])  # type: ignore[arg-type]
        return tables + (weighted_tables(judged) if row.campaign else [])
    if row.kind == AnalysisKind.BUDGET:
        from scoring.analyses.budget import budget_tables

        return budget_tables(judged, kind)  # type: ignore[arg-type]
    if row.kind == AnalysisKind.RATERS:
        from scoring.analyses.raters import rater_tables

        return rater_tables(judged, numbers=kind == "number", gold=gold_of(row.corpus, row.dimension, row.campaign))
    if kind != "number":
        raise ValueError("this is for dimensions whose answers are numbers; see Agreement for labels")
    from scoring.analyses.weighted import weighted_tables
    from scoring.analyses.workbench import workbench_tables

    metrics = predictions_of(row.corpus, version)
    names = {row: str(row) for row in metrics}
    if len(set(names.values())) < len(names):
        names = {row: f"{row} #{row.pk}" for row in metrics}
    named = {names[row]: values for row, values in metrics.items()}
    tables = workbench_tables(
        judged,
        named,
        baselines=baselines_of(judged),
        checkpoints={name: row.pk for row, name in names.items()},
    )
    return tables + (weighted_tables(judged, named) if row.campaign else [])
