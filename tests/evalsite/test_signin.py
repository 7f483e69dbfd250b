"""The sign-ins of a laptop: generated, shown once, and never on a server."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from people.actions.sign_in_for import first_sign_ins
from people.models import Role, User

pytestmark = pytest.mark.django_db


def test_the_first_start_makes_one_of_each_role_and_the_second_none() -> None:
    made = first_sign_ins()
    assert [role for role, _, _ in made] == Role.values
    assert len({password for _, _, password in made}) == 3
    for role, name, password in made:
        user = User.objects.get(username=name)
        assert user.check_password(password)
        assert user.role == role
    assert first_sign_ins() == []


def test_a_new_sign_in_for_a_role_that_has_one() -> None:
    first_sign_ins()
    out = StringIO()
    call_command("signin", role="annotator", stdout=out)
    found = re.fullmatch(r"annotator: (annotator-\w+)  (\S{16,})\n", out.getvalue())
    assert found, out.getvalue()
    user = User.objects.get(username=found[1])
    assert user.role == Role.ANNOTATOR
    assert user.check_password(found[2])


def test_none_on_a_server(settings: Any) -> None:
    settings.ON_A_SERVER = True
    with pytest.raises(CommandError, match="one-time link"):
        call_command("signin", role="admin")
    assert not User.objects.exists()
