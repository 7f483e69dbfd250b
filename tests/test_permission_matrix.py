"""Every route of the URL configuration, asked by every role: what is stated here is what is answered.

A route that is not stated fails the test, so that nobody adds a door without saying for whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from annotate.actions.give_roles import give_roles
from people.actions.change_person import change_role
from people.models import Role
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db

ANYONE, SIGNED_IN = "anyone", "signed in"
ANNOTATORS, SCIENTISTS, ADMINS = "annotator", "scientist", "admin"
MAY: dict[str, frozenset[str]] = {
    ANYONE: frozenset({"", *Role.values}),
    SIGNED_IN: frozenset(Role.values),
    SCIENTISTS: frozenset({Role.SCIENTIST, Role.ADMIN}),
    ADMINS: frozenset({Role.ADMIN}),
}
STATED: dict[str, str] = {
    "healthz": ANYONE,
    "readyz": ANYONE,
    "metrics": ANYONE,  # answers 404 without its own token
    "sign_in": ANYONE,
    "sign_out": SIGNED_IN,
    "join": ANYONE,  # 404 without a good secret
    **dict.fromkeys(
        [
            "queue", "claim", "rate", "my_progress", "my_agreement", "my_reply", "home", "profile",
            "change_password", "token_new", "token_revoke",
            "sign_out_everywhere", "receipts_download", "keys_save", "language_save", "styleguide", "words",
        ],
        SIGNED_IN,
    ),
    **dict.fromkeys(["api_schema", "api_docs"], SIGNED_IN),
    **dict.fromkeys(
        [
            "api_my_campaigns", "api_claim", "api_my_tasks", "api_task", "api_operations", "api_submit", "api_skip",
            "api_heartbeat", "api_my_studies", "api_next_pair", "api_choices", "api_submit_pair", "api_skip_pair",
            "api_stay_on_pair", "studies", "study_rate",
        ],
        SIGNED_IN,
    ),
    **dict.fromkeys(
        [
            "side_by_side_list", "side_by_side", "side_by_side_names", "alike", "embed",
            "evidence", "pair_verdict", "pair_verdicts", "pair_verdict_sheet",
            "disagreement", "matrix", "matrix_sheet", "judge", "tell_raters", "votes_named",
            "runs", "run_new",
            "workbench", "agreement", "raters", "analysis_sheet", "analysis_drawing",
            "run", "run_cancel", "run_resume", "checkpoints", "checkpoint", "calibrations", "calibration_fit",
            "calibration_activate", "workers", "api_corpora", "api_dimensions",
            "api_conversations", "api_conversation", "api_ratings", "api_checkpoints", "api_runs", "api_run",
            "api_run_cancel", "api_run_resume", "api_predictions", "api_studies", "api_study_results",
            "campaigns", "campaign", "study", "study_results", "study_results_csv", "study_choices_csv",
        ],
        SCIENTISTS,
    ),
    **dict.fromkeys(
        [
            "campaign_new", "campaign_people", "campaign_open", "campaign_close", "task_free",
            "budget", "dimensions", "dimension_new", "dimension_change", "dimension_map",
            "dimension_map_again",
            "campaign_gold", "campaign_gold_plan", "campaign_gold_add", "campaign_gold_file", "campaign_gold_verdicts",
            "campaign_gold_withdraw", "campaign_rater_go_on",
            "study_new", "study_judges", "study_open", "study_close", "study_free",
            "corpora", "corpus", "import_new", "import_job", "import_cancel", "checkpoint_promote",
            "promotion_override",
            "releases", "release_new", "release", "release_cancel", "release_train", "release_download", "people",
            "person_invite", "invitation_revoke", "person_role", "person_active", "person_erase", "audit",
            "audit_sheet", "api_releases",
        ],
        ADMINS,
    ),
}  # fmt: skip


def routes(patterns: list[Any] | None = None, prefix: str = "", *, number: str = "1") -> Iterator[tuple[str, str]]:
    """(name, address with `number` for every number and x for every text) of every route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        part = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, part, number=number)
        elif isinstance(pattern, URLPattern):
            address = part
            while "<" in address:
                before, _, rest = address.partition("<")
                inside, _, after = rest.partition(">")
                address = f"{before}{number if inside.startswith('int') else 'x'}{after}"
            yield str(pattern.name), "/" + address


ROUTES = dict(routes())


def test_every_route_is_stated() -> None:
    assert sorted(set(ROUTES) - set(STATED)) == []
    assert sorted(set(STATED) - set(ROUTES)) == []


def test_no_two_routes_share_a_name() -> None:
    names = [name for name, _ in routes()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("role", ["", *Role.values])
def test_what_is_stated_is_what_is_answered(role: str) -> None:
    client = Client()
    if role:
        user = make_user(role)
    for name, address in ROUTES.items():
        if role:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for method in ("get", "post"):
            answer = getattr(client, method)(address, headers={"accept": "text/html, application/json"})
            turned_away = answer.status_code in (401, 403) or (
                answer.status_code == 302 and answer.url.startswith("/sign-in/")  # type: ignore[attr-defined]
            )
            if name not in STATED:
                continue  # the first test says so
            may = role in MAY[STATED[name]]
            if name in ("sign_out_everywhere", "sign_out") and role:
                continue  # it ends the session and sends to the sign-in page
            if may:
                assert not turned_away, (name, method, role, answer.status_code)
            elif role and not name.startswith("api_"):
                assert answer.status_code == 404, (name, method, role, answer.status_code)
            else:
                assert turned_away or answer.status_code == 405, (name, method, role, answer.status_code)


# What the role of a scientist in one campaign opens to an annotator, beside what annotators have.
IN_ONE_CAMPAIGN = {"campaigns", "campaign", "agreement", "raters", "workbench"}


@pytest.mark.parametrize("named_only", [False, True])
def test_a_role_in_one_campaign_opens_these_doors_and_no_other(named_only: bool) -> None:
    user, mine, other = make_user(), make_campaign(), make_campaign()
    if named_only:
        change_role(user=user, role=Role.ANNOTATOR, named_only=True, by=make_user(Role.ADMIN))
    give_roles(campaign=mine, roles={user: Role.SCIENTIST}, open_to_all=True, by=None)
    client = Client()
    client.force_login(user)
    for campaign, opened in ((mine, IN_ONE_CAMPAIGN), (other, IN_ONE_CAMPAIGN - {"campaign"})):
        for name, address in routes(number=str(campaign.pk)):
            if STATED[name] not in (SCIENTISTS, ADMINS):
                continue
            for method in ("get", "post"):
                answer = getattr(client, method)(address, headers={"accept": "text/html, application/json"})
                if name in opened:
                    assert answer.status_code == (200 if method == "get" else 405), (name, method, answer.status_code)
                else:
                    assert answer.status_code in (403, 404, 405), (name, method, answer.status_code)
    assert client.get(f"/api/v1/ratings/?campaign={mine.pk}").status_code == 200
    for refused in (f"?campaign={other.pk}", "", f"?corpus={mine.corpus.key}"):
        assert client.get(f"/api/v1/ratings/{refused}").status_code == 403, refused
