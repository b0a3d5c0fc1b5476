"""The event bus and the archive: who puts events, who archives, and who could redirect or thin out either."""

import pytest

from deploy.policies.delivery import (
    Archive,
    event_bus_policy,
    stream_policy,
    stream_trust,
    subscription_policy,
    subscription_trust,
)
from deploy.policies.deployment import Policy
from deploy.policies.generate import EXAMPLE
from tests.security.guardrails.organization import OUTSIDE, SENTINEL, Organization, exempt, role, service

ADMINISTRATOR = role("Administrator", SENTINEL)
EXEMPT = exempt(SENTINEL)
ARCHIVE = Archive(EXAMPLE)
RULE = EXAMPLE.arn("events", f"rule/{EXAMPLE.topic}/to-the-siem")
OBJECT = f"{ARCHIVE.bucket_arn}/audit/2026/11/29/sentinel-audit-1-x.gz"
ALONE = [
    ("events:PutEvents", EXAMPLE.bus_arn, "OnlyAdminPutsEvents", "sentinel-admin"),
    ("firehose:PutRecordBatch", ARCHIVE.stream_arn, "OnlyLogsAreArchived", "sentinel-audit-subscription"),
    ("s3:PutObject", OBJECT, "OnlyFirehoseArchives", "sentinel-audit"),
]
EXEMPT_ONLY = [
    ("events:DeleteEventBus", EXAMPLE.bus_arn, "OnlyExemptChangeBus"),
    ("events:PutRule", RULE, "OnlyExemptChangeSchedules"),
    ("events:PutTargets", RULE, "OnlyExemptChangeSchedules"),
    ("events:DeleteRule", RULE, "OnlyExemptChangeSchedules"),
    ("firehose:DeleteDeliveryStream", ARCHIVE.stream_arn, "OnlyExemptChangeStream"),
    ("firehose:UpdateDestination", ARCHIVE.stream_arn, "OnlyExemptChangeStream"),
    ("s3:BypassGovernanceRetention", OBJECT, "OnlyExemptChangeArchive"),
    ("s3:DeleteBucketPolicy", ARCHIVE.bucket_arn, "OnlyExemptChangeArchive"),
    ("s3:DeleteObject", OBJECT, "OnlyExemptChangeArchive"),
    ("s3:DeleteObjectVersion", OBJECT, "OnlyExemptChangeArchive"),
    ("s3:PutBucketObjectLockConfiguration", ARCHIVE.bucket_arn, "OnlyExemptChangeArchive"),
    ("s3:PutBucketPolicy", ARCHIVE.bucket_arn, "OnlyExemptChangeArchive"),
    ("s3:PutBucketVersioning", ARCHIVE.bucket_arn, "OnlyExemptChangeArchive"),
    ("s3:PutLifecycleConfiguration", ARCHIVE.bucket_arn, "OnlyExemptChangeArchive"),
    ("s3:PutObjectRetention", OBJECT, "OnlyExemptChangeArchive"),
    *(
        (action, EXAMPLE.role_arn(name), "OnlyExemptChangeArchiveRoles")
        for name in (ARCHIVE.stream, ARCHIVE.subscription_role)
        for action in ("iam:CreateRole", "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")
    ),
]


@pytest.mark.parametrize(("action", "resource", "by", "only"), ALONE, ids=[each[0] for each in ALONE])
def test_one_role_alone_delivers(organization: Organization, action: str, resource: str, by: str, only: str) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-vend", SENTINEL), *EXEMPT):
        assert organization.decide(asker, action, resource, SENTINEL).denying == [by]
    assert organization.decide(role(only, SENTINEL), action, resource, SENTINEL).allowed


@pytest.mark.parametrize(
    ("action", "resource", "by"), EXEMPT_ONLY, ids=[f"{each[0]} {each[1]}" for each in EXEMPT_ONLY]
)
def test_only_exempt_roles_change_where_it_goes(
    organization: Organization, action: str, resource: str, by: str
) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-admin", SENTINEL), role("sentinel-audit", SENTINEL)):
        assert organization.decide(asker, action, resource, SENTINEL).denying == [by]
    assert all(organization.decide(each, action, resource, SENTINEL).allowed for each in EXEMPT)


@pytest.mark.parametrize("name", [ARCHIVE.stream, ARCHIVE.subscription_role])
def test_no_principal_of_the_account_becomes_a_role_of_the_archive(organization: Organization, name: str) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-admin", SENTINEL), *EXEMPT):
        verdict = organization.decide(asker, "sts:AssumeRole", EXAMPLE.role_arn(name), SENTINEL)
        assert verdict.denying == ["NoRoleBecomesArchive"]


def test_everyone_may_look_and_other_buckets_and_buses_are_free(organization: Organization) -> None:
    for action, resource in (
        ("s3:GetObject", OBJECT),
        ("s3:ListBucket", ARCHIVE.bucket_arn),
        ("firehose:DescribeDeliveryStream", ARCHIVE.stream_arn),
        ("events:DescribeEventBus", EXAMPLE.bus_arn),
        ("s3:DeleteObject", OBJECT.replace("sentinel-audit", "results", 1)),
        ("events:PutEvents", EXAMPLE.arn("events", "event-bus/default")),
        ("firehose:DeleteDeliveryStream", f"{ARCHIVE.stream_arn}or"),
    ):
        assert organization.decide(ADMINISTRATOR, action, resource, SENTINEL).allowed, action


@pytest.mark.parametrize(
    ("granted", "action", "resource", "allowed"),
    [
        (event_bus_policy(EXAMPLE), "events:PutEvents", EXAMPLE.bus_arn, True),
        (event_bus_policy(EXAMPLE), "events:PutEvents", EXAMPLE.arn("events", "event-bus/default"), False),
        (event_bus_policy(EXAMPLE), "events:DeleteEventBus", EXAMPLE.bus_arn, False),
        (subscription_policy(EXAMPLE), "firehose:PutRecordBatch", ARCHIVE.stream_arn, True),
        (subscription_policy(EXAMPLE), "firehose:PutRecordBatch", f"{ARCHIVE.stream_arn}2", False),
        (subscription_policy(EXAMPLE), "firehose:UpdateDestination", ARCHIVE.stream_arn, False),
        (stream_policy(EXAMPLE), "s3:PutObject", OBJECT, True),
        (stream_policy(EXAMPLE), "s3:PutObject", f"{ARCHIVE.bucket_arn}/elsewhere", False),
        (stream_policy(EXAMPLE), "s3:PutObject", OBJECT.replace("sentinel-audit", "ledger", 1), False),
        (stream_policy(EXAMPLE), "s3:DeleteObject", OBJECT, False),
        (stream_policy(EXAMPLE), "s3:PutObjectRetention", OBJECT, False),
    ],
)
def test_a_role_may_deliver_and_nothing_more(
    organization: Organization, granted: Policy, action: str, resource: str, *, allowed: bool
) -> None:
    verdict = organization.decide(
        role("any", SENTINEL), action, resource, SENTINEL, granted, guarded=False, closed=True
    )
    assert verdict.allowed == allowed


@pytest.mark.parametrize(
    ("trusting", "name", "source"),
    [
        (stream_trust(EXAMPLE), "firehose", ARCHIVE.stream_arn),
        (subscription_trust(EXAMPLE), "logs", EXAMPLE.arn("logs", "log-group:/aws/lambda/sentinel-vend")),
    ],
    ids=["Firehose", "CloudWatch Logs"],
)
def test_a_service_becomes_a_role_for_this_account_only(
    organization: Organization, trusting: Policy, name: str, source: str
) -> None:
    def may(service_name: str, account: str, arn: str) -> bool:
        acting = service(f"{service_name}.amazonaws.com").asking({"aws:SourceAccount": account, "aws:SourceArn": arn})
        target = EXAMPLE.role_arn(ARCHIVE.stream)
        return organization.decide(acting, "sts:AssumeRole", target, SENTINEL, trusting=trusting).allowed

    assert may(name, SENTINEL, source)
    assert not may(name, OUTSIDE, source)
    assert not may(name, SENTINEL, source.replace(SENTINEL, OUTSIDE))
    assert not may("lambda", SENTINEL, source)
    assert not may(name, SENTINEL, EXAMPLE.arn("sns", "sentinel-events"))
