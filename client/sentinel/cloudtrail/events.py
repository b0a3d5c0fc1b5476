"""What CloudTrail records of a session: the queries that find it, and the events that are its own.

A role session's name is chosen by the caller that assumes the role, so events found by name are only candidates. The
source identity takes a permission to set (IAM User Guide, "Monitor and control actions taken with assumed roles"), and
it survives role chaining. An event is a session's if its source identity is the session's stamp, or if it was made
with an access key that such an event was made with.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import AwareDatetime, Field, ValidationError

from sentinel.api.responses import Answer, Shown
from sentinel.api.sessions import Session
from sentinel.errors import ClientError, ServiceUnreachableError
from sentinel.terminal.output import note
from sentinel.terminal.tables import print_table
from sentinel.terminal.times import WIRE
from shared.core.stamp import parse_stamp

# Clocks differ, and a chained session may outlive the session that began it by little.
BEFORE: Final = timedelta(minutes=5)
AFTER: Final = timedelta(minutes=15)
_LAKE_TIME: Final = "%Y-%m-%d %H:%M:%S"
_COLUMNS: Final = "eventTime, eventSource, eventName, awsRegion, sourceIPAddress, errorCode, userIdentity.arn"


class _Issuer(Answer):
    arn: Shown | None = None


class _SessionContext(Answer):
    source_identity: Shown | None = Field(alias="sourceIdentity", default=None)
    issuer: _Issuer = Field(alias="sessionIssuer", default=_Issuer())


class _Identity(Answer):
    arn: Shown | None = None
    access_key_id: Shown | None = Field(alias="accessKeyId", default=None)
    context: _SessionContext = Field(alias="sessionContext", default=_SessionContext())


class TrailEvent(Answer):
    """The fields of a CloudTrail event that are looked at (CloudTrail User Guide, "CloudTrail record contents")."""

    id: Shown = Field(alias="eventID")
    at: AwareDatetime = Field(alias="eventTime")
    service: Shown = Field(alias="eventSource")
    action: Shown = Field(alias="eventName")
    region: Shown = Field(alias="awsRegion")
    source_ip: Shown | None = Field(alias="sourceIPAddress", default=None)
    error: Shown | None = Field(alias="errorCode", default=None)
    identity: _Identity = Field(alias="userIdentity")
    parameters: Any = Field(alias="requestParameters", default=None, exclude=True, repr=False)

    @property
    def caller_source_identity(self) -> str | None:
        return self.identity.context.source_identity

    @property
    def caller_role_arn(self) -> str | None:
        """The role the caller had assumed, where it was a role session."""
        return self.identity.context.issuer.arn

    def parameter(self, name: str) -> str | None:
        """Read a request parameter that is text; None for anything else."""
        value = self.parameters.get(name) if isinstance(self.parameters, dict) else None
        return value if isinstance(value, str) else None


class UnreadableEventError(ClientError):
    """CloudTrail gave something that is not an event."""

    code = "cloudtrail_failed"


def parse_event(text: str) -> TrailEvent:
    """Read the `CloudTrailEvent` of a LookupEvents answer.

    Raises:
        UnreadableEventError: it is no event.

    """
    try:
        return TrailEvent.model_validate_json(text)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) or "the whole" for problem in error.errors())
        raise UnreadableEventError(f"an event of CloudTrail cannot be read (wrong: {places})") from None


def window(session: Session) -> tuple[datetime, datetime]:
    """When events of the session can have happened."""
    return session.issued_at - BEFORE, session.ends_at + AFTER


def stamp_keys(events: Iterable[TrailEvent], stamp: str) -> frozenset[str]:
    """Find the access keys of the session: those that events with its stamp as source identity were made with."""
    keys = (event.identity.access_key_id for event in events if event.caller_source_identity == stamp)
    return frozenset(key for key in keys if key)


def events_of(events: Iterable[TrailEvent], stamp: str, keys: frozenset[str]) -> Sequence[TrailEvent]:
    """Keep what is the session's own, once each, oldest first."""
    own = {
        event.id: event
        for event in events
        if event.caller_source_identity == stamp or event.identity.access_key_id in keys
    }
    return sorted(own.values(), key=lambda event: (event.at, event.id))


def lake_query(session: Session) -> str:
    """Write the CloudTrail Lake SQL (CloudTrail User Guide, "Supported SQL schemas for event data stores")."""
    stamp, (begin, end) = _checked_stamp(session), window(session)
    return "\n".join(
        [
            f"SELECT {_COLUMNS}",
            "FROM <event data store id>",
            f"WHERE eventTime >= '{begin.strftime(_LAKE_TIME)}' AND eventTime <= '{end.strftime(_LAKE_TIME)}'",
            f"  AND (userIdentity.sessionContext.sourceIdentity = '{stamp}'",
            f"    OR (eventName = 'AssumeRole' AND element_at(requestParameters, 'sourceIdentity') = '{stamp}'))",
            "ORDER BY eventTime",
        ]
    )


def athena_query(session: Session) -> str:
    """Write the Athena SQL for a table of CloudTrail's logs, whose instants are ISO 8601 text.

    The table of the Athena User Guide ("Query AWS CloudTrail logs") leaves sourceIdentity out, so the query says so.
    """
    stamp, (begin, end) = _checked_stamp(session), window(session)
    return "\n".join(
        [
            "-- userIdentity.sessionContext of the table must have the field sourceIdentity: STRING",
            f"SELECT {_COLUMNS}",
            "FROM cloudtrail_logs",
            f"WHERE eventTime >= '{begin.strftime(WIRE)}' AND eventTime <= '{end.strftime(WIRE)}'",
            f"  AND (userIdentity.sessionContext.sourceIdentity = '{stamp}'",
            "    OR (eventName = 'AssumeRole'",
            f"      AND json_extract_scalar(requestParameters, '$.sourceIdentity') = '{stamp}'))",
            "ORDER BY eventTime",
        ]
    )


def _checked_stamp(session: Session) -> str:
    """Check the stamp: its alphabet has no quote, so it needs no escaping in SQL.

    Raises:
        ServiceUnreachableError: the service sent something else.

    """
    if parse_stamp(session.stamp) is None:
        raise ServiceUnreachableError("the session's stamp is not one of Sentinel's")
    return session.stamp


def print_events(events: Sequence[TrailEvent]) -> None:
    """Print what a session did, oldest first."""
    if events:
        print_table(("time", "service", "action", "region", "ip", "error"), map(event_cells, events))
    else:
        note("CloudTrail has no events of it yet; an event shows up to 15 minutes late")


def event_cells(event: TrailEvent) -> tuple[str, ...]:
    service = event.service.removesuffix(".amazonaws.com")
    return event.at.strftime(WIRE), service, event.action, event.region, event.source_ip or "", event.error or ""
