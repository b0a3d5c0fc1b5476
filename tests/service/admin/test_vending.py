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
from shared.edge.clock import utc_now
from shared.edge.instants import parse_instant
from shared.edge.lambda_app import LambdaApp
from tests.gateway_events import http_api_event
from tests.lambda_context import FakeContext
from tests.service.admin.conftest import ACCESS, aws, furnish
from tests.service.admin.function import AdminLambda, Clock, arn_of, open_admin

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
    furnish()
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
    assert "sentinel request prod --reason" in refusal["message"]
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


def test_overlapping_grants_do_not_cut_each_other_short(admin: AdminLambda, vend: Vend) -> None:
    long, short = admin.file(duration="2h"), admin.file(duration="20m")
    admin.approve(long)
    admin.approve(short)
    admin.began(duration="15m")
    assert left(vend("prod", duration="1h")) > timedelta(minutes=55)
    admin.post(f"/v1/requests/{short}/cancel")
    assert left(vend("prod", duration="1h")) > timedelta(minutes=55)
    admin.post(f"/v1/requests/{long}/cancel")
    assert left(vend("prod", duration="1h")) <= timedelta(minutes=15)


def left(credentials: dict[str, Any]) -> timedelta:
    return parse_instant(credentials["Expiration"]) - utc_now()
