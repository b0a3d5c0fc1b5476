"""The check of the audit log of a period: its chains, and its vends against the rows of sessions."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sentinel.api.rate_limit import Pause
from sentinel.api.sessions import Session
from sentinel.api.sessions_client import SessionApi
from sentinel.cloudtrail.audit import find_row
from sentinel.evidence.records import Record, Unread
from sentinel.evidence.rows import session_rows
from sentinel.evidence.verifying.chains import Chains
from sentinel.evidence.verifying.findings import Finding
from sentinel.evidence.verifying.rows import LOGS_LAG, Vends

# A line has the instant at which its invocation began, the row the one of the decision.
_LONGEST_VEND = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LinesVerdict:
    """How many lines and vends were checked, what was found, and in words what was not looked at.

    `twice` is how many lines an archive has more than once.
    """

    checked: int
    compared: int
    findings: Sequence[Finding]
    gaps: Sequence[str]
    twice: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """The lines that are checked are of the time from `begin` to `end`. `read_from`: all since then are read, too.

    `in_order`: they come as the functions wrote them, which an archive does not keep.
    """

    begin: datetime
    end: datetime
    read_from: datetime | None
    now: datetime
    in_order: bool = True


async def verify_lines(
    api: SessionApi,
    records: Iterable[tuple[datetime, Record]],
    period: Period,
    unread: Unread,
    pause: Pause = asyncio.sleep,
) -> LinesVerdict:
    """Check lines, which come in the log's order.

    Raises:
        RefusedError: the caller may not read all sessions. A session they may not see would look like none.
        SourceError: the lines cannot be read.

    """
    chains, vends, findings = Chains(period.read_from, in_order=period.in_order), Vends(), list[Finding]()
    for at, record in records:
        findings.extend(chains.check(at, record))
        if at >= period.begin - _LONGEST_VEND:
            vends.add(record.fields)
    findings.extend(chains.finish())
    async for row in session_rows(api, period.begin, period.end, unread, pause):
        findings.extend(vends.compare(row, period.now))

    async def find(session_id: str) -> Session | None:
        return await find_row(api, session_id, pause)

    findings.extend(await vends.find_left(find, period.now))
    return LinesVerdict(chains.checked, vends.compared, findings, list(_gaps(chains, vends, unread)), chains.twice)


def _gaps(chains: Chains, vends: Vends, unread: Unread) -> list[str]:
    counted = (
        (not chains.checked, "the audit lines: there was none of this time with a link, so nothing is shown"),
        (chains.unlinked, f"{chains.unlinked} lines from before lines were linked"),
        (chains.cut, f"what came before the first line of {chains.cut} processes: begin earlier, or read the logs"),
        (vends.without_digest, f"the lines of {vends.without_digest} sessions whose rows keep no digest"),
        (vends.too_recent, f"{vends.too_recent} sessions of the last {LOGS_LAG.seconds // 60} minutes: no line yet"),
        (unread.count, f"{unread.count} records that cannot be read: {'; '.join(unread.places)}"),
    )
    return [words for count, words in counted if count]
