"""What a report reads of an audit line. A line may come from a file that anyone wrote: nothing in it is trusted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

# As the functions cut text that a caller chose.
_LONGEST: Final = 512
_STEP: Final = re.compile(r"POST /v1/(requests|break-glass|sessions)/([^/]+)/([a-z]+)")
_STEPS: Final[Mapping[str, str]] = {
    "POST /v1/requests": "file_request",
    "POST /v1/break-glass": "begin_break_glass",
    "POST /v1/revocations": "revoke_many",
    "POST /v1/kill-switch/sync": "sync_kill_switch",
    "POST /v1/lockouts": "lock",
    "DELETE /v1/lockouts": "unlock",
}
_NOUNS: Final = {"requests": "request", "break-glass": "break_glass", "sessions": "session"}
_SLACK: Final = "POST /slack "


@dataclass(frozen=True, slots=True)
class Line:
    """One audit line with its instant (UTC). A field that is absent, or of another type than it should be, is None."""

    at: datetime
    fields: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        return value[:_LONGEST] if isinstance(value, str) and value else None

    def number(self, name: str) -> int | None:
        value = self.fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def step_ms(self, *names: str) -> float:
        """Add up the milliseconds of steps; one that was not taken counts as none."""
        steps = self.fields.get("steps")
        found = [steps.get(name) for name in names] if isinstance(steps, dict) else []
        return sum(each for each in found if isinstance(each, int | float))

    @property
    def is_vend(self) -> bool:
        """Whether it is a request for credentials, or the row of a session."""
        return self.fields.get("service") == "vend" or self.fields.get("kind") == "sentinel.session"

    @property
    def is_done(self) -> bool:
        """Whether what was asked was done."""
        return self.fields.get("outcome") in ("issued", "answered")

    @property
    def operation(self) -> str | None:
        """Name the operation of the admin API that changes something, whichever way it was called; None for another."""
        written = self.text("operation") or ""
        if written.startswith(_SLACK):
            return written.removeprefix(_SLACK)
        if written in _STEPS:
            return _STEPS[written]
        found = _STEP.fullmatch(written)
        return None if found is None else f"{found[3]}_{_NOUNS[found[1]]}"
