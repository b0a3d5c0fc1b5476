"""Starting a break-glass event, within the policy's reasons, hours, cooldown and budgets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.core.access.evaluate import Decision, Verdict
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.policy import LARGEST_BUDGET, LONGEST_BUDGET_WINDOW, BreakGlassRule, ReasonCode
from shared.core.durations import DEFAULT
from shared.core.people import Person
from shared.core.time_window import is_within

# Longer than an event is kept after its start, so that no name is removed before its events.
NAMES_KEPT: Final = timedelta(days=92)
# Every name of a person costs a read of its history, so their number is limited.
MOST_NAMES: Final = 20


class StartRejection(StrEnum):
    """Why an event is rejected."""

    NOT_NEEDED = "the access policy gives the profile without it"
    DENIED = "the access policy denies the profile by a rule that does not yield to break-glass"
    NO_RULE = "no rule of the break-glass policy names the user and the profile"
    REASON_NOT_ALLOWED = "the rule does not accept this reason"
    OUTSIDE_HOURS = "the rule's time window is closed"
    TOO_LONG = "longer than the rule allows"
    UNREVIEWED = "an earlier event of the user awaits its review"
    COOLING_DOWN = "the last event is too recent"
    USER_BUDGET_SPENT = "the user's budget is spent"
    PROFILE_BUDGET_SPENT = "the profile's budget is spent"
    TOO_MANY_NAMES = "the person has broken glass under too many names"


@dataclass(frozen=True, slots=True)
class Spending:
    """One event counted against a budget. `at` is UTC."""

    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Naming:
    """A name under which a person has started events, and when (UTC) they last did."""

    user: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """The events of one person, or of one profile, that may still count against a budget.

    `version` changes with every event: an event is written only if both its ledgers are unchanged since they were read.
    `names` are the person's; a profile has none.
    """

    version: int = 0
    spent: tuple[Spending, ...] = ()
    names: tuple[Naming, ...] = ()

    def since(self, instant: datetime) -> frozenset[str]:
        """Give the ids of the events that started after an instant."""
        return frozenset(spending.event_id for spending in self.spent if spending.at > instant)

    def with_event(self, event_id: str, at: datetime, user: str | None = None) -> "Ledger":
        """Add one event, under the person's name `user`, and drop those too old for any budget and review."""
        kept = tuple(spending for spending in self.spent if spending.at > at - LONGEST_BUDGET_WINDOW)
        names = tuple(name for name in self.names if name.user != user and name.at > at - NAMES_KEPT)
        if user is not None:
            names += (Naming(user, at),)
        return Ledger(self.version + 1, (*kept, Spending(at, event_id))[-LARGEST_BUDGET:], names)


@dataclass(frozen=True, slots=True)
class Invocation:
    """An event to start. `duration` None means one hour, or less where the rule allows less."""

    invoker: Person
    invoker_arn: str
    account: str
    profile: str
    reason: ReasonCode
    justification: str
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the decision is based on, read consistently: the person's events of the last 90 days and both ledgers.

    `held_against` are ledgers of other names that may be the same person: they are counted, never written.
    """

    events: tuple[BreakGlassEvent, ...]
    user_ledger: Ledger
    profile_ledger: Ledger
    held_against: tuple[Ledger, ...] = ()

    def count_since(self, instant: datetime) -> int:
        """Count the person's events after an instant, under all of their names."""
        ledgers = (self.user_ledger, *self.held_against)
        return len(frozenset().union(*(ledger.since(instant) for ledger in ledgers)))


@dataclass(frozen=True, slots=True)
class Begun:
    """A new event and the ledgers that include it, to be written in one transaction."""

    event: BreakGlassEvent
    user_ledger: Ledger
    profile_ledger: Ledger


def begin(
    invocation: Invocation,
    *,
    decision: Decision,
    rule: BreakGlassRule | None,
    policy_version: str,
    history: History,
    event_id: str,
    now: datetime,
) -> Begun | StartRejection:
    """Start an event at `now` (UTC).

    `decision` is that of the access policy on invoker and profile; `rule` and `policy_version` are of the break-glass
    policy.
    """
    now = now.replace(microsecond=0)
    if rejection := _access_rejection(decision):
        return rejection
    if rule is None:
        return StartRejection.NO_RULE
    duration = invocation.duration or min(DEFAULT, rule.max_duration)
    rejection = _rule_rejection(invocation, rule, duration, now) or _history_rejection(invocation, rule, history, now)
    if rejection is not None:
        return rejection
    event = BreakGlassEvent(
        event_id=event_id,
        invoker=invocation.invoker,
        invoker_arn=invocation.invoker_arn,
        account=invocation.account,
        profile=invocation.profile,
        reason=invocation.reason,
        justification=invocation.justification,
        created_at=now,
        ends_at=now + duration,
        is_review_required=rule.require_review,
        rule=rule.name,
        policy_version=policy_version,
    )
    return Begun(
        event,
        history.user_ledger.with_event(event_id, now, invocation.invoker.user),
        history.profile_ledger.with_event(event_id, now),
    )


def cools_down_until(events: Iterable[BreakGlassEvent], profile: str, rule: BreakGlassRule) -> datetime | None:
    """Give the end of the cooldown for this profile; None where no cooldown applies."""
    over = [event.over_at for event in events if event.profile == profile]
    return max(over) + rule.cooldown if over and rule.cooldown is not None else None


def _access_rejection(decision: Decision) -> StartRejection | None:
    if decision.verdict is Verdict.ALLOW:
        return StartRejection.NOT_NEEDED
    if decision.rule is not None and not decision.rule.yields_to_break_glass:
        return StartRejection.DENIED
    return None


def _rule_rejection(
    invocation: Invocation,
    rule: BreakGlassRule,
    duration: timedelta,
    now: datetime,
) -> StartRejection | None:
    if invocation.reason not in rule.reasons:
        return StartRejection.REASON_NOT_ALLOWED
    if rule.time is not None and not is_within(rule.time, now):
        return StartRejection.OUTSIDE_HOURS
    if duration > rule.max_duration:
        return StartRejection.TOO_LONG
    return None


def _history_rejection(
    invocation: Invocation,
    rule: BreakGlassRule,
    history: History,
    now: datetime,
) -> StartRejection | None:
    if any(event.awaits_review for event in history.events):
        return StartRejection.UNREVIEWED
    cool_at = cools_down_until(history.events, invocation.profile, rule)
    if cool_at is not None and now < cool_at:
        return StartRejection.COOLING_DOWN
    others = {name.user for name in history.user_ledger.names if name.at > now - NAMES_KEPT}
    if invocation.invoker.user not in others and len(others) >= MOST_NAMES:
        return StartRejection.TOO_MANY_NAMES
    budget = rule.budget
    if budget is None:
        return None
    since = now - budget.window
    if budget.per_user is not None and history.count_since(since) >= budget.per_user:
        return StartRejection.USER_BUDGET_SPENT
    if budget.per_profile is not None and len(history.profile_ledger.since(since)) >= budget.per_profile:
        return StartRejection.PROFILE_BUDGET_SPENT
    return None
