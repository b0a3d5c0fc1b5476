"""Sentinel's own account: who changes the functions, APIs, rows, tables and documents that decide."""

from dataclasses import replace
from typing import Any, cast

import pytest

from deploy.policies.generate import EXAMPLE, EXAMPLE_EXEMPTIONS, EXAMPLE_KEY_ARN
from deploy.policies.sentinel_account import protect_data
from tests.security.guardrails.organization import SENTINEL, WORKLOAD, Asker, Organization, exempt, role, service

ADMINISTRATOR = role("Administrator", SENTINEL)
EXEMPT = exempt(SENTINEL)
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
        "lambda:DeleteAlias",
        "lambda:DeleteFunctionConcurrency",
        "lambda:DeleteFunctionUrlConfig",
        "lambda:DeleteResourcePolicy",
        "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutResourcePolicy",
        "lambda:PutRuntimeManagementConfig",
    ],
)
def test_only_exempt_roles_change_a_function(organization: Organization, action: str) -> None:
    for function in FUNCTIONS:
        assert denying(organization, ADMINISTRATOR, action, function) == ["OnlyExemptChangeFunctions"]
        assert denying(organization, ADMINISTRATOR, action, f"{function}:live") == ["OnlyExemptChangeFunctions"]
        assert all(let(organization, each, action, function) for each in EXEMPT)
    assert let(organization, ADMINISTRATOR, action, EXAMPLE.arn("lambda", "function:sentinel-vendor"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_one_forges_a_request_context_by_invoking_a_function(organization: Organization, function: str) -> None:
    invoke = "lambda:InvokeFunction"
    for asker in (ADMINISTRATOR, *EXEMPT):
        for arn in (function, f"{function}:live"):
            assert denying(organization, asker, invoke, arn) == ["NoDirectInvocation"]
            assert denying(organization, asker, "lambda:InvokeAsync", arn) == ["NoAsyncInvocation"]
    by_url = organization.decide(ADMINISTRATOR, invoke, function, SENTINEL, lambda_InvokedViaFunctionUrl="true")
    assert by_url.allowed
    assert let(organization, service("apigateway.amazonaws.com"), invoke, function)


@pytest.mark.parametrize(
    "action", ["events:PutTargets", "events:PutRule", "events:RemoveTargets", "events:DisableRule"]
)
def test_only_exempt_roles_change_the_event_that_a_schedule_sends(organization: Organization, action: str) -> None:
    rule = EXAMPLE.arn("events", "rule/sentinel-groups")
    assert denying(organization, ADMINISTRATOR, action, rule) == ["OnlyExemptChangeSchedules"]
    assert denying(organization, OPERATOR, action, rule) == ["OnlyExemptChangeSchedules"]
    assert all(let(organization, each, action, rule) for each in EXEMPT)
    assert let(organization, ADMINISTRATOR, action, EXAMPLE.arn("events", "rule/backups"))


def test_only_exempt_roles_let_other_accounts_change_rules(organization: Organization) -> None:
    assert denying(organization, ADMINISTRATOR, "events:PutPermission", "*") == ["OnlyExemptShareTheBus"]
    assert all(let(organization, each, "events:PutPermission", "*") for each in EXEMPT)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("lambda:PublishLayerVersion", EXAMPLE.arn("lambda", "layer:sdk")),
        ("lambda:UpdateCodeSigningConfig", EXAMPLE.arn("lambda", "code-signing-config:csc-0a")),
        ("lambda:StopDurableExecution", f"{FUNCTIONS[1]}:1/durable-execution/x/y"),
    ],
)
def test_only_exempt_roles_change_what_a_function_is_made_of(
    organization: Organization, action: str, resource: str
) -> None:
    assert denying(organization, ADMINISTRATOR, action, resource) == ["OnlyExemptChangeFunctions"]
    assert all(let(organization, each, action, resource) for each in EXEMPT)


@pytest.mark.parametrize("action", ["Put", "Delete"])
def test_only_exempt_roles_change_provisioned_concurrency(organization: Organization, action: str) -> None:
    def may(asker: Asker) -> bool:
        what, alias = f"lambda:{action}ProvisionedConcurrencyConfig", f"{FUNCTIONS[0]}:live"
        return organization.decide(asker, what, alias, SENTINEL, checked=False, closed=True).allowed

    assert not may(ADMINISTRATOR)
    assert all(map(may, EXEMPT))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_exempt_roles_wire_an_event_source_to_a_function(organization: Organization, function: str) -> None:
    for action, resource in (
        ("lambda:CreateEventSourceMapping", "*"),
        ("lambda:UpdateEventSourceMapping", EXAMPLE.arn("lambda", "event-source-mapping:0a1b")),
    ):
        for keys in ({}, {"lambda_FunctionArn": function}, {"lambda_FunctionArn": f"{function}:live"}):
            verdict = organization.decide(ADMINISTRATOR.having(**keys), action, resource, SENTINEL)
            assert verdict.denying == ["OnlyExemptWireFunctions"]
        other = EXAMPLE.arn("lambda", "function:thumbnails")
        assert organization.decide(ADMINISTRATOR, action, resource, SENTINEL, lambda_FunctionArn=other).allowed
        assert all(let(organization, each, action, resource) for each in EXEMPT)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        # The integration of a REST API writes the event: its template can name anyone as the caller.
        ("PUT", ":/restapis/a1b2c3d4e5"),
        ("PATCH", ":/restapis/a1b2c3d4e5/resources/x/methods/GET/integration"),
        ("PUT", ":/restapis/a1b2c3d4e5/resources/x/methods/GET/integration/responses/200"),
        ("PATCH", ":/restapis/a1b2c3d4e5/authorizers/x"),
        ("POST", ":/restapis/a1b2c3d4e5/authorizers"),
        ("POST", ":/restapis/a1b2c3d4e5/deployments"),
        ("PATCH", ":/restapis/a1b2c3d4e5/stages/live"),
        ("DELETE", ":/restapis/a1b2c3d4e5"),
        ("PATCH", ":/apis/a1b2c3d4e5/routes/x"),
        ("DELETE", ":/apis/a1b2c3d4e5/routes/x"),
        ("PATCH", ":/apis/a1b2c3d4e5/integrations/x"),
        ("POST", ":/domainnames/x/basepathmappings"),
        ("PATCH", ":/domainnames/x/basepathmappings/v1"),
        ("PATCH", ":/domainnames/x"),
        ("PATCH", ":/account"),
        ("CreateRoutingRule", f"{SENTINEL}:/domainnames/x/routingrules/y"),
        ("UpdateRestApiPolicy", ":/restapis/a1b2c3d4e5"),
        ("SetWebACL", ":/restapis/a1b2c3d4e5/stages/live"),
    ],
)
def test_only_exempt_roles_change_an_api(organization: Organization, method: str, path: str) -> None:
    action, resource = f"apigateway:{method}", f"arn:aws:apigateway:{EXAMPLE.region}:{path}"
    for asker in (ADMINISTRATOR, role("sentinel-admin", SENTINEL), OPERATOR):
        assert not organization.decide(asker, action, resource, SENTINEL, checked=False).allowed
    # Of other accounts the APIs are their own.
    for asker in (*EXEMPT, role("Developer", WORKLOAD)):
        assert organization.decide(asker, action, resource, asker.account, checked=False).allowed


def test_anyone_may_look_at_an_api(organization: Organization) -> None:
    api = f"arn:aws:apigateway:{EXAMPLE.region}::/restapis/a1b2c3d4e5"
    assert let(organization, ADMINISTRATOR, "apigateway:GET", api)
    assert denying(organization, ADMINISTRATOR, "apigateway:PUT", api) == ["OnlyExemptChangeApis"]


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
def test_no_one_writes_themselves_a_grant_or_a_session(organization: Organization, action: str, table: str) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-authorizer", SENTINEL), *EXEMPT):
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
        "dynamodb:CreateTable",
        "dynamodb:CreateTableReplica",
        "dynamodb:DeleteResourcePolicy",
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:ExportTableToPointInTime",
        "dynamodb:ImportTable",
        "dynamodb:RestoreTableToPointInTime",
        "dynamodb:TagResource",
        "dynamodb:WriteDataForReplication",
    ],
)
def test_only_exempt_roles_change_a_table(organization: Organization, action: str) -> None:
    for table in TABLES:
        assert denying(organization, ADMINISTRATOR, action, table) == ["OnlyExemptChangeTables"]
        assert all(let(organization, each, action, table) for each in EXEMPT)


@pytest.mark.parametrize("action", ["dynamodb:DeleteBackup", "dynamodb:RestoreTableFromBackup"])
def test_only_exempt_roles_use_up_a_backup(organization: Organization, action: str) -> None:
    for table in TABLES:
        backup = f"{table}/backup/01489602797149-73d8d5bc"
        assert denying(organization, ADMINISTRATOR, action, backup) == ["OnlyExemptChangeTables"]
        assert all(let(organization, each, action, backup) for each in EXEMPT)
        assert let(organization, ADMINISTRATOR, "dynamodb:CreateBackup", table), "a backup more does no harm"


@pytest.mark.parametrize("action", ["kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "kms:DisableKey", "kms:CreateGrant"])
def test_only_exempt_roles_change_the_key_that_encrypts(organization: Organization, action: str) -> None:
    assert denying(organization, ADMINISTRATOR, action, EXAMPLE_KEY_ARN) == ["OnlyExemptChangeKeys"]
    assert all(let(organization, each, action, EXAMPLE_KEY_ARN) for each in EXEMPT)
    assert let(organization, role("sentinel-vend", SENTINEL), "kms:Decrypt", EXAMPLE_KEY_ARN)


@pytest.mark.parametrize(
    "action",
    [
        "ssm:AddTagsToResource",
        "ssm:DeleteParameter",
        "ssm:DeleteParameters",
        "ssm:LabelParameterVersion",
        "ssm:PutParameter",
        "ssm:PutResourcePolicy",
    ],
)
def test_only_operators_and_exempt_roles_write_documents(organization: Organization, action: str) -> None:
    document = EXAMPLE.parameters("policies/access")
    for asker in (ADMINISTRATOR, role("sentinel-vend", SENTINEL), role("sentinel-admin", SENTINEL)):
        assert denying(organization, asker, action, document) == ["OnlyOperatorsWriteDocuments"]
    assert all(let(organization, each, action, document) for each in (OPERATOR, *EXEMPT))


@pytest.mark.parametrize("action", ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory"])
@pytest.mark.parametrize("name", ["webhooks/pager", "tickets/jira", "chat/slack"])
def test_only_the_admin_lambda_reads_a_document_with_secrets(
    organization: Organization, action: str, name: str
) -> None:
    secret = EXAMPLE.parameters(name)
    for asker in (ADMINISTRATOR, OPERATOR, role("sentinel-vend", SENTINEL), *EXEMPT):
        assert denying(organization, asker, action, secret) == ["OnlyAdminReadsSecrets"]
    assert let(organization, role("sentinel-admin", SENTINEL), action, secret)
    assert let(organization, ADMINISTRATOR, action, EXAMPLE.parameters("policies/access"))


@pytest.mark.parametrize("prefix", ["/sentinel", "/team/iam/sentinel"])
def test_only_the_admin_lambda_lists_a_path_that_webhooks_are_below(prefix: str) -> None:
    deployment = replace(EXAMPLE, parameter_prefix=prefix)
    listing = {
        each["Sid"]: each
        for each in cast("list[dict[str, Any]]", protect_data(deployment, EXAMPLE_EXEMPTIONS)["Statement"])
    }
    steps = prefix.split("/")
    for depth in range(1, len(steps) + 1):
        path = "/".join(steps[:depth]) or "/"
        assert EXAMPLE.arn("ssm", f"parameter{path}") in listing["OnlyAdminReadsAbove"]["Resource"]
    for folder in ("webhooks", "tickets"):
        assert deployment.parameters(folder) in listing["OnlyAdminReadsSecrets"]["Resource"]


@pytest.mark.parametrize(
    "path", ["/", "/sentinel", "/sentinel/", "/sentinel/webhooks", "/sentinel/webhooks/", "/sentinel/tickets"]
)
def test_no_one_else_lists_webhooks_by_their_path(organization: Organization, path: str) -> None:
    by_path, arn = "ssm:GetParametersByPath", EXAMPLE.arn("ssm", f"parameter{path}")
    for asker in (ADMINISTRATOR, OPERATOR, *EXEMPT):
        assert not let(organization, asker, by_path, arn)
    assert let(organization, role("sentinel-admin", SENTINEL), by_path, arn)
