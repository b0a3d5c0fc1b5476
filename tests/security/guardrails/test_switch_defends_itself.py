"""The kill switch as the boundary of a session that may do everything, without any guard rail of the organization."""

import json

import pytest

from deploy.policies.deployment import Policy
from deploy.policies.generate import EXAMPLE
from shared.clock import utc_now
from shared.core.kill_switch import build_boundary
from shared.core.switch_guards import LASTING_ACTIONS, Guarded, switch_name
from tests.security.guardrails.organization import PROTECTED, SENTINEL, SWITCH, WORKLOAD, Asker, Organization, role

ADMINISTRATOR = role("prod", WORKLOAD, path="/sentinel/protected/")
OTHER = f"arn:aws:iam::{WORKLOAD}:role/service/api"
REVOKER = f"arn:aws:iam::{WORKLOAD}:role/SentinelRevocations"
OWN = f"eu-central-1:{SENTINEL}"
ROLE_ACTIONS = [
    "AttachRolePolicy",
    "CreateRole",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PassRole",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
    "UpdateRoleDescription",
]
POLICY_ACTIONS = [
    "CreatePolicy",
    "CreatePolicyVersion",
    "DeletePolicy",
    "DeletePolicyVersion",
    "SetDefaultPolicyVersion",
    "TagPolicy",
    "UntagPolicy",
]
SENTINELS_OWN = [
    ("lambda:InvokeFunction", f"arn:aws:lambda:{OWN}:function:sentinel-vend"),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{OWN}:function:sentinel-admin"),
    ("lambda:PutFunctionConcurrency", f"arn:aws:lambda:{OWN}:function:sentinel-authorizer-ledger"),
    ("lambda:DeleteFunction", f"arn:aws:lambda:{OWN}:function:sentinel-vend"),
    ("dynamodb:PutItem", f"arn:aws:dynamodb:{OWN}:table/sentinel-grants"),
    ("dynamodb:DeleteItem", f"arn:aws:dynamodb:{OWN}:table/sentinel-grants"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{OWN}:table/sentinel-sessions"),
    ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{OWN}:table/sentinel-sessions"),
    ("ssm:PutParameter", f"arn:aws:ssm:{OWN}:parameter/sentinel/policies/access"),
    ("ssm:DeleteParameter", f"arn:aws:ssm:{OWN}:parameter/sentinel/profiles/prod"),
    ("ssm:GetParameter", f"arn:aws:ssm:{OWN}:parameter/sentinel/webhooks/pager"),
    ("sns:Publish", f"arn:aws:sns:{OWN}:sentinel-events"),
    ("logs:DeleteLogGroup", f"arn:aws:logs:{OWN}:log-group:/aws/lambda/sentinel-admin"),
    ("logs:PutLogEvents", f"arn:aws:logs:{OWN}:log-group:/aws/lambda/sentinel-admin:log-stream:x"),
]


def user(name: str) -> Asker:
    arn = f"arn:aws:iam::{WORKLOAD}:user/{name}"
    return Asker(arn, WORKLOAD, {"aws:PrincipalArn": arn})


def boundary(guarded: Guarded = EXAMPLE.guarded) -> Policy:
    document: Policy = json.loads(build_boundary([], utc_now(), guarded).document)
    return document


def may(
    organization: Organization,
    action: str,
    resource: str,
    asker: Asker = ADMINISTRATOR,
    guarded: Guarded = EXAMPLE.guarded,
    **keys: str,
) -> bool:
    account = WORKLOAD if resource == "*" else resource.split(":")[4] or WORKLOAD
    asking = asker.having(**keys)
    return organization.decide(asking, action, resource, account, boundary=boundary(guarded), guarded=False).allowed


@pytest.mark.parametrize("action", ROLE_ACTIONS)
@pytest.mark.parametrize("target", [PROTECTED, REVOKER])
def test_a_session_changes_neither_a_protected_role_nor_who_writes_the_switch(
    organization: Organization, action: str, target: str
) -> None:
    assert not may(organization, f"iam:{action}", target)


@pytest.mark.parametrize("action", ROLE_ACTIONS)
@pytest.mark.parametrize("name", ["sentinel-vend", "sentinel-admin", "sentinel-authorizer-ledger"])
def test_nor_one_of_sentinels_own_roles(organization: Organization, action: str, name: str) -> None:
    inside = role("ops", SENTINEL, path="/sentinel/protected/")
    assert not may(organization, f"iam:{action}", f"arn:aws:iam::{SENTINEL}:role/{name}", inside)


@pytest.mark.parametrize("action", POLICY_ACTIONS)
@pytest.mark.parametrize("name", ["SentinelRevocations", switch_name("blue")])
def test_nor_the_policy_itself_of_any_deployment(organization: Organization, action: str, name: str) -> None:
    assert not may(organization, f"iam:{action}", f"arn:aws:iam::{WORKLOAD}:policy/{name}")


@pytest.mark.parametrize(("action", "resource"), SENTINELS_OWN)
def test_nor_what_sentinel_is_made_of(organization: Organization, action: str, resource: str) -> None:
    inside = role("ops", SENTINEL, path="/sentinel/protected/")
    assert not may(organization, action, resource, inside)


@pytest.mark.parametrize("kind", ["Role", "User", "Group"])
def test_it_cannot_make_a_permission_of_the_policy(organization: Organization, kind: str) -> None:
    target = f"arn:aws:iam::{WORKLOAD}:{kind.lower()}/somebody"  # codespell:ignore
    assert not may(organization, f"iam:Attach{kind}Policy", target, iam_PolicyARN=SWITCH)
    assert may(organization, f"iam:Attach{kind}Policy", target, iam_PolicyARN=f"arn:aws:iam::{WORKLOAD}:policy/App")


# Of the families in the list, one member each.
MEMBERS = {
    "rolesanywhere:Create*": "rolesanywhere:CreateTrustAnchor",
    "rolesanywhere:Enable*": "rolesanywhere:EnableTrustAnchor",
    "rolesanywhere:Update*": "rolesanywhere:UpdateTrustAnchor",
}
# The evaluator asks of these for the trust policy of what is assumed, or a user to be; they are denied by name.
TAKING_A_SESSION = {"sts:AssumeRoot", "sts:GetFederationToken"}


def resource_of(action: str) -> str:
    """Name something the action is about."""
    if action.startswith(("rolesanywhere:", "sts:", "iam:AcceptDelegation", "iam:SendDelegation")):
        return "*"
    if "OpenIDConnect" in action:
        return f"arn:aws:iam::{WORKLOAD}:oidc-provider/token.example"
    return f"arn:aws:iam::{WORKLOAD}:{'saml-provider' if 'SAML' in action else 'user'}/somebody"  # codespell:ignore


@pytest.mark.parametrize("action", sorted({*LASTING_ACTIONS} - TAKING_A_SESSION))
def test_a_session_makes_no_credentials_that_outlive_it_unless_the_deployment_lets_it(
    organization: Organization, action: str
) -> None:
    member = MEMBERS.get(action, action)
    for lasting_keys in (False, True):
        verdict = organization.decide(
            ADMINISTRATOR,
            member,
            resource_of(member),
            boundary=boundary(Guarded(SENTINEL, lasting_keys=lasting_keys)),
            guarded=False,
            checked=False,
        )
        assert verdict.allowed is lasting_keys


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::data/x"),
        ("iam:GetRole", PROTECTED),
        ("iam:GetPolicyVersion", SWITCH),
        ("iam:CreateRole", OTHER),
        ("iam:UpdateAssumeRolePolicy", OTHER),
        ("iam:PassRole", OTHER),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{WORKLOAD}:policy/App"),
        ("iam:DeleteAccessKey", f"arn:aws:iam::{WORKLOAD}:user/somebody"),  # codespell:ignore
        ("iam:DeleteLoginProfile", f"arn:aws:iam::{WORKLOAD}:user/somebody"),  # codespell:ignore
        ("sts:AssumeRole", OTHER),
        ("lambda:InvokeFunction", f"arn:aws:lambda:eu-central-1:{WORKLOAD}:function:sentinel-vend"),
        ("lambda:GetFunctionConfiguration", f"arn:aws:lambda:{OWN}:function:sentinel-vend"),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:eu-central-1:{WORKLOAD}:table/orders"),
        ("ssm:PutParameter", f"arn:aws:ssm:eu-central-1:{WORKLOAD}:parameter/app/x"),
    ],
)
def test_everything_else_is_for_the_roles_own_policies_to_say(
    organization: Organization, action: str, resource: str
) -> None:
    assert may(organization, action, resource)


@pytest.mark.parametrize(
    "asker",
    [
        role("Junior"),
        role("prod", path="/"),
        role("prod", path="/other/sentinel/protected/"),
        user("mallory"),
        user("sentinel/protected/mallory"),
    ],
    ids=lambda asker: str(asker.keys["aws:PrincipalArn"]),
)
def test_attached_as_a_permission_it_gives_no_one_else_anything(organization: Organization, asker: Asker) -> None:
    orders = f"arn:aws:dynamodb:eu-central-1:{WORKLOAD}:table/orders"
    for action, resource in (("iam:ListUsers", "*"), ("dynamodb:GetItem", orders)):
        assert not organization.decide(asker, action, resource, allowing=boundary(), guarded=False).allowed


def test_it_is_a_policy_iam_takes(organization: Organization) -> None:
    for guarded in (EXAMPLE.guarded, Guarded(SENTINEL, "aws-us-gov", "blue-2", "/blue", "/blue/", lasting_keys=True)):
        assert organization.find_errors("identity", boundary(guarded)) == []
