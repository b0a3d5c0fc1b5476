"""Audit lines out of the functions' log groups, read with the caller's own AWS credentials, one event at a time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sentinel.credentials.base import DENIED, BaseCredentials
from sentinel.evidence.records import KIND, Record, Unread, find_records
from sentinel.evidence.sources import SourceDeniedError, SourceError

# FilterLogEvents takes few requests a second (CloudWatch Logs quotas): a longer list is read by waiting.
_CONFIG: Final = Config(connect_timeout=5, read_timeout=60, retries={"mode": "adaptive", "total_max_attempts": 8})
_PATTERN: Final = f'{{ $.kind = "{KIND}" }}'
_ABSENT: Final = "ResourceNotFoundException"


def open_logs(base: BaseCredentials, region: str) -> Any:
    """Open CloudWatch Logs with the caller's own credentials.

    Raises:
        BaseCredentialsError: no credentials are configured.

    """
    return base.open_client("logs", region, _CONFIG)


def list_log_groups(client: Any, prefix: str) -> Mapping[str, timedelta | None]:
    """List the log groups whose names begin so, each with the time for which it keeps events; None: for good.

    Raises:
        SourceDeniedError: the caller's credentials may not list them.
        SourceError: no group begins so, or CloudWatch does not answer.

    """
    region = client.meta.region_name
    try:
        pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        found = {str(group["logGroupName"]): _retention(group) for page in pages for group in page["logGroups"]}
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in DENIED:
            raise SourceDeniedError(
                f"your own AWS credentials may not list log groups in {region}",
                "allow them logs:DescribeLogGroups, or name each with --log-group",
            ) from None
        raise _failure(prefix, region, error) from None
    except BotoCoreError as error:
        raise SourceError(f"CloudWatch Logs in {region} cannot be asked: {error}") from None
    if not found:
        raise SourceError(f"no log group in {region} begins {prefix}", "name the functions' groups with --log-group")
    return found


def logged_records(
    client: Any, log_groups: Sequence[str], begin: datetime, end: datetime, unread: Unread
) -> Iterator[Record]:
    """Read the audit lines of log groups, one group after the other, each in the order of time.

    Raises:
        SourceDeniedError: the caller's credentials may not read a group.
        SourceError: a group does not exist, or CloudWatch does not answer.

    """
    times = {"startTime": _milliseconds(begin), "endTime": _milliseconds(end)}
    for group in log_groups:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=_PATTERN, **times)
        try:
            for page in pages:
                for event in page.get("events", ()):
                    place = f"{group}, event {event.get('eventId')}"
                    yield from find_records(event.get("message", "").encode(errors="replace"), place, unread)
        except ClientError as error:
            raise _failure(group, client.meta.region_name, error) from None
        except BotoCoreError as error:
            raise SourceError(f"CloudWatch Logs in {client.meta.region_name} cannot be asked: {error}") from None


def logged_lines(
    client: Any, log_groups: Sequence[str], begin: datetime, end: datetime, unread: Unread
) -> Iterator[bytes]:
    """Read as `logged_records`, and give only the exact bytes of each line."""
    return (record.raw for record in logged_records(client, log_groups, begin, end, unread))


def _retention(group: Mapping[str, Any]) -> timedelta | None:
    days = group.get("retentionInDays")
    return None if days is None else timedelta(days=days)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _failure(group: str, region: str, error: ClientError) -> SourceError:
    code = error.response.get("Error", {}).get("Code", "no reason given")
    if code in DENIED:
        return SourceDeniedError(
            f"your own AWS credentials may not read the log group {group} in {region}",
            "allow them logs:FilterLogEvents on it, or use another login: --aws-profile NAME",
        )
    if code == _ABSENT:
        return SourceError(f"there is no log group {group} in {region}", "name the functions' groups with --log-group")
    return SourceError(f"CloudWatch Logs in {region} refused to read {group}: {code}", "try again, for a shorter time")
