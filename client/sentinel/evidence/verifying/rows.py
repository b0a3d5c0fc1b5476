"""Rows of sessions against lines: each vend has one of each, and the row keeps a digest of what its line decided."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sentinel.api.sessions import Session
from sentinel.evidence.verifying.findings import Finding, Kind
from shared.evidence.chain import digest_of_decision

# A log shows a line some time after the function wrote it.
LOGS_LAG: Final = timedelta(minutes=10)
_ISSUED: Final = "issued"


class Vends:
    """The vends of the lines, to be compared with the rows. `without_digest` counts rows from before there were any."""

    def __init__(self) -> None:
        # The digest of the line by the session's id, and whether credentials left.
        self._lines: dict[str, tuple[str, bool]] = {}
        self.compared = self.without_digest = self.too_recent = 0

    def add(self, line: dict[str, Any]) -> None:
        """Keep what a line says of a vend; any other line is passed over."""
        session_id = line.get("session_id")
        if line.get("service") == "vend" and "via" in line and isinstance(session_id, str):
            self._lines[session_id] = digest_of_decision(line), line.get("outcome") == _ISSUED

    def compare(self, row: Session, now: datetime) -> Iterator[Finding]:
        """Compare a row with its line, which is then done with."""
        found = self._lines.pop(row.id, None)
        if found is None:
            if row.issued_at > now - LOGS_LAG:
                self.too_recent += 1
            else:
                yield Finding(Kind.NO_LINE, f"session {row.id}", f"{row.user} had {row.profile}, and no line says so")
            return
        self.compared += 1
        digest, is_issued = found
        if row.line_digest is None:
            self.without_digest += 1
        elif row.line_digest != digest:
            yield Finding(Kind.DIFFERS, f"session {row.id}", "the row has the digest of another line")
        if is_issued and row.status == "failed":
            yield Finding(Kind.DIFFERS, f"session {row.id}", "the line says issued and the row says failed")

    async def find_left(self, find: Callable[[str], Awaitable[Session | None]], now: datetime) -> list[Finding]:
        """Look up the rows of vends that no row was compared with; a vend that failed may have none."""
        findings: list[Finding] = []
        for session_id, (_, is_issued) in list(self._lines.items()):
            row = await find(session_id)
            if row is not None:
                findings.extend(self.compare(row, now))
            elif is_issued:
                findings.append(
                    Finding(Kind.NO_ROW, f"session {session_id}", "the line says issued, and there is no row")
                )
        return findings
