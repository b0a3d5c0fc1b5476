"""Two deployments of Sentinel whose protected roles are in one account."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from shared.core.kill_switch import build_boundary, first_document
from shared.core.switch_guards import Guarded
from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import furnish
from tests.service.admin.function import NOON, AdminLambda, Clock, open_admin
from tests.service.admin.test_kill_switch import OTHER, iam_of, keys_in
from tests.service.emulator import aws

REASON = {"reason": "laptop stolen"}


@pytest.fixture
def keys(
    aws_url: str,  # noqa: ARG001 - the emulator's address is in the environment
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in keys_in(ACCOUNT).items():
        monkeypatch.setenv(name.upper(), value)
    furnish()


@pytest.fixture
def deployments(keys: None, environment: dict[str, str]) -> Iterator[tuple[AdminLambda, AdminLambda]]:  # noqa: ARG001 - as above
    for suffix in ("", "-blue"):
        first = build_boundary([], NOON).document
        iam_of(OTHER).create_policy(PolicyName=f"SentinelRevocations{suffix}", PolicyDocument=first)
    environment["SENTINEL_KILL_SWITCH_POLICIES"] = OTHER
    with ExitStack() as stack:
        one, two = (
            open_admin({**environment, "SENTINEL_DEPLOYMENT": name}, Clock(), aws) for name in ("sentinel", "blue")
        )
        for each in (one, two):
            stack.enter_context(closing(each.app))
        yield one, two


def test_the_audit_line_names_the_one_with_a_name_of_its_own(deployments: tuple[AdminLambda, AdminLambda]) -> None:
    audits = [admin.get("/v1/whoami").audit for admin in deployments]
    assert [audit.get("deployment") for audit in audits] == [None, "blue"]


def document(name: str) -> str:
    arn = f"arn:aws:iam::{OTHER}:policy/{name}"
    iam = iam_of(OTHER)
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return str(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def test_each_writes_its_own(deployments: tuple[AdminLambda, AdminLambda]) -> None:
    one, two = deployments
    for admin, number in ((one, 1), (two, 2)):
        row = admin.vended(number)
        switch = admin.post(f"/v1/sessions/{row.session_id}/revoke", REASON, "sam").body["kill_switch"]
        assert switch["status"] == "applied"
    assert f"Of{ACCOUNT}sentinel" in document("SentinelRevocations")
    assert f"Of{ACCOUNT}blue" in document("SentinelRevocations-blue")
    assert "0000000000000001" in document("SentinelRevocations")


@pytest.mark.parametrize("owner", [Guarded("333333333333"), Guarded(ACCOUNT, deployment="blue")])
def test_what_another_deployment_wrote_is_never_overwritten(
    keys: None,  # noqa: ARG001 - as above
    environment: dict[str, str],
    owner: Guarded,
) -> None:
    theirs = build_boundary([], NOON, owner).document
    iam_of(OTHER).create_policy(PolicyName="SentinelRevocations", PolicyDocument=theirs)
    environment["SENTINEL_KILL_SWITCH_POLICIES"] = OTHER
    with closing((admin := open_admin(environment, Clock(), aws)).app):
        row = admin.vended(1)
        switches = [
            admin.post(f"/v1/sessions/{row.session_id}/revoke", REASON, "sam").body["kill_switch"],
            admin.post("/v1/kill-switch/sync", by="sam").body["kill_switch"],
            admin.get("/v1/kill-switch", "olivia").body["kill_switch"],
        ]
    assert {switch["status"] for switch in switches} == {"failed"}
    assert all("written by another deployment" in detail_of(switch) for switch in switches)
    assert row.session_id not in document("SentinelRevocations")


def detail_of(switch: dict[str, Any]) -> str:
    [account] = switch["accounts"]
    return str(account["detail"])


def test_a_fresh_policy_says_what_it_should_before_its_first_write(
    keys: None,  # noqa: ARG001 - as above
    environment: dict[str, str],
) -> None:
    iam_of(OTHER).create_policy(PolicyName="SentinelRevocations", PolicyDocument=first_document(Guarded(ACCOUNT)))
    environment["SENTINEL_KILL_SWITCH_POLICIES"] = OTHER
    with closing((admin := open_admin(environment, Clock(), aws)).app):
        assert admin.get("/v1/kill-switch", "olivia").body["kill_switch"]["status"] == "unchanged"


def test_the_first_document_is_anybodys(deployments: tuple[AdminLambda, AdminLambda]) -> None:
    one, _ = deployments
    assert one.post("/v1/kill-switch/sync", by="sam").body["kill_switch"]["status"] == "applied"
