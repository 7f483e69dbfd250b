from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from people.actions.invite import invite
from people.models import Role


class Command(BaseCommand):
    help = "Make a one-time link, such as the first admin's on a server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default=Role.ADMIN, choices=Role.values)
        parser.add_argument("--base", default="", help="Address of the site, such as https://evalsite.example.org")

    def handle(self, *args: Any, role: str, base: str, **options: Any) -> None:
        _row, secret = invite(role=role, by=None, note="from the command line")
        self.stdout.write(base.rstrip("/") + reverse("join", args=[secret]))
