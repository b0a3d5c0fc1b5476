"""Why an event does not begin, or a step on it is not taken."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from services.admin.break_glass.models import BeginBreakGlass, EventView
from services.admin.common.refusals import refuse_unseen
from shared.core.access.evaluate import Decision
from shared.core.break_glass.event import BreakGlassEvent, ClosingRejection
from shared.core.break_glass.policy import BreakGlassRule
from shared.core.break_glass.start import MOST_NAMES, History, StartRejection, cools_down_until
from shared.core.durations import format_duration
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal
from shared.edge.timestamps import format_timestamp

_HistoryRejection: TypeAlias = Literal[
    StartRejection.UNREVIEWED,
    StartRejection.COOLING_DOWN,
    StartRejection.USER_BUDGET_SPENT,
    StartRejection.PROFILE_BUDGET_SPENT,
    StartRejection.TOO_MANY_NAMES,
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was wanted and what it was decided by: the facts a refusal may name."""

    body: BeginBreakGlass
    user: str
    decision: Decision
    rule: BreakGlassRule | None
    history: History


def refuse_start(rejection: StartRejection, attempt: Attempt) -> Refusal:
    """Word a refusal to begin."""
    user, profile, rule = attempt.user, attempt.body.profile, attempt.rule
    match rejection:
        case StartRejection.NOT_NEEDED:
            return _conflict(f"The access policy gives {profile} without breaking glass: sentinel exec {profile}")
        case StartRejection.DENIED:
            return _denied(f"Rule {attempt.decision.rule_name} denies {user} the profile {profile}, break-glass too.")
        case StartRejection.NO_RULE:
            return Refusal(
                Code.DENIED,
                f"No rule of the break-glass policy names {user} and {profile}.",
                hint=f"The owner of the break-glass policy can add one; {_instead(profile)}",
            )
        case StartRejection.REASON_NOT_ALLOWED:
            allowed = "other reasons" if rule is None else ", ".join(rule.reasons)
            return _denied(f"{profile} is not reached for the reason {attempt.body.reason}, only for: {allowed}.")
        case StartRejection.OUTSIDE_HOURS:
            return _denied(f"The break-glass policy does not let {user} reach {profile} at this time of day or week.")
        case StartRejection.TOO_LONG:
            longest = "less" if rule is None else f"at most {format_duration(rule.max_duration)}"
            return Refusal(Code.INVALID_REQUEST, f"Duration is too long: {profile} is given for {longest}.")
        case _:
            return _conflict(_refuse_by_history(rejection, attempt))


def refuse_closing(rejection: ClosingRejection, event: BreakGlassEvent, view: EventView) -> Refusal:
    """Word a refusal of a step. `view` is the event as it is now."""
    match rejection:
        case ClosingRejection.NOT_PERMITTED:
            return Refusal(
                Code.NOT_PERMITTED, f"Neither approval nor admin policy lets you do this to {event.profile}."
            )
        case ClosingRejection.OWN_EVENT:
            return Refusal(Code.NOT_PERMITTED, "You cannot review your own event, under any of your names.")
        case ClosingRejection.WRONG_STATE:
            return Refusal(Code.CONFLICT, f"The event is {describe_state(view)}.")
        case ClosingRejection.NOT_AS_SHOWN:
            return refuse_unseen("event", describe_state(view))
        case unexpected:
            assert_never(unexpected)


def describe_state(view: EventView) -> str:
    """Say what state an event is in, who brought it there, and when."""
    act = view.review or view.ended
    if act is None:
        return f"{view.status} until {format_timestamp(view.window.ends_at)}: sentinel break-glass close {view.id}"
    by = "" if act.by is None else f" by {act.by}"
    return f"{view.status}{by} since {format_timestamp(act.at)}"


def _refuse_by_history(rejection: _HistoryRejection, attempt: Attempt) -> str:
    """Say what of earlier events is in the way, and what to do instead."""
    user, profile, rule = attempt.user, attempt.body.profile, attempt.rule
    match rejection:
        case StartRejection.UNREVIEWED:
            return _unreviewed(attempt)
        case StartRejection.COOLING_DOWN:
            return _cooling_down(attempt)
        case StartRejection.USER_BUDGET_SPENT:
            return f"{user} has broken glass as often as the policy allows{_window(rule)}; {_instead(profile)}"
        case StartRejection.PROFILE_BUDGET_SPENT:
            return f"{profile} was reached as often as the policy allows{_window(rule)}; {_instead(profile)}"
        case StartRejection.TOO_MANY_NAMES:
            return f"{user} is one name too many: break-glass was used under {MOST_NAMES} others; {_instead(profile)}"
        case unexpected:
            assert_never(unexpected)


def _unreviewed(attempt: Attempt) -> str:
    waiting = next(event for event in attempt.history.events if event.awaits_review)
    return (
        f"An earlier event of {waiting.user} awaits its review: another person runs `sentinel break-glass review "
        f"{waiting.event_id}` once it is over."
    )


def _cooling_down(attempt: Attempt) -> str:
    profile = attempt.body.profile
    until = None if attempt.rule is None else cools_down_until(attempt.history.events, profile, attempt.rule)
    when = "" if until is None else f" before {format_timestamp(until)}"
    return f"{attempt.user} cannot break glass for {profile} again{when}; {_instead(profile)}"


def _window(rule: BreakGlassRule | None) -> str:
    return "" if rule is None or rule.budget is None else f" within {format_duration(rule.budget.window)}"


def _instead(profile: str) -> str:
    return f"ask for an approval: sentinel request create {profile} --reason …"


def _denied(message: str) -> Refusal:
    return Refusal(Code.DENIED, message)


def _conflict(message: str) -> Refusal:
    return Refusal(Code.CONFLICT, message)
