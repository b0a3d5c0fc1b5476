"""CloudTrail's event history, read with the caller's own AWS credentials.

It holds the management events of 90 days, of one account and one region at a time, and shows an event up to 15
minutes late (CloudTrail User Guide, "Working with CloudTrail event history").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sentinel.api.sessions import Session
from sentinel.cloudtrail.events import TrailEvent, events_of, parse_event, stamp_keys, window
from sentinel.credentials.base import DENIED, BaseCredentials
from sentinel.errors import ClientError as SentinelClientError
from sentinel.settings import Settings

# LookupEvents takes two requests a second (its API reference): a longer list is read by waiting.
_CONFIG: Final = Config(connect_timeout=5, read_timeout=20, retries={"mode": "adaptive", "total_max_attempts": 8})


class TrailError(SentinelClientError):
    """CloudTrail did not answer what was asked."""

    code = "cloudtrail_failed"


class TrailDeniedError(TrailError):
    """The caller's own credentials may not look events up."""

    code = "cloudtrail_denied"


@dataclass(frozen=True, slots=True)
class CloudTrail:
    """The event history of some regions, a botocore client for each. Blocks while it waits."""

    clients: Sequence[Any]

    def look_up(self, attribute: str, value: str, begin: datetime, end: datetime) -> Iterator[TrailEvent]:
        """Find events by one attribute, newest first in each region, all pages.

        Raises:
            TrailDeniedError: the credentials may not.
            TrailError: CloudTrail fails in another way.
            UnreadableEventError: it gave something that is no event.

        """
        attributes = [{"AttributeKey": attribute, "AttributeValue": value}]
        for client in self.clients:
            pages = client.get_paginator("lookup_events").paginate(
                LookupAttributes=attributes, StartTime=begin, EndTime=end
            )
            try:
                for page in pages:
                    yield from (parse_event(found["CloudTrailEvent"]) for found in page.get("Events", ()))
            except ClientError as error:
                raise _failure(client.meta.region_name, error) from None
            except BotoCoreError as error:
                raise TrailError(f"CloudTrail in {client.meta.region_name} cannot be asked: {error}") from None

    def find_session(self, session: Session, most: int) -> Sequence[TrailEvent]:
        """Find what a session did, oldest first: at most so many of the newest events of each lookup.

        Raises:
            TrailDeniedError: the credentials may not.
            TrailError: CloudTrail fails in another way.
            UnreadableEventError: it gave something that is no event.

        """
        begin, end = window(session)
        named = list(islice(self.look_up("Username", session.stamp, begin, end), most))
        keys = stamp_keys(named, session.stamp)
        keyed = (event for key in sorted(keys) for event in islice(self.look_up("AccessKeyId", key, begin, end), most))
        return events_of([*named, *keyed], session.stamp, keys)[-most:]


def open_cloudtrail(base: BaseCredentials, regions: Sequence[str]) -> CloudTrail:
    """Open the event history of these regions with the caller's own credentials.

    Raises:
        BaseCredentialsError: no credentials are configured.

    """
    return CloudTrail([base.open_client("cloudtrail", region, _CONFIG) for region in regions])


def _failure(region: str, error: ClientError) -> TrailError:
    said = error.response.get("Error", {})
    if said.get("Code") in DENIED:
        return TrailDeniedError(
            f"your own AWS credentials may not look up CloudTrail events in {region}",
            "allow them cloudtrail:LookupEvents, or use another login: --aws-profile NAME",
        )
    return TrailError(f"CloudTrail in {region} refused: {said.get('Code', 'no reason given')}", "try again")


trail_region_option: Final = click.option(
    "--trail-region",
    "trail_regions",
    multiple=True,
    metavar="REGION",
    help="Where to look CloudTrail events up; repeat it for more. Default: the region of the remote server.",
)


def open_trail(settings: Settings, regions: Sequence[str]) -> CloudTrail:
    """Open CloudTrail with the caller's own credentials.

    Raises:
        BaseCredentialsError: no credentials are configured.
        UsageError: no region is named, and the settings name none either.

    """
    base = settings.base()
    return open_cloudtrail(base, regions or [base.region_of(settings.server())])
