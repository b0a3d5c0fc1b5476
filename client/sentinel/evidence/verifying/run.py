"""The check of the audit log of a period: its chains, and its vends against the rows of sessions."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sentinel.api.rate_limit import Pause
from sentinel.api.sessions import Session
from sentinel.api.sessions_client import SessionApi
from sentinel.cloudtrail.audit import find_row
from sentinel.evidence.records import Record, Unread
from sentinel.evidence.rows import session_rows
from sentinel.evidence.verifying.chains import Chains
from sentinel.evidence.verifying.findings import Finding, Kind
from sentinel.evidence.verifying.rows import LOGS_LAG, ROWS_KEPT, Vends

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
    """The lines that are checked are of the time from `begin` to `end`; for `all_before` and `in_order` see `Chains`.

    `known` are sessions that were found elsewhere: a row that the list does not show needs a line all the same. `gaps`
    says in words which lines cannot be read; reading them adds to it.
    """

    begin: datetime
    end: datetime
    now: datetime
    all_before: bool
    in_order: bool = True
    known: Sequence[Session] = ()
    gaps: list[str] = field(default_factory=list)


async def verify_lines(
    api: SessionApi,
    records: Iterable[tuple[datetime, Record]],
    period: Period,
    unread: Unread,
    pause: Pause = asyncio.sleep,
) -> LinesVerdict:
    """Check lines, those of the `LONGEST_PAUSE` before the period among them.

    Raises:
        RefusedError: the caller may not read all sessions. A session they may not see would look like none.
        SourceError: the lines cannot be read.

    """
    chains = Chains(period.begin, all_before=period.all_before, in_order=period.in_order)
    vends, findings = Vends(), list[Finding]()
    for at, record in records:
        findings.extend(chains.check(at, record))
        if at >= period.begin - _LONGEST_VEND:
            vends.add(at, record.fields)
    findings.extend(chains.finish())
    async for row in session_rows(api, period.begin, period.end, unread, pause):
        findings.extend(vends.compare(row, period.now))
    for row in period.known:
        if period.begin <= row.issued_at < period.end:
            findings.extend(vends.compare(row, period.now))

    async def find(session_id: str) -> Session | None:
        return await find_row(api, session_id, pause)

    findings.extend(await vends.find_left(find, period.begin, period.now))
    if period.gaps:
        # The line may be among those that cannot be read.
        findings = [each for each in findings if each.kind is not Kind.NO_LINE]
    gaps = [*period.gaps, *_gaps(chains, vends, unread)]
    return LinesVerdict(chains.checked, vends.compared, findings, gaps, chains.twice)


def _gaps(chains: Chains, vends: Vends, unread: Unread) -> Iterator[str]:
    counted = (
        (not chains.checked, "the audit lines: there was none of this time with a link, so nothing is shown"),
        (chains.unlinked, f"{chains.unlinked} lines without a link: from before there were links, or not a function's"),
        (chains.cut, f"what came before the first line of {chains.cut} processes: begin earlier, or read the logs"),
        (vends.without_digest, f"the lines of {vends.without_digest} sessions whose rows keep no digest"),
        (vends.expired, f"the rows of {vends.expired} vends: a row is kept for {ROWS_KEPT.days} days"),
        (vends.too_recent, f"{vends.too_recent} sessions of the last {LOGS_LAG.seconds // 60} minutes: no line yet"),
        (unread.count, f"{unread.count} records that cannot be read: {'; '.join(unread.places)}"),
    )
    yield from (words for count, words in counted if count)
