"""Notices on an event bus: what an event says, and what counts as put."""

from typing import Any

import orjson
import pytest

from services.admin.notify.bus import put_on_bus
from services.admin.notify.notice import Failure
from services.admin.notify.tries import Tries
from shared.aws.client.protocol import ServiceError
from shared.aws.event_bus import MAXIMUM_BYTES, EventBus
from tests.unit.admin.notify.samples import notice

ARN = "arn:aws:events:eu-central-1:123456789012:event-bus/sentinel-events"
TAKEN = {"FailedEntryCount": 0, "Entries": [{"EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}
AT_ONCE = Tries(pauses_s=(0, 0))


def refused(code: str) -> dict[str, Any]:
    return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code, "ErrorMessage": "planted"}]}


class Events:
    """EventBridge's client, which answers in turn; the last answer stays."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.entries: list[dict[str, Any]] = []

    async def put_events(self, Entries: list[dict[str, Any]]) -> Any:  # noqa: N803 - AWS's name
        self.entries += Entries
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def put(events: Events, **changes: Any) -> Failure | None:
    return await put_on_bus(EventBus(events, ARN), notice(**changes), AT_ONCE)


async def test_an_event_is_the_notice_by_its_name() -> None:
    events = Events(TAKEN)
    assert await put(events) is None
    assert events.entries == [
        {
            "EventBusName": ARN,
            "Source": "sentinel",
            "DetailType": "request.filed",
            "Detail": notice().body().decode(),
        }
    ]
    assert orjson.loads(events.entries[0]["Detail"])["text"] == notice().text


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (refused("ThrottlingException"), "PutEvents: ThrottlingException"),
        (refused("InternalFailure"), "PutEvents: InternalFailure"),
        (refused("InternalException"), "PutEvents: InternalException"),
        (ServiceError("PutEvents", 500, "InternalException", "", {}), "InternalException"),
        (OSError("planted"), "OSError"),
    ],
)
async def test_what_may_pass_is_tried_again_and_not_for_ever(answer: Any, cause: str) -> None:
    assert await put(Events(answer, TAKEN)) is None
    events = Events(answer)
    failure = await put(events)
    assert failure is not None
    assert cause in failure.cause
    assert len(events.entries) == 1 + len(AT_ONCE.pauses_s)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (refused("MalformedDetail"), "events: PutEvents: MalformedDetail"),
        (refused("NotAuthorizedForSourceException"), "NotAuthorizedForSourceException"),
        (ServiceError("PutEvents", 400, "AccessDeniedException", "", {}), "AccessDeniedException"),
        ({"FailedEntryCount": 1, "Entries": [{"EventId": "e"}]}, "neither an id of the event nor an error"),
        ({"FailedEntryCount": 0, "Entries": [{}]}, "neither an id of the event nor an error"),
        ({}, "neither an id of the event nor an error"),
    ],
)
async def test_what_will_be_refused_again_is_tried_once_and_named(answer: Any, cause: str) -> None:
    events = Events(answer)
    failure = await put(events)
    assert failure is not None
    assert cause in failure.cause
    assert "planted" not in failure.cause
    assert len(events.entries) == 1


async def test_an_event_over_the_limit_is_not_sent() -> None:
    rest = len(notice(reason="").body()) + len("sentinel") + len("request.filed")
    # The reason is in the text, cut to 300 characters, and in the details.
    room = MAXIMUM_BYTES - rest - 300 + len("…")
    events = Events(TAKEN)
    failure = await put(events, reason="x" * (room + 300))
    assert failure is not None
    assert "262144 bytes or more" in failure.cause
    assert events.entries == []
    assert await put(events, reason="x" * (room - 300)) is None


@pytest.mark.parametrize(
    "arn",
    [
        "sentinel-events",
        "arn:aws:sns:eu-central-1:123456789012:sentinel-events",
        "arn:aws:events:eu-central-1:123456789012:rule/sentinel-events",
        "arn:aws:events::123456789012:event-bus/sentinel-events",
        "arn:aws:events:eu-central-1:123456789012:event-bus/",
        "arn:aws:events:eu-central-1:123456789012:event-bus/sentinel/events",
    ],
)
def test_only_the_arn_of_a_bus_is_one(arn: str) -> None:
    with pytest.raises(ValueError, match="not the ARN of an event bus"):
        EventBus(Events(TAKEN), arn)
