"""Escalation from the API to the vend: the same people, at the same instants, in every place."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from services.vend.handler import wire
from shared.clock import utc_now
from tests.gateway_events import http_api_event
from tests.lambda_context import FakeContext
from tests.service.admin.conftest import APPROVAL, DOCUMENTS
from tests.service.admin.function import AdminLambda, Clock, arn_of, open_admin
from tests.service.admin.in_process import InProcessAws, install

Vend = Callable[[], dict[str, Any]]


def escalating(after: str) -> dict[str, Any]:
    further = {"after": after, "approvers": ["erin"]}
    return APPROVAL | {"rules": [{"name": "prod", "profiles": ["prod"], "approvers": ["bob"], "escalation": further}]}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, dummy_credentials: None) -> InProcessAws:  # noqa: ARG001 - the environment is its effect
    made = install(monkeypatch)
    for name, document in {**DOCUMENTS, "policies/approval": escalating("1h")}.items():
        made.store(name, document)
    return made


@pytest.fixture
def admin(account: InProcessAws, environment: dict[str, str]) -> Iterator[AdminLambda]:  # noqa: ARG001 - it takes the calls
    # The vend reads the real clock: an hour from here it has the same instant.
    with closing((function := open_admin(environment, Clock(utc_now() - timedelta(hours=1)), lambda _: None)).app):
        yield function


@pytest.fixture
def vend(account: InProcessAws, environment: dict[str, str]) -> Iterator[Vend]:  # noqa: ARG001 - it takes the calls
    settings = {name: value for name, value in environment.items() if name != "SENTINEL_ADMIN_BUDGET"}
    with closing(wire(settings, io.StringIO())) as app:

        def vend() -> dict[str, Any]:
            event = http_api_event(query="profile=prod", arn=arn_of("alice"))
            answer: dict[str, Any] = json.loads(app(event, FakeContext())["body"])
            return answer

        yield vend


def approvable(admin: AdminLambda) -> list[str]:
    return [each["id"] for each in admin.get("/v1/requests", "erin", view="approvable").body["requests"]]


def test_who_approves_by_escalation_sees_decides_and_vends_by_it_once_it_has_taken_effect(
    admin: AdminLambda, account: InProcessAws, vend: Vend
) -> None:
    request_id = admin.file()
    path = f"/v1/requests/{request_id}"
    admin.clock.forward(minutes=59)
    assert (admin.get(path, "erin").code, admin.approve(request_id, "erin").code) == ("not_found", "not_found")
    assert approvable(admin) == admin.get("/v1/requests", "erin", view="visible").body["requests"] == []
    assert admin.get(path).body["request"]["approvers"] == ["bob"]
    admin.clock.forward(minutes=1)
    assert approvable(admin) == [request_id]
    assert admin.get(path, "erin").body["request"]["approvers"] == ["bob", "erin"]
    assert admin.approve(request_id, "erin").body["request"]["status"] == "approved"
    assert "AccessKeyId" in vend()
    account.store("policies/approval", escalating("2h"))
    assert vend()["code"] == "approval_required"
    account.store("policies/approval", escalating("30m"))
    assert "AccessKeyId" in vend()


@pytest.mark.parametrize("lost", ["created_at", "at"])
def test_a_row_that_does_not_say_when_it_was_filed_is_given_by_no_escalation(
    admin: AdminLambda, account: InProcessAws, vend: Vend, lost: str
) -> None:
    request_id = admin.file()
    admin.clock.forward(minutes=60)
    admin.approve(request_id, "erin")
    [row] = [row for row in account.rows() if row.get("grant_id") == {"S": request_id}]
    del (row if lost == "created_at" else row["votes"]["L"][0]["M"])[lost]
    assert vend()["code"] == "approval_required"
    row["votes"]["L"][0]["M"]["user"] = {"S": "bob"}
    assert "AccessKeyId" in vend()
