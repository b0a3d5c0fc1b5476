"""Lasting keys, people and outsiders, callers by task, and that every policy is one AWS would take."""

import pytest

from deploy.policies.caller import Task, routes_of
from deploy.policies.generate import EXAMPLE, generated_policies, organization_policies
from deploy.policies.place import Policy
from services.admin.calls import CALLS as ADMIN_CALLS
from services.vend.calls import CALLS as VEND_CALLS
from tests.security.guardrails.organization import (
    OUTSIDE,
    SENTINEL,
    WORKLOAD,
    Asker,
    Organization,
    role,
    service,
    spared,
)

USER = f"arn:aws:iam::{WORKLOAD}:user/alice"
SSO = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
PARTNER = "777788889999"
KEY = f"arn:aws:kms:eu-central-1:{WORKLOAD}:key/0a1b2c3d-0000-0000-0000-000000000000"


@pytest.mark.parametrize("name", sorted(organization_policies()))
def test_an_organization_policy_is_one_of_its_kind(organization: Organization, name: str) -> None:
    assert organization.find_errors(name[:3], organization_policies()[name]) == []


@pytest.mark.parametrize("name", sorted(generated_policies()))
def test_a_role_or_caller_policy_is_one_of_its_kind(organization: Organization, name: str) -> None:
    kind = "trust" if "trust" in name else "identity"
    assert organization.find_errors(kind, generated_policies()[name]) == []


def test_the_validator_finds_what_is_wrong(organization: Organization) -> None:
    broken: Policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    assert organization.find_errors("identity", broken) == []
    assert organization.find_errors("rcp", broken) != []
    assert organization.find_errors("trust", broken) != []
    assert organization.find_errors("scp", {**broken, "Statement": [{"Effect": "Deny", "Action": "s3:*"}]}) != []


@pytest.mark.parametrize(
    "action",
    ["iam:CreateAccessKey", "iam:CreateUser", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential"],
)
def test_nobody_makes_lasting_keys_but_the_spared(organization: Organization, action: str) -> None:
    root = role("unused", aws_PrincipalArn=f"arn:aws:iam::{WORKLOAD}:root")
    for asker in (role("Developer"), role("Administrator"), root):
        assert organization.decide(asker, action, USER).denying == ["NoLastingKeys"]
    for let in spared():
        assert organization.decide(let, action, USER).allowed


def test_nobody_makes_a_federation_token(organization: Organization) -> None:
    arn = f"arn:aws:sts::{WORKLOAD}:federated-user/x"
    assert organization.decide(role("Developer"), "sts:GetFederationToken", arn).denying == ["NoLastingKeys"]


def test_people_ask_sentinel_and_nothing_else(organization: Organization) -> None:
    person = role("AWSReservedSSO_Developers_0123456789abcdef", SENTINEL, SSO)
    api = EXAMPLE.arn("execute-api", "a1b2c3d4e5/$default/GET/profiles")
    assert organization.decide(person, "execute-api:Invoke", api, SENTINEL).allowed
    assert organization.decide(person, "sts:GetCallerIdentity", "*", SENTINEL).allowed
    for action, resource in (("s3:GetObject", "arn:aws:s3:::ledger/a"), ("sts:AssumeRole", EXAMPLE.role_arn("app"))):
        assert organization.decide(person, action, resource, SENTINEL).denying == ["PeopleAskSentinel"]


@pytest.mark.parametrize(
    "asker",
    [
        role("AWSReservedSSO_SentinelOperator_0123456789abcdef", path=SSO),
        role("lambda-app"),
        role("AWSReservedSSO_Developers_0123456789abcdef"),
        role("BreakGlass"),
    ],
    ids=["operator", "service role", "a look-alike outside the reserved path", "break-glass"],
)
def test_only_permission_sets_of_people_are_left_with_sentinel(organization: Organization, asker: Asker) -> None:
    assert organization.decide(asker, "s3:GetObject", "arn:aws:s3:::ledger/a").allowed


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::ledger/a"),
        ("kms:Decrypt", KEY),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:eu-central-1:{WORKLOAD}:orders"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-central-1:{WORKLOAD}:secret:db-a1b2c3"),
    ],
)
def test_a_resource_policy_lets_no_outsider_in(organization: Organization, action: str, resource: str) -> None:
    other_organization = role("x", OUTSIDE, aws_PrincipalOrgID="o-somebodyelse")
    for outsider in (role("x", OUTSIDE), other_organization):
        assert organization.decide(outsider, action, resource).denying == ["OnlyTheOrganization"]
    for let in (role("app"), role("x", OUTSIDE, aws_PrincipalAccount=PARTNER), service("cloudtrail.amazonaws.com")):
        assert organization.decide(let, action, resource).allowed


@pytest.mark.parametrize("task", Task)
def test_a_callers_task_takes_its_own_routes_and_no_other(organization: Organization, task: Task) -> None:
    person = role("Developer", SENTINEL)
    mine = set(routes_of(task))
    document = generated_policies()[f"caller-{task}.json"]
    for call in (*VEND_CALLS, *ADMIN_CALLS):
        route = f"{call.method}{call.path}"
        arn = EXAMPLE.arn("execute-api", f"a1b2c3d4e5/$default/{route.replace('{id}', '0123456789abcdef')}")
        verdict = organization.decide(person, "execute-api:Invoke", arn, SENTINEL, allowing=document)
        assert verdict.allowed == (route in mine), route
