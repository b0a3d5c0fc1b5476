"""The facts of a decision, as an audit line keeps them, back as what the decision is made from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.core.access.evaluate import Facts, parse_source_ip
from shared.core.access.recorded import Circumstances
from shared.core.access.schema import AccessPolicy
from shared.core.claims import ClaimValue
from shared.core.grants import Extended, Grant, GrantUses
from shared.core.groups import Groups, namespace_of
from shared.core.identity import Authentication
from shared.core.stamp import Via


class UnusableFactsError(ValueError):
    """The facts of a line cannot be read; the message names the field."""


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


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
