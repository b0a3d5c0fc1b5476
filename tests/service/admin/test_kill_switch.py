"""The kill switch: what is written to IAM, in one account and in several, and what is reported where it fails."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.aws.dynamodb.revocation_rows import RevocationRow, revocation_attributes
from shared.aws.dynamodb.sessions import session_item
from shared.core.kill_switch import build_boundary
from shared.core.people import Action
from shared.core.revocation import Revocation, Target
from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import REGION, furnish
from tests.service.admin.function import NOON, AdminLambda, Clock, open_admin
from tests.service.emulator import aws

OTHER = "222222222222"
REASON = {"reason": "laptop stolen"}
EMPTY = build_boundary([], NOON).document


def policy_arn(account: str) -> str:
    return f"arn:aws:iam::{account}:policy/SentinelRevocations"


def keys_in(account: str) -> dict[str, str]:
    """Take keys of an account: the emulator tells accounts apart by whose session asks."""
    role = f"arn:aws:iam::{account}:role/Owner"
    keys = aws("sts").assume_role(RoleArn=role, RoleSessionName="owner")["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def iam_of(account: str) -> Any:
    return boto3.client("iam", region_name=REGION, **keys_in(account))


def make_policy(account: str) -> None:
    iam_of(account).create_policy(PolicyName="SentinelRevocations", PolicyDocument=EMPTY)


def applied(account: str = ACCOUNT) -> str:
    """Read the document that applies in an account."""
    iam = iam_of(account)
    version = iam.get_policy(PolicyArn=policy_arn(account))["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=policy_arn(account), VersionId=version)
    return json.dumps(found["PolicyVersion"]["Document"], separators=(",", ":"))


def versions(account: str = ACCOUNT) -> int:
    return len(iam_of(account).list_policy_versions(PolicyArn=policy_arn(account))["Versions"])


@contextmanager
def open_with_policies(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, policies: str
) -> Iterator[AdminLambda]:
    """Open an admin function that maintains `policies`; the one of its own account exists."""
    for name, value in keys_in(ACCOUNT).items():
        monkeypatch.setenv(name.upper(), value)
    furnish()
    make_policy(ACCOUNT)
    environment["SENTINEL_KILL_SWITCH_POLICIES"] = policies
    with closing((function := open_admin(environment, Clock(), aws)).app):
        yield function


@pytest.fixture
def admin(
    aws_url: str,  # noqa: ARG001 - the emulator's address is in the environment
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[AdminLambda]:
    with open_with_policies(environment, monkeypatch, f"{policy_arn(ACCOUNT)},{policy_arn(OTHER)}") as function:
        yield function


@pytest.fixture
def both(admin: AdminLambda) -> AdminLambda:
    make_policy(OTHER)
    return admin


def revoke(admin: AdminLambda, number: int = 1) -> dict[str, Any]:
    row = admin.vended(number)
    answered = admin.post(f"/v1/sessions/{row.session_id}/revoke", REASON, "sam")
    assert answered.status == 200, answered.body
    switch: dict[str, Any] = answered.body["kill_switch"]
    return switch


def test_a_revoked_session_is_denied_in_every_account(both: AdminLambda) -> None:
    switch = revoke(both)
    assert (switch["status"], switch["reach"], switch["revocations"]) == ("applied", "exact", 1)
    assert switch["applied_at"] == "2026-11-24T12:00:00Z"
    assert [account["account"] for account in switch["accounts"]] == [ACCOUNT, OTHER]
    assert "0000000000000001" in applied(ACCOUNT)
    assert applied(ACCOUNT) == applied(OTHER)


def test_revocations_of_many_are_denied_by_the_time_of_issue(both: AdminLambda) -> None:
    both.vended(1, user="bob")
    both.post("/v1/revocations", {"user": "bob"} | REASON, "sam")
    assert '"aws:TokenIssueTime":"2026-11-24T12:00:30Z"' in applied()


def test_the_policy_always_says_all_that_is_live_and_nothing_more(both: AdminLambda) -> None:
    revoke(both, 1)
    both.clock.forward(minutes=30)
    revoke(both, 2)
    assert ("0000000000000001" in applied(), "0000000000000002" in applied()) == (True, True)
    both.clock.forward(minutes=31)
    revoke(both, 3)
    # What it chained into until its revocation was spread has a minute to live.
    assert "0000000000000001" in applied()
    both.clock.forward(minutes=2)
    revoke(both, 4)
    assert ("0000000000000001" in applied(), "0000000000000002" in applied()) == (False, True)


def test_nothing_is_written_where_nothing_has_changed(both: AdminLambda) -> None:
    revoke(both)
    before = versions()
    synced = both.post("/v1/kill-switch/sync", by="sam").body["kill_switch"]
    assert (synced["status"], synced["applied_at"], versions()) == ("unchanged", None, before)


def test_old_versions_make_room(both: AdminLambda) -> None:
    for number in range(1, 8):
        revoke(both, number)
    assert versions() == 5
    assert all(f"{number:016d}" in applied() for number in range(1, 8))


def test_a_failure_in_one_account_is_reported_and_the_revocation_holds(admin: AdminLambda) -> None:
    switch = revoke(admin)
    assert switch["status"] == "partial"
    own, other = switch["accounts"]
    assert (own["status"], other["status"]) == ("applied", "failed")
    assert "NoSuchEntity" in other["detail"]
    assert admin.get("/v1/sessions/0000000000000001").body["session"]["status"] == "revoked"


def test_a_failure_is_audited_and_made_good_by_the_next_sync(admin: AdminLambda) -> None:
    row = admin.vended(1)
    audit = admin.post(f"/v1/sessions/{row.session_id}/revoke", REASON, "sam").audit
    assert (audit["kill_switch"], list(audit["kill_switch_failures"])) == ("partial", [OTHER])
    make_policy(OTHER)
    assert admin.post("/v1/kill-switch/sync", by="sam").body["kill_switch"]["status"] == "applied"
    assert row.session_id in applied(OTHER)


def test_its_state_is_reported_and_nothing_written(both: AdminLambda) -> None:
    revoke(both)
    assert both.get("/v1/kill-switch", "olivia").body["kill_switch"]["status"] == "unchanged"
    both.clock.forward(hours=2)
    assert both.get("/v1/kill-switch", "olivia").body["kill_switch"]["status"] == "behind"
    assert "0000000000000001" in applied()


@pytest.mark.parametrize("by", ["alice", "rita"])
def test_seeing_and_syncing_take_permissions(both: AdminLambda, by: str) -> None:
    assert both.get("/v1/kill-switch", by).code == "not_permitted"
    assert both.post("/v1/kill-switch/sync", by=by).code == "not_permitted"


def test_who_may_only_read_does_not_sync(both: AdminLambda) -> None:
    assert both.post("/v1/kill-switch/sync", by="olivia").code == "not_permitted"


def test_more_than_fits_ends_whole_users_and_says_whose(both: AdminLambda) -> None:
    rows = [both.issued(number, issued_at=both.clock.now - timedelta(seconds=number % 50)) for number in range(1, 320)]
    both.plant("session", [session_item(row) for row in rows])
    both.post("/v1/revocations", {"user": "nobody"} | REASON, "sam")  # codespell:ignore
    both.plant("grant", [revocation_of(row.session_id) for row in rows])
    switch = both.post("/v1/kill-switch/sync", by="sam").body["kill_switch"]
    assert (switch["reach"], switch["widened"]) == ("users", ["alice"])


def revocation_of(session_id: str) -> dict[str, Any]:
    revocation = Revocation(Target.SESSION, session_id, NOON, "alice")
    return revocation_attributes(RevocationRow(session_id, revocation, Action("sam", NOON), is_complete=True))
