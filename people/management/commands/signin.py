from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.actions.sign_in_for import NotOnAServer, sign_in_for
from people.models import Role


class Command(BaseCommand):
    help = "Make a new sign-in with a generated password (laptops only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", required=True, choices=Role.values)

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        try:
            name, password = sign_in_for(role=role)
        except NotOnAServer as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{role}: {name}  {password}")
