"""What leaves the account: the event bus that changes are put on, and the archive of audit lines, where there are any.

The admin function's settings name the bus. Nothing names an archive, so its parts are looked for under the names that
deploy/ gives them: where none is there, there is no archive, and nothing is found wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.deployment import Known
from sentinel.doctor.findings import Finding, fail, ok, unless, warn

LINES: Final = '{ $.kind = "sentinel.audit" }'
_AGAIN: Final = "deploy again with audit_archive; docs/delivery.md"
_LOST: Final = "CloudWatch Logs does not try again"


def stream_name(known: Known) -> str:
    """Name the Firehose stream, which is what the subscription filters are named, too."""
    return f"{known.deployment}-audit"


def bucket_name(known: Known, region: str) -> str:
    return f"{stream_name(known)}-{known.account}-{region}"


async def check_event_bus(aws: Aws, known: Known) -> list[Finding]:
    """Examine the bus, if the admin function has one."""
    about = "event bus"
    if not known.event_bus:
        return []
    if await aws.find("events", "describe_event_bus", Name=known.event_bus) is None:
        cure = "deploy again with event_bus, or without it, so that the function has no SENTINEL_EVENT_BUS"
        return [fail(about, f"there is no bus {known.event_bus}: no change is put on it", cure)]
    return [ok(about, "it is there")]


async def check_archive(aws: Aws, known: Known) -> list[Finding]:
    """Examine the way of audit lines: a subscription filter of each function's log, the stream, the bucket's lock."""
    about, name, bucket = "archive", stream_name(known), bucket_name(known, aws.region)
    stream = await aws.find("firehose", "describe_delivery_stream", DeliveryStreamName=name)
    filters = {function: await _find_filter(aws, function, name) for function in _functions(known)}
    lock = await aws.find("s3", "get_object_lock_configuration", Bucket=bucket)
    if stream is None and not any(filters.values()):
        if lock is None:
            return []
        cure = f"{_AGAIN}; or leave it, if you have switched the archive off"
        return [warn(about, f"nothing delivers to the bucket {bucket}", cure)]
    described = (stream or {}).get("DeliveryStreamDescription", {})
    problems = [
        *_stream(about, name, described),
        *(problem for function, found in filters.items() for problem in _filter(about, function, found, described)),
        *_lock(about, bucket, lock or {}),
    ]
    return unless(problems, about, "the log of each function is subscribed, the stream is active, objects are locked")


def _functions(known: Known) -> Sequence[str]:
    return (known.vend, known.admin, *known.authorizers)


async def _find_filter(aws: Aws, function: str, name: str) -> Mapping[str, Any] | None:
    group = f"/aws/lambda/{function}"
    found = await aws.all(
        "logs", "describe_subscription_filters", "subscriptionFilters", logGroupName=group, filterNamePrefix=name
    )
    return next((each for each in found or () if each["filterName"] == name), None)


def _stream(about: str, name: str, described: Mapping[str, Any]) -> Iterator[Finding]:
    if not described:
        yield fail(about, f"there is no stream {name}, and {_LOST}: lines are not archived", _AGAIN)
    elif (status := described.get("DeliveryStreamStatus")) != "ACTIVE":
        yield fail(about, f"the stream {name} is {status}: lines are not archived", _AGAIN)


def _filter(
    about: str, function: str, found: Mapping[str, Any] | None, described: Mapping[str, Any]
) -> Iterator[Finding]:
    if found is None:
        yield fail(about, f"the log of {function} has no subscription filter: its lines are not archived", _AGAIN)
    elif found.get("filterPattern") != LINES:
        yield fail(about, f"the subscription filter of {function} is for other lines than {LINES}", _AGAIN)
    elif described and found.get("destinationArn") != described.get("DeliveryStreamARN"):
        yield fail(about, f"the subscription filter of {function} sends its lines somewhere else", _AGAIN)


def _lock(about: str, bucket: str, lock: Mapping[str, Any]) -> Iterator[Finding]:
    if not lock.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention"):
        yield fail(about, f"there is no bucket {bucket}, or its new objects are not locked", _AGAIN)
