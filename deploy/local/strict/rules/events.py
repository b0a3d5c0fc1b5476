"""What EventBridge refuses, per event and with HTTP status 200, and emulators accept.

Sources: EventBridge API reference, PutEvents and PutEventsRequestEntry; EventBridge User Guide, "Calculating PutEvents
event entry size".
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule

_MAXIMUM: Final = 256 * 1024
_TIME_BYTES: Final = 14
_DETAIL_TYPE_MAXIMUM: Final = 128
_RESERVED_SOURCE: Final = "aws."


def _of_each(check: Callable[[Mapping[str, Any]], str | None]) -> Callable[[AwsRequest, StrictContext], str | None]:
    """Make a rule about each entry of a request."""

    def find(request: AwsRequest, _: StrictContext) -> str | None:
        return next(filter(None, map(check, request.params["Entries"])), None)

    return find


@rule("events", "PutEvents")
@_of_each
def an_event_names_its_bus_by_arn(entry: Mapping[str, Any]) -> str | None:
    """Without a name it goes to the default bus, which every rule of AWS's own events reads."""
    named = str(entry.get("EventBusName", "")).startswith("arn:")
    return None if named else "an event names its bus by ARN, or it goes to another one"


@rule("events", "PutEvents")
@_of_each
def an_event_has_a_source_and_a_type(entry: Mapping[str, Any]) -> str | None:
    if not entry.get("Source") or entry["Source"].startswith(_RESERVED_SOURCE):
        return "an event has a source, which does not begin with aws."
    if not 0 < len(entry.get("DetailType", "")) <= _DETAIL_TYPE_MAXIMUM:
        return f"an event has a detail type of at most {_DETAIL_TYPE_MAXIMUM} characters"
    return None


@rule("events", "PutEvents")
@_of_each
def a_detail_is_one_json_object(entry: Mapping[str, Any]) -> str | None:
    try:
        # As a list of pairs, a key that occurs twice is seen.
        pairs = json.loads(entry.get("Detail", ""), object_pairs_hook=list)
    except ValueError:
        return "the detail is not JSON"
    is_object = entry["Detail"].lstrip().startswith("{") and len(dict(pairs)) == len(pairs)
    return None if is_object else "the detail is one JSON object, without a key twice"


@rule("events", "PutEvents")
@_of_each
def an_event_fits(entry: Mapping[str, Any]) -> str | None:
    texts = (entry.get("Source", ""), entry.get("DetailType", ""), entry.get("Detail", ""), *entry.get("Resources", ()))
    size = sum(len(text.encode()) for text in texts) + (_TIME_BYTES if "Time" in entry else 0)
    return f"the event has {size} bytes; under {_MAXIMUM} are allowed" if size >= _MAXIMUM else None
