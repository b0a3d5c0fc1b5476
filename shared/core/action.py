"""What someone did to a grant, a session or a lockout."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Action:
    """Who did it, when (UTC), and their comment. `by` is None where it happened by time alone."""

    by: str | None
    at: datetime
    comment: str | None = None
