"""Each finding on functions, tables, alarms and authorizers, provoked in an account that is otherwise healthy."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

import pytest

from deploy.policies.deployment import table_definitions
from deploy.policies.groups import AGE_METRIC
from sentinel.api.transport import Transport
from sentinel.doctor import alarms
from sentinel.doctor.alarms import check_alarms
from sentinel.doctor.authorizers import check_authorizer
from sentinel.doctor.aws import UnansweredError
from sentinel.doctor.deployment import Deployment, discover
from sentinel.doctor.examination import examine_deployment
from sentinel.doctor.findings import Status
from sentinel.doctor.functions import check_function
from sentinel.doctor.tables import GRANTS, SESSIONS, TTL_ATTRIBUTE, TableKind, check_table
from shared.clock import utc_now
from shared.edge.audit.line import AuditLine
from shared.edge.audit.metrics import metric_line
from tests.unit.client.doctor.account import (
    ACCESS,
    KNOWN,
    ROLE,
    Account,
    Quiet,
    alarm,
    complaint,
    healthy,
    only,
    parameter,
    table,
)
from tests.unit.client.session_service import SessionService, a_kill_switch


@pytest.fixture
def account() -> Account:
    return healthy()


@pytest.mark.parametrize(("kind", "expected"), [("session", SESSIONS), ("grant", GRANTS)])
async def test_a_table_made_by_its_definition_is_ok(account: Account, kind: str, expected: TableKind) -> None:
    definition = table_definitions()[kind]
    assert definition["time_to_live"]["AttributeName"] == TTL_ATTRIBUTE
    account.answers["describe_table"] = {"Table": table(kind)}
    assert only(await check_table(account.aws, definition["name"], expected)).status is Status.OK


TABLE_FAULTS: list[tuple[str, Any, str]] = [
    ("describe_table", None, "there is no such table → .*--session-table"),
    ("describe_table", {"Table": table("session") | {"TableStatus": "CREATING"}}, "CREATING → wait"),
    ("describe_table", {"Table": table("session") | {"KeySchema": []}}, "its keys are .*not session_id → recreate it"),
    (
        "describe_table",
        {"Table": table("session") | {"GlobalSecondaryIndexes": []}},
        "by-day, by-profile, by-user → add",
    ),
    (
        "describe_table",
        {"Table": table("session") | {"DeletionProtectionEnabled": False}},
        "→ aws dynamodb update-table",
    ),
    ("describe_continuous_backups", None, "recovery is off → aws dynamodb update-continuous-backups"),
    ("describe_time_to_live", None, "→ aws dynamodb update-time-to-live --table-name sentinel-sessions"),
    (
        "describe_time_to_live",
        {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "other"}},
        "on another attribute",
    ),
]


@pytest.mark.parametrize(("operation", "answer", "words"), TABLE_FAULTS)
async def test_a_table_that_is_not_as_defined_fails(
    account: Account, operation: str, answer: object, words: str
) -> None:
    account.answers[operation] = answer
    assert re.search(words, complaint(await check_table(account.aws, "sentinel-sessions", SESSIONS)))


async def test_a_function_is_looked_at_as_its_alias_serves_it(account: Account) -> None:
    assert only(await check_function(account.aws, "sentinel-vend")).status is Status.OK
    asked = dict(account.asked)
    assert asked["lambda.get_function_configuration"] == {"FunctionName": "sentinel-vend", "Qualifier": "live"}


FUNCTION_FAULTS: list[tuple[str, Any, Status, str]] = [
    ("get_function_configuration", None, Status.FAIL, "no such function → .*--name"),
    ("get_function_configuration", {"State": "Active"}, Status.FAIL, "lacks SENTINEL_API_ID, .* → set them"),
    ("get_alias", None, Status.WARN, "has no alias live"),
    ("get_alias", {"FunctionVersion": "$LATEST"}, Status.WARN, "→ point it at a published version"),
    ("describe_log_groups", [], Status.FAIL, "no log group /aws/lambda/sentinel-vend"),
    (
        "describe_log_groups",
        [{"logGroupName": "/aws/lambda/sentinel-vend-2", "retentionInDays": 1}],
        Status.FAIL,
        "no log group",
    ),
    (
        "describe_log_groups",
        [{"logGroupName": "/aws/lambda/sentinel-vend"}],
        Status.WARN,
        "kept for ever → aws logs put-retention-policy",
    ),
]


@pytest.mark.parametrize(("operation", "answer", "status", "words"), FUNCTION_FAULTS)
async def test_a_function_that_is_not_as_deployed_is_found(
    account: Account, operation: str, answer: object, status: Status, words: str
) -> None:
    account.answers[operation] = answer
    assert re.search(words, complaint(await check_function(account.aws, "sentinel-vend"), status))


async def test_a_function_that_cannot_start_fails(account: Account) -> None:
    account.answers["get_function_configuration"]["State"] = "Failed"
    assert "its state is Failed" in complaint(await check_function(account.aws, "sentinel-vend"))


async def test_alarms_are_known_by_what_they_watch(account: Account) -> None:
    assert only(await check_alarms(account.aws, KNOWN)).status is Status.OK


async def test_a_metric_without_an_alarm_fails(account: Account) -> None:
    account.answers["describe_alarms"].pop(0)
    assert "a revocation that does not reach live credentials" in complaint(await check_alarms(account.aws, KNOWN))


async def test_old_memberships_need_an_alarm_where_groups_are_synchronized(account: Account) -> None:
    account.answers["get_caller_identity"] = {"Arn": "arn:aws:iam::111122223333:user/me", "Account": "111122223333"}
    account.answers["get_function_configuration"]["Environment"]["Variables"]["SENTINEL_GROUP_SYNC"] = "true"
    known = await discover(account.aws, Deployment("sentinel"))

    words = "memberships in groups that are no longer refreshed"
    assert words in complaint(await check_alarms(account.aws, known))
    account.answers["describe_alarms"].append(alarm("Sentinel", AGE_METRIC, deployment="sentinel"))
    assert only(await check_alarms(account.aws, known)).status is Status.OK


async def test_an_alarm_of_another_deployment_is_none(account: Account) -> None:
    account.answers["describe_alarms"][0]["Dimensions"] = [{"Name": "deployment", "Value": "blue"}]
    assert "a revocation that does not reach live credentials" in complaint(await check_alarms(account.aws, KNOWN))


async def test_an_alarm_on_another_functions_errors_is_none(account: Account) -> None:
    account.answers["describe_alarms"][-1]["Dimensions"] = [{"Name": "FunctionName", "Value": "other"}]
    assert "errors of sentinel-authorizer" in complaint(await check_alarms(account.aws, KNOWN))


@pytest.mark.parametrize("change", [{"AlarmActions": []}, {"ActionsEnabled": False}])
async def test_an_alarm_that_notifies_no_one_is_a_warning(account: Account, change: dict[str, Any]) -> None:
    account.answers["describe_alarms"][0] |= change
    assert "has no action → give" in complaint(await check_alarms(account.aws, KNOWN), Status.WARN)


def test_the_metrics_are_those_the_lambdas_write() -> None:
    line = AuditLine(time=utc_now(), service="admin", request_id="r", kill_switch="applied", follow_up_age_s=0)
    (written,) = json.loads(metric_line(line))["_aws"]["CloudWatchMetrics"]
    assert written["Namespace"] == alarms.NAMESPACE
    assert set(alarms.METRICS) <= {metric["Name"] for metric in written["Metrics"]}


async def test_an_authorizer_without_a_response_cache_is_ok(account: Account) -> None:
    assert only(await check_authorizer(account.aws, "sentinel-authorizer")).status is Status.OK


async def test_answers_api_gateway_keeps_fail(account: Account) -> None:
    account.answers["get_authorizers"][0]["AuthorizerResultTtlInSeconds"] = 30
    found = complaint(await check_authorizer(account.aws, "sentinel-authorizer"))
    assert re.search("for 30 s.* → aws apigatewayv2 update-authorizer --api-id x", found)


async def test_an_authorizer_of_a_longer_name_is_another(account: Account) -> None:
    account.answers["get_authorizers"][0]["AuthorizerUri"] = "arn:aws:lambda:x:1:function:sentinel-authorizer-b/i"
    assert "no authorizer of API x invokes it" in complaint(await check_authorizer(account.aws, "sentinel-authorizer"))


async def test_a_rest_api_caches_responses_for_five_minutes_by_default(account: Account) -> None:
    rest = {"authorizerUri": "arn:aws:lambda:x:1:function:sentinel-authorizer/invocations"}

    class OnlyRest(Account):
        async def all(self, service: str, operation: str, key: str, **params: Any) -> Any:
            return None if service == "apigatewayv2" else await super().all(service, operation, key, **params)

    rest_only = OnlyRest({**account.answers, "get_authorizers": [rest]})
    found = complaint(await check_authorizer(rest_only.aws, "sentinel-authorizer"))
    assert re.search("for 300 s.* → aws apigateway update-authorizer --rest-api-id x", found)


async def test_names_come_from_the_options_then_the_function_then_the_defaults(account: Account) -> None:
    account.answers["get_caller_identity"] = {"Arn": "arn:aws-cn:iam::111122223333:user/me", "Account": "111122223333"}
    account.answers["get_function_configuration"] = {
        "Role": "arn:aws-cn:iam::111122223333:role/own-name",
        "Environment": {"Variables": {"SENTINEL_SESSION_TABLE": "theirs", "SENTINEL_GRANT_TABLE": "theirs-too"}},
    }
    known = await discover(account.aws, Deployment("sentinel", grant_table="mine"))
    assert (known.session_table, known.grant_table, known.parameter_prefix) == ("theirs", "mine", "/sentinel")
    assert known.vend_role_arn == "arn:aws-cn:iam::111122223333:role/own-name"


async def test_a_deployment_without_functions_to_read_has_the_usual_names(account: Account) -> None:
    account.answers["get_caller_identity"] = {"Arn": "arn:aws:iam::111122223333:user/me", "Account": "111122223333"}
    account.answers["get_function_configuration"] = None
    known = await discover(account.aws, Deployment("blue"))
    assert (known.session_table, known.grant_table, known.authorizers) == ("blue-sessions", "blue-grants", ())
    assert known.vend_role_arn == "arn:aws:iam::111122223333:role/blue-vend"


async def test_an_account_that_no_profile_names_is_skipped(account: Account) -> None:
    account.answers["get_caller_identity"] = UnansweredError("sts cannot be reached")
    found = await examine_deployment(cast("Transport", None), account.aws, Deployment("sentinel"), Quiet())
    assert "sts cannot be reached → use credentials of the account" in complaint(found, Status.SKIPPED)


async def test_a_healthy_account_is_ok_from_end_to_end(account: Account) -> None:
    account.answers["get_caller_identity"] = {"Arn": f"arn:aws:iam::{KNOWN.account}:user/me", "Account": KNOWN.account}
    stored = {"policies": ("policies/access", ACCESS), "profiles": ("profiles/prod", f"role_arn: {ROLE}")}
    account.answers["get_parameters_by_path"] = lambda asked: [
        parameter(*each) for folder, each in stored.items() if asked["Path"].endswith(f"/{folder}")
    ]
    service = SessionService()
    service.answer("GET", "/v1/kill-switch", {"kill_switch": a_kill_switch(status="unchanged")})
    found = await examine_deployment(cast("Transport", service), account.aws, Deployment("sentinel"), Quiet())
    assert {finding.about for finding in found if finding.status is not Status.OK} == {"documents"}, (
        "three are optional"
    )
    assert "role of prod" in [finding.about for finding in found]


@pytest.mark.parametrize(("admin", "others"), [("KEY", False), ("KEY, OLD", True), ("", True)])
async def test_both_functions_have_to_want_the_same_keys(account: Account, admin: str, *, others: bool) -> None:
    account.answers["get_caller_identity"] = {"Arn": "arn:aws:iam::111122223333:user/me", "Account": "111122223333"}
    healthy = account.answers["get_function_configuration"]

    def say(params: Mapping[str, Any]) -> dict[str, Any]:
        keys = {"sentinel-vend": "KEY", "sentinel-admin": admin}[params["FunctionName"]]
        variables = healthy["Environment"]["Variables"] | {"SENTINEL_DOCUMENT_KEYS": keys}
        return {**healthy, "Environment": {"Variables": variables}}

    account.answers["get_function_configuration"] = say
    known = await discover(account.aws, Deployment("sentinel", authorizers=("guard",)))
    assert (known.document_keys, known.other_keys) == (["KEY"], others)
