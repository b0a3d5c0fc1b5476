"""Notifications: sent after the change, and never in its way."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import REGION, furnish_moto
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.emulator import aws

ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:sentinel"


@pytest.fixture
def topic_arn(aws_url: str) -> str:  # noqa: ARG001 - the emulator's address is in the environment
    return str(aws("sns").create_topic(Name="sentinel")["TopicArn"])


@pytest.fixture
def admin(topic_arn: str, environment: dict[str, str]) -> Iterator[AdminLambda]:
    furnish_moto()
    console = {"SENTINEL_CONSOLE_URL": "https://sentinel.example/console/"}
    function = open_admin(environment | console | {"SENTINEL_TOPIC_ARN": topic_arn}, Clock(), aws)
    with closing(function.app):
        yield function


def test_every_change_is_notified_and_response_and_audit_say_so(admin: AdminLambda) -> None:
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert filed.body["notified"] == filed.audit["notified"] == {"sns": True}
    assert admin.approve(filed.body["request"]["id"]).body["notified"] == {"sns": True}
    assert admin.break_glass(by="grace").body["notified"] == {"sns": True}


def test_who_files_a_request_gets_the_link_for_the_approvers(admin: AdminLambda) -> None:
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert filed.body["link"] == f"https://sentinel.example/console/#/approvals/{filed.body['request']['id']}"


def test_a_failure_to_tell_undoes_nothing_and_is_seen(admin: AdminLambda, topic_arn: str) -> None:
    aws("sns").delete_topic(TopicArn=topic_arn)
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert (filed.status, filed.body["notified"], filed.audit["notified"]) == (201, {"sns": False}, {"sns": False})
    assert "sns" in filed.audit["not_notified_because"]
    assert admin.get(f"/v1/requests/{filed.body['request']['id']}").status == 200


def test_webhooks_that_cannot_be_used_are_named(admin: AdminLambda) -> None:
    admin.store("webhooks/security", {"url": "http://planted.example", "secret": "planted"})
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert filed.body["notified"] == {"sns": True, "webhook:security": False}
    assert "planted" not in admin.stdout.getvalue()


def test_a_withdrawal_is_notified_with_that_of_each_extension(admin: AdminLambda, topic_arn: str) -> None:
    first = admin.file()
    admin.approve(first)
    body = {"profile": "prod", "reason": "longer", "extends": first, "duration": "1h"}
    assert admin.post("/v1/requests", body).body["notified"] == {"sns": True}
    sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic_arn].sent_notifications
    before = len(sent)
    assert admin.post(f"/v1/requests/{first}/cancel").body["notified"] == {"sns": True}
    texts = [json.loads(json.loads(each[1])["default"])["text"] for each in sent[before:]]
    assert [text.partition(":")[0].partition(".")[0] for text in texts] == [
        "alice withdrew their own approved request for prod",
        "alice cancelled their own request to extend prod",
    ]


def test_a_call_that_changes_nothing_notifies_no_one(admin: AdminLambda) -> None:
    request_id = admin.file()
    admin.approve(request_id)
    again = admin.approve(request_id, by="carol")
    assert again.body["notified"] == {}
    assert "notified" not in again.audit


def test_who_comes_too_late_makes_the_lapse_known(admin: AdminLambda) -> None:
    request_id, event_id = admin.file(), admin.began(by="grace")
    admin.clock.forward(hours=24)
    late = admin.approve(request_id), admin.post(f"/v1/break-glass/{event_id}/close", by="grace")
    assert [answered.code for answered in late] == ["conflict", "conflict"]
    assert [answered.audit["notified"] for answered in late] == [{"sns": True}, {"sns": True}]
