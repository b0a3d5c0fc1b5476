"""Each finding on a profile's role and on the kill switch, provoked in an account that is otherwise healthy."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest

from sentinel.api.sessions_client import SessionApi
from sentinel.doctor.findings import Status
from sentinel.doctor.kill_switch import check_policy, check_state
from sentinel.doctor.roles import check_role
from shared.clock import utc_now
from shared.core.kill_switch import build_boundary
from shared.core.profile import Profile
from shared.core.revocation import Revocation, Target
from shared.core.switch_guards import Guarded
from shared.edge.error_codes import Code
from tests.unit.client.doctor.account import DEPLOYMENT, KNOWN, PROFILE, Account, complaint, healthy, only
from tests.unit.client.session_service import SessionService, a_kill_switch


@pytest.fixture
def account() -> Account:
    return healthy()


def role_of(account: Account) -> dict[str, Any]:
    return cast("dict[str, Any]", account.answers["get_role"]["Role"])


def trust_of(account: Account) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", role_of(account)["AssumeRolePolicyDocument"]["Statement"])


async def test_a_role_made_by_the_template_is_ok(account: Account) -> None:
    assert only(await check_role(account.aws, KNOWN, "prod", PROFILE)).status is Status.OK


async def test_a_role_that_is_not_there_fails(account: Account) -> None:
    account.answers["get_role"] = None
    assert f"there is no role {PROFILE.role_arn} → create it" in complaint(
        await check_role(account.aws, KNOWN, "prod", PROFILE)
    )


async def test_what_makes_vends_fail_has_the_code_that_they_answer_with(account: Account) -> None:
    """Doctor, answers and audit lines speak of it in one word."""
    word = f"`{Code.ROLE_REFUSED.value}`"
    other = Profile(role_arn=DEPLOYMENT.role_arn("prod"))
    assert word in complaint(await check_role(account.aws, KNOWN, "prod", other))
    for statement in trust_of(account):
        statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] = KNOWN.vend_role_arn.replace("vend", "other")
    first, *_ = await check_role(account.aws, KNOWN, "prod", PROFILE)
    assert word in first.message
    account.answers["get_role"] = None
    assert word in complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))


async def test_a_profile_that_leaves_the_path_out_fails(account: Account) -> None:
    other = Profile(role_arn=DEPLOYMENT.role_arn("prod"))
    found = complaint(await check_role(account.aws, KNOWN, "prod", other))
    assert f"the role is {PROFILE.role_arn} → correct the profile" in found


async def test_a_role_of_another_account_is_skipped_and_the_account_named(account: Account) -> None:
    other = Profile(role_arn="arn:aws:iam::444455556666:role/sentinel/protected/prod")
    found = complaint(await check_role(account.aws, KNOWN, "prod", other), Status.SKIPPED)
    assert "a login of account 444455556666" in found
    assert account.asked == []


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"])
async def test_a_role_that_lacks_one_of_the_three_actions_fails(account: Account, action: str) -> None:
    trust_of(account)[:] = [each for each in trust_of(account) if each["Action"] != action]
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))
    assert f"does not let the vend role {action}" in found
    assert f"→ allow {action} in its trust policy" in found


async def test_a_role_that_trusts_another_vend_role_fails(account: Account) -> None:
    other = KNOWN.vend_role_arn.replace("vend", "other")
    for statement in trust_of(account):
        statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] = other
    first, *rest = await check_role(account.aws, KNOWN, "prod", PROFILE)
    assert f"does not trust {KNOWN.vend_role_arn}" in first.message
    assert all("a way around" in finding.message for finding in rest)
    assert len(rest) == 3


async def test_a_second_way_in_fails(account: Account) -> None:
    way = {"Sid": "Legacy", "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}
    trust_of(account).append(way)
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))
    assert "also trusts 444455556666: a way around → take the statement Legacy out" in found


async def test_a_principal_that_was_deleted_is_called_that(account: Account) -> None:
    way = {"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE"}, "Action": "sts:AssumeRole"}
    trust_of(account).append(way)
    assert "a principal that was deleted" in complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))


async def test_a_trust_that_takes_any_stamp_is_a_warning(account: Account) -> None:
    del trust_of(account)[0]["Condition"]["StringLike"]["sts:SourceIdentity"]
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE), Status.WARN)
    assert 'require "sts:SourceIdentity": "sentinel-*"' in found


async def test_a_trust_that_takes_untagged_sessions_is_a_warning(account: Account) -> None:
    del trust_of(account)[0]["Condition"]["StringLike"]["aws:RequestTag/SentinelUser"]
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE), Status.WARN)
    assert 'require "aws:RequestTag/SentinelUser": "?*"' in found


@pytest.mark.parametrize(
    ("key", "tag"), [("aws:TagKeys", "SentinelUserKey"), ("sts:TransitiveTagKeys", "SentinelProfile")]
)
async def test_a_trust_of_an_older_version_fails(account: Account, key: str, tag: str) -> None:
    taken = trust_of(account)[2]["Condition"]["ForAllValues:StringEquals"]
    taken[key].remove(tag)
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))
    assert f"its trust policy leaves {tag} out of {key}: every vend fails" in found


async def test_a_role_whose_sessions_end_early_fails(account: Account) -> None:
    role_of(account)["MaxSessionDuration"] = 1800
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))
    assert "1800 seconds" in found
    assert "aws iam update-role --role-name prod --max-session-duration 3600" in found


@pytest.mark.parametrize("boundary", [None, {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Other"}])
async def test_a_role_without_the_kill_switch_fails(account: Account, boundary: dict[str, str] | None) -> None:
    role_of(account)["PermissionsBoundary"] = boundary or {}
    found = complaint(await check_role(account.aws, KNOWN, "prod", PROFILE))
    assert "a revocation does not reach its live sessions → aws iam put-role-permissions-boundary" in found


@pytest.mark.parametrize(
    "guarded",
    [
        DEPLOYMENT.guarded,
        replace(DEPLOYMENT.guarded, lasting_keys=True),
        replace(DEPLOYMENT.guarded, protected_path="/other/", lasting_keys=False),
    ],
)
async def test_the_policy_sentinel_writes_is_ok_with_revocations_in_it(account: Account, guarded: Guarded) -> None:
    revocation = Revocation(Target.USER, "alice", utc_now())
    written = build_boundary([revocation], utc_now(), guarded).document
    account.answers["get_policy_version"]["PolicyVersion"]["Document"] = json.loads(written)
    assert only(await check_policy(account.aws, KNOWN)).status is Status.OK


@pytest.mark.parametrize("index", range(1, len(DEPLOYMENT.guarded.statements())))
async def test_a_policy_that_does_not_defend_itself_fails(account: Account, index: int) -> None:
    document = account.answers["get_policy_version"]["PolicyVersion"]["Document"]
    kept = document["Statement"].pop(index)
    found = await check_policy(account.aws, KNOWN)
    if "iam:CreateUser" in kept.get("Action", ()):
        assert only(found).status is Status.OK
    else:
        assert "1 of its constant statements are not there → sentinel kill-switch sync" in complaint(found)


async def test_a_policy_of_an_older_version_fails(account: Account) -> None:
    old = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    account.answers["get_policy_version"]["PolicyVersion"]["Document"]["Statement"][:1] = old
    assert "→ sentinel kill-switch sync" in complaint(await check_policy(account.aws, KNOWN))


async def test_a_policy_of_another_deployment_fails(account: Account) -> None:
    document = account.answers["get_policy_version"]["PolicyVersion"]["Document"]
    document["Statement"][0]["Sid"] = "Of999999999999sentinel"
    found = complaint(await check_policy(account.aws, KNOWN))
    assert "another deployment's: Of999999999999sentinel → give each deployment its own `name`" in found


async def test_a_deployment_with_a_name_of_its_own_has_a_policy_of_its_own(account: Account) -> None:
    account.answers["get_policy"] = None
    found = complaint(await check_policy(account.aws, replace(KNOWN, deployment="blue")))
    assert "there is no policy SentinelRevocations-blue" in found


async def test_an_account_without_the_policy_fails(account: Account) -> None:
    account.answers["get_policy"] = None
    assert "there is no policy SentinelRevocations → deploy it" in complaint(await check_policy(account.aws, KNOWN))


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
        [{"Effect": "Allow", "Action": "*", "Resource": "*"}] * 2,
        [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": "true"}}}],
    ],
)
async def test_a_policy_that_sentinel_did_not_write_fails(account: Account, statements: list[dict[str, Any]]) -> None:
    account.answers["get_policy_version"]["PolicyVersion"]["Document"] = {"Statement": statements}
    assert "→ sentinel kill-switch sync" in complaint(await check_policy(account.aws, KNOWN))


async def test_a_policy_that_denies_everyone_fails(account: Account) -> None:
    document = account.answers["get_policy_version"]["PolicyVersion"]["Document"]
    document["Statement"].append({"Effect": "Deny", "Action": "*", "Resource": "*"})
    assert "denies everything to everyone" in complaint(await check_policy(account.aws, KNOWN))


async def test_a_policy_that_is_no_json_fails(account: Account) -> None:
    account.answers["get_policy_version"]["PolicyVersion"]["Document"] = "%7Bnot json"
    assert "not what Sentinel writes" in complaint(await check_policy(account.aws, KNOWN))


async def test_a_policy_that_is_nearly_full_is_a_warning(account: Account) -> None:
    users = [Revocation(Target.SESSION, f"{number:016}", utc_now(), user="alice") for number in range(220)]
    written = json.loads(build_boundary(users, utc_now(), DEPLOYMENT.guarded).document)
    account.answers["get_policy_version"]["PolicyVersion"]["Document"] = written
    assert "of 6144 characters" in complaint(await check_policy(account.aws, KNOWN), Status.WARN)


async def state(**facts: Any) -> Any:
    service = SessionService()
    service.answer("GET", "/v1/kill-switch", {"kill_switch": a_kill_switch(**facts)})
    return await check_state(SessionApi(cast("Any", service)))


async def test_what_sentinel_says_of_the_kill_switch_is_passed_on() -> None:
    assert only(await state(status="unchanged")).status is Status.OK
    assert "set SENTINEL_KILL_SWITCH_POLICIES" in complaint(await state(status="off"), Status.WARN)
    assert "7 % of its room is left" in complaint(await state(status="unchanged", room=7), Status.WARN)
    behind = [{"account": "444455556666", "status": "behind"}]
    assert "in 444455556666 → sentinel kill-switch sync" in complaint(await state(status="behind", accounts=behind))


async def test_a_refused_read_of_the_kill_switch_names_the_missing_permission() -> None:
    service = SessionService()
    service.answer("GET", "/v1/kill-switch", {"code": "not_permitted", "message": "no"}, status=403)
    found = complaint(await check_state(SessionApi(cast("Any", service))), Status.SKIPPED)
    assert "the permission `read` of the admin policy" in found
