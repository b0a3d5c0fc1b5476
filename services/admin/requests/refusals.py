"""Why a request is not filed, or a step on it not taken."""

from typing import assert_never

from services.admin.common.refusals import refuse_unseen
from services.admin.requests.models import FileRequest, RequestView
from shared.core.access.authorize import no_rule_gives
from shared.core.access.evaluate import Decision
from shared.core.approval.create import LATEST_START, CreateRejection
from shared.core.approval.decide import DecidingRejection
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
) -> Refusal:
    """Word a refusal to file."""
    profile = body.profile
    match rejection:
        case CreateRejection.NOT_NEEDED:
            return Refusal(Code.CONFLICT, f"No approval is needed: sentinel exec {profile}")
        case CreateRejection.DENIED:
            return Refusal(Code.DENIED, _denied(user, profile, decision))
        case CreateRejection.NO_RULE:
            return Refusal(Code.DENIED, f"{profile} cannot be approved: no rule of the approval policy names it.")
        case CreateRejection.NO_APPROVER:
            return Refusal(Code.DENIED, f"No one but {user} could approve {profile}, or too few could.")
        case CreateRejection.TOO_LONG:
            longest = "less" if rule is None else f"at most {format_duration(rule.max_duration)}"
            return _invalid(f"duration is too long: {profile} is given for {longest}.", about="duration")
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


def refuse_second(pending: ApprovalRequest) -> Refusal:
    """Word a refusal to file a second request while one waits: approvers are asked once."""
    return Refusal(
        Code.CONFLICT,
        f"Request {pending.request_id} of {pending.user} for {pending.profile} still waits for its approval, until "
        f"{format_timestamp(pending.pending_until)}: wait for it, or take it back first: "
        f"sentinel request cancel {pending.request_id}",
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
        case DecidingRejection.WRONG_STATE:
            hint = f"`sentinel request cancel {view.id}` ends it." if view.window and view.ended is None else None
            return Refusal(Code.CONFLICT, f"The request is {describe_state(view)}.", hint=hint)
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


def _denied(user: str, profile: str, decision: Decision) -> str:
    if decision.rule is None:
        return no_rule_gives(user, profile)
    reason = f" ({decision.rule.reason})" if decision.rule.reason else ""
    return f"Rule {decision.rule.name} denies {user} the profile {profile}{reason}; no approval can change that."


def _like(rule: ApprovalRule | None) -> str:
    return "" if rule is None or rule.ticket is None else f" that matches {rule.ticket}"


def _invalid(message: str, about: str | None = None) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, f"{message[0].upper()}{message[1:]}", about=about)


def _not_permitted(message: str) -> Refusal:
    return Refusal(Code.NOT_PERMITTED, message)
