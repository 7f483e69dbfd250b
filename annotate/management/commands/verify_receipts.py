from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotate.verifying import verify_chains, verify_file


class Command(BaseCommand):
    help = "Prove that nothing acknowledged was lost or altered; exit status 1 and the first fault otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="A chain that an annotator downloaded from the profile page.")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        report = verify_chains()
        for fault in report.faults:
            self.stderr.write(str(fault))
        self.stdout.write(
            f"{report.operations} operations in {report.chains} chains; {report.erased} of people who were erased, "
            f"{report.before} from before there were receipts."
        )
        faults = len(report.faults)
        if file is not None:
            try:
                with file.open(encoding="utf-8") as lines:
                    count, wrong = verify_file(lines)
            except (OSError, UnicodeDecodeError) as problem:
                raise CommandError(f"{file}: {problem}") from problem
            self.stdout.write(f"{file}: {count} receipts read.")
            if wrong:
                faults += 1
                self.stderr.write(str(wrong))
        if faults:
            raise CommandError("Something that was acknowledged does not stand as it was acknowledged.")
        self.stdout.write("Everything that was acknowledged is there, unaltered.")
