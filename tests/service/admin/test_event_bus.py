"""State changes as events on a bus of the emulator, read back through a rule by their detail type."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.service.admin.conftest import REGION, furnish_moto
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.emulator import aws

BUS = "sentinel-events"


@pytest.fixture
def bus_arn(aws_url: str) -> str:  # noqa: ARG001 - the emulator's address is in the environment
    return str(aws("events").create_event_bus(Name=BUS)["EventBusArn"])


@pytest.fixture
def queue_url(bus_arn: str) -> str:
    """A queue that gets what the rule matches: requests that are approved or denied."""
    url = str(aws("sqs").create_queue(QueueName="listener")["QueueUrl"])
    pattern = {"source": ["sentinel"], "detail-type": ["request.approved", "request.denied"]}
    aws("events").put_rule(Name="changes", EventBusName=BUS, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:{REGION}:{bus_arn.split(':')[4]}:listener"
    aws("events").put_targets(Rule="changes", EventBusName=BUS, Targets=[{"Id": "listener", "Arn": arn}])
    return url


@pytest.fixture
def admin(bus_arn: str, environment: dict[str, str]) -> Iterator[AdminLambda]:
    furnish_moto()
    function = open_admin(environment | {"SENTINEL_EVENT_BUS": bus_arn}, Clock(), aws)
    with closing(function.app):
        yield function


def read(queue_url: str) -> list[dict[str, Any]]:
    messages = aws("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(each["Body"]) for each in messages]


def test_a_rule_gets_the_changes_that_it_matches(admin: AdminLambda, queue_url: str) -> None:
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert filed.body["notified"] == filed.audit["notified"] == {"event_bus": True}
    assert admin.approve(filed.body["request"]["id"]).body["notified"] == {"event_bus": True}
    other = admin.file()
    assert admin.post(f"/v1/requests/{other}/deny", by="bob").body["notified"] == {"event_bus": True}
    approved, denied = read(queue_url)
    assert (approved["source"], approved["detail-type"]) == ("sentinel", "request.approved")
    assert approved["detail"]["event"] == "request.approved"
    assert approved["detail"]["grant_id"] == filed.body["request"]["id"]
    assert (denied["detail"]["actor"], denied["detail"]["grant_id"]) == ("bob", other)


def test_a_bus_that_is_gone_undoes_nothing_and_is_seen(admin: AdminLambda) -> None:
    aws("events").delete_event_bus(Name=BUS)
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert (filed.status, filed.body["notified"]) == (201, {"event_bus": False})
    assert "PutEvents" in filed.audit["not_notified_because"]["event_bus"]
    assert admin.get(f"/v1/requests/{filed.body['request']['id']}").status == 200
