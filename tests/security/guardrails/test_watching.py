"""Sentinel's own account: who changes what is seen of Sentinel, and who could make it up."""

import pytest

from deploy.policies.generate import EXAMPLE
from tests.security.guardrails.organization import SENTINEL, Organization, exempt, role

ADMINISTRATOR = role("Administrator", SENTINEL)
EXEMPT = exempt(SENTINEL)
FUNCTIONS = ("sentinel-vend", "sentinel-admin", "sentinel-authorizer", "sentinel-authorizer-ledger")
GROUPS = [EXAMPLE.arn("logs", f"log-group:/aws/lambda/{name}") for name in FUNCTIONS]
ACCESS = EXAMPLE.arn("logs", "log-group:/aws/apigateway/sentinel")
ALARMS = [EXAMPLE.arn("cloudwatch", f"alarm:sentinel-{name}") for name in ("kill-switch-failed", "vend-errors")]


def denying(organization: Organization, action: str, resource: str) -> list[str]:
    return [*organization.decide(ADMINISTRATOR, action, resource, SENTINEL).denying]


def exempt_may(organization: Organization, action: str, resource: str) -> bool:
    return all(organization.decide(each, action, resource, SENTINEL).allowed for each in EXEMPT)


@pytest.mark.parametrize(
    "action",
    [
        "logs:AssociateKmsKey",
        "logs:CreateExportTask",
        "logs:DeleteLogGroup",
        "logs:DeleteMetricFilter",
        "logs:DeleteRetentionPolicy",
        "logs:DeleteSubscriptionFilter",
        "logs:DisassociateKmsKey",
        "logs:PutDataProtectionPolicy",
        "logs:PutLogGroupDeletionProtection",
        "logs:PutMetricFilter",
        "logs:PutRetentionPolicy",
        "logs:PutSubscriptionFilter",
        "logs:PutTransformer",
        "logs:TagResource",
    ],
)
def test_only_exempt_roles_change_a_log_group(organization: Organization, action: str) -> None:
    for group in (*GROUPS, ACCESS):
        assert denying(organization, action, group) == ["OnlyExemptChangeLogs"]
    assert exempt_may(organization, action, GROUPS[0])
    assert organization.decide(ADMINISTRATOR, action, f"{GROUPS[0]}or", SENTINEL).allowed


@pytest.mark.parametrize("group", [*GROUPS, ACCESS])
def test_only_exempt_roles_delete_a_log_stream(organization: Organization, group: str) -> None:
    stream = f"{group}:log-stream:2026/11/28/[1]x"
    assert denying(organization, "logs:DeleteLogStream", stream) == ["OnlyExemptChangeLogs"]
    assert exempt_may(organization, "logs:DeleteLogStream", stream)


@pytest.mark.parametrize("action", ["logs:PutLogEvents", "logs:CreateLogStream"])
def test_only_the_functions_write_an_audit_line(organization: Organization, action: str) -> None:
    for name, group in zip(FUNCTIONS, GROUPS, strict=True):
        stream = f"{group}:log-stream:x"
        for asker in (ADMINISTRATOR, *EXEMPT):
            assert organization.decide(asker, action, stream, SENTINEL).denying == ["OnlySentinelWritesLogs"]
        assert organization.decide(role(name, SENTINEL), action, stream, SENTINEL).allowed
    gateway = role("ApiGatewayLogs", SENTINEL)
    assert organization.decide(gateway, action, f"{ACCESS}:log-stream:x", SENTINEL).allowed


@pytest.mark.parametrize(
    "action",
    [
        "logs:DeleteAccountPolicy",
        "logs:DeleteLogDelivery",
        "logs:DeleteResourcePolicy",
        "logs:PutAccountPolicy",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ],
)
def test_only_exempt_roles_change_every_log_group_at_once(organization: Organization, action: str) -> None:
    assert denying(organization, action, "*") == ["OnlyExemptChangeAllLogs"]
    assert exempt_may(organization, action, "*")


def test_only_the_admin_lambda_sends_a_notification(organization: Organization) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-vend", SENTINEL), *EXEMPT):
        verdict = organization.decide(asker, "sns:Publish", EXAMPLE.topic_arn, SENTINEL)
        assert verdict.denying == ["OnlyAdminPublishes"]
    admin = role("sentinel-admin", SENTINEL)
    assert organization.decide(admin, "sns:Publish", EXAMPLE.topic_arn, SENTINEL).allowed


@pytest.mark.parametrize(
    "action",
    [
        "sns:AddPermission",
        "sns:ConfirmSubscription",
        "sns:DeleteTopic",
        "sns:PutDataProtectionPolicy",
        "sns:RemovePermission",
        "sns:SetSubscriptionAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:Unsubscribe",
    ],
)
def test_only_exempt_roles_change_the_topic_and_who_hears_it(organization: Organization, action: str) -> None:
    assert denying(organization, action, EXAMPLE.topic_arn) == ["OnlyExemptChangeTopic"]
    assert exempt_may(organization, action, EXAMPLE.topic_arn)
    subscription = f"{EXAMPLE.topic_arn}:0a1b2c3d-0000-0000-0000-000000000000"
    assert not organization.decide(ADMINISTRATOR, action, subscription, SENTINEL, checked=False).allowed
    assert organization.decide(ADMINISTRATOR, action, f"{EXAMPLE.topic_arn}2", SENTINEL).allowed


@pytest.mark.parametrize(
    "action",
    [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DisableAlarmActions",
        "cloudwatch:EnableAlarmActions",
        "cloudwatch:PutCompositeAlarm",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:SetAlarmState",
        "cloudwatch:TagResource",
    ],
)
def test_only_exempt_roles_change_an_alarm(organization: Organization, action: str) -> None:
    for alarm in ALARMS:
        assert denying(organization, action, alarm) == ["OnlyExemptChangeAlarms"]
        assert exempt_may(organization, action, alarm)
    assert organization.decide(ADMINISTRATOR, action, EXAMPLE.arn("cloudwatch", "alarm:shop"), SENTINEL).allowed


def test_only_exempt_roles_mute_alarms_or_change_the_dashboard(organization: Organization) -> None:
    rule = EXAMPLE.arn("cloudwatch", "alarm-mute-rule:night")
    dashboard = f"arn:aws:cloudwatch::{SENTINEL}:dashboard/sentinel"
    for action, resource in (("cloudwatch:PutAlarmMuteRule", rule), ("cloudwatch:PutDashboard", dashboard)):
        assert denying(organization, action, resource) == ["OnlyExemptChangeAlarms"]
        assert exempt_may(organization, action, resource)


def test_no_one_forges_a_metric_of_sentinels(organization: Organization) -> None:
    dataset = EXAMPLE.arn("cloudwatch", "dataset/default")
    for asker in (ADMINISTRATOR, role("sentinel-vend", SENTINEL), *EXEMPT):
        for keys in ({}, {"cloudwatch_namespace": "Sentinel"}):
            verdict = organization.decide(asker.having(**keys), "cloudwatch:PutMetricData", dataset, SENTINEL)
            assert verdict.denying == ["NoInventedMetrics"]
    other = organization.decide(
        ADMINISTRATOR, "cloudwatch:PutMetricData", dataset, SENTINEL, cloudwatch_namespace="Shop"
    )
    assert other.allowed
