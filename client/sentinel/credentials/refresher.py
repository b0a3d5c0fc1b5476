"""Holds one profile's credentials and decides when to request new ones.

SDKs shape every rule here (measured in botocore and the JavaScript SDK v3):

- They ask from many threads and processes at once: one request in flight serves all.
- They cache credentials: botocore asks again when under 15 minutes remain, JavaScript and Go under 5. A fetch in the
  last third of a credential's life, at most 20 minutes, therefore waits for a new one (see `Held`), so that an SDK
  that asks again gets what it asked for. Nothing is vended ahead of a fetch: an idle endpoint leaves no sessions in
  the audit log.
- They retry every refusal three to five times a second apart: a refusal is remembered and repeated for a while.
- botocore hangs up after 2 s: a slower vend is answered "still fetching", and its result serves the retry.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sentinel.credentials.vended import WITHDRAWN, Held, VendedCredentials
from sentinel.errors import ClientError, Refusal
from shared.core.sts_refusals import StsRefusal

Outcome = VendedCredentials | Refusal

REFRESH_AHEAD: Final = timedelta(minutes=20)
REFUSAL_MEMORY: Final = timedelta(seconds=5)
_LONGEST_MEMORY: Final = timedelta(minutes=1)
# Refusals of AWS that last until an operator acts: no retry of an SDK is worth a vend.
_LASTING: Final = frozenset(refusal.value for refusal in StsRefusal)
ANSWER_WITHIN_S: Final = 1.8
STILL_FETCHING: Final = Refusal(503, "still_fetching", "still fetching credentials from Sentinel", "try again at once")


async def _always(_: str) -> bool:
    return True


class CredentialRefresher:
    """Single flight, refresh ahead of expiry, and a short memory for refusals, over one `fetch`.

    `is_current` asks whether a session, by its id, is still what a vend would give.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Outcome]],
        now: Callable[[], datetime],
        is_current: Callable[[str], Awaitable[bool]] = _always,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._is_current = is_current
        self._answer_within_s = answer_within_s
        self._held: Held | None = None
        self._refusal: Refusal | None = None
        self._refused_until: datetime | None = None
        self._flight: asyncio.Task[None] | None = None

    async def current(self) -> Outcome:
        """Return credentials that are valid now, or a refusal; always within `answer_within_s`."""
        if not self._is_settled():
            await asyncio.wait({self._join_flight()}, timeout=self._answer_within_s)
        return self._valid() or self._remembered() or STILL_FETCHING

    async def first(self) -> Outcome:
        """As `current`, but wait for the service as long as it needs: for use before an SDK asks."""
        if not self._is_settled():
            await asyncio.wait({self._join_flight()})
        return self._valid() or self._remembered() or STILL_FETCHING

    async def close(self) -> None:
        """Cancel a request that is still in flight."""
        if self._flight:
            self._flight.cancel()
            await asyncio.wait({self._flight})

    def _is_settled(self) -> bool:
        if self._remembered() is not None:
            return True
        now, held = self._now(), self._held
        return held is not None and not held.wants_renewal(now, REFRESH_AHEAD) and not held.wants_check(now)

    def _valid(self) -> VendedCredentials | None:
        return self._held.credentials if self._held and self._held.is_valid(self._now()) else None

    def _remembered(self) -> Refusal | None:
        return self._refusal if self._refused_until and self._now() < self._refused_until else None

    def _join_flight(self) -> asyncio.Task[None]:
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fly())
        return self._flight

    async def _fly(self) -> None:
        if not await self._needs_another():
            return
        try:
            outcome = await self._fetch()
        except ClientError as error:
            outcome = error.as_refusal()
        if isinstance(outcome, Refusal):
            self._refuse(outcome)
        else:
            self._hold(outcome)

    async def _needs_another(self) -> bool:
        """If only a check of the session is due, make it; drop a session that is no longer current."""
        held, now = self._held, self._now()
        if held is None or held.wants_renewal(now, REFRESH_AHEAD):
            return True
        if await self._is_current(str(held.credentials.session_id)):
            self._held = held.checked(now)
            return False
        self._held = None
        return True

    def _hold(self, credentials: VendedCredentials) -> None:
        self._held = Held.new(credentials, self._now())
        self._refusal = self._refused_until = None

    def _refuse(self, refusal: Refusal) -> None:
        if refusal.code in WITHDRAWN:
            self._held = None
        asked = _LONGEST_MEMORY if refusal.code in _LASTING else timedelta(seconds=refusal.retry_after_s)
        self._refusal = refusal
        self._refused_until = self._now() + min(max(REFUSAL_MEMORY, asked), _LONGEST_MEMORY)
