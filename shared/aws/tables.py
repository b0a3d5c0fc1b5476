"""The words of both tables: kinds, states and keys. `deploy/definitions/tables.json` defines the tables themselves."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class ItemKind(StrEnum):
    """The first part of a grant item's sort key."""

    APPROVAL = "approval"
    BREAK_GLASS = "break-glass"
    LOCKOUT = "lockout"
    BUDGET = "budget"


class GrantIndex(StrEnum):
    """Indexes of the grant table. `SERVING` is local, so it can be read consistently; the others only help to find."""

    SERVING = "serving"  # subject, serves_until: what may serve a vend
    BY_ID = "by-id"
    OPEN_BY_KIND = "open-by-kind"
    BY_KIND = "by-kind"
    BY_USER = "by-user"
    BY_PROFILE = "by-profile"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"
    FAILED = "failed"  # recorded, but STS issued nothing


TTL_ATTRIBUTE: Final = "expires_at"
# Rows outlive what they record as evidence; DynamoDB deletes them some time after this (TTL may be days late).
EVIDENCE: Final = timedelta(days=90)
ALL_SUBJECT: Final = "all"
# One lockout per subject, so its key has no profile and no id.
LOCKOUT_ITEM: Final = f"{ItemKind.LOCKOUT}##"
LOCKOUT_LIFTED: Final = "lifted"
# One ledger of break-glass events per budget partition.
LEDGER_ITEM: Final = f"{ItemKind.BUDGET}#{ItemKind.BREAK_GLASS}#ledger"


def user_subject(user: str) -> str:
    """Name the partition that holds everything decided about a user, their own lockout included."""
    return f"user#{user}"


def profile_subject(profile: str) -> str:
    return f"profile#{profile}"


def budget_subject(user: str) -> str:
    """Name the partition of a user's rate budgets, apart from the one a vend reads."""
    return f"budget#{user}"


def profile_budget_subject(profile: str) -> str:
    """Name the partition of a profile's budgets. No user is called like it: a user's name holds no `#`."""
    return f"budget#profile#{profile}"


def kind_and_name(kind: ItemKind, name: str) -> str:
    """Name a partition of the indexes by user and by profile."""
    return f"{kind}#{name}"


def grant_item(kind: ItemKind, profile: str, grant_id: str) -> str:
    return f"{kind}#{profile}#{grant_id}"


def budget_item(name: str, window_start: int) -> str:
    """Name one window's counter; `window_start` is in epoch seconds."""
    return f"{ItemKind.BUDGET}#{name}#{window_start}"
