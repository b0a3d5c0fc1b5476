"""CloudTrail events as LookupEvents gives them, and a CloudTrail that holds some."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from sentinel.cloudtrail.events import TrailEvent, parse_event
from sentinel.cloudtrail.history import CloudTrail
from tests.unit.client.session_service import ROLE, STAMP

KEY = "ASIAQQQQQQQQQQQQQQQQ"


def an_event(
    number: int = 1, *, source_identity: str | None = STAMP, key: str = KEY, issuer: str = ROLE, **changes: Any
) -> dict[str, Any]:
    context = {"sessionIssuer": {"arn": issuer}, "attributes": {"mfaAuthenticated": "false"}}
    facts = {
        "eventID": f"event-{number}",
        "eventTime": f"2026-03-01T12:{number:02d}:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "192.0.2.7",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::111122223333:assumed-role/prod/{STAMP}",
            "accessKeyId": key,
            "sessionContext": context | ({"sourceIdentity": source_identity} if source_identity else {}),
        },
        "requestParameters": None,
    }
    return facts | changes


def a_vend(number: int = 0, *, stamp: str | None = STAMP, role: str = ROLE, **changes: Any) -> dict[str, Any]:
    """Make the AssumeRole event of a vend: the caller is Sentinel's own function."""
    parameters = {"roleArn": role, "roleSessionName": stamp, "durationSeconds": 3600}
    made = an_event(number, source_identity=None, key="ASIALAMBDA0000000000", issuer="arn:aws:iam::1:role/vend")
    asked = parameters | ({"sourceIdentity": stamp} if stamp else {})
    return made | {"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "requestParameters": asked} | changes


def parsed(event: dict[str, Any]) -> TrailEvent:
    return parse_event(json.dumps(event))


@dataclass
class History:
    """One region's client, as far as `CloudTrail` uses it: events by what they are looked up by, two a page."""

    events: dict[tuple[str, str], Sequence[dict[str, Any]]]
    error: str | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    meta: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(region_name="eu-central-1"))

    def get_paginator(self, name: str) -> "History":
        assert name == "lookup_events"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(asked)
        if self.error is not None:
            raise ClientError({"Error": {"Code": self.error, "Message": "m"}}, "LookupEvents")
        (wanted,) = asked["LookupAttributes"]
        found = self.events.get((wanted["AttributeKey"], wanted["AttributeValue"]), ())
        for start in range(0, len(found), 2):
            yield {"Events": [{"CloudTrailEvent": json.dumps(event)} for event in found[start : start + 2]]}


def history(*histories: History) -> CloudTrail:
    return CloudTrail(histories)
