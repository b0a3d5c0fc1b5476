"""The facts of a decision as the audit line keeps them: what is needed to decide again, under this policy or another.

Groups and claims are kept by the names that the deciding policy reads, with what was found for each. So a fact that was
absent differs from one that no rule looked at, which another policy might.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypedDict

from shared.core.access.authorize import Issue, Refuse, authorize
from shared.core.access.evaluate import Decision, Facts, parse_source_ip
from shared.core.access.schema import AccessPolicy
from shared.core.claims import ClaimValue
from shared.core.grants import Extended, Grant, GrantUses
from shared.core.groups import Groups, namespace_of
from shared.core.identity import Authentication
from shared.core.stamp import Via


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


class UnusableFactsError(ValueError):
    """The facts of a line cannot be read; the message names the field."""


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


def restore_facts(recorded: Mapping[str, Any]) -> Facts:
    """Give the facts back. A condition on a name that the line does not hold finds it absent: `names_not_recorded`.

    Raises:
        UnusableFactsError: a field is absent or of another type.

    """
    try:
        groups, claims, authentication = recorded["groups"], recorded["claims"], recorded["authentication"]
        return Facts(
            user=recorded["user"],
            profile=recorded["profile"],
            at=datetime.fromisoformat(recorded["at"]),
            account=recorded["account"],
            role=recorded["role"],
            source_ip=None if recorded["source_ip"] is None else parse_source_ip(recorded["source_ip"]),
            authentication=None if authentication is None else Authentication(authentication),
            issuer=recorded["issuer"],
            claims=None if claims is None else _restore_claims(claims),
            groups=None if groups is None else _restore_groups(groups),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableFactsError(f"the facts cannot be read: {error}") from None


def restore_circumstances(recorded: Mapping[str, Any]) -> Circumstances | None:
    """Give back what authorization read; None of a decision that vended nothing, such as on a request for approval.

    Raises:
        UnusableFactsError: a field is absent or of another type.

    """
    if "locked_out" not in recorded:
        return None
    try:
        grants, profile = recorded["grants"], recorded["profile"]
        return Circumstances(
            is_enabled=recorded["enabled"],
            is_locked_out=recorded["locked_out"],
            requested=_duration(recorded["requested_s"]),
            profile_cap=_duration(recorded["profile_cap_s"]),
            grants=None if grants is None else tuple(_restore_grant(grant, profile) for grant in grants),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableFactsError(f"the facts cannot be read: {error}") from None


def names_not_recorded(policy: AccessPolicy, recorded: Mapping[str, Any]) -> Sequence[str]:
    """List the claims and groups that rules of the policy read and the line does not hold, as `claim x`, `group y`."""
    names = policy.names_read
    return [
        *(f"claim {name}" for name in _lacking(names.claims, recorded["claims"])),
        *(f"group {name}" for name in _lacking(names.groups, recorded["groups"])),
    ]


def _lacking(read: Iterable[str], held: Mapping[str, Any] | None) -> list[str]:
    return [] if held is None else [name for name in read if name not in held]


def _restore_claims(claims: Mapping[str, str | list[str] | None]) -> Mapping[str, ClaimValue]:
    return {
        name: value if isinstance(value, str) else tuple(value) for name, value in claims.items() if value is not None
    }


def _restore_groups(groups: Mapping[str, bool | None]) -> Groups:
    return Groups(
        frozenset(name for name, is_in in groups.items() if is_in),
        frozenset(namespace_of(name) for name, is_in in groups.items() if is_in is None),
    )


def _restore_grant(recorded: Mapping[str, Any], profile: str) -> Grant:
    extends = recorded["extends"]
    return Grant(
        via=Via(recorded["via"]),
        grant_id=recorded["grant_id"],
        profile=profile,
        starts_at=datetime.fromisoformat(recorded["starts_at"]),
        ends_at=datetime.fromisoformat(recorded["ends_at"]),
        uses=GrantUses(recorded["uses"]),
        # The present policies have judged the sum of the windows already.
        extends=None if extends is None else Extended(extends, timedelta(0)),
    )


def _instant_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
