"""What becomes of approvals and events at the vend: the same account, served by both functions."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.vend.handler import wire
from shared.clock import utc_now
from shared.edge.lambda_app import LambdaApp
from shared.edge.timestamps import parse_timestamp
from tests.gateway_events import http_api_event
from tests.lambda_context import FakeContext
from tests.service.admin.conftest import ACCESS, APPROVAL, BREAK_GLASS, furnish_moto
from tests.service.admin.function import AdminLambda, Clock, arn_of, open_admin
from tests.service.emulator import aws

Vend = Callable[..., dict[str, Any]]


@dataclass
class VendFunction:
    """The vend Lambda, asked for a profile."""

    app: LambdaApp
    context: FakeContext = field(default_factory=FakeContext)

    def __call__(self, profile: str, by: str = "alice", **query: object) -> dict[str, Any]:
        parameters = "".join(f"&{name}={value}" for name, value in query.items())
        event = http_api_event(query=f"profile={profile}{parameters}", arn=arn_of(by))
        body: dict[str, Any] = json.loads(self.app(event, self.context)["body"])
        return body


@pytest.fixture
def admin(aws_url: str, environment: dict[str, str]) -> Iterator[AdminLambda]:  # noqa: ARG001 - the emulator's address is in the environment
    furnish_moto()
    # The vend reads the real clock, so the admin function has the same instant.
    function = open_admin(environment, Clock(utc_now()), aws)
    with closing(function.app):
        yield function


@pytest.fixture
def vend(admin: AdminLambda, environment: dict[str, str]) -> Iterator[Vend]:  # noqa: ARG001 - it makes the account
    del environment["SENTINEL_ADMIN_BUDGET"]
    with closing(wire(environment, io.StringIO())) as app:
        yield VendFunction(app)


def test_the_refusal_says_how_to_ask_and_asking_helps(admin: AdminLambda, vend: Vend) -> None:
    refusal = vend("prod")
    assert refusal["code"] == "approval_required"
    assert "sentinel request create prod --reason" in refusal["message"]
    assert "sentinel exec --wait" in refusal["hint"]
    admin.approve(admin.file())
    assert "AccessKeyId" in vend("prod")


def test_an_approval_is_worth_nothing_once_a_rule_denies(admin: AdminLambda, vend: Vend) -> None:
    admin.approve(admin.file())
    rules = [{"name": "frozen", "effect": "deny", "conditions": {"profiles": ["prod"]}}]
    admin.store("policies/access", ACCESS | {"rules": rules})
    assert vend("prod")["code"] == "denied"


@pytest.mark.parametrize("verb", ["cancel", "deny"])
def test_what_was_taken_back_or_refused_gives_nothing(admin: AdminLambda, vend: Vend, verb: str) -> None:
    request_id = admin.file()
    if verb == "cancel":
        admin.approve(request_id)
    admin.post(f"/v1/requests/{request_id}/{verb}", by="bob")
    assert vend("prod")["code"] == "approval_required"


def test_an_extension_serves_when_its_window_has_come_and_no_longer_than_the_rule_gives(
    admin: AdminLambda, vend: Vend
) -> None:
    admin.clock.forward(minutes=-70)
    first = admin.file()
    admin.approve(first)
    admin.clock.forward(minutes=50)
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "longer", "extends": first, "duration": "1h"})
    admin.approve(filed.body["request"]["id"])
    assert "AccessKeyId" in vend("prod")
    approval_rules(admin, max_duration="1h")
    assert vend("prod")["code"] == "approval_required"


def test_at_the_seam_of_an_approval_and_its_extension_credentials_are_given_all_along(
    admin: AdminLambda, vend: Vend
) -> None:
    admin.clock.forward(seconds=-3570)
    first = admin.file(duration="1h")
    admin.approve(first)
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "longer", "extends": first, "duration": "1h"})
    second = filed.body["request"]["id"]
    assert vend("prod")["code"] == "grant_ending"
    admin.approve(second)
    given = vend("prod")
    assert parse_timestamp(given["Expiration"]) > parse_timestamp(
        admin.get(f"/v1/requests/{first}").body["request"]["window"]["ends_at"]
    )
    admin.post(f"/v1/requests/{first}/cancel")
    assert vend("prod")["code"] == "approval_required"


def test_an_approval_serves_its_user_and_its_profile_only(admin: AdminLambda, vend: Vend) -> None:
    admin.approve(admin.file())
    assert vend("prod", by="zoe")["code"] == "approval_required"
    assert vend("once")["code"] == "approval_required"


def test_a_once_approval_serves_once_and_shows_that_it_did(admin: AdminLambda, vend: Vend) -> None:
    request_id = admin.file(profile="once")
    admin.approve(request_id)
    assert "AccessKeyId" in vend("once")
    assert vend("once")["code"] == "approval_required"
    assert admin.get(f"/v1/requests/{request_id}").body["request"]["status"] == "consumed"
    assert "consumed" in admin.post(f"/v1/requests/{request_id}/cancel").body["message"]


def test_broken_glass_gives_credentials_until_it_is_closed(admin: AdminLambda, vend: Vend) -> None:
    event_id = admin.began()
    assert "AccessKeyId" in vend("prod")
    admin.post(f"/v1/break-glass/{event_id}/close")
    assert vend("prod")["code"] == "approval_required"


def approval_rules(admin: AdminLambda, **changes: object) -> None:
    """Give the rule of prod other words."""
    rules = [rule | changes if rule["name"] == "prod" else rule for rule in APPROVAL["rules"]]
    admin.store("policies/approval", APPROVAL | {"rules": rules})


def outcome(admin: AdminLambda) -> dict[str, Any]:
    """Give what `explain` says a vend of prod would decide."""
    found: dict[str, Any] = admin.post("/v1/explain", {"profile": "prod"}).body["outcome"]
    return found


@pytest.mark.parametrize(
    "changes",
    [{"profiles": ["elsewhere"]}, {"approvers": ["dave", "erin"]}, {"quorum": 2}],
    ids=["rule gone", "others approve now", "two must approve now"],
)
def test_an_approval_ends_with_what_made_it_one(admin: AdminLambda, vend: Vend, changes: dict[str, object]) -> None:
    request_id = admin.file()
    admin.approve(request_id)
    approval_rules(admin, **changes)
    refusal = vend("prod")
    assert refusal["code"] == "approval_required"
    assert request_id in refusal["message"]
    assert outcome(admin)["code"] == "approval_required"


def test_an_approval_without_any_approval_policy_is_none(admin: AdminLambda, vend: Vend) -> None:
    admin.approve(admin.file())
    admin.aws("ssm").delete_parameter(Name="/sentinel/policies/approval")
    assert vend("prod")["code"] == "approval_required"


def test_a_shorter_maximum_shortens_a_window_that_is_open(admin: AdminLambda, vend: Vend) -> None:
    admin.approve(admin.file(duration="2h"))
    approval_rules(admin, max_duration="20m")
    assert left(vend("prod", duration="1h")) <= timedelta(minutes=20)
    assert outcome(admin)["duration_s"] <= 20 * 60


def test_once_applies_to_a_window_that_is_open(admin: AdminLambda, vend: Vend) -> None:
    admin.approve(admin.file())
    approval_rules(admin, uses="once")
    assert "AccessKeyId" in vend("prod")
    assert vend("prod")["code"] == "approval_required"


def test_what_approved_itself_is_judged_by_what_let_it(admin: AdminLambda, vend: Vend) -> None:
    admin.file(by="trusty", duration="30m")
    assert "AccessKeyId" in vend("prod", by="trusty")
    approval_rules(admin, auto_approve={"users": ["somebody-else"], "max_duration": "30m"})  # codespell:ignore
    assert vend("prod", by="trusty")["code"] == "approval_required"


@pytest.mark.parametrize("name", ["policies/approval", "policies/break-glass"])
def test_a_policy_that_cannot_be_read_stops_only_what_rests_on_it(admin: AdminLambda, vend: Vend, name: str) -> None:
    admin.approve(admin.file())
    admin.began(by="erin")
    admin.store(name, {"version": "1", "rules": []})
    rests_on = {"policies/approval": "alice", "policies/break-glass": "erin"}[name]
    other = {"alice": "erin", "erin": "alice"}[rests_on]
    assert vend("prod", by=rests_on)["code"] == "unavailable"
    assert "AccessKeyId" in vend("prod", by=other)
    assert "AccessKeyId" in vend("dev", by=rests_on)


def test_broken_glass_ends_with_its_rule_and_is_no_longer_than_it(admin: AdminLambda, vend: Vend) -> None:
    admin.began(duration="1h")
    rules = [rule | {"max_duration": "15m"} for rule in BREAK_GLASS["rules"]]
    admin.store("policies/break-glass", BREAK_GLASS | {"rules": rules})
    assert left(vend("prod")) <= timedelta(minutes=15)
    assert outcome(admin)["duration_s"] <= 15 * 60
    rules = [rule | {"users": ["somebody-else"]} for rule in rules]  # codespell:ignore
    admin.store("policies/break-glass", BREAK_GLASS | {"rules": rules})
    assert vend("prod")["code"] == outcome(admin)["code"] == "approval_required"


def test_overlapping_grants_do_not_cut_each_other_short(admin: AdminLambda, vend: Vend) -> None:
    long = admin.file(duration="2h")
    admin.approve(long)
    short = admin.file(duration="20m")
    admin.approve(short)
    admin.began(duration="15m")
    assert left(vend("prod", duration="1h")) > timedelta(minutes=55)
    admin.post(f"/v1/requests/{short}/cancel")
    assert left(vend("prod", duration="1h")) > timedelta(minutes=55)
    admin.post(f"/v1/requests/{long}/cancel")
    assert left(vend("prod", duration="1h")) <= timedelta(minutes=15)


def left(credentials: dict[str, Any]) -> timedelta:
    return parse_timestamp(credentials["Expiration"]) - utc_now()
