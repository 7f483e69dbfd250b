"""Collect the strings of pages into locale/*/LC_MESSAGES/*.po, and compile these: `make messages`.

Collecting needs gettext (xgettext); compiling does not. Both files of a language are committed, so that nobody who only
runs Evalsite needs either.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
import polib
from django.core.management import call_command
from django.core.management.commands.makemessages import Command

PROJECT = Path(__file__).resolve().parents[1]
NOT_OURS = (".venv", "tests*", "var*", "staticfiles", "scoring/metrics/*", "docs", "build*")


def collect() -> None:
    """Every string that templates, Python and JavaScript mark, with the files it stands in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    sys.path.insert(0, str(PROJECT))
    os.chdir(PROJECT)
    django.setup()
    command = Command()
    command.xgettext_options = [*Command.xgettext_options, "--keyword=noop"]  # as gettext_noop is called here
    # A guess would have to be looked over anyway, and its "previous" lines do not survive the way through polib.
    command.msgmerge_options = [*Command.msgmerge_options, "--no-fuzzy-matching"]
    for domain in ("django", "djangojs"):
        call_command(
            command, all=True, domain=domain, add_location="file", no_obsolete=True, ignore_patterns=[*NOT_OURS]
        )


def compile_all() -> None:
    """The binary form that is read when Evalsite starts."""
    for source in sorted((PROJECT / "locale").glob("*/LC_MESSAGES/*.po")):
        catalog = polib.pofile(str(source))
        catalog.metadata.pop("POT-Creation-Date", None)  # another one at every run
        catalog.save(str(source))
        catalog.save_as_mofile(str(source.with_suffix(".mo")))
        print(f"{source.relative_to(PROJECT)}: {catalog.percent_translated()} % of {len(catalog)}")


if __name__ == "__main__":
    if sys.argv[1:] != ["compile"]:
        collect()
    compile_all()
