"""The life of approval requests under any sequence of steps, against a small model of what may become of them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from shared.core.approval.create import Ask, CreateRejection, file_request
from shared.core.approval.decide import Act, DecidingRejection, approve, cancel, deny, settle
from shared.core.approval.request import OPEN, ApprovalRequest
from shared.core.grants import RequestStatus
from shared.core.people import Person
from tests.examples import tried
from tests.grants import DEMANDED, a_requester, an_approval_rule, at

# Who is behind each name.
HUMANS = {
    "alice": "alice",
    "Alice@corp.example": "alice",
    "federated/alice": "alice",
    "bob": "bob",
    "BOB": "bob",
    "carol": "carol",
    "dave": "dave",
}
NAMES = st.sampled_from(sorted(HUMANS))
PENDING_MINUTES = 180


@dataclass
class Expected:
    """One request in plain words. Times are minutes since the machine started."""

    requester: str
    asked: int
    wanted_start: int | None
    lapses_at: int
    state: str = "pending"
    voters: list[str] = field(default_factory=list)
    starts_at: int = 0
    ends_at: int = 0

    def state_at(self, minute: int) -> str:
        if self.state == "pending" and minute >= self.lapses_at:
            return "expired"
        if self.state == "approved" and minute >= self.ends_at:
            return "ended"
        return self.state

    def vote(self, by: str, approvers: list[str]) -> None:
        self.voters = [voter for voter in self.voters if voter in approvers]
        if HUMANS[by] not in {HUMANS[voter] for voter in self.voters}:
            self.voters.append(by)

    def open(self, minute: int, longest: int) -> None:
        self.state = "approved"
        self.starts_at = minute if self.wanted_start is None else max(minute, self.wanted_start)
        self.ends_at = self.starts_at + min(self.asked, longest)


class Requests(RuleBasedStateMachine):
    """Several requests for one profile, while time passes and the approval policy changes."""

    filed = Bundle("filed")

    def __init__(self) -> None:
        super().__init__()
        self.minute = 0
        self.requests: list[ApprovalRequest] = []
        self.expected: list[Expected] = []
        self.final: dict[int, RequestStatus] = {}
        self.write_policy(["bob", "carol", "dave"], 2, 120)

    def write_policy(self, approvers: list[str], quorum: int, longest: int) -> None:
        self.approvers, self.quorum, self.longest = approvers, quorum, longest
        self.approval_rule = an_approval_rule(
            approvers=approvers, quorum=quorum, max_duration=f"{longest}m", pending_ttl=f"{PENDING_MINUTES}m"
        )

    def act(self, by: str) -> Act:
        return Act(Person(by), at(self.minute), self.approval_rule)

    def take(self, index: int, outcome: ApprovalRequest | DecidingRejection, refusal: DecidingRejection | None) -> None:
        if isinstance(outcome, DecidingRejection):
            assert outcome is refusal
        else:
            assert refusal is None
            self.requests[index] = outcome

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule(
        approvers=st.lists(NAMES, min_size=1, unique=True), quorum=st.integers(1, 2), longest=st.sampled_from([30, 120])
    )
    def the_policy_changes(self, approvers: list[str], quorum: int, longest: int) -> None:
        self.write_policy(approvers, min(quorum, len(approvers)), longest)

    @rule(target=filed, by=NAMES, asked=st.sampled_from([15, 60, 120]), ahead=st.none() | st.integers(0, 240))
    def person_files(self, by: str, asked: int, ahead: int | None) -> Any:
        wanted_start = None if ahead is None else self.minute + ahead
        ask = Ask(
            requester=a_requester(by),
            profile="prod",
            reason="fix the invoices",
            duration=timedelta(minutes=asked),
            wanted_start=None if wanted_start is None else at(wanted_start),
        )
        outcome = file_request(
            ask,
            decision=DEMANDED,
            policy_version="v1",
            rule=self.approval_rule,
            request_id=f"{len(self.requests):016}",
            now=at(self.minute),
        )
        others = {HUMANS[name] for name in self.approvers} - {HUMANS[by]}
        if asked > self.longest:
            assert outcome is CreateRejection.TOO_LONG
        elif len(others) < self.quorum:
            assert outcome is CreateRejection.NO_APPROVER
        else:
            assert isinstance(outcome, ApprovalRequest)
            self.requests.append(outcome)
            self.expected.append(Expected(by, asked, wanted_start, self.minute + PENDING_MINUTES))
            return len(self.requests) - 1
        nothing: MultipleResults[int] = multiple()
        return nothing

    @rule(index=filed, by=NAMES)
    def person_approves(self, index: int, by: str) -> None:
        outcome = approve(self.requests[index], self.act(by), is_still_demanded=True)
        self.take(index, outcome, self.refusal_to_approve(self.expected[index], by))

    def refusal_to_approve(self, expected: Expected, by: str) -> DecidingRejection | None:
        if refusal := self.refusal_to_decide(expected, by):
            return refusal
        state = expected.state_at(self.minute)
        if state == "pending":
            expected.vote(by, self.approvers)
            if len(expected.voters) >= self.quorum:
                expected.open(self.minute, self.longest)
        return None if state in ("pending", "approved") else DecidingRejection.WRONG_STATE

    def refusal_to_decide(self, expected: Expected, by: str) -> DecidingRejection | None:
        if HUMANS[by] == HUMANS[expected.requester]:
            return DecidingRejection.OWN_REQUEST
        return None if by in self.approvers else DecidingRejection.NOT_AN_APPROVER

    @rule(index=filed, by=NAMES)
    def the_access_policy_no_longer_asks_for_it(self, index: int, by: str) -> None:
        before = self.requests[index]
        outcome = approve(before, self.act(by), is_still_demanded=False)
        assert isinstance(outcome, DecidingRejection) or outcome == before

    @rule(index=filed, by=NAMES)
    def person_denies(self, index: int, by: str) -> None:
        expected = self.expected[index]
        outcome = deny(self.requests[index], self.act(by))
        refusal = self.refusal_to_decide(expected, by) or self.refusal_to_end(expected, {"pending": "denied"})
        self.take(index, outcome, refusal)

    @rule(index=filed, by=NAMES, may_revoke=st.booleans())
    def person_withdraws_or_revokes(self, index: int, by: str, may_revoke: bool) -> None:  # noqa: FBT001 - drawn by name
        expected = self.expected[index]
        outcome = cancel(self.requests[index], self.act(by), may_revoke=may_revoke)
        if by == expected.requester:
            refusal = self.refusal_to_end(expected, {"pending": "cancelled", "approved": "withdrawn"})
        elif not may_revoke and by not in self.approvers:
            refusal = DecidingRejection.NOT_AN_APPROVER
        elif expected.state_at(self.minute) == "pending":
            refusal = DecidingRejection.NOT_THEIRS
        else:
            refusal = self.refusal_to_end(expected, {"approved": "withdrawn"})
        self.take(index, outcome, refusal)

    def refusal_to_end(self, expected: Expected, ends: dict[str, str]) -> DecidingRejection | None:
        state = expected.state_at(self.minute)
        expected.state = ends.get(state, expected.state)
        return None if state in ends or state in ends.values() else DecidingRejection.WRONG_STATE

    @rule(index=filed)
    def what_time_did_is_written_down(self, index: int) -> None:
        self.requests[index] = settle(self.requests[index], at(self.minute))

    @invariant()
    def requests_are_what_the_model_expects(self) -> None:
        for request, expected in zip(self.requests, self.expected, strict=True):
            assert request.status_at(at(self.minute)) == expected.state_at(self.minute)
            assert [vote.by.user for vote in request.votes] == expected.voters
            if request.starts_at is not None:
                assert (request.starts_at, request.ends_at) == (at(expected.starts_at), at(expected.ends_at))

    @invariant()
    def a_window_takes_a_quorum_of_other_people_and_opens_no_earlier(self) -> None:
        for request in self.requests:
            if request.starts_at is None or request.ends_at is None:
                continue
            people = {HUMANS[vote.by.user] for vote in request.votes}
            assert len(people) == len(request.votes) >= request.quorum
            assert HUMANS[request.user] not in people
            assert request.starts_at >= max(vote.at for vote in request.votes)
            assert request.ends_at - request.starts_at <= request.duration

    @invariant()
    def what_is_final_stays(self) -> None:
        for index, request in enumerate(self.requests):
            status = request.status_at(at(self.minute))
            if status not in OPEN:
                assert self.final.setdefault(index, status) is status


Requests.TestCase.settings = settings(tried(40), stateful_step_count=40)
TestRequests = Requests.TestCase
