"""Key schema and enum values of the tables, which `deploy/definitions/tables.json` defines."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final


class ItemKind(StrEnum):
    """The first part of a grant item's sort key."""

    APPROVAL = "approval"
    BREAK_GLASS = "break-glass"
    LOCKOUT = "lockout"
    BUDGET = "budget"
    MEMBERSHIP = "membership"
    GROUP = "group"


class SessionIndex(StrEnum):
    """Indexes of the session table, each in the order of `issued_at`."""

    BY_USER = "by-user"
    BY_PROFILE = "by-profile"
    BY_DAY = "by-day"


class GrantIndex(StrEnum):
    """Indexes of the grant table. `SERVING` is local, so it can be read consistently; the others only help to find."""

    SERVING = "serving"  # subject, serves_until: what may serve a vend
    BY_ID = "by-id"
    OPEN_BY_KIND = "open-by-kind"
    BY_KIND = "by-kind"
    BY_USER = "by-user"
    BY_PROFILE = "by-profile"


TTL_ATTRIBUTE: Final = "expires_at"
# All that a vend names of a `once` approval, to consume it and to give it back. Its status is not among them: only the
# admin Lambda says what is approved, and a consumed approval is one that says so and names the session that used it.
CONSUMED_BY: Final = "consumed_by"
CONSUMING_ATTRIBUTES: Final = ("subject", "item", CONSUMED_BY, "consumed_at", "serves_until", "open_kind")
# Rows are kept as evidence for this long; DynamoDB deletes them some time after it (TTL may be days late).
EVIDENCE: Final = timedelta(days=90)
# One lockout per subject, so its key has no profile and no id.
LOCKOUT_ITEM: Final = f"{ItemKind.LOCKOUT}##"
# Until when everything issued to a subject is revoked: one per subject, in the partition of its lockout.
CUTOFF_ITEM: Final = "cutoff##"
# The partition that the kill switch is rebuilt from: one item per live revocation.
REVOCATIONS_SUBJECT: Final = "revocations"
LOCKOUT_LIFTED: Final = "lifted"
# One ledger of break-glass events per budget partition.
LEDGER_ITEM: Final = f"{ItemKind.BUDGET}#{ItemKind.BREAK_GLASS}#ledger"


# The lease for writing the kill switch, so that two calls never write at once.
KILL_SWITCH_SUBJECT: Final = "kill-switch"
LEASE_ITEM: Final = "lease##"
# Where the follow-up stopped, one row.
FOLLOW_UP_SUBJECT: Final = "follow-up"
PROGRESS_ITEM: Final = "progress##"


def day_of(instant: datetime) -> str:
    """Give the partition key of the index by day: the UTC date."""
    return instant.astimezone(UTC).date().isoformat()


def revocation_item(matters_from: datetime, revocation_id: str) -> str:
    """Give the sort key of a revocation; the order is that in which revocations cease to matter."""
    return f"{int(matters_from.timestamp()):010d}#{revocation_id}"


def budget_subject(user: str) -> str:
    """Give the partition key of a user's break-glass ledger, which is not the partition that a vend reads."""
    return f"budget#{user}"


def profile_budget_subject(profile: str) -> str:
    """Give the partition key of a profile's ledger. No user's key is equal: a user's name has no `#`."""
    return f"budget#profile#{profile}"


def pending_subject(person_key: str) -> str:
    """Give the partition key of a person's pending requests: one row, and so at most one request, per profile."""
    return f"pending#{person_key}"


def kind_and_name(kind: ItemKind, name: str) -> str:
    """Give the partition key of the indexes by user and by profile."""
    return f"{kind}#{name}"


def grant_item(kind: ItemKind, profile: str, grant_id: str) -> str:
    return f"{kind}#{profile}#{grant_id}"


def counter_subject(budget: str, user: str, window_start: int) -> str:
    """Give the key of one window's counter in the budget table; `window_start` is in epoch seconds.

    The name of the budget comes first, so that a role can get permission for its own budgets only.
    """
    return f"{budget}#{user}#{window_start}"
