"""Why there is no credential, in words the person whose SDK prints them can act on."""

from collections.abc import Collection
from typing import Literal, assert_never

from shared.core.access.authorize import RefusalCode, no_rule_gives
from shared.core.access.evaluate import Decision
from shared.core.break_glass.policy import BreakGlassRule
from shared.core.grants import Grant, Lockout
from shared.core.sts_refusals import StsRefusal
from shared.edge.error_codes import Code
from shared.edge.lockouts import lockout_words
from shared.edge.responses import Refusal


def refuse_profile(user: str, profile: str) -> Refusal:
    """Refuse an unknown or disabled profile in the words of one that no rule gives: they look alike from outside."""
    return Refusal(Code.DENIED, no_rule_gives(user, profile))


def refuse(
    code: Literal[RefusalCode.DENIED, RefusalCode.APPROVAL_REQUIRED, RefusalCode.GRANT_ENDING],
    decision: Decision,
    user: str,
    profile: str,
    lapsed: Collection[Grant] = (),
    break_glass: BreakGlassRule | None = None,
) -> Refusal:
    """Word a refusal of the authorization. `lapsed` are grants for the profile that the present policies end.

    `break_glass` is the caller's rule for the profile: without one, break-glass is not suggested.
    """
    emergency = _emergency(profile, break_glass) if break_glass is not None and _yields(decision) else ""
    reason = f" ({decision.rule.reason})" if decision.rule is not None and decision.rule.reason else ""
    match code:
        case RefusalCode.DENIED if decision.rule is None:
            return refuse_profile(user, profile)
        case RefusalCode.DENIED:
            return Refusal(
                Code.DENIED,
                f"Rule {decision.rule_name} denies {user} the profile {profile}{reason}.",
                hint=emergency or None,
            )
        case RefusalCode.APPROVAL_REQUIRED:
            return Refusal(
                Code.APPROVAL_REQUIRED,
                f"Rule {decision.rule_name} gives {profile} only with an approval{reason}; {user} holds none that is "
                f"open now{_lapsed(lapsed)}. Request one: sentinel request create {profile} --reason …",
                hint=f"{_how_to_ask(profile)} {emergency}".rstrip(),
            )
        case RefusalCode.GRANT_ENDING:
            return Refusal(
                Code.GRANT_ENDING,
                f"The grant that gives {user} the profile {profile} ends in less than a minute.",
            )
        case unexpected:
            assert_never(unexpected)


def refuse_locked_out(user: str, profile: str, lockouts: Collection[Lockout]) -> Refusal:
    """Say of whom the lockout is and until when. By whom and why is for those who may list lockouts."""
    words = lockout_words(lockouts, user, profile)
    return Refusal(Code.LOCKED_OUT, f"A lockout of {words.whom} stops new credentials {words.until}.")


def _lapsed(grants: Collection[Grant]) -> str:
    if not grants:
        return ""
    ids = ", ".join(sorted(grant.grant_id for grant in grants))
    return f" (the policies have changed since {ids} was given, and no longer give it)"


def _how_to_ask(profile: str) -> str:
    return (
        f"`sentinel request create {profile} --reason …` requests it; `sentinel exec --wait --reason … {profile} -- "
        "COMMAND` requests it, waits, and runs the command."
    )


def _emergency(profile: str, rule: BreakGlassRule) -> str:
    return f"In an emergency: `sentinel break-glass start {profile} --reason {rule.reasons[0]} --justification …`."


def _yields(decision: Decision) -> bool:
    return decision.rule is not None and decision.rule.yields_to_break_glass


def refuse_by_sts(refusal: StsRefusal, profile: str, rule: str | None) -> Refusal:
    """Word what STS refused and will refuse again. The caller cannot mend it; the hint says who can, and how."""
    match refusal:
        case StsRefusal.ROLE_REFUSED:
            words = f"AWS does not let Sentinel assume the role of profile {profile}"
        case StsRefusal.SESSION_POLICY_REFUSED:
            by_rule = "" if rule is None else f" or of rule {rule}"
            words = f"AWS refuses the session policy of profile {profile}{by_rule}: it is malformed or too large"
        case StsRefusal.REGION_DISABLED:
            words = f"AWS gives no credentials in Sentinel's region for the account of profile {profile}"
        case unexpected:
            assert_never(unexpected)
    mending = "the platform team has to mend it, and `sentinel doctor --operator` says what is wrong"
    return Refusal(
        Code(refusal.value), f"{words}, so no credential was given. Asking again changes nothing: {mending}."
    )


def refuse_over_budget(user: str, limit: int, retry_after_s: int) -> Refusal:
    return Refusal(
        Code.THROTTLED,
        f"{user} has asked for credentials more than {limit} times this minute. Wait {retry_after_s} seconds; "
        "`sentinel exec` and `sentinel credentials` fetch once and keep what they got.",
        retry_after_s=retry_after_s,
    )
