"""Authorization: the policy's decision combined with lockouts and grants, by one pure function and this table.

policy says       locked out   approved grant   break-glass event    outcome
anything          yes          any              any                  refuse locked_out
allow             no           any              any                  issue, via direct
require_approval  no           yes              any                  issue, via approval
require_approval  no           no               yes, if it yields    issue, via break-glass
require_approval  no           no               no                   refuse approval_required
deny by a rule    no           any              yes, if it yields    issue via break-glass, else refuse denied
no rule matches   no           any              yes                  issue via break-glass, else refuse denied

In the last minute of a grant nothing is issued under it. Under its extension, which begins where it ends, there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from shared.core.access.evaluate import Decision, Verdict
from shared.core.durations import CHAINING_MAXIMUM, DEFAULT, STS_MAXIMUM, STS_MINIMUM
from shared.core.grants import Grant, extension_of, longest
from shared.core.stamp import Via

# A grant with less time left issues nothing: its session would end before an SDK could use it.
GRANT_ENDING: Final = timedelta(seconds=60)


class RefusalCode(StrEnum):
    DENIED = "denied"
    APPROVAL_REQUIRED = "approval_required"
    LOCKED_OUT = "locked_out"
    GRANT_ENDING = "grant_ending"


@dataclass(frozen=True, slots=True)
class Refuse:
    """No credentials are issued; `code` says why."""

    code: RefusalCode


@dataclass(frozen=True, slots=True)
class Issue:
    """Credentials may be issued.

    `duration` is how long the caller may use them. `sts_duration` is the duration to request from STS, never under its
    minimum of 900 s. Where that is longer than the grant, `not_after` (UTC) is the grant's end, and the session's
    permissions must end then.
    """

    via: Via
    grant: Grant | None
    duration: timedelta
    sts_duration: timedelta
    not_after: datetime | None


def is_requestable(duration: timedelta) -> bool:
    """Whether STS accepts this duration (900-43200 s); any other makes the request invalid."""
    return STS_MINIMUM <= duration <= STS_MAXIMUM


def authorize(
    decision: Decision,
    *,
    profile: str,
    grants: Iterable[Grant],
    is_locked_out: bool,
    now: datetime,
    requested: timedelta | None = None,
    profile_cap: timedelta | None = None,
) -> Issue | Refuse:
    """Authorize one request for one profile.

    `grants` are the caller's, of any kind, profile and window; `requested` must pass `is_requestable`. `now` is UTC.
    """
    if is_locked_out:
        return Refuse(RefusalCode.LOCKED_OUT)
    caps = [requested or DEFAULT, CHAINING_MAXIMUM]
    if decision.rule is not None:
        caps.append(decision.rule.cap)
    if profile_cap is not None:
        caps.append(profile_cap)
    cap = min(caps)
    if decision.verdict is Verdict.ALLOW:
        return Issue(Via.DIRECT, None, cap, cap, None)
    held = list(grants)
    serving = _serving_grants(decision, profile, held, now)
    for grant in serving:
        for each in (grant, extension_of(grant, held)):
            if each is not None and each.ends_at - now >= GRANT_ENDING:
                return _issue_under(each, cap, now)
    return Refuse(RefusalCode.GRANT_ENDING if serving else _refusal(decision))


def no_rule_gives(user: str, profile: str) -> str:
    """Give the message that refuses a profile which no rule gives.

    Refusals of unknown and of disabled profiles use exactly this message, so that a caller cannot distinguish a profile
    that does not exist from one that is forbidden.
    """
    return f"No rule of the access policy gives {user} the profile {profile}, or it does not exist."


def _serving_grants(decision: Decision, profile: str, grants: list[Grant], now: datetime) -> list[Grant]:
    """List the grants that may serve this decision, preferred first."""
    kinds: list[Via] = []
    if decision.verdict is Verdict.REQUIRE_APPROVAL:
        kinds.append(Via.APPROVAL)
    if decision.rule is None or decision.rule.yields_to_break_glass:
        kinds.append(Via.BREAK_GLASS)
    candidates = (longest(grants, via, profile, now) for via in kinds)
    return [grant for grant in candidates if grant is not None]


def _issue_under(grant: Grant, cap: timedelta, now: datetime) -> Issue:
    remaining = timedelta(seconds=int((grant.ends_at - now).total_seconds()))
    duration = min(cap, remaining)
    if duration < STS_MINIMUM:
        return Issue(grant.via, grant, duration, STS_MINIMUM, grant.ends_at)
    return Issue(grant.via, grant, duration, duration, None)


def _refusal(decision: Decision) -> RefusalCode:
    match decision.verdict:
        case Verdict.REQUIRE_APPROVAL:
            return RefusalCode.APPROVAL_REQUIRED
        case Verdict.DENY:
            return RefusalCode.DENIED
        case Verdict.ALLOW:
            raise AssertionError("an allow is issued before any refusal is looked for")
        case unexpected:
            assert_never(unexpected)
