"""What happened stays on record: time to live takes nothing early, and no Lambda of Sentinel's can delete it."""

import json
from datetime import timedelta
from typing import Any, cast

import pytest

from deploy.local.deployment import local_deployment
from deploy.policies.deployment import Policy
from deploy.policies.execution import admin_policy, authorizer_policy, vend_policy
from shared.aws.dynamodb.approvals import request_item
from shared.aws.dynamodb.break_glass import event_item
from shared.aws.dynamodb.lockouts import _evidence, _item
from shared.aws.dynamodb.revocation_rows import RevocationRow, revocation_attributes
from shared.aws.dynamodb.schema import TTL_ATTRIBUTE
from shared.aws.dynamodb.session_status import cutoff_item
from shared.aws.dynamodb.sessions import session_item
from shared.core.grants import RequestStatus
from shared.core.lockout import LockoutRecord
from shared.core.people import Action
from shared.core.revocation import Revocation, Target
from shared.core.session import Cutoff
from tests.grants import HOUR, NOW, a_request, a_session, an_event

DEPLOYMENT = local_deployment()
ENDED = Action("bob", NOW + HOUR, "enough")
LOCKOUT = LockoutRecord("0123456789abcdef", Target.USER, "alice", "stolen laptop", "bob", NOW, NOW + HOUR, None)
ROLES = {
    "vend": vend_policy(DEPLOYMENT),
    "admin": admin_policy(DEPLOYMENT),
    "authorizer": authorizer_policy(DEPLOYMENT),
}


@pytest.mark.parametrize(
    ("row", "last_mattered"),
    [
        pytest.param(session_item(a_session()), NOW + HOUR, id="a session"),
        pytest.param(request_item(a_request()), NOW + 24 * HOUR, id="a request without an answer"),
        pytest.param(
            request_item(a_request(status=RequestStatus.APPROVED, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)),
            NOW + 2 * HOUR,
            id="an approval",
        ),
        pytest.param(event_item(an_event()), NOW + HOUR, id="a break-glass event"),
        pytest.param(_item(LOCKOUT), NOW + HOUR, id="a lockout"),
        pytest.param(_evidence(LOCKOUT), NOW + HOUR, id="a lockout another one replaced"),
        pytest.param(cutoff_item(Cutoff("all", NOW, ENDED)), NOW, id="a cutoff"),
        pytest.param(
            revocation_attributes(RevocationRow("r1", Revocation(Target.USER, "alice", NOW, ""), ENDED)),
            NOW,
            id="a revocation",
        ),
    ],
)
def test_a_row_is_kept_for_90_days_after_it_last_mattered(row: dict[str, Any], last_mattered: Any) -> None:
    kept_until = int(row[TTL_ATTRIBUTE]["N"])
    assert kept_until >= int((last_mattered + timedelta(days=90)).timestamp())


def test_a_lockout_without_an_end_is_kept_for_good() -> None:
    endless = LockoutRecord("0123456789abcdef", Target.USER, "alice", "left", "bob", NOW, None, None)
    assert TTL_ATTRIBUTE not in _item(endless)


def granted(policy: Policy) -> list[tuple[str, str]]:
    """List each action of a role with each resource it is allowed on."""
    return [
        (action, resource)
        for statement in cast("list[dict[str, Any]]", policy["Statement"])
        if statement["Effect"] == "Allow"
        for action in many(statement["Action"])
        for resource in many(statement["Resource"])
    ]


def many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("role", ROLES)
def test_no_execution_role_deletes_rows_or_log_lines(role: str) -> None:
    actions = {action for action, _ in granted(ROLES[role])}
    assert actions
    assert "*" not in json.dumps(sorted(actions))
    # Versions of the kill switch are all the same document in time: the table has what they are made of.
    assert {action for action in actions if "Delete" in action} <= {"iam:DeletePolicyVersion"}
    assert not actions & {
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
        "logs:PutRetentionPolicy",
    }


def test_only_the_admin_role_puts_rows_into_the_grant_table() -> None:
    table = DEPLOYMENT.arn("dynamodb", f"table/{DEPLOYMENT.grant_table}")
    writers = {role for role, policy in ROLES.items() if ("dynamodb:PutItem", table) in granted(policy)}
    assert writers == {"admin"}
