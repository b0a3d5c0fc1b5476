"""The rows of sessions, and lines written of them where no audit line is left."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import orjson

from sentinel.api.rate_limit import Pause, within_limit
from sentinel.api.sessions import Session, SessionPage
from sentinel.api.sessions_client import SessionApi
from sentinel.evidence.records import SESSION_KIND, Unread
from sentinel.terminal.output import accepted
from sentinel.terminal.times import WIRE


async def session_lines(
    api: SessionApi, begin: datetime, end: datetime, unread: Unread, pause: Pause = asyncio.sleep
) -> AsyncIterator[bytes]:
    """Write a line for every session that was issued in the time, newest first.

    Its kind is `sentinel.session`: a row says who had what and by which rule, but holds not every fact that was decided
    on, and there is no row of a refusal.

    Raises:
        RefusedError: the service refuses; it takes the permission to read all sessions.

    """
    async for row in session_rows(api, begin, end, unread, pause):
        yield _as_line(row)


async def session_rows(
    api: SessionApi, begin: datetime, end: datetime, unread: Unread, pause: Pause = asyncio.sleep
) -> AsyncIterator[Session]:
    """List every session that was issued in the time, newest first.

    Raises:
        RefusedError: the service refuses; it takes the permission to read all sessions.

    """
    query = {"view": "all", "since": begin.strftime(WIRE), "until": end.strftime(WIRE), "limit": "100"}
    cursor: str | None = None
    while True:
        page = await _read_page(api, query | ({} if cursor is None else {"cursor": cursor}), pause)
        if left_out := page.dropped + len(page.unreadable):
            unread.add("the list of sessions", f"{left_out} rows", left_out)
        for row in page.rows:
            yield row
        if (cursor := page.next_cursor) is None:
            return


async def _read_page(api: SessionApi, query: Mapping[str, str], pause: Pause) -> SessionPage:
    return accepted(await within_limit(lambda: api.page(query), pause))


def _as_line(row: Session) -> bytes:
    facts = row.model_dump(mode="json", exclude={"id", "status", "revoked", "issued_at", "ends_at"})
    return orjson.dumps(
        {
            "kind": SESSION_KIND,
            "time": row.issued_at.strftime(WIRE),
            "outcome": "failed" if row.status == "failed" else "issued",
            "session_id": row.id,
            "duration_given_s": int((row.ends_at - row.issued_at).total_seconds()),
            **facts,
        }
    )
