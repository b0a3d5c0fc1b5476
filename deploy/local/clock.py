"""The local stack's one clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Tell the time, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the local stack's one clock
