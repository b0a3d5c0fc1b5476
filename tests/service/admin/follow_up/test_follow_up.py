"""The follow-up against what fails and against too much work."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from services.admin.follow_up import sweep
from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.schema import revocation_item
from tests.gateway_events import ACCOUNT, http_api_event
from tests.service.admin.conftest import APPROVAL
from tests.service.admin.follow_up.runs import ASKING, EVENT, PROD, events, run
from tests.service.admin.function import NOON, AdminLambda, Clock
from tests.service.admin.in_process import InProcessAws
from tests.service.emulator import table_name


def test_the_audit_line_counts_and_the_run_costs_two_queries(admin: AdminLambda, account: InProcessAws) -> None:
    admin.file()
    admin.clock.forward(minutes=31)
    audit, metrics = run(admin)
    counts = {"read": 1, "reminded": 1, "escalated": 0, "warned": 0, "expired": 0, "ended": 0, "failed": 0}
    assert (audit["outcome"], audit["follow_up"], audit["notified"]) == ("answered", counts, {"sns": True})
    assert (metrics["follow_up_age_s"], metrics["follow_up_failed"]) == (0, 0)
    [notice] = [each for each in account.published if each["event"] == "request.reminder"]
    assert notice["text"].startswith("alice's request for prod for 1h waits since 2026-11-24 12:00 UTC, and expires at")
    admin.clock.forward(minutes=5)
    account.calls.clear()
    audit, _ = run(admin)
    assert audit["follow_up"] == {**counts, "reminded": 0}
    assert sorted(account.operations()) == ["GetItem", "GetParameters", "PutItem", "Query", "Query"]
    queried = [parameters.get("IndexName") for operation, parameters in account.calls if operation == "Query"]
    assert queried == ["open-by-kind"] * 2


def test_one_row_that_cannot_be_written_or_read_does_not_stop_the_others(
    admin: AdminLambda, account: InProcessAws
) -> None:
    # More than are followed up at once.
    for user in ASKING[:12]:
        admin.file(user)
    rows = {row["subject"]["S"]: row for row in account.rows() if row.get("kind") == {"S": "approval"}}
    broken, absurd, refused, *_ = sorted(rows)
    rows[broken]["quorum"] = {"S": "one"}
    # Each attribute can be read, but no version writes an extension without its start: no sentence can be made of it.
    rows[absurd]["extends"] = {"M": {"request_id": {"S": "e" * 16}, "so_far_s": {"N": "60"}}}

    def refuse(operation: str, parameters: Mapping[str, Any]) -> None:
        if operation == "PutItem" and parameters["Item"]["subject"]["S"] == refused:
            raise ServiceError("PutItem", 400, "ValidationException", "too large", {})

    account.before = refuse
    admin.clock.forward(minutes=31)
    account.published.clear()
    audit, metrics = run(admin)
    assert events(account) == ["request.reminder"] * 9
    assert audit["outcome"] == "failed"
    assert (audit["follow_up"]["failed"], metrics["follow_up_failed"], metrics["unreadable_rows"]) == (2, 2, 1)
    # No run was complete yet, and the alarm's limit is half an hour.
    assert metrics["follow_up_age_s"] > 30 * 60
    account.before = lambda _, __: None
    assert run(admin)[1]["follow_up_age_s"] == 0
    assert events(account) == ["request.reminder"]


@pytest.mark.parametrize(
    "progress",
    [
        {"approvals_reached": {"M": {"subject": {"S": "user#x"}, "item": {"S": "group#x"}, "created_at": {"N": "1"}}}},
        {"approvals_reached": {"S": "the middle"}},
    ],
    ids=["a place in another list", "no place"],
)
def test_a_place_to_begin_at_that_makes_no_sense_is_left_behind(
    admin: AdminLambda, account: InProcessAws, progress: dict[str, Any]
) -> None:
    key = {"subject": {"S": "follow-up"}, "item": {"S": "progress##"}}
    account.dynamodb.operations["PutItem"]({"TableName": table_name("grant"), "Item": key | progress})
    admin.file()
    admin.began()
    admin.clock.forward(minutes=60)
    account.published.clear()
    assert run(admin)[0]["outcome"] == "failed"
    assert run(admin)[0]["outcome"] == "answered"
    assert sorted(events(account)) == ["break_glass.expired", "request.escalated"]


def test_without_readable_policies_no_one_is_reminded_and_all_else_is_done(
    admin: AdminLambda, account: InProcessAws
) -> None:
    admin.file()
    admin.began()
    account.store("policies/approval", {"version": "none"})
    admin.clock.forward(minutes=60)
    account.published.clear()
    audit, _ = run(admin)
    assert (audit["outcome"], audit["dependency"]) == ("failed", "ssm")
    assert events(account) == ["break_glass.expired"]
    account.store("policies/approval", APPROVAL | {"rules": [PROD]})
    assert run(admin)[0]["outcome"] == "answered"
    assert events(account) == ["request.escalated"]


def test_bounded_runs_come_to_every_row_the_oldest_first(
    admin: AdminLambda, account: InProcessAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_ROWS_A_PAGE", 3)
    monkeypatch.setattr(sweep, "_MOST_PAGES", 2)
    for user in ASKING:
        admin.file(user)
        admin.clock.forward(seconds=1)
    admin.clock.forward(minutes=31)
    account.published.clear()
    reminded: list[list[str]] = []
    for _ in range(4):
        audit, metrics = run(admin)
        reminded.append([each["user"] for each in account.published if each["event"] == "request.reminder"])
        account.published.clear()
        is_last = len(reminded) == 4
        assert (audit["outcome"], metrics["follow_up_age_s"] == 0) == ("answered", is_last)
    assert [len(each) for each in reminded] == [6, 6, 6, 2]
    assert sorted(chain.from_iterable(reminded)) == sorted(ASKING)
    assert max(reminded[0]) < min(reminded[1])
    # Rows that nothing is due for take no later ones their turn.
    admin.clock.forward(minutes=30)
    for _ in range(4):
        run(admin)
    assert len(events(account)) == len(ASKING)


def test_a_run_begins_nothing_in_the_second_half_of_its_time(
    admin: AdminLambda, account: InProcessAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [0.0]
    monkeypatch.setattr(sweep, "monotonic_s", lambda: now_s[0])
    monkeypatch.setattr("services.admin.follow_up.run.monotonic_s", lambda: 0.0)
    for user in ASKING:
        admin.file(user)

    def slow(operation: str, _: object) -> None:
        now_s[0] += 1.0 if operation == "Publish" else 0

    account.before = slow
    admin.clock.forward(minutes=31)
    account.published.clear()
    first, _ = run(admin)
    assert 8 <= first["follow_up"]["reminded"] < len(ASKING)
    now_s[0] = 0.0
    run(admin)
    assert len(events(account)) == len(ASKING)


@pytest.mark.parametrize("environment_has_switch", [True, False])
def test_iam_is_called_only_where_a_revocation_has_ceased_to_matter(
    account: InProcessAws,
    environment: dict[str, str],
    opened: Callable[[Clock], AdminLambda],
    environment_has_switch: bool,  # noqa: FBT001
) -> None:
    if environment_has_switch:
        environment["SENTINEL_KILL_SWITCH_POLICIES"] = ACCOUNT
    admin = opened(Clock())
    calls: list[bool] = []
    plant_revocation(account, NOON)
    for _ in range(4):
        account.calls.clear()
        audit, _ = run(admin)
        calls.append("GetPolicy" in account.operations())
        assert audit["outcome"] == "answered"
        admin.clock.forward(minutes=30)
    # At its end, an hour after it was made, and not again.
    assert calls == ([False, False, True, False] if environment_has_switch else [False] * 4)


def plant_revocation(account: InProcessAws, at: Any) -> None:
    item = {
        "subject": {"S": "revocations"},
        "item": {"S": revocation_item(at, "r" * 16)},
        "grant_id": {"S": "r" * 16},
        "target": {"S": "user"},
        "name": {"S": "eve"},
        "issued_until": {"N": str(int(at.timestamp()))},
        "revoked_at": {"N": str(int((at - timedelta(minutes=10)).timestamp()))},
        "marked": {"N": "0"},
        "is_complete": {"BOOL": True},
    }
    account.dynamodb.operations["PutItem"]({"TableName": table_name("grant"), "Item": item})


@pytest.mark.parametrize("event", [EVENT | {"version": "2.0"}, {"task": "follow-up "}, {"task": ["follow-up"]}])
def test_any_other_event_is_no_follow_up(admin: AdminLambda, event: dict[str, Any]) -> None:
    response, audit, _ = admin.invoke(event)
    assert (response["statusCode"], audit["code"]) == (403, "unknown_caller")


def test_no_caller_of_the_api_starts_it(admin: AdminLambda) -> None:
    asked = http_api_event(
        "POST", "/v1/follow-up", arn=f"arn:aws:iam::{ACCOUNT}:user/alice", body='{"task": "follow-up"}'
    )
    for event in (asked, asked | EVENT):
        response, audit, _ = admin.invoke(event)
        assert (response["statusCode"], "follow_up" in audit) == (404, False)
