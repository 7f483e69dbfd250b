from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from annotate.actions.import_corpus import import_corpus
from annotate.importing.records import BadFile
from annotate.importing.registry import FORMATS, dimensions, reader
from annotate.models import Corpus


class Command(BaseCommand):
    help = "Import conversations: manage.py import_corpus topical_chat FILES... --corpus topical-chat"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=list(FORMATS))
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--corpus", required=True, help="key of the corpus, made when new")
        parser.add_argument("--name", default="", help="its name, when new")

    def handle(self, *args: Any, format: str, files: list[Path], corpus: str, name: str, **options: Any) -> None:
        try:
            contents = [(path.name, path.read_bytes()) for path in files]
            records = reader(format)(contents)
            with transaction.atomic():  # a corpus that is new is not left behind by an import that fails
                row, _ = Corpus.objects.get_or_create(
                    key=corpus,
                    defaults={"name": name or corpus, "format": format, "licence": FORMATS[format].licence},
                )
                if row.format != format:
                    raise CommandError(f"the corpus {corpus} came as {row.format}; take another key for {format}")
                report = import_corpus(corpus=row, records=records, dimensions=dimensions(format, contents))
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from problem
        except BadFile as bad:
            for each in bad.problems:
                self.stderr.write(str(each))
            raise CommandError(f"nothing was imported: {bad.count} problem(s)") from bad
        self.stdout.write(
            f"{report.conversations} conversations, {report.turns} turns, {report.sections} sections and "
            f"{report.ratings} ratings added in {report.seconds:.1f} s; {report.unchanged} unchanged, "
            f"{len(report.conflicts)} in conflict"
        )
        if report.ratings_left_out:
            self.stderr.write(
                f"{report.ratings_left_out} ratings of conversations that are here already were left out; "
                "import the file under another --corpus to have them"
            )
        if report.passed_by:
            self.stderr.write(f"{report.passed_by} predictions and verdicts of a release were passed by")
        for external_id in report.conflicts[:20]:
            self.stderr.write(f"conflict: {external_id} is here with other content; it was not changed")
