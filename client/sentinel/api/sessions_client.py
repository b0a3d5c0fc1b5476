"""The calls on sessions, revocations, lockouts and the kill switch. Each returns its answer or the refusal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sentinel.api.sessions import (
    KillSwitchAnswer,
    LockoutAnswer,
    LockoutList,
    RevocationAnswer,
    RevokedMany,
    RevokedSession,
    SessionAnswer,
    SessionPage,
    Target,
)
from sentinel.api.transport import Transport, open_transport
from sentinel.errors import Refusal
from sentinel.settings import Settings


@dataclass(frozen=True, slots=True)
class SessionApi:
    """Apart from `SentinelApi`, so that a vend does not import these models. A refusal is a returned value."""

    transport: Transport

    async def find(self, session_id: str) -> SessionAnswer | Refusal:
        return await self.transport.get(f"/v1/sessions/{session_id}", {}, SessionAnswer)

    async def page(self, filters: Mapping[str, str]) -> SessionPage | Refusal:
        """List one page of sessions, newest first."""
        return await self.transport.get("/v1/sessions", filters, SessionPage)

    async def revoke(self, session_id: str, reason: str, lock_for: str | None) -> RevokedSession | Refusal:
        """Revoke one session. Repeating it changes nothing."""
        return await self.transport.post(
            f"/v1/sessions/{session_id}/revoke", _reasoned(reason, lock_for=lock_for), RevokedSession
        )

    async def revoke_all(self, target: Target, reason: str, lock_for: str | None) -> RevokedMany | Refusal:
        """Revoke every session of a target. It is in force from the answer on; `proceed` marks the remaining rows."""
        body = {**target.as_body(), **_reasoned(reason, lock_for=lock_for)}
        return await self.transport.post("/v1/revocations", body, RevokedMany)

    async def proceed(self, revocation_id: str) -> RevocationAnswer | Refusal:
        """Mark some more rows of a revocation that is not complete."""
        return await self.transport.post(f"/v1/revocations/{revocation_id}/continue", {}, RevocationAnswer)

    async def lockouts(self) -> LockoutList | Refusal:
        """List every lockout in force, newest first."""
        return await self.transport.get("/v1/lockouts", {}, LockoutList)

    async def lock(self, target: Target, reason: str, duration: str | None) -> LockoutAnswer | Refusal:
        """Lock a target out, until it is lifted where no duration is given."""
        body = {**target.as_body(), **_reasoned(reason, duration=duration)}
        return await self.transport.post("/v1/lockouts", body, LockoutAnswer)

    async def unlock(self, target: Target, comment: str | None) -> LockoutAnswer | Refusal:
        """Lift a target's lockout."""
        said = {} if comment is None else {"comment": comment}
        return await self.transport.delete("/v1/lockouts", target.as_query() | said, LockoutAnswer)

    async def kill_switch(self) -> KillSwitchAnswer | Refusal:
        return await self.transport.get("/v1/kill-switch", {}, KillSwitchAnswer)

    async def sync_kill_switch(self) -> KillSwitchAnswer | Refusal:
        """Rebuild the kill switch from the live revocations, in every account."""
        return await self.transport.post("/v1/kill-switch/sync", {}, KillSwitchAnswer)


@asynccontextmanager
async def open_session_api(settings: Settings) -> AsyncIterator[SessionApi]:
    """Open the API the settings name, for as long as the block runs."""
    async with open_transport(settings) as transport:
        yield SessionApi(transport)


def _reasoned(reason: str, **more: str | None) -> dict[str, str]:
    return {"reason": reason} | {name: text for name, text in more.items() if text is not None}
