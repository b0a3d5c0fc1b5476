"""Filing an approval request: each rejection once, at its boundary."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.schema import Rule
from shared.core.approval.create import Ask, CreateRejection, file_request
from shared.core.approval.extend import ExtendRejection
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest
from shared.core.grants import GrantUses, RequestStatus
from shared.core.people import Person
from tests.grants import CLOSED, DEMANDED, HOUR, NOW, a_requester, an_approval_rule

Outcome = ApprovalRequest | CreateRejection | ExtendRejection
Attempt = Callable[[], Outcome]
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
BY_APPROVAL = Rule.model_validate({"name": "prod-by-approval", "effect": "require_approval", "conditions": {}})


def filed(
    *,
    user: str = "alice",
    decision: Decision = DEMANDED,
    rule: ApprovalRule | None = None,
    has_rule: bool = True,
    now: datetime = NOW,
    **asked: Any,
) -> Outcome:
    ask = Ask(requester=a_requester(user), profile="prod", reason="fix the invoices", **asked)
    present = (rule or an_approval_rule(max_duration="2h")) if has_rule else None
    return file_request(ask, decision=decision, policy_version="v1", rule=present, request_id="0" * 16, now=now)


def pending(outcome: Outcome) -> ApprovalRequest:
    assert isinstance(outcome, ApprovalRequest)
    assert outcome.status is RequestStatus.PENDING
    return outcome


REFUSED: list[tuple[Attempt, CreateRejection]] = [
    (partial(filed, decision=Decision(Verdict.ALLOW, None)), CreateRejection.NOT_NEEDED),
    (partial(filed, decision=CLOSED), CreateRejection.DENIED),
    (partial(filed, has_rule=False), CreateRejection.NO_RULE),
    (partial(filed, rule=an_approval_rule(approvers=["alice"])), CreateRejection.NO_APPROVER),
    (partial(filed, rule=an_approval_rule(approvers=["ALICE@x.example"])), CreateRejection.NO_APPROVER),
    (partial(filed, duration=2 * HOUR + SECOND), CreateRejection.TOO_LONG),
    (partial(filed, wanted_start=NOW - SECOND), CreateRejection.START_PASSED),
    (partial(filed, wanted_start=NOW + WEEK + SECOND), CreateRejection.START_TOO_LATE),
    (partial(filed, rule=an_approval_rule(ticket=r"INC-\d+")), CreateRejection.TICKET_NEEDED),
    (partial(filed, rule=an_approval_rule(ticket=r"INC-\d+"), ticket="INC-"), CreateRejection.TICKET_MALFORMED),
    (partial(filed, rule=an_approval_rule(ticket=r"INC-\d+"), ticket="xINC-1"), CreateRejection.TICKET_MALFORMED),
    (partial(filed, rule=an_approval_rule(ticket=r"INC-\d+"), ticket="INC-1\n"), CreateRejection.TICKET_MALFORMED),
]


@pytest.mark.parametrize(
    ("attempt", "rejection"), REFUSED, ids=[f"{n}-{case[1].name}" for n, case in enumerate(REFUSED)]
)
def test_what_is_not_filed(attempt: Attempt, rejection: CreateRejection) -> None:
    assert attempt() is rejection


def test_every_rejection_is_tried() -> None:
    assert {rejection for _, rejection in REFUSED} == set(CreateRejection)


def test_what_lies_just_within_is_filed() -> None:
    pending(filed(duration=2 * HOUR))
    pending(filed(wanted_start=NOW))
    pending(filed(wanted_start=NOW + WEEK))
    pending(filed(rule=an_approval_rule(ticket=r"INC-\d+"), ticket="INC-7"))


def test_a_request_binds_who_asked_for_what_and_under_which_policies() -> None:
    rule = an_approval_rule(approvers=["bob", "carol"], quorum=2, uses="once", pending_ttl="2h")
    demanded = Decision(Verdict.REQUIRE_APPROVAL, BY_APPROVAL)
    assert filed(decision=demanded, rule=rule, duration=HOUR / 2, ticket="T-1", wanted_start=NOW + HOUR) == (
        ApprovalRequest(
            request_id="0" * 16,
            requester=a_requester("alice"),
            profile="prod",
            reason="fix the invoices",
            ticket="T-1",
            duration=HOUR / 2,
            wanted_start=NOW + HOUR,
            created_at=NOW,
            pending_until=NOW + 2 * HOUR,
            approvers=("bob", "carol"),
            quorum=2,
            uses=GrantUses.ONCE,
            rule="prod-by-approval",
            policy_version="v1",
        )
    )


def test_a_duration_that_is_not_said_is_an_hour_or_less_where_the_rule_gives_less() -> None:
    assert pending(filed()).duration == HOUR
    assert pending(filed(rule=an_approval_rule(max_duration="20m"))).duration == timedelta(minutes=20)


def test_instants_are_whole_seconds() -> None:
    assert pending(filed(now=NOW + timedelta(milliseconds=999))).created_at == NOW


def auto(**changes: Any) -> ApprovalRule:
    return an_approval_rule(max_duration="2h", auto_approve={"users": ["ali*"], "max_duration": "30m"} | changes)


def test_a_request_approves_itself_where_the_rule_says_so() -> None:
    request = filed(rule=auto(), duration=HOUR / 2)
    assert isinstance(request, ApprovalRequest)
    assert (request.status, request.is_auto_approved, request.votes) == (RequestStatus.APPROVED, True, ())
    assert (request.starts_at, request.ends_at) == (NOW, NOW + HOUR / 2)


@pytest.mark.parametrize(
    "attempt",
    [
        partial(filed, rule=auto(), duration=HOUR / 2 + SECOND),
        partial(filed, rule=auto(), duration=HOUR / 2, user="bob", now=NOW),
        partial(filed, rule=auto(time={"days": ["tuesday"]}), duration=HOUR / 2),
        partial(filed, rule=an_approval_rule(), duration=HOUR / 2),
    ],
    ids=["too long", "not of its users", "on a monday", "unwritten"],
)
def test_everything_else_waits_for_people(attempt: Attempt) -> None:
    assert not pending(attempt()).is_auto_approved


@pytest.mark.parametrize(("account", "is_approved"), [("111122223333", True), ("444455556666", False)])
def test_requests_approve_themselves_only_from_an_account_that_is_named(account: str, *, is_approved: bool) -> None:
    auto = {"users": ["alice"], "max_duration": "1h", "accounts": ["111122223333"]}
    ask = Ask(a_requester(person=Person("alice", account=account), account=account), "prod", "fix the invoices")
    rule = an_approval_rule(auto_approve=auto)
    request = file_request(ask, decision=DEMANDED, policy_version="v1", rule=rule, request_id="0" * 16, now=NOW)
    assert isinstance(request, ApprovalRequest)
    assert request.is_auto_approved is is_approved


# NOW is a Monday, 12:00 UTC.
UNTIL_12_20 = {"hours": {"start": "08:00", "end": "12:20"}}
TWENTY_MINUTES = timedelta(minutes=20)


def test_a_window_that_opens_by_itself_ends_with_its_hours() -> None:
    request = filed(rule=auto(time=UNTIL_12_20), duration=HOUR / 2)
    assert isinstance(request, ApprovalRequest)
    assert (request.is_auto_approved, request.duration) == (True, HOUR / 2)
    assert (request.starts_at, request.ends_at) == (NOW, NOW + TWENTY_MINUTES)


@pytest.mark.parametrize("start", [TWENTY_MINUTES, 10 * HOUR, TWENTY_MINUTES - timedelta(seconds=59)])
def test_no_window_opens_by_itself_outside_the_hours_or_just_before_their_end(start: timedelta) -> None:
    rule = auto(time=UNTIL_12_20)
    assert not pending(filed(rule=rule, duration=HOUR / 2, wanted_start=NOW + start)).is_auto_approved


def test_what_begins_tomorrow_within_the_hours_approves_itself() -> None:
    start = NOW + 24 * HOUR
    request = filed(rule=auto(time=UNTIL_12_20), duration=HOUR / 2, wanted_start=start)
    assert isinstance(request, ApprovalRequest)
    assert (request.is_auto_approved, request.ends_at) == (True, start + TWENTY_MINUTES)


def test_who_asks_outside_the_hours_waits_for_people_although_the_window_lies_within() -> None:
    rule = auto(time={"hours": {"start": "08:00", "end": "11:00"}})
    assert not pending(filed(rule=rule, duration=HOUR / 2, wanted_start=NOW + 21 * HOUR)).is_auto_approved
