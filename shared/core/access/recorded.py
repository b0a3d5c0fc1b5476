"""The facts of a decision as the audit line keeps them: what is needed to decide again, under this policy or another.

Groups and claims are kept by the names that the deciding policy reads, with what was found for each. So a fact that was
absent differs from one that no rule looked at, which another policy might.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypedDict

from shared.core.access.authorize import Issue, Refuse, authorize
from shared.core.access.evaluate import Decision, Facts
from shared.core.access.schema import AccessPolicy
from shared.core.grants import Grant


class RecordedFacts(TypedDict):
    """What conditions of the access policy read, as JSON. Null: not known."""

    at: Annotated[str, "The instant of the decision, in UTC."]
    user: Annotated[str, "The caller, as policies name them."]
    profile: Annotated[str, "The profile that is asked for."]
    account: Annotated[str | None, "The account of the caller; empty without one."]
    role: Annotated[str | None, "The role of the caller; empty without one."]
    source_ip: Annotated[str | None, "The caller's address."]
    authentication: Annotated[str | None, "How the caller proved who they are."]
    issuer: Annotated[str | None, "The issuer of the caller's token; empty without one."]
    claims: Annotated[
        dict[str, str | Sequence[str] | None] | None, "Each claim that the policy reads; null: the token lacks it."
    ]
    groups: Annotated[
        dict[str, bool | None] | None, "For each group that the policy reads, whether the caller is in it."
    ]


class RecordedGrant(TypedDict):
    """An approval or a break-glass event, as the policies of the time left it."""

    grant_id: Annotated[str, "Its id."]
    via: Annotated[str, "`approval` or `break-glass`."]
    starts_at: Annotated[str, "The begin of its window, in UTC."]
    ends_at: Annotated[str, "The end of its window, in UTC."]
    uses: Annotated[str, "`window` or `once`."]
    extends: Annotated[str | None, "The approval that it extends."]


class RecordedCircumstances(TypedDict):
    """What a vend read besides, as JSON."""

    enabled: Annotated[bool, "Whether there is such a profile and it may be used."]
    locked_out: Annotated[bool, "Whether a lockout stops the caller."]
    requested_s: Annotated[int | None, "The duration that the caller asked for, in seconds."]
    profile_cap_s: Annotated[int | None, "The profile's `max_duration`, in seconds."]
    grants: Annotated[list[RecordedGrant] | None, "The caller's grants for the profile. Null: an allow needed none."]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What authorization reads besides the policy's decision.

    `is_enabled`: there is such a profile and it may be used. `grants` are those for the profile as the present policies
    leave them; None where that is not known, as an allow does not need it.
    """

    is_enabled: bool
    is_locked_out: bool
    requested: timedelta | None
    profile_cap: timedelta | None
    grants: tuple[Grant, ...] | None

    def authorize(self, decision: Decision, profile: str, now: datetime) -> Issue | Refuse:
        """Authorize a request for the profile at an instant (UTC); grants that are not known count as none."""
        return authorize(
            decision,
            profile=profile,
            grants=self.grants or (),
            is_locked_out=self.is_locked_out,
            now=now,
            requested=self.requested,
            profile_cap=self.profile_cap,
        )


def record_facts(policy: AccessPolicy, facts: Facts) -> RecordedFacts:
    """Give the facts that rules of the policy read; null for one that is not known."""
    names = policy.names_read
    authentication, source_ip = facts.authentication, facts.source_ip
    return {
        "at": _instant_text(facts.at),
        "user": facts.user,
        "profile": facts.profile,
        "account": facts.account,
        "role": facts.role,
        "issuer": facts.issuer,
        "source_ip": None if source_ip is None else str(source_ip),
        "authentication": None if authentication is None else authentication.value,
        "claims": None if facts.claims is None else {name: facts.claims.get(name) for name in names.claims},
        "groups": None if facts.groups is None else {name: facts.groups.has_any((name,)) for name in names.groups},
    }


def record_circumstances(circumstances: Circumstances) -> RecordedCircumstances:
    """Give what authorization read, to be kept with the facts."""
    grants = circumstances.grants
    return {
        "enabled": circumstances.is_enabled,
        "locked_out": circumstances.is_locked_out,
        "requested_s": _seconds(circumstances.requested),
        "profile_cap_s": _seconds(circumstances.profile_cap),
        "grants": None if grants is None else [_record_grant(grant) for grant in grants],
    }


def _record_grant(grant: Grant) -> RecordedGrant:
    return {
        "grant_id": grant.grant_id,
        "via": grant.via.value,
        "starts_at": _instant_text(grant.starts_at),
        "ends_at": _instant_text(grant.ends_at),
        "uses": grant.uses.value,
        "extends": None if grant.extends is None else grant.extends.request_id,
    }


def _instant_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())
