"""A vend by the groups of the grant table: with no call more than any vend, and only while they are believed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.aws.client.client import AwsClient
from shared.aws.dynamodb.items import Item, flag_value, instant_value, text_value, texts_value
from shared.aws.dynamodb.memberships import SYNCED_ITEM, pushed_item
from tests.gateway_events import http_api_event
from tests.service.vend.conftest import BREAK_GLASS, VendLambda

POLICY = {
    "version": "1",
    "rules": [
        {"name": "no-interns", "effect": "deny", "conditions": {"groups": ["interns"], "profiles": ["prod"]}},
        {"name": "oncall", "effect": "allow", "conditions": {"groups": ["oncall"]}},
        {"name": "prod", "effect": "allow", "conditions": {"profiles": ["prod"]}},
    ],
}
DEV, PROD = (http_api_event(query=f"profile={name}") for name in ("dev", "prod"))
EVENING = timedelta(hours=4)


@pytest.fixture
def environment(environment: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    return environment | {"SENTINEL_GROUP_SYNC": "true"} | getattr(request, "param", {})


@pytest.fixture
def grouped(vend: VendLambda) -> VendLambda:
    vend.store("policies/access", POLICY)
    return vend


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the function under test reads the real clock


def synced(*names: str, left: timedelta = EVENING, is_complete: bool = True) -> Item:
    return {
        "subject": text_value("user#alice"),
        "item": text_value(SYNCED_ITEM),
        "user": text_value("alice"),
        "created_at": instant_value(now() - EVENING),
        "ends_at": instant_value(now() + left),
        "serves_until": instant_value(now() + EVENING),
        "documents": texts_value(names),
        "identity_center": texts_value(()),
        "is_complete": flag_value(is_set=is_complete),
    }


def put(vend: VendLambda, *rows: Item) -> None:
    for row in rows:
        vend.put_grant_row(**row)


def test_a_synchronized_and_a_pushed_group_give_and_are_in_the_audit_line(grouped: VendLambda) -> None:
    assert grouped.call(DEV).body["code"] == "denied"
    for row in (synced("oncall"), pushed_item("alice", "oncall", now() - EVENING, now() + EVENING)):
        put(grouped, row)
        answered = grouped.call(DEV)
        assert (answered.status, answered.audit["rule"], answered.audit["facts"]["groups"]) == (
            200,
            "oncall",
            {"interns": False, "oncall": True},
        )
        grouped.aws("dynamodb").delete_item(
            TableName="sentinel-grants", Key={name: row[name] for name in ("subject", "item")}
        )
        assert grouped.call(DEV).body["code"] == "denied"


def test_a_vend_by_a_group_makes_the_calls_of_any_vend(grouped: VendLambda, monkeypatch: pytest.MonkeyPatch) -> None:
    put(grouped, synced("oncall"))
    calls: list[str] = []
    original = AwsClient.call

    async def counted(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        calls.append(f"{client.service}.{operation}")
        return await original(client, operation, parameters)

    monkeypatch.setattr(AwsClient, "call", counted)
    assert grouped.call(DEV).status == 200
    assert sorted(calls) == [
        "dynamodb.BatchGetItem",
        "dynamodb.PutItem",
        "dynamodb.Query",
        "dynamodb.UpdateItem",
        "ssm.GetParameters",
        "sts.AssumeRole",
    ]


def test_a_membership_that_is_no_longer_believed_gives_nothing(grouped: VendLambda) -> None:
    # The index may have it: the vend Lambda's own role could write `serves_until`, and never `ends_at`.
    put(grouped, synced("oncall", left=timedelta(0)))
    assert grouped.call(DEV).body["code"] == "denied"


def test_a_deny_by_a_group_holds_where_groups_are_not_known(grouped: VendLambda) -> None:
    assert grouped.call(PROD).audit["rule"] == "no-interns"
    put(grouped, synced("oncall", is_complete=False))
    assert grouped.call(PROD).audit["rule"] == "no-interns"
    put(grouped, synced("interns"))
    assert grouped.call(PROD).audit["rule"] == "no-interns"
    put(grouped, synced("developers"))
    assert grouped.call(PROD).audit["rule"] == "prod"
    put(grouped, synced("developers", left=timedelta(0)))
    assert grouped.call(PROD).audit["rule"] == "no-interns"


@pytest.mark.parametrize(
    "changed",
    [
        {"user": text_value("mallory")},
        {"item": text_value("membership#other")},
        {"is_complete": text_value("true")},
        {"documents": text_value("oncall")},
        {"ends_at": text_value("soon")},
    ],
)
def test_a_row_that_contradicts_itself_stops_the_vend(grouped: VendLambda, changed: Item) -> None:
    put(grouped, synced("oncall") | changed)
    answered = grouped.call(DEV)
    assert (answered.status, answered.body["code"]) == (503, "unavailable")
    assert grouped.sessions() == []


def test_a_grant_that_rests_on_a_group_ends_with_the_membership(grouped: VendLambda) -> None:
    rules = [
        {"name": "x", "groups": ["oncall"], "profiles": ["unruled"], "reasons": ["incident"], "max_duration": "4h"}
    ]
    grouped.store("policies/break-glass", BREAK_GLASS | {"rules": rules})
    grouped.store(
        "policies/access",
        {"version": "1", "rules": [{"name": "all", "effect": "require_approval", "conditions": {"profiles": ["*"]}}]},
    )
    grouped.break_glass("unruled", EVENING)
    event = http_api_event(query="profile=unruled")
    assert grouped.call(event).status == 403
    put(grouped, synced("oncall"))
    assert grouped.call(event).audit["via"] == "break-glass"
    put(grouped, synced("developers"))
    assert grouped.call(event).status == 403


def test_the_catalogue_is_that_of_the_callers_groups(grouped: VendLambda) -> None:
    def access() -> dict[str, str]:
        profiles = grouped.call(http_api_event(path="/profiles")).body["profiles"]
        return {each["name"]: each["access"] for each in profiles}

    assert access() == {"dev": "denied", "prod": "denied", "unruled": "denied"}
    put(grouped, synced("oncall"))
    assert access() == {"dev": "allowed", "prod": "allowed", "unruled": "allowed"}


@pytest.mark.parametrize("environment", [{"SENTINEL_GROUP_SYNC": "false"}], indirect=True)
def test_a_push_counts_without_a_sync_too(grouped: VendLambda) -> None:
    put(grouped, pushed_item("alice", "oncall", now() - EVENING, now() + EVENING))
    assert grouped.call(DEV).audit["rule"] == "oncall"
    assert grouped.call(PROD).audit["rule"] == "no-interns"
