from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings

from scoring.models import Release, ReleaseState


def verify_release(*, release: Release) -> list[str]:
    """Everything about a ready release's file that is not as it was published; an empty list means: as published."""
    if release.state != ReleaseState.READY:
        return [f"the release is {release.state}, not ready"]
    file = Path(settings.RELEASES) / release.path
    if not file.is_file():
        return [f"the file {release.path} is gone"]
    wrong = []
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    if digest != release.sha256:
        wrong.append(f"the file's sha256 is {digest}, published was {release.sha256}")
    if file.stat().st_size != release.size:
        wrong.append(f"the file has {file.stat().st_size} bytes, published were {release.size}")
    try:
        manifest = json.loads((file.parent / "manifest.json").read_text())
    except (OSError, ValueError) as problem:
        wrong.append(f"the manifest cannot be read: {problem}")
    else:
        wrong += [
            f"the manifest's {key} differs from what was published"
            for key in sorted({*manifest, *release.manifest})
            if manifest.get(key) != release.manifest.get(key)
        ]
    if release.format == "jsonl" and not wrong:
        with file.open("rb") as opened:
            lines = sum(1 for _ in opened) - 1
        if lines != release.manifest["counts"]["conversations"]:
            wrong.append(f"the file has {lines} conversations, the manifest says {release.manifest['counts']}")
    return wrong
