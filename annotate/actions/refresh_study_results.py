from __future__ import annotations

from importlib.util import find_spec

import structlog

from annotate.actions.compute_study_result import compute_study_result
from annotate.models import Study, StudyResult
from annotate.models.campaign import CampaignState
from annotate.selectors.studies import basis_of

log = structlog.get_logger(__name__)


def refresh_study_results() -> int:
    """Compute again what rests on other choices than there are now; returns how many. One query a study if none."""
    if find_spec("scipy") is None:
        log.info("no_statistics", why="the analysis extra is not installed here")
        return 0
    bases = dict(StudyResult.objects.values_list("study", "basis"))
    refreshed = 0
    for study in Study.objects.exclude(state=CampaignState.DRAFT).order_by("pk"):
        if bases.get(study.pk) != basis_of(study):
            compute_study_result(study=study)
            refreshed += 1
    return refreshed
