"""Runs of the follow-up at the same time as one another, as people and as vends."""

from collections.abc import Callable

import pytest

from tests.service.admin.conftest import APPROVAL
from tests.service.admin.follow_up.runs import EVENT, PROD, before_next_write, events, run
from tests.service.admin.function import AdminLambda, Clock
from tests.service.admin.in_process import InProcessAws
from tests.service.emulator import table_name


def test_two_runs_at_once_in_the_same_second_notify_once(
    admin: AdminLambda, account: InProcessAws, opened: Callable[[Clock], AdminLambda]
) -> None:
    other = opened(admin.clock)
    admin.file()
    event_id = admin.began()
    for minutes, expected in ((31, ["request.reminder"]), (29, ["break_glass.expired", "request.escalated"])):
        admin.clock.forward(minutes=minutes)
        account.published.clear()
        before_next_write(account, lambda: run(other))
        run(admin)
        assert sorted(events(account)) == expected
    assert admin.get(f"/v1/break-glass/{event_id}").body["event"]["status"] == "expired"


def test_a_vote_during_a_run_is_kept_and_the_reminder_as_well(
    admin: AdminLambda, account: InProcessAws, opened: Callable[[Clock], AdminLambda]
) -> None:
    account.store("policies/approval", APPROVAL | {"rules": [PROD | {"quorum": 2}]})
    other = opened(admin.clock)
    request_id = admin.file()
    admin.clock.forward(minutes=31)
    before_next_write(account, lambda: other.approve(request_id))
    run(admin)
    assert events(account) == ["request.reminder"]
    assert [each["user"] for each in admin.get(f"/v1/requests/{request_id}").body["request"]["approvals"]] == ["bob"]

    def escalate() -> None:
        admin.clock.forward(minutes=30)
        run(other)

    before_next_write(account, escalate)
    assert admin.approve(request_id, by="carol").body["request"]["status"] == "approved"
    assert events(account) == ["request.escalated"]
    assert run(admin)[0]["follow_up"]["escalated"] == 0


def test_a_request_that_is_decided_during_a_run_is_not_announced(
    admin: AdminLambda, account: InProcessAws, opened: Callable[[Clock], AdminLambda]
) -> None:
    other = opened(admin.clock)
    request_id = admin.file()
    admin.clock.forward(minutes=61)
    before_next_write(account, lambda: other.post(f"/v1/requests/{request_id}/deny", by="bob"))
    run(admin)
    assert events(account) == []
    assert admin.get(f"/v1/requests/{request_id}").body["request"]["status"] == "denied"


def test_an_approval_that_a_vend_uses_up_during_a_run_stays_used(admin: AdminLambda, account: InProcessAws) -> None:
    request_id = admin.file(profile="once")
    admin.approve(request_id)
    admin.clock.forward(minutes=51)
    [row] = [row for row in account.rows() if row.get("grant_id", {}).get("S") == request_id]

    def consume() -> None:
        update = {
            "TableName": table_name("grant"),
            "Key": {name: row[name] for name in ("subject", "item")},
            "UpdateExpression": "SET consumed_by = :session REMOVE serves_until, open_kind",
            "ExpressionAttributeValues": {":session": {"S": "s" * 16}},
        }
        account.dynamodb.operations["UpdateItem"](update)

    before_next_write(account, consume)
    run(admin)
    assert events(account) == []
    assert admin.get(f"/v1/requests/{request_id}").body["request"]["status"] == "consumed"


def test_a_run_that_dies_between_the_write_and_the_notice_sends_nothing_twice(
    admin: AdminLambda, account: InProcessAws, opened: Callable[[Clock], AdminLambda]
) -> None:
    class KilledError(BaseException):
        pass

    def kill(operation: str, _: object) -> None:
        if operation == "Publish":
            raise KilledError

    request_id = admin.file()
    admin.clock.forward(minutes=31)
    account.before = kill
    with pytest.raises(BaseExceptionGroup) as killed:
        admin.app(EVENT, admin.context)
    assert killed.value.split(KilledError)[1] is None
    account.before = lambda _, __: None
    survivor = opened(admin.clock)
    run(survivor)
    assert "request.reminder" not in events(account)
    survivor.clock.forward(minutes=30)
    run(survivor)
    assert events(account) == ["request.escalated"]
    assert survivor.get(f"/v1/requests/{request_id}").body["request"]["approvers"] == ["bob", "carol", "erin"]


def test_two_people_who_act_too_late_in_the_same_second_notify_once(
    admin: AdminLambda, account: InProcessAws, opened: Callable[[Clock], AdminLambda]
) -> None:
    other = opened(admin.clock)
    request_id = admin.file()
    admin.clock.forward(hours=24)
    account.published.clear()
    before_next_write(account, lambda: other.approve(request_id, by="carol"))
    assert admin.approve(request_id).code == "conflict"
    run(admin)
    assert events(account) == ["request.expired"]


def test_one_person_who_approves_twice_in_the_same_second_notifies_once(
    admin: AdminLambda, account: InProcessAws, opened: Callable[[Clock], AdminLambda]
) -> None:
    other = opened(admin.clock)
    request_id = admin.file()
    account.published.clear()
    before_next_write(account, lambda: other.approve(request_id))
    assert admin.approve(request_id).body["request"]["status"] == "approved"
    assert [each["event"] for each in account.published] == ["request.approved"]
