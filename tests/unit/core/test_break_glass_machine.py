"""The life of break-glass events under any sequence of steps, against a small model of what may become of them."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.core.break_glass.event import Act, BreakGlassEvent, ClosingRejection, close, review, settle
from shared.core.break_glass.start import Begun, History, Ledger, StartRejection, begin
from shared.core.people import Person
from tests.examples import tried
from tests.grants import CLOSED, a_break_glass_rule, an_invocation, at

HUMANS = {"alice": "alice", "Alice@corp.example": "alice", "bob": "bob", "carol": "carol"}
NAMES = st.sampled_from(sorted(HUMANS))
INDEXES = st.integers(0, 10**6)


@dataclass
class Expected:
    """One event in plain words. Times are minutes since the machine started."""

    user: str
    profile: str
    began: int
    over: int
    state: str = "active"

    def state_at(self, minute: int) -> str:
        return "expired" if self.state == "active" and minute >= self.over else self.state


class Events(RuleBasedStateMachine):
    """Two people who break glass on two profiles, under one rule that stays."""

    def __init__(self) -> None:
        super().__init__()
        self.minute = 0
        self.events: list[BreakGlassEvent] = []
        self.expected: list[Expected] = []
        self.ledgers: dict[str, Ledger] = {}

    @initialize(
        per_user=st.integers(1, 3),
        per_profile=st.integers(1, 4),
        window=st.sampled_from([60, 240]),
        cooldown=st.sampled_from([0, 20, 90]),
        require_review=st.booleans(),
    )
    def the_policy_is_written(
        self,
        per_user: int,
        per_profile: int,
        window: int,
        cooldown: int,
        require_review: bool,  # noqa: FBT001 - drawn by name
    ) -> None:
        self.per_user, self.per_profile, self.window = per_user, per_profile, window
        self.cooldown, self.require_review = cooldown, require_review
        written = {
            "profiles": ["*"],
            "budget": {"per_user": per_user, "per_profile": per_profile, "window": f"{window}m"},
            "require_review": require_review,
        }
        self.break_glass_rule = a_break_glass_rule(**written, **({"cooldown": f"{cooldown}m"} if cooldown else {}))

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule(
        user=st.sampled_from(["alice", "bob"]),
        profile=st.sampled_from(["prod", "staging"]),
        minutes=st.sampled_from([15, 30, 60]),
    )
    def person_breaks_glass(self, user: str, profile: str, minutes: int) -> None:
        of_user, of_profile = self.ledgers.get(user, Ledger()), self.ledgers.get(profile, Ledger())
        outcome = begin(
            an_invocation(user=user, profile=profile, duration=timedelta(minutes=minutes)),
            decision=CLOSED,
            rule=self.break_glass_rule,
            policy_version="v1",
            history=History(tuple(event for event in self.events if event.user == user), of_user, of_profile),
            event_id=f"{len(self.events):016}",
            now=at(self.minute),
        )
        refusal = self.refusal_to_begin(user, profile)
        if not isinstance(outcome, Begun):
            assert outcome is refusal
            return
        assert refusal is None
        self.events.append(outcome.event)
        self.expected.append(Expected(user, profile, self.minute, self.minute + minutes))
        self.ledgers |= {user: outcome.user_ledger, profile: outcome.profile_ledger}

    def refusal_to_begin(self, user: str, profile: str) -> StartRejection | None:
        own = [event for event in self.expected if event.user == user]
        recent = [event for event in self.expected if event.began > self.minute - self.window]
        if self.require_review and any(event.state != "reviewed" for event in own):
            return StartRejection.UNREVIEWED
        if self.cooldown and any(
            event.profile == profile and self.minute < event.over + self.cooldown for event in own
        ):
            return StartRejection.COOLING_DOWN
        if sum(event.user == user for event in recent) >= self.per_user:
            return StartRejection.USER_BUDGET_SPENT
        if sum(event.profile == profile for event in recent) >= self.per_profile:
            return StartRejection.PROFILE_BUDGET_SPENT
        return None

    @precondition(lambda self: self.events)
    @rule(pick=INDEXES, by=NAMES, entitled=st.booleans())
    def person_closes(self, pick: int, by: str, entitled: bool) -> None:  # noqa: FBT001 - drawn by name
        index = pick % len(self.events)
        expected = self.expected[index]
        outcome = close(self.events[index], Act(Person(by), at(self.minute), entitled))
        state = expected.state_at(self.minute)
        if by != expected.user and not entitled:
            assert outcome is ClosingRejection.NOT_PERMITTED
        elif state not in ("active", "closed"):
            assert outcome is ClosingRejection.WRONG_STATE
        else:
            assert isinstance(outcome, BreakGlassEvent)
            self.events[index] = outcome
            if state == "active":
                expected.state, expected.over = "closed", self.minute

    @precondition(lambda self: self.events)
    @rule(pick=INDEXES, by=NAMES, entitled=st.booleans())
    def person_reviews(self, pick: int, by: str, entitled: bool) -> None:  # noqa: FBT001 - drawn by name
        index = pick % len(self.events)
        expected = self.expected[index]
        outcome = review(self.events[index], Act(Person(by), at(self.minute), entitled))
        if HUMANS[by] == HUMANS[expected.user]:
            assert outcome is ClosingRejection.OWN_EVENT
        elif not entitled:
            assert outcome is ClosingRejection.NOT_PERMITTED
        elif expected.state_at(self.minute) == "active":
            assert outcome is ClosingRejection.WRONG_STATE
        else:
            assert isinstance(outcome, BreakGlassEvent)
            self.events[index] = outcome
            expected.state = "reviewed"

    @precondition(lambda self: self.events)
    @rule(pick=INDEXES)
    def what_time_did_is_written_down(self, pick: int) -> None:
        index = pick % len(self.events)
        self.events[index] = settle(self.events[index], at(self.minute))

    @invariant()
    def events_are_what_the_model_expects(self) -> None:
        for event, expected in zip(self.events, self.expected, strict=True):
            assert event.status_at(at(self.minute)) == expected.state_at(self.minute)
            assert event.over_at == at(expected.over)

    @invariant()
    def no_stretch_of_time_as_long_as_the_window_holds_more_than_the_budget(self) -> None:
        for last in self.events:
            since = last.created_at - timedelta(minutes=self.window)
            together = [event for event in self.events if since < event.created_at <= last.created_at]
            assert sum(event.user == last.user for event in together) <= self.per_user
            assert sum(event.profile == last.profile for event in together) <= self.per_profile

    @invariant()
    def a_review_is_by_another_person_and_after_the_end(self) -> None:
        for event in self.events:
            if event.review is not None:
                assert event.review.by is not None
                assert HUMANS[event.review.by] != HUMANS[event.user]
                assert event.review.at >= event.over_at


Events.TestCase.settings = settings(tried(40), stateful_step_count=40)
TestEvents = Events.TestCase
