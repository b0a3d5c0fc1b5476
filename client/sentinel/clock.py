"""The client's one clock, handed to whatever needs the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the client's own clock; shared.edge belongs to the Lambdas
