"""The one place that reads the clock. Everything else takes an instant as an argument."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this file owns the clock


def monotonic_s() -> float:
    """Give seconds of a clock that never goes back; only differences are meaningful."""
    return time.monotonic()
