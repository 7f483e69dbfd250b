from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring.actions.verify_release import verify_release
from scoring.models import Release


class Command(BaseCommand):
    help = "Prove that a release's file is as it was published (without a number: every ready one)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("release", nargs="*", type=int)

    def handle(self, *args: Any, release: list[int], **options: Any) -> None:
        rows = Release.objects.filter(pk__in=release) if release else Release.objects.filter(state="ready")
        missing = set(release) - {row.pk for row in rows}
        if missing:
            raise CommandError(f"no release {', '.join(map(str, sorted(missing)))}")
        bad = 0
        for row in rows.order_by("pk"):
            wrong = verify_release(release=row)
            bad += bool(wrong)
            for words in wrong:
                self.stderr.write(f"release {row.pk}: {words}")
            if not wrong:
                self.stdout.write(f"release {row.pk}: as published, sha256 {row.sha256}")
        if bad:
            raise CommandError(f"{bad} release(s) are not as published")
