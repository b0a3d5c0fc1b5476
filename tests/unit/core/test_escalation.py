"""Further approvers of a request that waits: every place that asks who approves it answers the same."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.core.approval.create import by_rule
from shared.core.approval.decide import Act, DecidingRejection, approve, cancel, deny
from shared.core.approval.policy import ApprovalPolicy, ApprovalRule, can_be_met, is_approver
from shared.core.approval.request import ApprovalRequest, Vote
from shared.core.grants import Approver, Grant, RequestStatus
from shared.core.people import Action, Person
from shared.core.permissions import entitlement_of
from shared.core.present_grants import judge_approval
from shared.core.stamp import Via
from tests.grants import HOUR, NOW, a_request, an_approval_rule

SECOND = timedelta(seconds=1)
LATE = NOW + HOUR
CAROL, SEC = Person("carol"), Person("sid", groups=frozenset({"sec", "all"}))
FURTHER: dict[str, Any] = {"after": "1h", "approvers": ["carol"], "groups": ["sec"]}


def rule(**changes: Any) -> ApprovalRule:
    return an_approval_rule(approvers=["bob"], escalation=FURTHER, **changes)


def policy(of: ApprovalRule) -> ApprovalPolicy:
    return ApprovalPolicy(version="1", rules=(of,))


def act(by: Person, of: ApprovalRule, at: Any = LATE) -> Act:
    return Act(by, at, of)


@pytest.mark.parametrize("person", [CAROL, SEC])
@pytest.mark.parametrize(("waited", "may"), [(None, False), (HOUR - SECOND, False), (HOUR, True), (2 * HOUR, True)])
def test_the_further_approvers_are_approvers_once_a_request_is_known_to_have_waited(
    person: Person,
    waited: timedelta | None,
    may: bool,  # noqa: FBT001
) -> None:
    assert is_approver(rule(), person, waited) is may
    assert is_approver(rule(), Person("bob"), waited)
    assert not is_approver(rule(), Person("eve"), waited)
    assert not is_approver(an_approval_rule(approvers=["bob"]), person, waited)
    assert not is_approver(rule(accounts=["444455556666"]), person, waited)


@given(minutes=st.integers(0, 180), by=st.sampled_from([CAROL, SEC, Person("bob"), Person("eve"), Person("Alice")]))
def test_deciding_seeing_listing_and_counting_agree(minutes: int, by: Person) -> None:
    at, of, request = NOW + timedelta(minutes=minutes), rule(), a_request()
    caller = entitlement_of(by, None, policy(of))
    approved = approve(request, act(by, of, at), is_still_demanded=True)
    counts = isinstance(approved, ApprovalRequest)
    assert counts is isinstance(deny(request, act(by, of, at)), ApprovalRequest)
    assert caller.may_see_request(request, at) is caller.can_approve(request, at) is counts
    assert counts is (by.user == "bob" or (by in (CAROL, SEC) and minutes >= 60))
    if isinstance(approved, ApprovalRequest):
        [vote] = approved.votes
        assert approved.starts_at is not None
        assert approved.ends_at is not None
        given = Approver(vote.by, vote.at - request.created_at)
        grant = Grant(Via.APPROVAL, "g", "prod", approved.starts_at, approved.ends_at, approved_by=(given,))
        assert judge_approval(grant, Person("alice"), of) == grant
        early = replace(grant, approved_by=(replace(given, waited=None),))
        assert (judge_approval(early, Person("alice"), of) is None) is (by.user != "bob")


def test_a_vote_keeps_the_group_by_which_it_counts() -> None:
    voted = approve(a_request(), act(SEC, rule(quorum=1)), is_still_demanded=True)
    assert isinstance(voted, ApprovalRequest)
    assert voted.votes[0].by.groups == {"sec"}


def test_a_vote_from_before_the_instant_counts_for_nothing_also_later() -> None:
    early = replace(a_request(), votes=(Vote(CAROL, LATE - SECOND),), quorum=2)
    of = ApprovalRule.model_validate(
        {"name": "prod", "profiles": ["prod"], "approvers": ["bob", "dave"], "quorum": 2, "escalation": FURTHER}
    )
    voted = approve(early, act(Person("bob"), of), is_still_demanded=True)
    assert isinstance(voted, ApprovalRequest)
    assert (voted.status, [vote.by.user for vote in voted.votes]) == (RequestStatus.PENDING, ["bob"])


@pytest.mark.parametrize("after", ["2h", None])
def test_a_policy_that_escalates_later_or_not_at_all_takes_the_vote_away(after: str | None) -> None:
    further = None if after is None else FURTHER | {"after": after}
    of = an_approval_rule(approvers=["bob"], **({} if further is None else {"escalation": further}))
    grant = Grant(Via.APPROVAL, "g", "prod", NOW, NOW + HOUR, approved_by=(Approver(CAROL, HOUR),))
    assert judge_approval(grant, Person("alice"), rule()) == grant
    assert judge_approval(grant, Person("alice"), of) is None
    assert deny(a_request(), act(CAROL, of)) is DecidingRejection.NOT_AN_APPROVER


@pytest.mark.parametrize(
    ("changes", "waited"),
    [
        ({}, 5 * HOUR),
        ({"pending_until": NOW + 2 * HOUR}, 2 * HOUR),
        ({"status": RequestStatus.DENIED, "ended": Action("bob", NOW + SECOND)}, SECOND),
        ({"starts_at": LATE, "ends_at": LATE + HOUR, "votes": (Vote(CAROL, LATE),)}, HOUR),
        ({"starts_at": NOW, "ends_at": LATE, "is_auto_approved": True}, timedelta(0)),
    ],
)
def test_a_request_waits_until_it_is_decided(changes: dict[str, Any], waited: timedelta) -> None:
    request = a_request(**changes)
    assert request.waited(NOW + 5 * HOUR) == waited
    caller = entitlement_of(CAROL, None, policy(rule()))
    assert caller.may_see_request(request, NOW + 5 * HOUR) is (waited >= HOUR)


def test_who_was_an_approver_of_a_decided_request_may_still_withdraw_it() -> None:
    window: dict[str, Any] = {"status": RequestStatus.APPROVED, "starts_at": LATE, "ends_at": LATE + HOUR}
    escalated, early = (a_request(votes=(Vote(CAROL, at),), **window) for at in (LATE, LATE - SECOND))
    withdrawn = cancel(escalated, act(CAROL, rule()), may_revoke=False)
    assert isinstance(withdrawn, ApprovalRequest)
    assert withdrawn.status is RequestStatus.WITHDRAWN
    assert cancel(early, act(CAROL, rule()), may_revoke=False) is DecidingRejection.NOT_AN_APPROVER


def test_they_may_not_approve_their_own_request_nor_close_and_review_events() -> None:
    own = deny(a_request(user="carol@corp.example"), act(CAROL, rule()))
    assert own is DecidingRejection.OWN_REQUEST
    caller = entitlement_of(CAROL, None, policy(rule()))
    assert not caller.may_close("prod")
    assert not caller.may_review("prod")


def test_a_request_shows_who_may_approve_it_at_an_instant() -> None:
    request = by_rule(a_request(), rule())
    assert request.approvers_at(LATE - SECOND) == ("bob",)
    assert request.approvers_at(LATE) == ("bob", "carol", "group sec")
    denied = replace(request, status=RequestStatus.DENIED, ended=Action("bob", LATE - SECOND))
    assert denied.approvers_at(LATE) == ("bob",)


def test_a_quorum_must_be_met_without_escalation_and_a_request_may_wait_for_it() -> None:
    with pytest.raises(ValidationError, match="cannot be met by 1 approvers"):
        rule(quorum=2)
    assert can_be_met(rule(), Person("bob"))
    only = an_approval_rule(approvers=["bob"], escalation={"after": "1h", "approvers": ["Bob"]})
    assert not can_be_met(only, Person("bob@corp.example"))
    assert can_be_met(only, Person("alice"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reminders": []}, "at least 1 item"),
        ({"reminders": ["1h", "30m"]}, "each later than the one before"),
        ({"reminders": ["1h", "60m"]}, "each later than the one before"),
        ({"reminders": ["1m", "2m", "3m", "4m", "5m", "6m"]}, "at most 5 items"),
        ({"reminders": ["24h"]}, "before a request expires: 24h after"),
        ({"reminders": ["0m"]}, "a duration is written like"),
        ({"escalation": {"after": "1h"}}, "write approvers, groups or both"),
        ({"escalation": {"approvers": ["carol"]}}, "Field required"),
        ({"escalation": FURTHER, "pending_ttl": "1h"}, "before a request expires: 1h after"),
        ({"escalation": FURTHER | {"quorum": 2}}, "Extra inputs"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        an_approval_rule(**changes)
