from __future__ import annotations

from pathlib import Path

import structlog

from annotate.models import DimensionVersion
from scoring.metrics import checkpoints, registry
from scoring.metrics.api import Metric, Unavailable
from scoring.models import Checkpoint

log = structlog.get_logger(__name__)


def register_checkpoint(*, metric: str, name: str, digest: str, folder: Path | None, device: str) -> Checkpoint:
    """Load weights once, score their golden examples again, and only then insert (or repair) the row.

    What cannot be loaded or does not reproduce its golden examples gets a row that says so and cannot be used.
    """
    loaded: Metric | None = None
    unavailable = ""
    try:
        loaded = registry.load(metric, checkpoint=folder, device=device)
        if folder is not None:
            registry.check_golden(metric, folder, device=device, loaded=loaded)
    except Unavailable as problem:
        unavailable = str(problem)
    except Exception as problem:  # a broken folder must not stop the worker that looks at it
        log.exception("checkpoint_refused", metric=metric, name=name)
        unavailable = f"Refused: {type(problem).__name__}: {problem}"
    header = checkpoints.read_header(folder) if folder else None
    described = registry.describe(metric)
    version = DimensionVersion.objects.filter(dimension__key=described.dimension).latest("number")
    facts = {
        "name": name,
        "path": folder.name if folder else "",
        "signature": loaded.signature if loaded else "",
        "unavailable": unavailable,
        "card": checkpoints.read_card(folder) if folder else described.summary,
        "config": header.config if header else {},
        "research_only": header.research_only if header else False,
    }
    row, _ = Checkpoint.objects.update_or_create(
        metric=metric, digest=digest, defaults=facts, create_defaults={**facts, "dimension_version": version}
    )
    return row
