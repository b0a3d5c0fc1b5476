"""Each finding on the event bus and the archive, provoked in an account that has both."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.policies import delivery
from deploy.policies.caller import doctor_policy
from deploy.policies.delivery import Archive
from sentinel.credentials.base import BaseCredentials
from sentinel.doctor.aws import Aws, DeniedError
from sentinel.doctor.delivery import LINES, bucket_name, check_archive, check_event_bus, stream_name
from sentinel.doctor.deployment import Deployment, discover
from sentinel.doctor.findings import Status
from tests.unit.client.doctor.account import (
    DEPLOYMENT,
    KNOWN,
    Account,
    complaint,
    delivering,
    healthy,
    only,
    subscription,
)

BUS = replace(KNOWN, event_bus=DEPLOYMENT.bus_arn)
BUCKET = Archive(DEPLOYMENT).bucket


@pytest.fixture
def account() -> Account:
    return delivering()


def test_the_parts_have_the_names_that_deploy_gives_them() -> None:
    archive = Archive(DEPLOYMENT)
    assert (stream_name(KNOWN), bucket_name(KNOWN, DEPLOYMENT.region)) == (archive.stream, archive.bucket)
    assert LINES == delivery.LINES


async def test_what_was_not_asked_for_is_not_missed() -> None:
    account = healthy()
    assert await check_event_bus(account.aws, KNOWN) == []
    assert await check_archive(account.aws, KNOWN) == []


async def test_the_admin_function_says_which_bus(account: Account) -> None:
    account.answers["get_caller_identity"] = {"Arn": "arn:aws:iam::111122223333:user/me", "Account": "111122223333"}
    variables = account.answers["get_function_configuration"]["Environment"]["Variables"]
    variables["SENTINEL_EVENT_BUS"] = DEPLOYMENT.bus_arn
    known = await discover(account.aws, Deployment("sentinel"))
    assert known.event_bus == DEPLOYMENT.bus_arn


async def test_a_bus_that_is_there_is_ok_and_one_that_is_gone_fails(account: Account) -> None:
    found = complaint(await check_event_bus(account.aws, BUS))
    assert found.startswith(
        f"there is no bus {DEPLOYMENT.bus_arn}: no change is put on it → deploy again with event_bus"
    )
    account.answers["describe_event_bus"] = {"Name": "sentinel-events"}
    assert only(await check_event_bus(account.aws, BUS)).status is Status.OK
    assert ("events.describe_event_bus", {"Name": DEPLOYMENT.bus_arn}) in account.asked


async def test_an_archive_as_deployed_is_ok(account: Account) -> None:
    assert only(await check_archive(account.aws, KNOWN)).status is Status.OK
    asked = [params["logGroupName"] for name, params in account.asked if name.startswith("logs.")]
    assert asked == [f"/aws/lambda/sentinel-{name}" for name in ("vend", "admin", "authorizer")]


def of_vend(*filters: dict[str, str]) -> Any:
    """Answer these for the log of vend, and what is right for the others."""

    def answer(asked: Mapping[str, Any]) -> list[dict[str, str]]:
        return list(filters) if asked["logGroupName"].endswith("-vend") else [subscription()]

    return answer


STREAM = "describe_delivery_stream"
FILTERS = "describe_subscription_filters"
FAULTS: list[tuple[str, Any, str]] = [
    (STREAM, None, "there is no stream sentinel-audit, and CloudWatch Logs does not try again"),
    (STREAM, {"DeliveryStreamDescription": {"DeliveryStreamStatus": "DELETING"}}, "sentinel-audit is DELETING"),
    (FILTERS, of_vend(), "the log of sentinel-vend has no subscription filter"),
    (FILTERS, of_vend(subscription("sentinel-audit-2")), "the log of sentinel-vend has no subscription filter"),
    (FILTERS, of_vend(subscription(filterPattern='{ $.kind = "x" }')), "sentinel-vend is for other lines"),
    (FILTERS, of_vend(subscription(destinationArn="arn:other")), "sentinel-vend sends its lines somewhere else"),
    ("get_object_lock_configuration", None, f"there is no bucket {BUCKET}, or its new objects are not locked"),
    ("get_object_lock_configuration", {"ObjectLockConfiguration": {}}, "new objects are not locked"),
]


@pytest.mark.parametrize(("operation", "answer", "words"), FAULTS, ids=[each[2] for each in FAULTS])
async def test_an_archive_that_loses_lines_fails(account: Account, operation: str, answer: Any, words: str) -> None:
    account.answers[operation] = answer
    found = [each for each in await check_archive(account.aws, KNOWN) if words in each.message]
    assert re.search("→ deploy again with audit_archive", complaint(found))


async def test_a_log_group_that_is_gone_is_not_subscribed(account: Account) -> None:
    account.answers[FILTERS] = lambda asked: None if asked["logGroupName"].endswith("-vend") else [subscription()]
    assert "the log of sentinel-vend has no subscription filter" in complaint(await check_archive(account.aws, KNOWN))


async def test_a_bucket_that_nothing_delivers_to_is_a_warning(account: Account) -> None:
    account.answers |= {STREAM: None, FILTERS: []}
    assert "nothing delivers to" in complaint(await check_archive(account.aws, KNOWN), Status.WARN)


class _Refusing:
    """S3 that answers with an error."""

    class meta:  # noqa: N801 - botocore's name
        method_to_api_mapping = {"get_object_lock_configuration": "GetObjectLockConfiguration"}  # noqa: RUF012

    def __init__(self, code: str) -> None:
        self._code = code

    def get_object_lock_configuration(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": self._code}}, "GetObjectLockConfiguration")


async def _look(code: str) -> Any:
    aws = Aws(BaseCredentials(None), DEPLOYMENT.region, {"s3": _Refusing(code)})
    return await aws.find("s3", "get_object_lock_configuration", Bucket=BUCKET)


@pytest.mark.parametrize("code", ["NoSuchBucket", "ObjectLockConfigurationNotFoundError"])
async def test_a_bucket_without_a_lock_is_nothing_found(code: str) -> None:
    assert await _look(code) is None


async def test_a_missing_permission_is_named_as_iam_has_it() -> None:
    with pytest.raises(DeniedError, match="s3:GetBucketObjectLockConfiguration"):
        await _look("AccessDenied")
    actions = str(doctor_policy(DEPLOYMENT))
    for action in (
        "s3:GetBucketObjectLockConfiguration",
        "firehose:DescribeDeliveryStream",
        "logs:DescribeSubscriptionFilters",
        "events:DescribeEventBus",
    ):
        assert action in actions
