from typing import Any

import pytest

from tests.unit.strict.requests import complaints

BUS = "arn:aws:events:eu-central-1:123456789012:event-bus/sentinel-events"
# What an event without a detail takes: the source and the detail type.
REST = len("sentinel") + len("request.filed")


def put(**changes: Any) -> dict[str, Any]:
    entry = {"EventBusName": BUS, "Source": "sentinel", "DetailType": "request.filed", "Detail": "{}"}
    return {"Entries": [entry | changes]}


def detail_of(size: int, filler: str = "x") -> str:
    return '{"a":"' + filler * (size - len('{"a":""}')) + '"}'


@pytest.mark.parametrize(
    "changes",
    [{}, {"Detail": detail_of(256 * 1024 - REST - 1)}, {"DetailType": "d" * 128}, {"Resources": [BUS]}],
    ids=lambda changes: ",".join(changes) or "plain",
)
def test_what_eventbridge_takes_passes(changes: dict[str, Any]) -> None:
    assert complaints("events", "PutEvents", put(**changes)) == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"EventBusName": "sentinel-events"}, "names its bus by ARN"),
        ({"EventBusName": BUS.replace("event-bus", "rule")}, "does not match"),
        ({"Source": ""}, "has a source"),
        ({"Source": "aws.iam"}, "does not begin with aws."),
        ({"DetailType": "d" * 129}, "at most 128"),
        ({"Detail": "not json"}, "is not JSON"),
        ({"Detail": "[]"}, "one JSON object"),
        ({"Detail": '{"a": 1, "a": 2}'}, "without a key twice"),
        ({"Detail": detail_of(256 * 1024 - REST)}, "under 262144"),
        ({"Detail": detail_of(256 * 1024 - REST - 1), "Time": 1793620800}, "under 262144"),
        ({"Detail": detail_of(128 * 1024, "é")}, "under 262144"),
    ],
)
def test_what_eventbridge_refuses_is_found(changes: dict[str, Any], complaint: str) -> None:
    assert complaint in complaints("events", "PutEvents", put(**changes))


def test_every_event_of_a_request_is_checked() -> None:
    both = [*put()["Entries"], *put(Detail="")["Entries"]]
    assert "is not JSON" in complaints("events", "PutEvents", {"Entries": both})


def test_a_request_has_ten_events_at_most() -> None:
    assert "over the maximum of 10" in complaints("events", "PutEvents", {"Entries": put()["Entries"] * 11})
