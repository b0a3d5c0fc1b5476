"""Lasting keys, people, Sentinel's own account and outsiders, and that every policy is one AWS would take."""

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
)

DEPLOYER = role("sentinel-deploy", SENTINEL)
ADMINISTRATOR = role("Administrator", SENTINEL)
FUNCTION = EXAMPLE.arn("lambda", "function:sentinel-vend")
GRANTS = EXAMPLE.arn("dynamodb", f"table/{EXAMPLE.grant_table}")
ACCESS_POLICY = EXAMPLE.parameters("policies/access")
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


@pytest.mark.parametrize("action", ["iam:CreateAccessKey", "iam:CreateUser", "iam:CreateLoginProfile"])
def test_nobody_makes_lasting_keys_but_the_spared(organization: Organization, action: str) -> None:
    root = role("unused", aws_PrincipalArn=f"arn:aws:iam::{WORKLOAD}:root")
    for asker in (role("Developer"), role("Administrator"), root):
        assert organization.decide(asker, action, USER).denying == ["NoLastingKeys"]
    assert organization.decide(role("sentinel-deploy"), action, USER).allowed


def test_nobody_makes_a_federation_token(organization: Organization) -> None:
    arn = f"arn:aws:sts::{WORKLOAD}:federated-user/x"
    assert organization.decide(role("Developer"), "sts:GetFederationToken", arn).denying == ["NoLastingKeys"]


def test_people_ask_sentinel_and_nothing_else(organization: Organization) -> None:
    person = role("AWSReservedSSO_Developers_0123456789abcdef", SENTINEL, SSO)
    api = EXAMPLE.arn("execute-api", "a1b2c3d4e5/$default/GET/profiles")
    assert organization.decide(person, "execute-api:Invoke", api, SENTINEL).allowed
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


@pytest.mark.parametrize("action", ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"])
def test_only_who_deploys_changes_a_function(organization: Organization, action: str) -> None:
    assert organization.decide(ADMINISTRATOR, action, FUNCTION, SENTINEL).denying == ["OnlySparedChangeFunctions"]
    assert organization.decide(DEPLOYER, action, FUNCTION, SENTINEL).allowed
    authorizer = EXAMPLE.arn("lambda", "function:sentinel-authorizer-ledger")
    assert organization.decide(ADMINISTRATOR, action, authorizer, SENTINEL).denying == ["OnlySparedChangeFunctions"]


def test_nobody_invents_a_request_context_by_invoking_a_function(organization: Organization) -> None:
    invoke = "lambda:InvokeFunction"
    for asker in (ADMINISTRATOR, DEPLOYER):
        for arn in (FUNCTION, f"{FUNCTION}:live"):
            assert organization.decide(asker, invoke, arn, SENTINEL).denying == ["NobodyInvokesDirectly"]
    by_url = organization.decide(ADMINISTRATOR, invoke, FUNCTION, SENTINEL, lambda_InvokedViaFunctionUrl="true")
    assert by_url.allowed
    assert organization.decide(service("apigateway.amazonaws.com"), invoke, FUNCTION, SENTINEL).allowed


@pytest.mark.parametrize("action", ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"])
def test_nobody_writes_themselves_a_grant(organization: Organization, action: str) -> None:
    for asker in (ADMINISTRATOR, DEPLOYER, role("sentinel-authorizer", SENTINEL)):
        assert organization.decide(asker, action, GRANTS, SENTINEL).denying == ["OnlySentinelWritesRows"]
    for name in ("sentinel-vend", "sentinel-admin"):
        assert organization.decide(role(name, SENTINEL), action, GRANTS, SENTINEL).allowed


def test_only_who_deploys_changes_a_table(organization: Organization) -> None:
    denied = organization.decide(ADMINISTRATOR, "dynamodb:UpdateTable", GRANTS, SENTINEL)
    assert denied.denying == ["OnlySparedChangeTables"]
    assert organization.decide(DEPLOYER, "dynamodb:UpdateTable", GRANTS, SENTINEL).allowed


def test_only_operators_and_who_deploys_write_documents(organization: Organization) -> None:
    denied = organization.decide(ADMINISTRATOR, "ssm:PutParameter", ACCESS_POLICY, SENTINEL)
    assert denied.denying == ["OnlyOperatorsWriteDocuments"]
    operator = role("AWSReservedSSO_SentinelOperator_0123456789abcdef", SENTINEL, SSO)
    for asker in (operator, DEPLOYER):
        assert organization.decide(asker, "ssm:PutParameter", ACCESS_POLICY, SENTINEL).allowed


@pytest.mark.parametrize(("action", "resource"), [("s3:GetObject", "arn:aws:s3:::ledger/a"), ("kms:Decrypt", KEY)])
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
