"""Sentinel's own account: who changes the functions, rows, tables and documents that decide."""

import pytest

from deploy.policies.generate import EXAMPLE
from tests.security.guardrails.organization import SENTINEL, Asker, Organization, role, service, spared

ADMINISTRATOR = role("Administrator", SENTINEL)
SPARED = spared(SENTINEL)
OPERATOR = role(
    "AWSReservedSSO_SentinelOperator_0123456789abcdef", SENTINEL, "/aws-reserved/sso.amazonaws.com/eu-central-1/"
)
FUNCTIONS = [
    EXAMPLE.arn("lambda", f"function:sentinel-{name}") for name in ("vend", "admin", "authorizer", "authorizer-ledger")
]
TABLES = EXAMPLE.every_table_arn


def denying(organization: Organization, asker: Asker, action: str, resource: str) -> list[str]:
    return [*organization.decide(asker, action, resource, SENTINEL).denying]


def let(organization: Organization, asker: Asker, action: str, resource: str) -> bool:
    return organization.decide(asker, action, resource, SENTINEL).allowed


@pytest.mark.parametrize(
    "action",
    [
        "lambda:AddPermission",
        "lambda:CreateAlias",
        "lambda:CreateFunctionUrlConfig",
        "lambda:DeleteFunction",
        "lambda:PublishVersion",
        "lambda:RemovePermission",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "lambda:UpdateFunctionUrlConfig",
    ],
)
def test_only_the_spared_change_a_function(organization: Organization, action: str) -> None:
    for function in FUNCTIONS:
        assert denying(organization, ADMINISTRATOR, action, function) == ["OnlySparedChangeFunctions"]
        assert denying(organization, ADMINISTRATOR, action, f"{function}:live") == ["OnlySparedChangeFunctions"]
        assert all(let(organization, each, action, function) for each in SPARED)
    assert let(organization, ADMINISTRATOR, action, EXAMPLE.arn("lambda", "function:sentinel-vendor"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nobody_invents_a_request_context_by_invoking_a_function(organization: Organization, function: str) -> None:
    invoke = "lambda:InvokeFunction"
    for asker in (ADMINISTRATOR, *SPARED):
        for arn in (function, f"{function}:live"):
            assert denying(organization, asker, invoke, arn) == ["NobodyInvokesDirectly"]
    by_url = organization.decide(ADMINISTRATOR, invoke, function, SENTINEL, lambda_InvokedViaFunctionUrl="true")
    assert by_url.allowed
    assert let(organization, service("apigateway.amazonaws.com"), invoke, function)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ],
)
@pytest.mark.parametrize("table", TABLES)
def test_nobody_writes_themselves_a_grant_or_a_session(organization: Organization, action: str, table: str) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-authorizer", SENTINEL), *SPARED):
        assert denying(organization, asker, action, table) == ["OnlySentinelWritesRows"]
    for name in ("sentinel-vend", "sentinel-admin"):
        assert let(organization, role(name, SENTINEL), action, table)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:DeleteTable",
        "dynamodb:PutResourcePolicy",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
    ],
)
def test_only_the_spared_change_a_table(organization: Organization, action: str) -> None:
    for table in TABLES:
        assert denying(organization, ADMINISTRATOR, action, table) == ["OnlySparedChangeTables"]
        assert all(let(organization, each, action, table) for each in SPARED)


@pytest.mark.parametrize("action", ["ssm:DeleteParameter", "ssm:DeleteParameters", "ssm:PutParameter"])
def test_only_operators_and_the_spared_write_documents(organization: Organization, action: str) -> None:
    document = EXAMPLE.parameters("policies/access")
    for asker in (ADMINISTRATOR, role("sentinel-vend", SENTINEL), role("sentinel-admin", SENTINEL)):
        assert denying(organization, asker, action, document) == ["OnlyOperatorsWriteDocuments"]
    assert all(let(organization, each, action, document) for each in (OPERATOR, *SPARED))
