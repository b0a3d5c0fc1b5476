"""Extending an approval: each rejection once, and the sum of a chain's windows under any sequence of steps."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.approval.create import Ask, CreateRejection, file_request
from shared.core.approval.decide import Act, DecidingRejection, approve, cancel, end_with
from shared.core.approval.extend import ExtendRejection, Extension
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import OPEN, ApprovalRequest
from shared.core.grants import Approver, Extended, Grant, GrantUses, RequestStatus
from shared.core.people import Action, Person
from shared.core.present_grants import judge_approval
from shared.core.stamp import Via
from tests.grants import DEMANDED, HOUR, NOW, a_request, a_requester, an_approval_rule, at

MINUTE = timedelta(minutes=1)
ALICE, BOB = Person("alice", account="111122223333"), Person("bob")
LATER = NOW + 50 * MINUTE


def approved(**changes: Any) -> ApprovalRequest:
    """Alice's approval of an hour, ten minutes before its end at LATER."""
    window: dict[str, Any] = {"status": RequestStatus.APPROVED, "starts_at": NOW, "ends_at": NOW + HOUR}
    return replace(a_request(), **(window | changes))


def filed(
    of: ApprovalRequest, rule: ApprovalRule, earlier: ApprovalRequest | None = None, **asked: Any
) -> ApprovalRequest | CreateRejection | ExtendRejection:
    profile = asked.pop("profile", "prod")
    ask = Ask(a_requester("alice"), profile, "it takes longer", extension=Extension(of, earlier), **asked)
    return file_request(ask, decision=DEMANDED, policy_version="v1", rule=rule, request_id="e" * 16, now=LATER)


RULE = an_approval_rule(max_duration="1h", extended_max_duration="3h")
AUTO = {"auto_approve": {"users": ["alice"], "max_duration": "30m"}}
PENDING = a_request("f" * 16)
REFUSED = {
    "of another profile": (filed(approved(), RULE, profile="dev"), ExtendRejection.OTHER_PROFILE),
    "given for one vend": (filed(approved(uses=GrantUses.ONCE), RULE), ExtendRejection.SINGLE_USE),
    "given for one vend by today's rule": (
        filed(approved(), an_approval_rule(uses="once")),
        ExtendRejection.SINGLE_USE,
    ),
    "over": (filed(approved(ends_at=LATER), RULE), ExtendRejection.OVER),
    "pending": (filed(a_request(), RULE), ExtendRejection.NOT_APPROVED),
    "withdrawn": (filed(approved(status=RequestStatus.WITHDRAWN), RULE), ExtendRejection.NOT_APPROVED),
    "not begun": (filed(approved(starts_at=LATER + MINUTE, ends_at=LATER + HOUR), RULE), ExtendRejection.NOT_BEGUN),
    "extended by one that waits": (filed(approved(), RULE, PENDING), ExtendRejection.EXTENDED),
    "extended by one that is approved": (
        filed(approved(), RULE, approved(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)),
        ExtendRejection.EXTENDED,
    ),
    "as long as the rule gives": (filed(approved(), an_approval_rule()), ExtendRejection.NO_TIME_LEFT),
    "within a minute of it": (
        filed(approved(ends_at=NOW + HOUR - MINUTE / 2), an_approval_rule()),
        ExtendRejection.NO_TIME_LEFT,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_extended(case: str) -> None:
    outcome, rejection = REFUSED[case]
    assert outcome is rejection


def test_every_rejection_is_tried() -> None:
    assert {rejection for _, rejection in REFUSED.values()} == set(ExtendRejection)


def test_an_extension_is_bound_to_the_approval_and_asks_for_what_follows_its_window() -> None:
    outcome = filed(approved(extends=Extended("d" * 16, HOUR)), RULE)
    assert isinstance(outcome, ApprovalRequest)
    assert outcome.extends == Extended("0123456789abcdef", 2 * HOUR)
    assert (outcome.status, outcome.wanted_start, outcome.duration) == (RequestStatus.PENDING, NOW + HOUR, HOUR)


def test_without_a_duration_it_asks_for_what_is_left_and_for_no_more_with_one() -> None:
    rule = an_approval_rule(max_duration="1h", extended_max_duration="1h20m")
    outcome = filed(approved(), rule)
    assert isinstance(outcome, ApprovalRequest)
    assert outcome.duration == 20 * MINUTE
    assert filed(approved(), rule, duration=20 * MINUTE + MINUTE / 60) is CreateRejection.TOO_LONG


def test_one_that_was_denied_cancelled_or_lapsed_does_not_keep_another_from_being_filed() -> None:
    for earlier in (replace(PENDING, status=RequestStatus.DENIED), replace(PENDING, pending_until=LATER)):
        assert isinstance(filed(approved(), RULE, earlier), ApprovalRequest)


def test_it_approves_itself_as_any_request_would_and_begins_where_the_window_ends() -> None:
    outcome = filed(approved(), an_approval_rule(max_duration="2h", **AUTO), duration=HOUR / 2)
    assert isinstance(outcome, ApprovalRequest)
    assert (outcome.is_auto_approved, outcome.starts_at, outcome.ends_at) == (True, NOW + HOUR, NOW + 1.5 * HOUR)


def extension(**changes: Any) -> ApprovalRequest:
    return replace(a_request("e" * 16), wanted_start=NOW + HOUR, extends=Extended("0123456789abcdef", HOUR), **changes)


def decided(
    minute: int, rule: ApprovalRule = RULE, extended: ApprovalRequest | None = None
) -> ApprovalRequest | DecidingRejection:
    of = extended or approved(extended_by="e" * 16)
    return approve(extension(), Act(BOB, at(minute), rule, extended=of), is_still_demanded=True)


@pytest.mark.parametrize(("minute", "start"), [(50, 60), (60, 60), (75, 75)])
def test_its_window_begins_at_the_end_of_the_other_or_at_a_later_approval(minute: int, start: int) -> None:
    outcome = decided(minute)
    assert isinstance(outcome, ApprovalRequest)
    assert (outcome.starts_at, outcome.ends_at) == (at(start), at(start + 60))


def test_an_approval_gives_what_todays_rule_leaves() -> None:
    outcome = decided(50, an_approval_rule(max_duration="1h", extended_max_duration="90m"))
    assert isinstance(outcome, ApprovalRequest)
    assert outcome.ends_at == at(90)
    assert decided(50, an_approval_rule(max_duration="1h")) is DecidingRejection.NO_TIME_LEFT


@pytest.mark.parametrize(
    "extended",
    [approved(status=RequestStatus.WITHDRAWN, extended_by="e" * 16), approved(extended_by="f" * 16), approved()],
    ids=["withdrawn", "extended by another since", "extended by none"],
)
def test_what_no_longer_extends_anything_cannot_be_approved(extended: ApprovalRequest) -> None:
    assert decided(50, extended=extended) is DecidingRejection.EXTENDS_NOTHING
    unread = approve(extension(), Act(BOB, at(50), RULE), is_still_demanded=True)
    assert unread is DecidingRejection.EXTENDS_NOTHING


def test_a_withdrawal_ends_what_is_open_of_an_extension_and_leaves_what_is_over() -> None:
    by = Action("bob", LATER, "enough")
    running = extension(status=RequestStatus.APPROVED, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    assert end_with(extension(), by) == extension(status=RequestStatus.CANCELLED, ended=by)
    assert end_with(running, by) == replace(running, status=RequestStatus.WITHDRAWN, ended=by)
    denied = extension(status=RequestStatus.DENIED)
    assert end_with(denied, by) == denied


def test_a_rule_that_gives_extensions_less_than_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not less than max_duration"):
        an_approval_rule(max_duration="2h", extended_max_duration="1h")


def as_grant(request: ApprovalRequest) -> Grant:
    assert request.starts_at is not None
    assert request.ends_at is not None
    return Grant(
        Via.APPROVAL,
        request.request_id,
        request.profile,
        request.starts_at,
        request.ends_at,
        approved_by=tuple(Approver(vote.by) for vote in request.votes),
        is_auto_approved=request.is_auto_approved,
        extends=request.extends,
    )


class Chains:
    """Requests and extensions of one person for one profile, kept as the table keeps them, under changing rules.

    `n` is what a step draws: it chooses a duration, or the latest request but `n` of those in a state.
    """

    def __init__(self) -> None:
        self.minute = 0
        self.rows: dict[str, ApprovalRequest] = {}
        self.changes_policy(5)

    def changes_policy(self, n: int) -> None:
        longest, more = [20, 40, 60][n % 3], [0, 30, 90][n // 2 % 3]
        self.rule = an_approval_rule(
            max_duration=f"{longest}m",
            **({"extended_max_duration": f"{longest + more}m"} if more else {}),
            **(AUTO if n % 2 else {}),
        )

    def waits(self, n: int) -> None:
        self.minute += 1 + 5 * n

    def asks(self, n: int) -> None:
        self.file(n, None)

    def extends(self, n: int) -> None:
        of = self.latest(n % 2, RequestStatus.APPROVED) or self.latest(0, *RequestStatus)
        if of is not None:
            self.file(n, Extension(of, None if of.extended_by is None else self.rows[of.extended_by]))

    def file(self, n: int, extension: Extension | None) -> None:
        duration = None if n == 0 else 7 * n * MINUTE
        ask = Ask(a_requester("alice"), "prod", "why", duration, extension=extension)
        outcome = file_request(
            ask,
            decision=DEMANDED,
            policy_version="v1",
            rule=self.rule,
            request_id=f"{len(self.rows):016}",
            now=at(self.minute),
        )
        if isinstance(outcome, ApprovalRequest):
            self.keep(outcome)
            if extension is not None:
                self.rows[extension.of.request_id] = replace(extension.of, extended_by=outcome.request_id)

    def is_approved(self, n: int) -> None:
        request = self.latest(n % 2, RequestStatus.PENDING)
        if request is not None:
            extended = None if request.extends is None else self.rows[request.extends.request_id]
            act = Act(BOB, at(self.minute), self.rule, extended=extended)
            outcome = approve(request, act, is_still_demanded=True)
            if isinstance(outcome, ApprovalRequest):
                self.keep(outcome)

    def withdraws(self, n: int) -> None:
        request = self.latest(n % 2, *OPEN)
        if request is not None:
            ended = cancel(request, Act(ALICE, at(self.minute), self.rule), may_revoke=False)
            assert isinstance(ended, ApprovalRequest)
            assert ended.ended is not None
            self.rows[ended.request_id] = ended
            if ended.extended_by is not None:
                self.rows[ended.extended_by] = end_with(self.rows[ended.extended_by], ended.ended)

    def latest(self, back: int, *statuses: RequestStatus) -> ApprovalRequest | None:
        found = [each for each in self.rows.values() if each.status_at(at(self.minute)) in statuses]
        return found[-1 - back % len(found)] if found else None

    def keep(self, request: ApprovalRequest) -> None:
        self.rows[request.request_id] = request
        if request.starts_at is not None:
            assert self.sum_of(self.chain(request)) <= self.limit

    @property
    def limit(self) -> timedelta:
        return self.rule.extended_max_duration or self.rule.max_duration

    def chain(self, request: ApprovalRequest) -> list[Grant]:
        """Give the windows of a request and of all that it extends."""
        below = [] if request.extends is None else self.chain(self.rows[request.extends.request_id])
        return [*below, *([] if request.starts_at is None else [as_grant(request)])]

    def sum_of(self, grants: Iterable[Grant | None]) -> timedelta:
        return sum((grant.ends_at - grant.starts_at for grant in grants if grant is not None), timedelta(0))

    def check(self) -> None:
        for request in self.rows.values():
            windows = self.chain(request)
            assert self.sum_of(judge_approval(grant, ALICE, self.rule) for grant in windows) <= self.limit
            assert all(one.ends_at <= other.starts_at for one, other in pairwise(windows))
            extensions = [
                each for each in self.rows.values() if each.extends and each.extends.request_id == request.request_id
            ]
            is_open = [each for each in extensions if each.status_at(at(self.minute)) in OPEN]
            assert len(is_open) <= (0 if request.status is RequestStatus.WITHDRAWN else 1)


# What happens most comes often, so that chains grow.
STEPS = [
    *[Chains.extends, Chains.is_approved, Chains.waits] * 3,
    *[Chains.asks, Chains.changes_policy] * 2,
    Chains.withdraws,
]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=15, max_size=40))
def test_no_chain_of_any_steps_is_longer_than_todays_rule_gives(
    steps: list[tuple[Callable[[Chains, int], None], int]],
) -> None:
    chains = Chains()
    for step, n in steps:
        step(chains, n)
        chains.check()
