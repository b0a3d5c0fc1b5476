"""What STS refuses and will refuse again: the words for it that answers, audit lines and `sentinel doctor` share."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StsRefusal(StrEnum):
    """Why asking again gives no credentials until somebody mends something."""

    ROLE_REFUSED = "role_refused"  # the role is missing, does not trust Sentinel, or another policy forbids it
    SESSION_POLICY_REFUSED = "session_policy_refused"  # malformed, or too large together with the session's tags
    REGION_DISABLED = "region_disabled"  # STS is not active for the function's region in the role's account


# STS API reference, AssumeRole ("Errors") and "Common errors". STS says AccessDenied of a role that is missing, too.
# What is about Sentinel's own credentials (expired, unknown, badly signed) passes, and is not here.
_REFUSALS: Final[Mapping[str, StsRefusal]] = {
    "AccessDenied": StsRefusal.ROLE_REFUSED,
    "ValidationError": StsRefusal.ROLE_REFUSED,
    "MalformedPolicyDocument": StsRefusal.SESSION_POLICY_REFUSED,
    "PackedPolicyTooLarge": StsRefusal.SESSION_POLICY_REFUSED,
    "RegionDisabled": StsRefusal.REGION_DISABLED,
}


def sts_refusal_of(code: str) -> StsRefusal | None:
    """Read an error code of AssumeRole, with or without `Exception` at its end; None for what may pass."""
    return _REFUSALS.get(code.removesuffix("Exception"))
