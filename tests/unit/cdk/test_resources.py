"""Tables, functions, logs and alarms as they are synthesized."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.packages.roots import PARTITIONS, ROOTS_PATH
from deploy.policies.deployment import table_definitions
from services.authorizer.settings import AuthorizerSettings
from shared.edge.audit.metrics import NAMESPACE
from shared.edge.common_settings import read_settings
from shared.edge.settings import load_settings
from tests.cdk.metrics import written_metrics
from tests.cdk.options import KEY, PAGER
from tests.cdk.template import Properties, Template

SERVICE_ALARMS = (
    *("kill-switch-failed", "vend-stale-documents", "admin-stale-documents"),
    *("vend-aws-throttles", "authorizer-aws-throttles"),
)


CONSOLE = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/console/"


def _environment(template: Template, function: str) -> dict[str, str]:
    properties = template.named("Lambda::Function", "FunctionName", function)
    return {name: _deployed(value) for name, value in properties["Environment"]["Variables"].items()}


def _deployed(value: str) -> str:
    """Put an ARN in the place of a reference that will be one."""
    if value.startswith("<SentinelRevocations"):
        return f"arn:aws:iam::111122223333:policy/SentinelRevocations{value[value.index('>') + 1 :]}"
    if value.startswith("<SentinelHttpApi") and value.endswith("/console/"):
        return CONSOLE
    if value.startswith("<SentinelEventBus"):
        return "arn:aws:events:eu-central-1:111122223333:event-bus/vendor-events"
    return "arn:aws:sns:eu-central-1:111122223333:events" if value.startswith("<SentinelEvents") else value


def test_notifications_link_to_the_hosted_console(complete: Template, default: Template) -> None:
    assert load_settings(_environment(complete, "vendor-admin")).console_url == CONSOLE.removesuffix("/")
    assert "SENTINEL_CONSOLE_URL" not in _environment(default, "sentinel-admin")


@pytest.mark.parametrize("key", sorted(table_definitions()))
def test_a_table_is_as_its_definition_says(default: Template, key: str) -> None:
    definition = table_definitions()[key]
    table = default.named("DynamoDB::Table", "TableName", definition["name"])

    assert table == {
        "TableName": definition["name"],
        **definition["create"],
        "TimeToLiveSpecification": definition["time_to_live"],
        "PointInTimeRecoverySpecification": definition["point_in_time_recovery"],
    }
    assert table["DeletionProtectionEnabled"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": key != "budget"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_tables_outlive_the_stack(default: Template, private: Template) -> None:
    for template in (default, private):
        tables = [each for each in template.resources.values() if each["Type"] == "AWS::DynamoDB::Table"]
        assert {(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in tables} == {("Retain", "Retain")}
        assert len(tables) == 3


def test_a_key_of_ones_own_encrypts_tables_topic_and_logs(complete: Template) -> None:
    for table in complete.of_type("DynamoDB::Table").values():
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    assert complete.only("SNS::Topic") == {"TopicName": "vendor-events", "KmsMasterKeyId": KEY}
    assert {group["KmsKeyId"] for group in complete.of_type("Logs::LogGroup").values()} == {KEY}


def test_every_log_group_ends_its_lines_after_the_days_chosen(default: Template, complete: Template) -> None:
    for template, days, count in ((default, 365, 3), (complete, 90, 6)):
        groups = template.of_type("Logs::LogGroup").values()
        assert [group["RetentionInDays"] for group in groups] == [days] * count


def test_functions_run_the_packages_on_lambdas_newest_python(default: Template, complete: Template) -> None:
    for template, architecture in ((default, "arm64"), (complete, "x86_64")):
        for function in template.of_type("Lambda::Function").values():
            assert function["Runtime"] == "python3.13"
            assert function["Architectures"] == [architecture]
            assert function["LoggingConfig"]["LogFormat"] == "Text"
    handlers = [function["Handler"] for function in complete.of_type("Lambda::Function").values()]
    assert sorted(set(handlers)) == [f"services.{name}.handler.handler" for name in ("admin", "authorizer", "vend")]


def test_an_alias_serves_each_functions_published_version(complete: Template) -> None:
    versions = complete.of_type("Lambda::Version")
    for alias in complete.of_type("Lambda::Alias").values():
        version = versions[alias["FunctionVersion"].strip("<>").removesuffix(".Version")]
        assert alias["Name"] == "live"
        assert version["FunctionName"] == alias["FunctionName"]


def test_functions_start_from_snapshots_or_are_kept_ready(complete: Template, private: Template) -> None:
    snapshots = [each.get("SnapStart") for each in private.of_type("Lambda::Function").values()]
    assert snapshots == [{"ApplyOn": "PublishedVersions"}] * 2
    assert not any("ProvisionedConcurrencyConfig" in alias for alias in private.of_type("Lambda::Alias").values())

    assert not any("SnapStart" in each for each in complete.of_type("Lambda::Function").values())
    ready = [alias.get("ProvisionedConcurrencyConfig") for alias in complete.of_type("Lambda::Alias").values()]
    assert [each for each in ready if each] == [{"ProvisionedConcurrentExecutions": 2}]


def test_requests_are_traced_unless_that_is_turned_off(default: Template, private: Template) -> None:
    for template, mode in ((default, "Active"), (private, "PassThrough")):
        modes = {function["TracingConfig"]["Mode"] for function in template.of_type("Lambda::Function").values()}
        assert modes == {mode}


def test_functions_start_with_the_settings_they_are_given(templates: Mapping[str, Template]) -> None:
    for variant, name in (("Default", "sentinel"), ("Complete", "vendor"), ("Private", "sentinel")):
        vend, admin = (load_settings(_environment(templates[variant], f"{name}-{each}")) for each in ("vend", "admin"))
        assert vend.session_table == admin.session_table == f"{name}-sessions"
        assert vend.grant_table == admin.grant_table == f"{name}-grants"
        assert vend.budget_table == admin.budget_table == f"{name}-budgets"
        assert vend.api_id == admin.api_id
        assert admin.topic_arn


def test_chosen_settings_reach_the_functions_they_are_for(complete: Template) -> None:
    vend, admin = (_environment(complete, f"vendor-{each}") for each in ("vend", "admin"))
    pay, logs = (
        read_settings(_environment(complete, f"vendor-authorizer-{key}"), AuthorizerSettings) for key in ("pay", "logs")
    )

    assert (vend["SENTINEL_VEND_BUDGET"], admin["SENTINEL_ADMIN_BUDGET"]) == ("30", "20")
    assert "SENTINEL_ADMIN_BUDGET" not in vend
    assert "SENTINEL_VEND_BUDGET" not in admin
    assert "SENTINEL_CONSOLE_URL" not in vend
    assert list(load_settings(admin).kill_switch_policies) == ["111122223333", "444455556666"]
    assert (pay.max_session_age.total_seconds(), logs.proof_binding) == (900, "request")
    assert (pay.sts_regions, logs.sts_regions) == ((), ("us-east-1",))
    assert logs.api_id == ("f6g7h8i9j0", "k1l2m3n4o5")


def test_named_endpoints_reach_the_functions_that_may_use_them(complete: Template, default: Template) -> None:
    def named(template: Template, name: str) -> dict[str, str]:
        found = _environment(template, name)
        return {variable: url for variable, url in found.items() if variable.startswith("AWS_ENDPOINT_URL")}

    dynamodb = {"AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb-fips.us-east-1.amazonaws.com"}
    both = dynamodb | {"AWS_ENDPOINT_URL_IAM": "https://iam-fips.amazonaws.com"}
    assert named(complete, "vendor-vend") == named(complete, "vendor-admin") == both
    assert named(complete, "vendor-authorizer-pay") == dynamodb
    assert named(default, "sentinel-vend") == {}


@pytest.mark.parametrize("partition", PARTITIONS)
def test_functions_trust_amazons_authorities_alone_where_awss_endpoints_have_these(
    cdk_out: Path, partition: str
) -> None:
    assert _trusted(cdk_out, "Default", partition) == {ROOTS_PATH}


@pytest.mark.parametrize(
    ("variant", "partition", "trusted"),
    [
        ("Default", "aws-cn", None),
        ("Default", "aws-iso-b", None),
        ("Complete", "aws-cn", ROOTS_PATH),
        ("Private", "aws", None),
    ],
)
def test_functions_trust_the_systems_authorities_elsewhere_or_what_is_chosen(
    cdk_out: Path, variant: str, partition: str, trusted: str | None
) -> None:
    assert _trusted(cdk_out, variant, partition) == {trusted}


def _trusted(cdk_out: Path, variant: str, partition: str) -> set[str | None]:
    functions = Template.read(cdk_out / f"{variant}.template.json", Partition=partition).of_type("Lambda::Function")
    variables = {each["FunctionName"]: each["Environment"]["Variables"] for each in functions.values()}
    for found in variables.values():
        assert found.get("SSL_CERT_FILE") == found.get("AWS_CA_BUNDLE")
    return {found.get("AWS_CA_BUNDLE") for found in variables.values()}


def test_lambda_outlasts_the_deadline_and_an_authorizer_api_gateways_patience(complete: Template) -> None:
    timeouts = {each["FunctionName"]: each["Timeout"] for each in complete.of_type("Lambda::Function").values()}
    deadline = float(_environment(complete, "vendor-authorizer-pay")["SENTINEL_DEADLINE"])

    assert timeouts["vendor-vend"] > 12
    assert deadline < timeouts["vendor-authorizer-pay"] == 10


def test_every_function_and_the_service_itself_are_watched(complete: Template) -> None:
    alarms = list(complete.of_type("CloudWatch::Alarm").values())
    functions = ("vendor-vend", "vendor-admin", "vendor-authorizer-pay", "vendor-authorizer-logs")
    of_functions = {f"{name}-{key}" for name in functions for key in ("errors", "throttles", "duration")}
    of_service = {f"vendor-{key}" for key in (*SERVICE_ALARMS, "groups-old", "follow-up-late", "audit-archive-late")}

    assert {alarm["AlarmName"] for alarm in alarms} == of_functions | of_service
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [PAGER] for alarm in alarms)
    silent = {alarm["AlarmName"] for alarm in alarms if alarm["TreatMissingData"] != "notBreaching"}
    assert silent == {"vendor-groups-old", "vendor-follow-up-late"}


def test_what_the_service_says_of_itself_is_what_it_writes(default: Template) -> None:
    alarms = [each for each in default.of_type("CloudWatch::Alarm").values() if each["Namespace"] == NAMESPACE]

    assert len(alarms) == len([*SERVICE_ALARMS, "follow-up-late"])
    assert {alarm["MetricName"] for alarm in alarms} <= written_metrics()
    assert all([each["Name"] for each in alarm["Dimensions"]] == ["deployment", "service"] for alarm in alarms)


def test_a_slow_function_is_measured_by_its_slowest_hundredth(default: Template) -> None:
    alarm = default.named("CloudWatch::Alarm", "AlarmName", "sentinel-vend-duration")

    assert (alarm["ExtendedStatistic"], alarm["Threshold"]) == ("p99", 3000)
    assert "Statistic" not in alarm


def test_the_dashboard_is_within_its_grid(complete: Template) -> None:
    body: dict[str, Any] = json.loads(complete.only("CloudWatch::Dashboard")["DashboardBody"])

    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == len(places)
    assert all(widget["x"] + widget["width"] <= 24 for widget in body["widgets"])
    assert {widget["properties"]["region"] for widget in body["widgets"]} == {"eu-central-1"}


def test_documents_lie_below_the_prefix(complete: Template) -> None:
    documents: list[Properties] = list(complete.of_type("SSM::Parameter").values())

    assert sorted(each["Name"] for each in documents) == [
        "/vendor/issuers/corp",
        "/vendor/issuers/github",
        "/vendor/policies/access",
        "/vendor/profiles/dev",
    ]
    assert {each["Type"] for each in documents} == {"String"}


def test_the_dashboard_shows_throttling_of_every_table_by_metrics_a_table_has(default: Template) -> None:
    """`ThrottledRequests` is one per table and operation: by the table alone it stays empty."""
    body = json.loads(default.only("CloudWatch::Dashboard")["DashboardBody"])
    shown = {
        (metric[3], metric[1])
        for widget in body["widgets"]
        for metric in widget["properties"]["metrics"]
        if metric[0] == "AWS/DynamoDB"
    }
    tables = [definition["name"] for definition in table_definitions().values()]
    assert shown == {(table, metric) for table in tables for metric in ("ReadThrottleEvents", "WriteThrottleEvents")}
