from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from annotate.actions.load_sample import load_sample


class Command(BaseCommand):
    help = "Load the synthetic sample corpus that ships with the project; a second time changes nothing."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        report = load_sample()
        if verbosity:
            self.stdout.write(f"{report.conversations} conversations added, {report.unchanged} were here")
