"""Why a request is not filed, or a step on it not taken."""

from datetime import datetime, timedelta
from typing import assert_never

from services.admin.common.refusals import refuse_unseen
from services.admin.requests.models import FileRequest, RequestView, view_request
from shared.core.access.authorize import no_rule_gives
from shared.core.access.evaluate import Decision
from shared.core.approval.create import LATEST_START, CreateRejection
from shared.core.approval.decide import DecidingRejection
from shared.core.approval.extend import ExtendRejection, Extension
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest
from shared.core.durations import format_duration
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal
from shared.edge.timestamps import format_timestamp


def refuse_create(
    rejection: CreateRejection,
    body: FileRequest,
    user: str,
    decision: Decision,
    rule: ApprovalRule | None,
    extension: Extension | None = None,
) -> Refusal:
    """Word a refusal to file."""
    profile = body.profile
    match rejection:
        case CreateRejection.NOT_NEEDED:
            return Refusal(Code.CONFLICT, f"No approval is needed: sentinel exec {profile}")
        case CreateRejection.DENIED:
            return Refusal(Code.DENIED, _denied(user, profile, decision))
        case CreateRejection.NO_RULE:
            return refuse_without_rule(profile)
        case CreateRejection.NO_APPROVER:
            return Refusal(Code.DENIED, f"No one but {user} could approve {profile}, or too few could.")
        case CreateRejection.TOO_LONG:
            words = f"duration is too long: {profile} is given for {_longest(rule, extension)}."
            return _invalid(words, about="duration")
        case CreateRejection.TICKET_NEEDED:
            return _invalid(f"ticket is missing: {profile} takes a reference{_like(rule)}.", about="ticket")
        case CreateRejection.TICKET_MALFORMED:
            return _invalid(f"ticket is not a reference that {profile} takes{_like(rule)}.", about="ticket")
        case CreateRejection.START_PASSED:
            return _invalid("starts_at is in the past: leave it out to begin at once.")
        case CreateRejection.START_TOO_LATE:
            return _invalid(f"starts_at is too far ahead: at most {LATEST_START.days} days.")
        case unexpected:
            assert_never(unexpected)


def refuse_without_rule(profile: str) -> Refusal:
    return Refusal(Code.DENIED, f"{profile} cannot be approved: no rule of the approval policy names it.")


def refuse_second(pending: ApprovalRequest, user: str, now: datetime) -> Refusal:
    """Word a refusal to file a second request while one waits: approvers are asked once.

    Only a request under the caller's present name can be joined: the approval of another would be of that name.
    """
    is_own = pending.user == user
    join = f"wait for it (`sentinel exec --wait {pending.profile} -- COMMAND` joins it)" if is_own else "wait for it"
    return Refusal(
        Code.CONFLICT,
        f"Request {pending.request_id} of {pending.user} for {pending.profile} still waits for its approval, until "
        f"{format_timestamp(pending.pending_until)}: it was filed {_age(pending, now)} ago for "
        f"{format_duration(pending.duration)}. Either {join}, or take it back first: "
        f"sentinel request cancel {pending.request_id}",
        hint=None if is_own else f"{user} and {pending.user} count as one person: act as {pending.user} to do either.",
        grant_id=pending.request_id if is_own else None,
    )


def refuse_extension(
    rejection: ExtendRejection, extension: Extension, rule: ApprovalRule | None, now: datetime
) -> Refusal:
    """Word a refusal to extend an approval."""
    of, profile = extension.of, extension.of.profile
    which, another = f"Request {of.request_id}", f"Ask for another: sentinel request create {profile} --reason …"
    match rejection:
        case ExtendRejection.OTHER_PROFILE:
            return _invalid(f"{which} is for {profile}: an extension is for the same profile. Name that one.")
        case ExtendRejection.SINGLE_USE:
            return _conflict(f"{which} is an approval for one vend, which has no window to extend. {another}")
        case ExtendRejection.OVER | ExtendRejection.NOT_APPROVED:
            return _conflict(f"{which} is {describe_state(view_request(of, now))}, so it is not extended. {another}")
        case ExtendRejection.NOT_BEGUN:
            begins = "later" if of.starts_at is None else f"at {format_timestamp(of.starts_at)}"
            return _conflict(f"{which} begins {begins}: extend it while its window is open.")
        case ExtendRejection.EXTENDED:
            return _refuse_extended(extension.earlier, which, now)
        case ExtendRejection.NO_TIME_LEFT:
            longest = "" if rule is None else f", {format_duration(rule.extended_max_duration or rule.max_duration)}"
            return _conflict(
                f"{which} and what it extends have the longest time that {profile} is given for{longest}. When it is "
                f"over, ask for another: sentinel request create {profile} --reason …"
            )
        case unexpected:
            assert_never(unexpected)


def _refuse_extended(earlier: ApprovalRequest | None, which: str, now: datetime) -> Refusal:
    assert earlier is not None, "it is extended by a request"
    return Refusal(
        Code.CONFLICT,
        f"{which} is extended already: request {earlier.request_id}, filed {_age(earlier, now)} ago for "
        f"{format_duration(earlier.duration)}, is {describe_state(view_request(earlier, now))}. Wait for it, or take "
        f"it back first: sentinel request cancel {earlier.request_id}",
        grant_id=earlier.request_id,
    )


def refuse_deciding(rejection: DecidingRejection, request: ApprovalRequest, view: RequestView) -> Refusal:
    """Word a refusal of a step. `view` is the request as it is now."""
    whose = f"{request.user}'s request for {request.profile}"
    match rejection:
        case DecidingRejection.OWN_REQUEST:
            others = " or ".join(view.approvers) or "no one else"
            return _not_permitted(f"You cannot decide on your own request, under any of your names; {others} can.")
        case DecidingRejection.NOT_AN_APPROVER:
            return _not_permitted(f"The approval policy does not let you decide on {whose}.")
        case DecidingRejection.NOT_THEIRS:
            return _not_permitted(f"Only {request.user} takes back {whose} while it is pending; an approver denies it.")
        case DecidingRejection.NOT_DEMANDED:
            return Refusal(
                Code.CONFLICT,
                f"The access policy has changed since and no longer asks for an approval of {whose}: it would be "
                "worth nothing.",
            )
        case DecidingRejection.EXTENDS_NOTHING:
            return Refusal(
                Code.CONFLICT,
                f"It extends {view.extends}, which was withdrawn or has another extension: {request.user} can ask "
                "for an approval of its own.",
            )
        case DecidingRejection.NO_TIME_LEFT:
            return Refusal(
                Code.CONFLICT,
                f"It extends windows that have the longest time the approval rule gives today for {request.profile}: "
                "an approval would be worth nothing.",
            )
        case DecidingRejection.WRONG_STATE:
            return Refusal(Code.CONFLICT, f"The request is {describe_state(view)}.", hint=_what_is_open(view))
        case DecidingRejection.NOT_AS_SHOWN:
            return refuse_unseen("request", describe_state(view))
        case unexpected:
            assert_never(unexpected)


def describe_state(view: RequestView) -> str:
    """Say what state a request is in, who brought it there, and when."""
    if view.ended is not None:
        by = "" if view.ended.by is None else f" by {view.ended.by}"
        return f"{view.status}{by} since {format_timestamp(view.ended.at)}"
    if view.window is not None:
        by = " and ".join(approval.user for approval in view.approvals) or "the approval policy"
        return f"{view.status}, by {by}, until {format_timestamp(view.window.ends_at)}"
    so_far = "".join(f", approved by {approval.user}" for approval in view.approvals)
    return f"{view.status} until {format_timestamp(view.pending_until)}{so_far}"


def _what_is_open(view: RequestView) -> str | None:
    """Name what can yet be ended: an open window, or the request that extended it, which may be open."""
    if view.window and view.ended is None:
        return f"`sentinel request cancel {view.id}` ends it."
    if view.extended_by is not None:
        return f"It was extended: `sentinel request cancel {view.extended_by}` ends what follows it."
    return None


def _denied(user: str, profile: str, decision: Decision) -> str:
    if decision.rule is None:
        return no_rule_gives(user, profile)
    reason = f" ({decision.rule.reason})" if decision.rule.reason else ""
    return f"Rule {decision.rule.name} denies {user} the profile {profile}{reason}; no approval can change that."


def _longest(rule: ApprovalRule | None, extension: Extension | None) -> str:
    if rule is None:
        return "less"
    if extension is None:
        return f"at most {format_duration(rule.max_duration)}"
    left = format_duration(rule.longest_after(extension.extended.so_far))
    return f"at most {left} more after {extension.of.request_id}"


def _age(request: ApprovalRequest, now: datetime) -> str:
    """Say how long ago a request was filed, to the minute."""
    minutes = max(now - request.created_at, timedelta(0)) // timedelta(minutes=1)
    return format_duration(timedelta(minutes=minutes)) if minutes else "less than a minute"


def _like(rule: ApprovalRule | None) -> str:
    return "" if rule is None or rule.ticket is None else f" that matches {rule.ticket}"


def _invalid(message: str, about: str | None = None) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, f"{message[0].upper()}{message[1:]}", about=about)


def _conflict(message: str) -> Refusal:
    return Refusal(Code.CONFLICT, message)


def _not_permitted(message: str) -> Refusal:
    return Refusal(Code.NOT_PERMITTED, message)
