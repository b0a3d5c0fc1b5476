"""Every step on an approval request, tried from every state by everyone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.access.schema import AccessPolicy
from shared.core.approval.decide import Act, DecidingRejection, approve, cancel, demands_approval, deny, settle
from shared.core.approval.request import ApprovalRequest, Vote
from shared.core.grants import GrantUses, RequestStatus
from shared.core.people import Action, Person
from tests.grants import HOUR, NOW, a_request, a_requester, an_approval_rule

Outcome = ApprovalRequest | DecidingRejection
Step = Callable[[ApprovalRequest, str], Outcome]
LATER = NOW + timedelta(minutes=10)
RULE = an_approval_rule(approvers=["bob", "carol", "federated/alice", "Alice@corp.example"])
UNCHANGED = "unchanged"
OWN, STRANGER = DecidingRejection.OWN_REQUEST.name, DecidingRejection.NOT_AN_APPROVER.name
WRONG, THEIRS = DecidingRejection.WRONG_STATE.name, DecidingRejection.NOT_THEIRS.name


def states() -> dict[str, ApprovalRequest]:
    """A request in every state; `lapsed` and `over` are what time made of one that was not written since."""
    pending = a_request()
    approved = replace(
        pending,
        status=RequestStatus.APPROVED,
        votes=(Vote(Person("carol"), NOW),),
        starts_at=NOW,
        ends_at=NOW + HOUR,
    )
    ended = Action("carol", NOW)
    return {
        "pending": pending,
        "lapsed": replace(pending, pending_until=LATER),
        "approved": approved,
        "over": replace(approved, ends_at=LATER),
        "denied": replace(pending, status=RequestStatus.DENIED, ended=ended),
        "cancelled": replace(pending, status=RequestStatus.CANCELLED, ended=ended),
        "expired": replace(pending, status=RequestStatus.EXPIRED, ended=ended),
        "consumed": replace(approved, status=RequestStatus.CONSUMED, uses=GrantUses.ONCE, ended=ended),
        "ended": replace(approved, status=RequestStatus.ENDED, ended=ended),
        "withdrawn": replace(approved, status=RequestStatus.WITHDRAWN, ended=ended),
    }


def act(user: str) -> Act:
    return Act(Person(user), LATER, RULE, comment="said")


def approving(request: ApprovalRequest, user: str) -> Outcome:
    return approve(request, act(user), is_still_demanded=True)


def denying(request: ApprovalRequest, user: str) -> Outcome:
    return deny(request, act(user))


def cancelling(request: ApprovalRequest, user: str) -> Outcome:
    return cancel(request, act(user), may_revoke=False)


def revoking(request: ApprovalRequest, user: str) -> Outcome:
    return cancel(request, act(user), may_revoke=True)


STATES = ["pending", "lapsed", "approved", "over", "denied", "cancelled", "expired", "consumed", "ended", "withdrawn"]
BY_APPROVER = {"approved": "withdrawn", "withdrawn": UNCHANGED, "pending": THEIRS}
# What a step makes of a state; of a state that is not written, the last entry.
TABLE: list[tuple[Step, str, dict[str, str], str]] = [
    (approving, "alice", {}, OWN),
    (approving, "federated/alice", {}, OWN),
    (approving, "Alice@corp.example", {}, OWN),
    (approving, "mallory", {}, STRANGER),
    (approving, "bob", {"pending": "approved", "approved": UNCHANGED, "consumed": UNCHANGED}, WRONG),
    (denying, "alice", {}, OWN),
    (denying, "federated/alice", {}, OWN),
    (denying, "mallory", {}, STRANGER),
    (denying, "bob", {"pending": "denied", "denied": UNCHANGED}, WRONG),
    (
        cancelling,
        "alice",
        {"pending": "cancelled", "cancelled": UNCHANGED, "approved": "withdrawn", "withdrawn": UNCHANGED},
        WRONG,
    ),
    (cancelling, "mallory", {}, STRANGER),
    (cancelling, "bob", BY_APPROVER, WRONG),
    (revoking, "mallory", BY_APPROVER, WRONG),
]
CASES = [
    pytest.param(step, user, state, found.get(state, otherwise), id=f"{step.__name__}-{user}-{state}")
    for step, user, found, otherwise in TABLE
    for state in STATES
]


@pytest.mark.parametrize(("step", "user", "state", "expected"), CASES)
def test_each_step_from_each_state(step: Step, user: str, state: str, expected: str) -> None:
    request = states()[state]
    after = step(request, user)
    if isinstance(after, DecidingRejection):
        assert after.name == expected
    elif expected == UNCHANGED:
        assert after == request
    else:
        assert after.status == expected
        if expected != "approved":
            assert after.ended == Action(user, LATER, "said")


def test_the_states_are_all_there_are() -> None:
    assert {request.status for request in states().values()} == set(RequestStatus)


@pytest.mark.parametrize("state", STATES)
def test_settling_writes_down_what_time_has_done_and_nothing_else(state: str) -> None:
    request = states()[state]
    settled = settle(request, LATER)
    expected = {"lapsed": RequestStatus.EXPIRED, "over": RequestStatus.ENDED}
    if state in expected:
        assert settled == replace(request, status=expected[state], ended=Action(None, LATER))
    else:
        assert settled == request


@pytest.mark.parametrize("state", ["lapsed", "over"])
def test_what_time_has_ended_ended_then_however_late_it_is_written_down(state: str) -> None:
    assert settle(states()[state], LATER + HOUR).ended == Action(None, LATER)


def test_a_vote_says_what_the_approver_said_and_asks_the_rule_of_that_day() -> None:
    rule = an_approval_rule(approvers=["bob", "dave"], quorum=2)
    voted = approve(a_request(), Act(Person("bob"), LATER, rule, "fine"), is_still_demanded=True)
    assert isinstance(voted, ApprovalRequest)
    assert voted.votes == (Vote(Person("bob"), LATER, "fine"),)
    assert (voted.approvers, voted.quorum) == (("bob", "dave"), 2)


def test_an_approval_serves_as_often_as_the_rule_of_that_day_says() -> None:
    approved = approve(a_request(), Act(Person("bob"), LATER, an_approval_rule(uses="once")), is_still_demanded=True)
    assert isinstance(approved, ApprovalRequest)
    assert approved.uses is GrantUses.ONCE


def test_a_request_lapses_at_its_instant_and_not_before() -> None:
    request = a_request(pending_until=LATER)
    assert request.status_at(LATER - timedelta(seconds=1)) is RequestStatus.PENDING
    assert request.status_at(LATER) is RequestStatus.EXPIRED


def test_an_approval_of_what_the_access_policy_no_longer_demands_is_worth_nothing() -> None:
    assert approve(a_request(), act("bob"), is_still_demanded=False) is DecidingRejection.NOT_DEMANDED


def test_who_lost_the_approval_rule_is_no_approver() -> None:
    outcome = approve(a_request(), Act(Person("bob"), LATER, None), is_still_demanded=True)
    assert outcome is DecidingRejection.NOT_AN_APPROVER


def test_the_window_starts_at_the_decisive_approval_not_at_the_filing() -> None:
    approved = approving(a_request(), "bob")
    assert isinstance(approved, ApprovalRequest)
    assert (approved.starts_at, approved.ends_at) == (LATER, LATER + HOUR)


def test_the_window_starts_when_it_was_asked_for_unless_that_has_passed() -> None:
    ahead = approving(a_request(wanted_start=NOW + 5 * HOUR), "bob")
    passed = approving(a_request(wanted_start=NOW + timedelta(minutes=1)), "bob")
    assert isinstance(ahead, ApprovalRequest)
    assert isinstance(passed, ApprovalRequest)
    assert (ahead.starts_at, ahead.ends_at) == (NOW + 5 * HOUR, NOW + 6 * HOUR)
    assert passed.starts_at == LATER


def test_a_rule_that_became_stricter_shortens_the_window_and_one_that_became_laxer_does_not_lengthen_it() -> None:
    for longest, expected in [("30m", HOUR / 2), ("4h", HOUR)]:
        rule = an_approval_rule(max_duration=longest)
        approved = approve(a_request(), Act(Person("bob"), LATER, rule), is_still_demanded=True)
        assert isinstance(approved, ApprovalRequest)
        assert approved.ends_at == LATER + expected


def test_two_approvals_by_one_person_are_one() -> None:
    rule = an_approval_rule(approvers=["bob", "Bob@corp.example", "carol"], quorum=2)
    request = a_request(quorum=2)
    for user in ("bob", "Bob@corp.example", "bob"):
        voted = approve(request, Act(Person(user), LATER, rule), is_still_demanded=True)
        assert isinstance(voted, ApprovalRequest)
        assert voted.status is RequestStatus.PENDING
        assert [vote.by.user for vote in voted.votes] == ["bob"]
        request = voted
    decided = approve(request, Act(Person("carol"), LATER, rule), is_still_demanded=True)
    assert isinstance(decided, ApprovalRequest)
    assert decided.status is RequestStatus.APPROVED


def test_the_session_names_of_roles_are_held_against_their_holders() -> None:
    rule = an_approval_rule(approvers=["role/Approvers"])
    hidden = Act(Person("role/Approvers", "alice"), LATER, rule)
    assert approve(a_request(), hidden, is_still_demanded=True) is DecidingRejection.OWN_REQUEST


def test_votes_of_people_who_are_no_longer_approvers_do_not_count() -> None:
    request = a_request(quorum=2, votes=(Vote(Person("eve"), NOW),))
    voted = approve(request, Act(Person("bob"), LATER, an_approval_rule(quorum=2)), is_still_demanded=True)
    assert isinstance(voted, ApprovalRequest)
    assert voted.status is RequestStatus.PENDING
    assert [vote.by.user for vote in voted.votes] == ["bob"]


def test_a_vote_from_an_account_that_the_rule_does_not_name_counts_no_longer() -> None:
    rule = an_approval_rule(quorum=2, accounts=["111122223333"])
    foreign, unknown = Person("bob", account="444455556666"), Person("bob")
    bob = Person("bob", account="111122223333")
    for cast, counted in ((foreign, 0), (unknown, 0), (bob, 1)):
        request = a_request(quorum=2, votes=(Vote(cast, NOW),))
        act = Act(Person("dave", account="111122223333"), LATER, rule)
        decided = approve(request, act, is_still_demanded=True)
        assert isinstance(decided, ApprovalRequest)
        assert len(decided.votes) == counted + 1
        assert (decided.status is RequestStatus.APPROVED) == (counted == 1)
    for foreigner in (foreign, unknown):
        act = Act(foreigner, LATER, rule)
        assert approve(a_request(), act, is_still_demanded=True) is DecidingRejection.NOT_AN_APPROVER
        assert deny(a_request(), act) is DecidingRejection.NOT_AN_APPROVER


def test_a_vote_from_the_chat_counts_while_the_rule_accepts_the_chat() -> None:
    request = a_request(quorum=2, votes=(Vote(Person("bob", is_from_chat=True), NOW),))
    for chat, voters in ((True, ["bob", "dave"]), (False, ["dave"])):
        act = Act(Person("dave"), LATER, an_approval_rule(quorum=2, chat=chat))
        decided = approve(request, act, is_still_demanded=True)
        assert isinstance(decided, ApprovalRequest)
        assert [vote.by.user for vote in decided.votes] == voters
        assert (decided.status is RequestStatus.APPROVED) == chat


def access(effect: str, **conditions: Any) -> AccessPolicy:
    rule = {"name": "a", "effect": effect, "conditions": {"users": ["alice"], **conditions}}
    return AccessPolicy.model_validate({"version": "1", "rules": [rule]})


@pytest.mark.parametrize("effect", ["allow", "deny", "require_approval"])
def test_a_policy_that_has_changed_is_asked_again(effect: str) -> None:
    assert demands_approval(access(effect), "another", a_request()) is (effect == "require_approval")
    assert not demands_approval(access(effect), "another", a_request(user="carol"))


def test_a_policy_that_is_the_same_still_demands_the_approval() -> None:
    assert demands_approval(access("allow"), a_request().policy_version, a_request())


def test_a_newer_policy_is_asked_by_the_facts_of_the_filing() -> None:
    policy = access("require_approval", accounts=["111122223333"])
    assert demands_approval(policy, "another", a_request())
    elsewhere = replace(a_request(), requester=a_requester(account="999988887777"))
    assert not demands_approval(policy, "another", elsewhere)
