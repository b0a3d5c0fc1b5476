"""Rows of sessions against lines: each vend has one of each, and the row keeps a digest of what its line decided."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sentinel.api.sessions import Session
from sentinel.errors import printable
from sentinel.evidence.verifying.findings import Finding, Kind
from shared.core.ids import is_id
from shared.evidence.chain import digest_of_decision

# A log shows a line some time after the function wrote it.
LOGS_LAG: Final = timedelta(minutes=10)
# The table keeps rows for so long after the end of a session.
ROWS_KEPT: Final = timedelta(days=90)
_ISSUED: Final = "issued"


@dataclass(frozen=True, slots=True)
class _Vend:
    """What a line says of a vend that began `at` an instant (UTC). `is_linked`: it is one of a chain."""

    at: datetime
    digest: str
    outcome: str
    is_linked: bool

    def differences(self, row: Session) -> Iterator[str]:
        """Say what line and row do not agree on."""
        if row.line_digest is None and self.is_linked:
            yield "the row keeps no digest, and its line is linked"
        if row.line_digest not in (None, self.digest):
            yield "the row has the digest of another line"
        if (self.outcome == _ISSUED) == (row.status == "failed"):
            yield f"the line says {self.outcome} and the row says {row.status}"


class Vends:
    """The vends of the lines, to be compared with the rows.

    `without_digest` counts rows from before there were any, `expired` vends whose rows are no longer kept.
    """

    def __init__(self) -> None:
        # By the session's id: one, unless lines were forged.
        self._lines: dict[str, set[_Vend]] = {}
        self._seen: set[str] = set()
        self.compared = self.without_digest = self.too_recent = self.expired = 0

    def add(self, at: datetime, line: dict[str, Any]) -> None:
        """Keep what a line says of a vend, which begins at an instant (UTC); any other line is passed over."""
        session_id = line.get("session_id")
        if line.get("service") == "vend" and "via" in line and isinstance(session_id, str):
            vend = _Vend(at, digest_of_decision(line), str(line.get("outcome")), "process" in line)
            self._lines.setdefault(session_id, set()).add(vend)

    def compare(self, row: Session, now: datetime) -> Iterator[Finding]:
        """Compare a row with its line, which is then done with; a row that comes again is passed over."""
        if row.id in self._seen:
            return
        self._seen.add(row.id)
        vends = self._lines.pop(row.id, ())
        if not vends:
            if row.issued_at > now - LOGS_LAG:
                self.too_recent += 1
            else:
                yield Finding(Kind.NO_LINE, _place(row.id), f"{row.user} had {row.profile}, and no line says so")
            return
        self.compared += 1
        self.without_digest += row.line_digest is None
        for vend in vends:
            yield from (Finding(Kind.DIFFERS, _place(row.id), why) for why in vend.differences(row))

    async def find_left(
        self, find: Callable[[str], Awaitable[Session | None]], begin: datetime, now: datetime
    ) -> list[Finding]:
        """Look up the rows of vends since `begin` that no row was compared with; a vend that failed may have none."""
        findings: list[Finding] = []
        for session_id, vends in list(self._lines.items()):
            last = max(vend.at for vend in vends)
            if last < begin:
                continue
            if last < now - ROWS_KEPT:
                self.expired += 1
                continue
            # What is no id, no function wrote, and it is not made part of a request.
            row = await find(session_id) if is_id(session_id) else None
            if row is not None:
                findings.extend(self.compare(row, now))
            elif any(vend.outcome == _ISSUED for vend in vends):
                findings.append(Finding(Kind.NO_ROW, _place(session_id), "the line says issued, and there is no row"))
        return findings


def _place(session_id: str) -> str:
    return f"session {printable(session_id)}"
