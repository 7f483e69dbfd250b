"""What tests rely on: a database of the run's own, whole again after a test that emptied it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from annotate.importing.dimensions import ALL
from annotate.models import Dimension


@pytest.mark.django_db(transaction=True)
def test_the_rows_of_the_migrations_come_back_after_a_flush() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert set(Dimension.objects.values_list("key", flat=True)) == set(ALL)


@pytest.mark.django_db
def test_nothing_of_make_run_is_in_reach() -> None:
    project = Path(__file__).resolve().parents[2]
    for folder in (settings.VAR, settings.UPLOADS, settings.RELEASES):
        assert not Path(folder).is_relative_to(project / "var")
    assert str(settings.VAR) == os.environ["EVALSITE_VAR"]
    assert connection.settings_dict["NAME"].startswith("test_")


@pytest.mark.django_db
@pytest.mark.skipif("EVALSITE_TEST_DATABASE_URL" in os.environ, reason="another server's own settings")
def test_tests_give_up_durability_for_speed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("off",)
