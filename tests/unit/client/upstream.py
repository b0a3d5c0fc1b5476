"""A clock to turn and an upstream to script, for the refresher and what uses it."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sentinel.credentials.refresher import Outcome
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import Refusal, ServiceUnreachableError

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DENIED = Refusal(403, "denied", "no rule matches", "ask for it")


def vended(number: int, expires_at: datetime) -> VendedCredentials:
    return VendedCredentials(
        AccessKeyId=f"ASIA{number:04d}",
        SecretAccessKey="the-secret",
        Token="the-token",
        Expiration=expires_at,
        AccountId="111122223333",
        SessionId=f"{number:016d}",
    )


@dataclass
class Upstream:
    """Vends a new credential for each call, unless set to refuse or to be away; `gate` holds flights up."""

    at: datetime = NOON
    life: timedelta = timedelta(hours=1)
    refusal: Refusal | None = None
    away: bool = False
    calls: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def now(self) -> datetime:
        return self.at

    def pass_time(self, **time: float) -> None:
        self.at += timedelta(**time)

    async def fetch(self) -> Outcome:
        self.calls += 1
        number = self.calls
        await self.gate.wait()
        if self.away:
            raise ServiceUnreachableError("the service is away", "wait")
        return self.refusal or vended(number, self.at + self.life)
