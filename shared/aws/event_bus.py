"""An event bus of EventBridge for notifications (EventBridge API reference, PutEvents)."""

from typing import Any, Final

from shared.aws.errors import (
    THROTTLING_CODES,
    UNAVAILABLE_CODES,
    AwsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableError,
    translate_errors,
)
from shared.core.arn import MalformedArnError, parse_arn

SOURCE: Final = "sentinel"
"""The `source` of every event, which rules match on."""
# EventBridge User Guide, "Calculating PutEvents event entry size": source, detail type and detail in UTF-8. PutEvents
# takes a megabyte since 2026; most targets of rules take no more than this.
MAXIMUM_BYTES: Final = 256 * 1024


class TooLargeEventError(Exception):
    """The event is larger than EventBridge takes. It was not sent."""

    def __init__(self) -> None:
        super().__init__(f"the event has {MAXIMUM_BYTES} bytes or more")


class EventBus:
    """One event bus. Its rules match `source`, which is `sentinel`, and the detail type."""

    def __init__(self, events: Any, arn: str) -> None:
        """Put events on the bus of this ARN, in the client's region.

        Raises:
            ValueError: it is not the ARN of an event bus.

        """
        if not _is_bus_arn(arn):
            raise ValueError(f"{arn!r} is not the ARN of an event bus")
        self._events = events
        self._arn = arn

    async def put(self, detail: bytes, *, detail_type: str) -> None:
        """Put one event, whose time is that of the call. `detail` is a JSON object in UTF-8.

        An event whose response was lost may be put twice, with two ids of EventBridge's.

        Raises:
            TooLargeEventError: it is too large; nothing was sent.
            AwsError: the event may not have been put. EventBridge answers 200 for an event that it did not take, with
                an error code in its entry; that is an error of the code's kind here.

        """
        if len(SOURCE) + len(detail_type.encode()) + len(detail) >= MAXIMUM_BYTES:
            raise TooLargeEventError
        with translate_errors("events"):
            answer = await self._events.put_events(
                Entries=[
                    {
                        "EventBusName": self._arn,
                        "Source": SOURCE,
                        "DetailType": detail_type,
                        "Detail": detail.decode(),
                    }
                ]
            )
        if (error := _failure_in(answer)) is not None:
            raise error


def _failure_in(answer: Any) -> AwsError | None:
    """Find what failed. Only an entry with an id, and no failure counted, is a success."""
    entries = answer.get("Entries") or [{}]
    code = entries[0].get("ErrorCode")
    if code in THROTTLING_CODES:
        return ThrottledError("events", f"PutEvents: {code}")
    if code in UNAVAILABLE_CODES or code == "InternalException":
        return UnavailableError("events", f"PutEvents: {code}")
    if code is not None:
        return RefusedError("events", f"PutEvents: {code}", code=code)
    if answer.get("FailedEntryCount") or not entries[0].get("EventId"):
        return UnreadableError("events", "PutEvents: neither an id of the event nor an error")
    return None


def _is_bus_arn(text: str) -> bool:
    try:
        arn = parse_arn(text)
    except MalformedArnError:
        return False
    kind, _, name = arn.resource.partition("/")
    return arn.service == "events" and bool(arn.region) and kind == "event-bus" and bool(name) and "/" not in name
