"""People and outsiders, and that every policy is one AWS would take."""

import pytest

from deploy.policies.deployment import Policy
from deploy.policies.generate import EXAMPLE, generated_policies, organization_policies
from tests.security.guardrails.organization import (
    OUTSIDE,
    SENTINEL,
    WORKLOAD,
    Asker,
    Organization,
    role,
    service,
)

# Policies of a bucket and of a key.
OF_RESOURCES = {"audit-bucket.json", "signing-key.json"}
SSO = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
PARTNER = "777788889999"
KEY = f"arn:aws:kms:eu-central-1:{WORKLOAD}:key/0a1b2c3d-0000-0000-0000-000000000000"


@pytest.mark.parametrize("name", sorted(organization_policies()))
def test_an_organization_policy_is_one_of_its_kind(organization: Organization, name: str) -> None:
    assert organization.find_errors(name[:3], organization_policies()[name]) == []


@pytest.mark.parametrize("name", sorted(generated_policies()))
def test_a_role_caller_or_resource_policy_is_one_of_its_kind(organization: Organization, name: str) -> None:
    kind = "trust" if "trust" in name else "resource" if name in OF_RESOURCES else "identity"
    assert organization.find_errors(kind, generated_policies()[name]) == []


def test_the_validator_finds_what_is_wrong(organization: Organization) -> None:
    broken: Policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    assert organization.find_errors("identity", broken) == []
    assert organization.find_errors("rcp", broken) != []
    assert organization.find_errors("trust", broken) != []
    assert organization.find_errors("scp", {**broken, "Statement": [{"Effect": "Deny", "Action": "s3:*"}]}) != []


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
