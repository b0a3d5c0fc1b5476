"""The event bus and the archive: who puts events, who archives, and who could redirect or thin out either."""

import pytest

from deploy.policies.delivery import Archive
from deploy.policies.generate import EXAMPLE
from tests.security.guardrails.organization import SENTINEL, Organization, exempt, role

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
]


@pytest.mark.parametrize(("action", "resource", "by", "only"), ALONE, ids=[each[0] for each in ALONE])
def test_one_role_alone_delivers(organization: Organization, action: str, resource: str, by: str, only: str) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-vend", SENTINEL), *EXEMPT):
        assert organization.decide(asker, action, resource, SENTINEL).denying == [by]
    assert organization.decide(role(only, SENTINEL), action, resource, SENTINEL).allowed


@pytest.mark.parametrize(("action", "resource", "by"), EXEMPT_ONLY, ids=[each[0] for each in EXEMPT_ONLY])
def test_only_exempt_roles_change_where_it_goes(
    organization: Organization, action: str, resource: str, by: str
) -> None:
    for asker in (ADMINISTRATOR, role("sentinel-admin", SENTINEL), role("sentinel-audit", SENTINEL)):
        assert organization.decide(asker, action, resource, SENTINEL).denying == [by]
    assert all(organization.decide(each, action, resource, SENTINEL).allowed for each in EXEMPT)


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
