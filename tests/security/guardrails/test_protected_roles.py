"""Who becomes, changes and acts as a protected role, where every policy but the organization's allows everything."""

import json
from dataclasses import replace

import pytest

from deploy.policies.generate import EXAMPLE, EXAMPLE_EXEMPTIONS
from deploy.policies.service_control import protect_roles
from tests.security.guardrails.organization import (
    MANAGEMENT,
    OUTSIDE,
    PROTECTED,
    SENTINEL,
    STAMP,
    SWITCH,
    WORKLOAD,
    Asker,
    Organization,
    exempt,
    role,
    service,
)

DEVELOPER = role("Developer")
VEND = role("sentinel-vend", SENTINEL)
ADMIN = role("sentinel-admin", SENTINEL)
SESSION = role("prod", path="/sentinel/protected/", aws_SourceIdentity=STAMP)
DEPLOYER = role("sentinel-deploy")
EXEMPT = exempt()
# Roles that know nothing of Sentinel: no guard rail may be felt by them at their own work.
UNTOUCHED = [
    role("ec2-app"),
    role("lambda-app"),
    role("cloudformation-service-role"),
    role("aws-controltower-ConfigRecorderRole"),
    role("AWSServiceRoleForAutoScaling", path="/aws-service-role/autoscaling.amazonaws.com/"),
    *EXEMPT,
]
OTHER_ROLE = f"arn:aws:iam::{WORKLOAD}:role/app"
REVOKER = f"arn:aws:iam::{WORKLOAD}:role/SentinelRevocations"
SENTINELS_OWN = [EXAMPLE.role_arn(f"sentinel-{name}") for name in ("vend", "admin", "authorizer-ledger")]
CHANGES = [
    "iam:AttachRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
]


def called(asker: Asker) -> str:
    return asker.arn.split(":", 5)[-1]


@pytest.mark.parametrize("asker", [DEVELOPER, ADMIN, SESSION, role("prod", SENTINEL), *EXEMPT], ids=called)
def test_no_one_becomes_a_protected_role_directly_not_even_an_exempt_role(
    organization: Organization, asker: Asker
) -> None:
    verdict = organization.decide(asker, "sts:AssumeRole", PROTECTED)
    assert verdict.denying == ["OnlyVendBecomesProtected"] * 2, "both kinds of policy deny it"


def test_the_vend_lambda_becomes_a_protected_role(organization: Organization) -> None:
    assert organization.decide(VEND, "sts:AssumeRole", PROTECTED, sts_SourceIdentity=STAMP).allowed
    assert organization.decide(VEND, "sts:SetSourceIdentity", PROTECTED, sts_SourceIdentity=STAMP).allowed
    assert organization.decide(VEND, "sts:TagSession", PROTECTED).allowed


@pytest.mark.parametrize("asker", [role("x", OUTSIDE), role("x", MANAGEMENT)], ids=["outside", "management"])
def test_who_no_service_control_policy_binds_is_denied_by_the_resource_control_policy(
    organization: Organization, asker: Asker
) -> None:
    assert organization.decide(asker, "sts:AssumeRole", PROTECTED).denying == ["OnlyVendBecomesProtected"]


@pytest.mark.parametrize("name", ["lambda.amazonaws.com", "ec2.amazonaws.com"])
def test_no_service_runs_as_a_protected_role_under_any_trust_policy(organization: Organization, name: str) -> None:
    assert organization.decide(service(name), "sts:AssumeRole", PROTECTED).denying == ["OnlyVendBecomesProtected"]
    assert organization.decide(service(name), "sts:AssumeRole", OTHER_ROLE).allowed


@pytest.mark.parametrize("action", ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"])
@pytest.mark.parametrize(
    ("target", "denied_by"),
    [
        (PROTECTED, "OnlyVendBecomesProtected"),
        (REVOKER, "OnlyAdminBecomesRevoker"),
        (EXAMPLE.vend_role_arn, "OnlyLambdaBecomesSentinel"),
    ],
)
def test_no_identity_provider_in_a_trust_policy_leads_into_a_role_of_sentinels(
    organization: Organization, action: str, target: str, denied_by: str
) -> None:
    anyone = Asker("arn:aws:iam::444455556666:oidc-provider/token.example", OUTSIDE)
    assert organization.decide(anyone, action, target, target.split(":")[4]).denying == [denied_by]
    assert organization.decide(anyone, action, OTHER_ROLE).allowed


@pytest.mark.parametrize("name", ["sentinel-vend", "sentinel-admin", "sentinel-authorizer-ledger"])
def test_only_lambda_becomes_an_execution_role(organization: Organization, name: str) -> None:
    arn = EXAMPLE.role_arn(name)
    lambda_service = service("lambda.amazonaws.com")
    assert organization.decide(lambda_service, "sts:AssumeRole", arn, SENTINEL).allowed
    denying = organization.decide(DEPLOYER, "sts:AssumeRole", arn, SENTINEL).denying
    assert denying == ["NoRoleBecomesSentinel", "OnlyLambdaBecomesSentinel"]
    outsider = organization.decide(role("x", OUTSIDE), "sts:AssumeRole", arn, SENTINEL)
    assert outsider.denying == ["OnlyLambdaBecomesSentinel"]


def test_only_the_admin_lambda_becomes_the_role_that_revokes(organization: Organization) -> None:
    assert organization.decide(ADMIN, "sts:AssumeRole", REVOKER).allowed
    assert organization.decide(VEND, "sts:AssumeRole", REVOKER).denying == ["OnlyAdminBecomesRevoker"] * 2


@pytest.mark.parametrize(("asker", "policies"), [(DEVELOPER, 2), (DEPLOYER, 2), (role("x", OUTSIDE), 1)])
def test_no_one_forges_a_stamp_at_any_role(organization: Organization, asker: Asker, policies: int) -> None:
    verdict = organization.decide(asker, "sts:SetSourceIdentity", OTHER_ROLE, sts_SourceIdentity=STAMP)
    assert verdict.denying == ["OnlyVendStamps"] * policies


def test_source_identities_that_are_not_stamps_stay_everyones_own(organization: Organization) -> None:
    assert organization.decide(DEVELOPER, "sts:SetSourceIdentity", OTHER_ROLE, sts_SourceIdentity="alice").allowed


def test_a_session_takes_its_stamp_along_when_it_assumes_another_role(organization: Organization) -> None:
    assert organization.decide(SESSION, "sts:SetSourceIdentity", OTHER_ROLE, sts_SourceIdentity=STAMP).allowed
    assert organization.decide(SESSION, "sts:AssumeRole", OTHER_ROLE).allowed


@pytest.mark.parametrize("keys", [{}, {"aws_SourceIdentity": "alice"}], ids=["none", "another"])
def test_a_protected_role_without_a_stamp_does_nothing(organization: Organization, keys: dict[str, str]) -> None:
    unstamped = role("prod", path="/sentinel/protected/", **keys)
    verdict = organization.decide(unstamped, "s3:GetObject", "arn:aws:s3:::ledger/a")
    assert verdict.denying == ["ProtectedActsStamped"]
    assert organization.decide(SESSION, "s3:GetObject", "arn:aws:s3:::ledger/a").allowed


@pytest.mark.parametrize("asker", UNTOUCHED, ids=called)
def test_a_role_without_a_stamp_that_is_not_protected_works_as_ever(organization: Organization, asker: Asker) -> None:
    bucket = "arn:aws:s3:::ledger/a"
    assert organization.decide(asker, "s3:GetObject", bucket).allowed
    assert organization.decide(asker, "sts:AssumeRole", OTHER_ROLE).allowed
    assert organization.decide(asker, "iam:PassRole", OTHER_ROLE).allowed
    assert organization.decide(asker, "iam:PutRolePolicy", OTHER_ROLE).allowed
    assert organization.decide(asker, "iam:CreateRole", OTHER_ROLE).allowed


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("target", [PROTECTED, REVOKER, *SENTINELS_OWN])
def test_only_who_deploys_changes_the_roles(organization: Organization, action: str, target: str) -> None:
    account = target.split(":")[4]
    for asker in ("Developer", "Administrator", "sentinel-vend", "sentinel-admin", "SentinelRevocations"):
        denied = organization.decide(role(asker, account), action, target, account)
        assert denied.denying == ["OnlyExemptChangeRoles"], asker
    assert organization.decide(role("sentinel-deploy", account), action, target, account).allowed


@pytest.mark.parametrize("asker", EXEMPT, ids=called)
def test_exempt_roles_change_protected_roles(organization: Organization, asker: Asker) -> None:
    assert organization.decide(asker, "iam:UpdateAssumeRolePolicy", PROTECTED).allowed
    assert organization.decide(asker, "iam:DeleteRolePermissionsBoundary", PROTECTED).allowed


@pytest.mark.parametrize("asker", EXEMPT, ids=called)
def test_no_one_creates_a_role_of_an_exempt_name(organization: Organization, asker: Asker) -> None:
    arn = str(asker.keys["aws:PrincipalArn"])
    for action in ("iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PassRole"):
        assert organization.decide(DEVELOPER, action, arn).denying == ["OnlyExemptChangeRoles"]
        assert organization.decide(DEPLOYER, action, arn).allowed


@pytest.mark.parametrize("asker", [DEVELOPER, DEPLOYER], ids=called)
def test_no_one_passes_a_protected_role_to_a_service(organization: Organization, asker: Asker) -> None:
    assert "NoPassOfProtected" in organization.decide(asker, "iam:PassRole", PROTECTED).denying


def test_only_who_deploys_passes_an_execution_role(organization: Organization) -> None:
    arn = EXAMPLE.vend_role_arn
    developer = role("Developer", SENTINEL)
    assert organization.decide(developer, "iam:PassRole", arn, SENTINEL).denying == ["OnlyExemptChangeRoles"]
    assert organization.decide(role("sentinel-deploy", SENTINEL), "iam:PassRole", arn, SENTINEL).allowed


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePermissionsBoundary"])
def test_a_protected_role_made_by_anyone_has_the_kill_switch(organization: Organization, action: str) -> None:
    assert organization.decide(DEPLOYER, action, PROTECTED, iam_PermissionsBoundary=SWITCH).allowed
    denied = organization.decide(DEVELOPER, action, PROTECTED, iam_PermissionsBoundary=SWITCH)
    assert denied.denying == ["OnlyExemptChangeRoles"]
    other = f"arn:aws:iam::{WORKLOAD}:policy/Other"
    for verdict in (
        organization.decide(DEPLOYER, action, PROTECTED, iam_PermissionsBoundary=other),
        organization.decide(DEPLOYER, action, PROTECTED),
    ):
        assert verdict.denying == ["ProtectedKeepSwitch"]


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:SetDefaultPolicyVersion",
    ],
)
@pytest.mark.parametrize(("account", "writer"), [(WORKLOAD, "SentinelRevocations"), (SENTINEL, "sentinel-admin")])
def test_only_sentinel_and_exempt_roles_write_the_kill_switch(
    organization: Organization, action: str, account: str, writer: str
) -> None:
    switch = SWITCH.replace(WORKLOAD, account)
    for asker in ("Developer", "Administrator", "sentinel-vend"):
        denied = organization.decide(role(asker, account), action, switch, account)
        assert denied.denying == ["OnlySentinelWritesSwitch"]
    for let in (role(writer, account), *exempt(account)):
        assert organization.decide(let, action, switch, account).allowed


@pytest.mark.parametrize(
    "action", ["UpdateStack", "CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "SetStackPolicy"]
)
def test_only_exempt_roles_update_a_stack_of_an_exempt_role(organization: Organization, action: str) -> None:
    """A stack keeps the role it was given: a principal that may update it acts as that role, without passing it."""
    stack = f"arn:aws:cloudformation:eu-central-1:{WORKLOAD}:stack/Sentinel/0a1b2c3d"
    for asker in (DEVELOPER, role("Administrator"), SESSION):
        denied = organization.decide(asker, f"cloudformation:{action}", stack)
        assert denied.denying == ["OnlyExemptChangeStacks"]
        other = stack.replace("Sentinel", "Sentinels")
        assert organization.decide(asker, f"cloudformation:{action}", other).allowed
    assert all(organization.decide(each, f"cloudformation:{action}", stack).allowed for each in EXEMPT)
    assert organization.decide(DEVELOPER, "cloudformation:DescribeStacks", stack).allowed


def test_who_names_no_stack_keeps_none() -> None:
    exempt_roles = replace(EXAMPLE_EXEMPTIONS, stacks=())
    assert "OnlyExemptChangeStacks" not in json.dumps(protect_roles(EXAMPLE, exempt_roles))
