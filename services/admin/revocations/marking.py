"""Marking the rows that a cutoff has ended: a stretch at a time, each from where the last one stopped."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import Marked, RevocationTable
from shared.aws.dynamodb.session_lists import SessionLists, SessionQuery
from shared.aws.errors import AwsError
from shared.core.revocation import Target
from shared.core.session import Session
from shared.edge.lambda_app import RequestContext

_A_PAGE: Final = 50
# More would be quicker only over connections that are already open: each is a handshake, and stays open.
_AT_ONCE: Final = 8
# Left of the request's time for what a stretch may take longer, and for the answer, in seconds.
_FOR_THE_ANSWER_S: Final = 2.0
_MOST_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class SessionMarking:
    """Marks rows. The revocation holds without it: rows are evidence, and what lists show."""

    revocations: RevocationTable
    sessions: SessionLists

    async def mark_some(self, ctx: RequestContext, row: RevocationRow) -> RevocationRow:
        """Mark as many rows as the request has time for, and write down how far that was.

        Any failure ends the stretch, and the next one begins there again.
        """
        try:
            with ctx.audit.step("mark"):
                for _ in range(_MOST_PAGES):
                    if row.is_complete or ctx.time_left_s < _FOR_THE_ANSWER_S:
                        break
                    row = await self.revocations.note_progress(row, await self._mark_page(ctx, row))
        except AwsError as error:
            ctx.audit.detail = f"marking stopped: {error}"
        ctx.audit.marked = row.marked
        return row

    async def _mark_page(self, ctx: RequestContext, row: RevocationRow) -> Marked:
        page = await self.sessions.page(_query_for(row), row.reached, _A_PAGE)
        turns = asyncio.Semaphore(_AT_ONCE)

        async def mark(session: Session) -> bool:
            async with turns:
                return await self.revocations.mark_revoked(session, row.ending)

        ctx.audit.unreadable.extend(page.unreadable)
        outcomes = await gather_all(map(mark, page.rows))
        return Marked(outcomes.count(True), page.next)


def _query_for(row: RevocationRow) -> SessionQuery:
    revocation = row.revocation
    everything = SessionQuery(since=revocation.issued_from, until=revocation.issued_until)
    match revocation.target:
        case Target.USER:
            return replace(everything, user=revocation.name)
        case Target.PROFILE:
            return replace(everything, profile=revocation.name)
        case _:
            return everything
