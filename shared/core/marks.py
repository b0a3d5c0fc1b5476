"""What time alone has had sent about a grant, so that it is sent once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Marks:
    """When approvers were last reminded, the escalation was announced, and the holder was warned of the end, in UTC.

    `run` is the id of the run, or of a person's step, that wrote the row last. Two in one second would otherwise write
    the same row, and each would take it for its own.
    """

    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    warned_at: datetime | None = None
    run: str | None = None


UNMARKED: Final = Marks()
