from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from annotate.actions.load_sample import load_sample
from annotate.actions.load_sample_alternatives import load_sample_alternatives
from annotate.actions.open_sample_campaign import open_sample_campaign
from annotate.actions.open_sample_study import open_sample_study


class Command(BaseCommand):
    help = "Load the synthetic sample and open its demo campaign and study; a second time changes nothing."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        reports = [load_sample(), load_sample_alternatives()]
        campaign, study = open_sample_campaign(), open_sample_study()
        if verbosity:
            added, here = (sum(getattr(each, name) for each in reports) for name in ("conversations", "unchanged"))
            self.stdout.write(f"{added} conversations added, {here} were here")
            if campaign is not None:
                self.stdout.write(f"campaign {campaign.name!r} is {campaign.get_state_display()}")
            if study is not None:
                self.stdout.write(f"study {study.name!r} is {study.get_state_display()}")
