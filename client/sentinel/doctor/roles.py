"""A profile's role: whether it is there, trusts the vend role alone and for all it needs, and can be revoked."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.deployment import Known
from sentinel.doctor.findings import Finding, fail, skipped, unless, warn
from sentinel.doctor.trust import Trust, principals_of, read_trust
from shared.core.arn import parse_arn, role_name
from shared.core.profile import Profile
from shared.core.stamp import PREFIX, TRANSITIVE_TAG_KEYS, TagKey
from shared.core.sts_refusals import StsRefusal

_TEMPLATE: Final = "deploy/policies/generated/protected-role-trust.json"
# What the vend Lambda asks for; role chaining gives no more either (STS API reference, AssumeRole).
_HOUR_S: Final = 3600
# The words of answers and audit lines.
_EVERY_VEND_FAILS: Final = f"every vend fails with `{StsRefusal.ROLE_REFUSED}`"
_STAMP: Final = f"{PREFIX}-*"


async def check_role(aws: Aws, known: Known, name: str, profile: Profile) -> list[Finding]:
    """Examine the role of a profile, where it is of the account the credentials are of."""
    about, arn = f"role of {name}", parse_arn(profile.role_arn)
    if arn.account != known.account:
        return [
            skipped(
                about,
                f"it is in account {arn.account}, and your credentials are of {known.account}",
                f"run this with a login of account {arn.account}, and --vend-role {known.vend_role_arn}",
            )
        ]
    found = await aws.find("iam", "get_role", RoleName=role_name(arn))
    if found is None:
        return [
            fail(
                about,
                f"there is no role {profile.role_arn}",
                f"create it, or correct the profile's role_arn: {_EVERY_VEND_FAILS}",
            )
        ]
    role: Mapping[str, Any] = found["Role"]
    if role["Arn"] != profile.role_arn:
        return [
            fail(
                about,
                f"the profile says {profile.role_arn}; the role is {role['Arn']}",
                f"correct the profile's role_arn: {_EVERY_VEND_FAILS}",
            )
        ]
    trust = read_trust(role.get("AssumeRolePolicyDocument"), known.vend_role_arn)
    problems = [
        *_trusts(about, trust, known.vend_role_arn),
        *_takes_tags(about, trust),
        *_lasts(about, role),
        *_is_bounded(about, role, known.kill_switch_in(arn.account)),
    ]
    return unless(problems, about, "it trusts the vend role alone, for all three actions; an hour; the boundary is on")


def _trusts(about: str, trust: Trust, vend_role_arn: str) -> Iterator[Finding]:
    if not trust.ours:
        yield fail(
            about, f"it does not trust {vend_role_arn}: {_EVERY_VEND_FAILS}", f"give it the trust policy {_TEMPLATE}"
        )
    elif missing := trust.missing_actions:
        yield fail(
            about,
            f"it does not let the vend role {' and '.join(missing)}: {_EVERY_VEND_FAILS}",
            f"allow {', '.join(missing)} in its trust policy, as {_TEMPLATE} does",
        )
    for statement in trust.others:
        who = ", ".join(principals_of(statement)) or "an unknown principal"
        deleted = who.startswith(("AROA", "AIDA"))
        yield fail(
            about,
            f"it trusts {who}, a principal that was deleted" if deleted else f"it also trusts {who}: a way around",
            f"take the statement {statement.get('Sid', 'without a Sid')} out of its trust policy",
        )
    if not all(_STAMP in values for values in trust.required("sts:AssumeRole", "sts:SourceIdentity")):
        yield warn(
            about,
            "its trust policy does not ask for a stamp, so it may be assumed without one",
            f'require "sts:SourceIdentity": "{_STAMP}" as {_TEMPLATE} does',
        )
    for key in (TagKey.SESSION, TagKey.USER):
        if not all(trust.required("sts:AssumeRole", f"aws:RequestTag/{key}")):
            yield warn(
                about,
                f"its trust policy does not ask for the tag {key}, by which the kill switch finds sessions",
                f'require "aws:RequestTag/{key}": "?*" as {_TEMPLATE} does',
            )


def _takes_tags(about: str, trust: Trust) -> Iterator[Finding]:
    for key, ours in (("aws:TagKeys", tuple(TagKey)), ("sts:TransitiveTagKeys", TRANSITIVE_TAG_KEYS)):
        for taken in trust.taken("sts:TagSession", key):
            if missing := [str(each) for each in ours if each not in taken]:
                yield fail(
                    about,
                    f"its trust policy leaves {', '.join(missing)} out of {key}: {_EVERY_VEND_FAILS}",
                    f"give it the trust policy {_TEMPLATE} of this version",
                )


def _lasts(about: str, role: Mapping[str, Any]) -> Iterator[Finding]:
    if (most := int(role.get("MaxSessionDuration", 0))) < _HOUR_S:
        yield fail(
            about,
            f"its sessions last {most} seconds at most, less than the hour Sentinel asks for",
            f"aws iam update-role --role-name {role['RoleName']} --max-session-duration {_HOUR_S}",
        )


def _is_bounded(about: str, role: Mapping[str, Any], boundary: str) -> Iterator[Finding]:
    on = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    if on != boundary:
        yield fail(
            about,
            f"its boundary is {on or 'not set'}: a revocation does not reach its live sessions",
            f"aws iam put-role-permissions-boundary --role-name {role['RoleName']} --permissions-boundary {boundary}",
        )
