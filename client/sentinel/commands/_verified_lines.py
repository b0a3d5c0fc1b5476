"""The part of `sentinel audit verify` that reads the audit lines: from the log groups, or from a file or a folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sentinel.api.sessions import Session
from sentinel.api.sessions_client import SessionApi
from sentinel.commands._audit_lines import Lines
from sentinel.evidence.records import Record
from sentinel.evidence.sources import SourceError
from sentinel.evidence.verifying.chains import LONGEST_PAUSE
from sentinel.evidence.verifying.run import LinesVerdict, Period, verify_lines
from sentinel.settings import Settings
from sentinel.terminal.output import Progress
from sentinel.terminal.times import absolute
from shared.clock import utc_now

NOTHING: Final = LinesVerdict(0, 0, (), ())


async def verify_audit_lines(
    settings: Settings, api: SessionApi, lines: Lines, known: Sequence[Session], shown: Progress
) -> LinesVerdict:
    """Check the lines; what cannot be read of the logs is a gap, not an error. `known` sessions need a line, too.

    Raises:
        RefusedError: the caller may not read all sessions.
        SourceError: the file or folder cannot be read.

    """
    now = utc_now()
    if not lines.is_from_logs:
        in_order = not lines.is_from_folder
        period = Period(lines.begin, lines.end, now, all_before=False, in_order=in_order, known=known)
        return await verify_lines(api, _earlier(lines).read(settings, shown), period, lines.unread)
    try:
        groups = lines.find_log_groups(settings)
    except SourceError as error:
        return replace(NOTHING, gaps=[f"the audit lines: {error.message}; {error.hint}"])
    begin, gaps = _begin(lines.begin, groups, now)
    if begin >= lines.end:
        return replace(NOTHING, gaps=gaps)
    period = Period(begin, lines.end, now, all_before=True, known=known, gaps=gaps)
    wanted = _earlier(replace(lines, begin=begin, log_groups=list(groups)))
    return await verify_lines(api, _read_groups(settings, wanted, shown, gaps), period, lines.unread)


def _earlier(lines: Lines) -> Lines:
    return replace(lines, begin=lines.begin - LONGEST_PAUSE)


def _begin(begin: datetime, groups: Mapping[str, timedelta | None], now: datetime) -> tuple[datetime, list[str]]:
    """Give the instant from which every group has all lines that are needed, and what is not looked at for it."""
    kept = min((each for each in groups.values() if each is not None), default=None)
    if kept is None or begin >= now - kept + LONGEST_PAUSE:
        return begin, []
    later = now - kept + LONGEST_PAUSE
    return later, [f"audit lines before {absolute(later)}: a log group keeps {kept.days} days; --from reads an archive"]


def _read_groups(
    settings: Settings, lines: Lines, shown: Progress, gaps: list[str]
) -> Iterator[tuple[datetime, Record]]:
    """Read one group after the other: one that cannot be read is a gap, and the others are read all the same."""
    for group in lines.log_groups:
        try:
            yield from replace(lines, log_groups=[group]).read(settings, shown)
        except SourceError as error:
            gaps.append(f"audit lines: {error.message}; {error.hint}")
