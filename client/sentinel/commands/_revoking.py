"""Revoking many sessions: begun with one call, which stands at once, and followed until every row is marked."""

import asyncio
from dataclasses import dataclass

from sentinel.api.revocations import Revocation, RevokedMany
from sentinel.api.sessions_client import SessionApi
from sentinel.errors import ClientError
from sentinel.terminal.output import Progress, accepted, note, progress
from sentinel.terminal.targets import Target


@dataclass(frozen=True, slots=True)
class Order:
    """What is said with a revocation."""

    reason: str
    lock_for: str | None = None


async def revoke_all(api: SessionApi, target: Target, order: Order) -> RevokedMany:
    """Revoke all sessions of a target, and stay until every row is marked.

    Raises:
        RefusedError: the service refuses; if that was while marking, the revocation stands and a note says so.

    """
    begun = accepted(await api.revoke_all(target, order.reason, order.lock_for))
    if begun.revocation.complete:
        return begun
    return begun.model_copy(update={"revocation": await finish(api, begun.revocation.id)})


async def finish(api: SessionApi, revocation_id: str) -> Revocation:
    """Mark the rows that are left. Ctrl-C or an error says that the revocation stands and how to go on."""
    try:
        with progress() as shown:
            return await _mark(api, revocation_id, shown)
    except (asyncio.CancelledError, ClientError):
        note("the revocation stands; not every session says so in lists yet")
        note(f"go on with: sentinel revoke --resume {revocation_id}")
        raise


async def _mark(api: SessionApi, revocation_id: str, shown: Progress) -> Revocation:
    while True:
        revocation = accepted(await api.proceed(revocation_id)).revocation
        if revocation.complete:
            return revocation
        shown.say(f"marking revoked sessions, {revocation.marked} so far")
