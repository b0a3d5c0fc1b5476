"""The service's HTTP API. Each call returns its answer or the refusal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sentinel.api.responses import Caller, ProfileList, SessionState
from sentinel.api.transport import Transport, open_transport
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError, Refusal
from sentinel.settings import Settings
from shared.core.ids import is_id

if TYPE_CHECKING:
    # Only some commands need these models, and building them takes time that `sentinel credentials` does not have.
    from sentinel.api.grants import ChangeT, GrantKind, PageT


@dataclass(frozen=True, slots=True)
class SentinelApi:
    """A typed client of one remote server. A refusal is a returned value; ServiceUnreachableError means no verdict."""

    transport: Transport

    async def vend(self, profile: str, duration: timedelta | None = None) -> VendedCredentials | Refusal:
        """Ask for credentials of a profile. Not idempotent: every answer is a session of its own."""
        asked = {"duration": str(int(duration.total_seconds()))} if duration else {}
        return await self.transport.get("/", {"profile": profile} | asked, VendedCredentials)

    async def profiles(self) -> ProfileList | Refusal:
        """List the catalogue as the caller sees it."""
        return await self.transport.get("/profiles", {}, ProfileList)

    async def whoami(self) -> Caller | Refusal:
        """Return as whom the service identifies the caller."""
        return await self.transport.get("/v1/whoami", {}, Caller)

    async def is_session_current(self, session_id: str) -> bool:
        """Whether a session is still what a vend would give. True if the service does not answer that."""
        if not is_id(session_id):
            return True
        try:
            answer = await self.transport.look(f"/v1/sessions/{session_id}", SessionState)
        except ClientError:
            return True
        return isinstance(answer, Refusal) or answer.is_current

    async def ask(self, kind: "GrantKind[ChangeT, PageT]", body: Mapping[str, Any]) -> "ChangeT | Refusal":
        """File a request, or begin a break-glass event. Not idempotent."""
        return await self.transport.post(kind.path, body, kind.change)

    async def find(self, kind: "GrantKind[ChangeT, PageT]", grant_id: str) -> "ChangeT | Refusal":
        """Find one request or event by its id."""
        return await self.transport.get(f"{kind.path}/{grant_id}", {}, kind.change)

    async def change(
        self, kind: "GrantKind[ChangeT, PageT]", grant_id: str, step: str, comment: str | None
    ) -> "ChangeT | Refusal":
        """Take a step: approve, deny or cancel a request, close or review an event. Repeating one changes nothing."""
        said = {} if comment is None else {"comment": comment}
        return await self.transport.post(f"{kind.path}/{grant_id}/{step}", said, kind.change)

    async def page(self, kind: "GrantKind[ChangeT, PageT]", filters: Mapping[str, str]) -> "PageT | Refusal":
        """List one page, newest first."""
        return await self.transport.get(kind.path, filters, kind.page)


@asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[SentinelApi]:
    """Open the API the settings name, for as long as the block runs."""
    async with open_transport(settings) as transport:
        yield SentinelApi(transport)
