"""Permanent refusals of STS, by the names that responses, audit lines and `sentinel doctor` use."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StsRefusal(StrEnum):
    """Why a retry gives no credentials until an operator changes something."""

    ROLE_REFUSED = "role_refused"  # the role is missing, does not trust Sentinel, or another policy forbids it
    SESSION_POLICY_REFUSED = "session_policy_refused"  # malformed, or too large together with the session's tags
    REGION_DISABLED = "region_disabled"  # STS is not active for the function's region in the role's account


# STS API reference, AssumeRole ("Errors") and "Common errors". STS answers AccessDenied for a missing role, too. Errors
# of Sentinel's own credentials (expired, unknown, badly signed) are temporary, and not listed here.
_REFUSALS: Final[Mapping[str, StsRefusal]] = {
    "AccessDenied": StsRefusal.ROLE_REFUSED,
    "ValidationError": StsRefusal.ROLE_REFUSED,
    "MalformedPolicyDocument": StsRefusal.SESSION_POLICY_REFUSED,
    "PackedPolicyTooLarge": StsRefusal.SESSION_POLICY_REFUSED,
    "RegionDisabled": StsRefusal.REGION_DISABLED,
}


def sts_refusal_of(code: str) -> StsRefusal | None:
    """Classify an error code of AssumeRole, with or without `Exception` at its end; None if a retry may succeed."""
    return _REFUSALS.get(code.removesuffix("Exception"))
