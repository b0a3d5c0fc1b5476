"""The caller's side: whether Sentinel answers, the clocks agree, and as whom it identifies the caller."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import aiohttp

from sentinel.api.client import SentinelApi
from sentinel.api.transport import Transport
from sentinel.connections import proxy_for
from sentinel.doctor.findings import Finding, fail, ok, skipped, warn
from sentinel.errors import ClientError, Refusal
from shared.clock import utc_now

Answer = TypeVar("Answer")
# A proof of possession is a minute old at most; a signature five minutes (IAM User Guide, "Signature Version 4").
_PROOFS_END: Final = timedelta(seconds=60)
_SIGNATURES_END: Final = timedelta(minutes=5)
_HALF_A_SECOND: Final = timedelta(milliseconds=500)
_UNSIGNED: Final = frozenset({401, 403})
_CLOCK_REMEDY: Final = (
    "set this machine's clock by NTP (timedatectl set-ntp true): signatures and proofs carry its time"
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """How the remote server answers an unsigned request."""

    status: int
    date: str | None
    asked_at: datetime
    answered_at: datetime


async def greet(transport: Transport, clock: Callable[[], datetime] = utc_now) -> Greeting | None:
    """Send an unsigned request; None if nothing answers."""
    asked_at = clock()
    url = transport.server.url("/v1/health", {})
    try:
        async with (
            asyncio.timeout(10),
            transport.http.get(url, allow_redirects=False, proxy=proxy_for(transport.server)) as response,
        ):
            return Greeting(response.status, response.headers.get("Date"), asked_at, clock())
    except (aiohttp.ClientError, OSError, TimeoutError):
        return None


def check_reach(server: str, greeting: Greeting | None) -> Finding:
    """Check that the server answers and refuses unsigned requests."""
    about = "service"
    if greeting is None:
        return fail(
            about, f"{server} does not answer", "check the URL, the network, the proxy, and that the API exists"
        )
    if greeting.status in _UNSIGNED:
        return ok(about, f"{server} answers, and refuses a request without a signature")
    if greeting.status < 300:  # noqa: PLR2004 - the class of successes
        return fail(
            about, f"{server} answers an unsigned request", "give every route of the API the authorization AWS_IAM"
        )
    return fail(
        about,
        f"{server} answers HTTP {greeting.status} to a request without a signature",
        "check the URL, its stage path included: Sentinel's gateway answers 403",
    )


def check_clock(greeting: Greeting | None) -> Finding:
    """Compare this machine's clock with the server's, whose `Date` is in whole seconds."""
    about = "clock"
    if greeting is None:
        return skipped(about, "the server does not answer", "reach the server first")
    there = _read_date(greeting.date)
    if there is None:
        return skipped(about, "the server's answer has no date", "compare with another clock: date -u")
    here = greeting.asked_at + (greeting.answered_at - greeting.asked_at) / 2
    skew = abs(here - (there + _HALF_A_SECOND))
    seconds = f"{skew.total_seconds():.0f} s"
    if skew >= _SIGNATURES_END:
        return fail(about, f"this machine is {seconds} off the server: AWS refuses its signatures", _CLOCK_REMEDY)
    if skew >= _PROOFS_END / 2:
        return warn(
            about, f"this machine is {seconds} off the server: proofs, good for a minute, may fail", _CLOCK_REMEDY
        )
    return ok(about, f"this machine and the server differ by {seconds}")


def _read_date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def check_identity(api: SentinelApi) -> list[Finding]:
    """Make a call as the caller: who am I? Asks the admin Lambda."""
    about = "identity"
    answer = await _answer(about, api.whoami())
    if isinstance(answer, Finding):
        return [answer]
    return [ok(about, f"your call is accepted; Sentinel knows you as {answer.user} ({answer.arn})")]


async def check_catalogue(api: SentinelApi) -> list[Finding]:
    """Make a call as the caller: what may I have? Asks the vend Lambda."""
    about = "profiles"
    answer = await _answer(about, api.profiles())
    if isinstance(answer, Finding):
        return [answer]
    rows = answer.rows
    if left_out := answer.dropped + len(answer.unreadable):
        message = f"{left_out} entries of the catalogue cannot be read and are left out"
        return [warn(about, message, "operators find them: sentinel doctor --operator")]
    if not rows:
        return [
            warn(about, "the catalogue shows you no profile", "ask the operators to store one: sentinel policy push")
        ]
    counts = {access: sum(each.access == access for each in rows) for access in ("allowed", "approval", "denied")}
    words = f"{counts['allowed']} allowed, {counts['approval']} by approval, {counts['denied']} denied"
    if counts["denied"] == len(rows):
        return [
            warn(about, f"you may have none: {words}", "`sentinel profiles` says why; ask for a rule of the policy")
        ]
    return [ok(about, words)]


async def _answer(about: str, call: Awaitable[Answer | Refusal]) -> Answer | Finding:
    try:
        answer = await call
    except ClientError as error:
        return fail(about, error.message, error.hint or "try again")
    if isinstance(answer, Refusal):
        return fail(about, f"{answer.message} [{answer.code}]", answer.hint or "see docs/errors.md")
    return answer
