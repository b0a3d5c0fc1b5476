"""Waiting for an approval: filing the request or joining one that is there, and following it until it is decided."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import click

from sentinel.api.client import SentinelApi
from sentinel.api.grants import REQUESTS, ApprovalRequest
from sentinel.errors import ClientError, Refusal, ServiceUnreachableError, UsageError
from sentinel.terminal.grants import approve_words, warn_unnotified
from sentinel.terminal.output import Progress, accepted, is_terminal, note, progress
from sentinel.terminal.times import relative
from shared.clock import utc_now

# A person who waits wants to know within seconds at first; after a few minutes ten seconds do.
_FIRST_PAUSE_S: Final = 2.0
_LONGEST_PAUSE_S: Final = 10.0
_SLOWER: Final = 1.1
# Of one person's approvals of one profile at a time; the newest come first.
_MOST: Final = 20
# Refusals that say nothing about the request itself.
_PASSING: Final = frozenset({"throttled", "unavailable"})


class NotApprovedError(ClientError):
    """The request came to its end another way."""

    code = "not_approved"


@dataclass(frozen=True, slots=True)
class Ask:
    """The request to file if no request can be joined. Without a `reason` the terminal is asked for one."""

    profile: str
    reason: str | None = None
    ticket: str | None = None
    duration_s: int | None = None

    def body(self) -> dict[str, str | int]:
        """Return the request body.

        Raises:
            UsageError: no reason is given, and there is no terminal to ask on.

        """
        if self.reason is None and not is_terminal():
            raise UsageError(f"{self.profile} needs an approval, and a request a reason", "pass --reason TEXT")
        reason = self.reason or click.prompt(f"{self.profile} needs an approval. Why do you need it", err=True)
        said = {"profile": self.profile, "reason": reason, "ticket": self.ticket, "duration": self.duration_s}
        return {name: value for name, value in said.items() if value}


async def obtain_approval(api: SentinelApi, ask: Ask) -> ApprovalRequest:
    """Join a request of the caller's for the profile that is pending or open now, or file one; wait for its window.

    Raises:
        NotApprovedError: it was denied, taken back, or lapsed.
        RefusedError: the service refuses to file it.

    """
    request, link = await _find_own(api, ask.profile), None
    if request is None:
        answer = accepted(await api.ask(REQUESTS, ask.body()))
        warn_unnotified(answer)
        request, link = answer.grant, answer.link
    else:
        dropped = "; --reason and --ticket are not sent" if ask.reason or ask.ticket else ""
        note(f"request {request.id} of yours is {request.status}: {request.reason}{dropped}")
    if request.status == "pending":
        note(approve_words(request, link))
    return await wait_until_open(api, request)


async def wait_until_open(api: SentinelApi, request: ApprovalRequest) -> ApprovalRequest:
    """Follow a request until its window is open. Ctrl-C offers to take it back and then ends the command.

    Raises:
        NotApprovedError: it was denied, taken back, or lapsed.

    """
    try:
        with progress() as shown:
            return await _follow(api, request, shown)
    except asyncio.CancelledError:
        await _offer_to_withdraw(api, request)
        raise


async def _find_own(api: SentinelApi, profile: str) -> ApprovalRequest | None:
    """Find the request to join. An approval whose window opens later is for other work: it is named, and left alone."""
    now = utc_now()
    for status in ("pending", "approved"):
        filters = {"view": "mine", "profile": profile, "status": status, "limit": str(_MOST)}
        for found in accepted(await api.page(REQUESTS, filters)).rows:
            later_s = _remaining_s(found, now)
            if later_s is None or later_s <= 0:
                return found
            note(f"{_words(found, now)}; another one is requested for now")
    return None


async def _follow(api: SentinelApi, request: ApprovalRequest, shown: Progress) -> ApprovalRequest:
    pauses = _pauses()
    while (remaining_s := _remaining_s(request, utc_now())) is None or remaining_s > 0:
        shown.say(_words(request, utc_now()))
        pause_s = next(pauses)
        await asyncio.sleep(pause_s if remaining_s is None else min(pause_s, remaining_s))
        request = await _look_again(api, request, shown)
    return request


def _remaining_s(request: ApprovalRequest, now: datetime) -> float | None:
    """Return the seconds until the window opens; None while that is not decided.

    Raises:
        NotApprovedError: it never will.

    """
    if request.status == "pending":
        return None
    if request.status != "approved" or request.window is None:
        raise NotApprovedError(_end_words(request), "`sentinel request list` lists yours; give a better reason")
    return (request.window.starts_at - now).total_seconds()


async def _look_again(api: SentinelApi, request: ApprovalRequest, shown: Progress) -> ApprovalRequest:
    try:
        answer = await api.find(REQUESTS, request.id)
    except ServiceUnreachableError as error:
        shown.say(f"{error.message}; still waiting")
        return request
    if isinstance(answer, Refusal) and answer.code in _PASSING:
        shown.say(f"{answer.message}; still waiting")
        return request
    return accepted(answer).grant


async def _offer_to_withdraw(api: SentinelApi, request: ApprovalRequest) -> None:
    if is_terminal() and click.confirm("\nWithdraw the request?", err=True):
        accepted(await api.change(REQUESTS, request.id, "cancel", None))
        note(f"request {request.id} is withdrawn")
    else:
        note(f"request {request.id} stays; take it back with: sentinel request cancel {request.id}")


def _pauses() -> Iterator[float]:
    pause_s = _FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(pause_s * _SLOWER, _LONGEST_PAUSE_S)


def _words(request: ApprovalRequest, now: datetime) -> str:
    if request.status == "pending":
        votes = f"{len(request.approvals)} of {request.quorum} approvals"
        return f"waiting for request {request.id}: {votes}, expires {relative(request.pending_until, now)}"
    opens = "" if request.window is None else f", opens {relative(request.window.starts_at, now)}"
    return f"request {request.id} is approved{opens}"


def _end_words(request: ApprovalRequest) -> str:
    ended = request.ended
    by = f" by {ended.by}" if ended is not None and ended.by else ""
    said = f": {ended.comment}" if ended is not None and ended.comment else ""
    return f"request {request.id} was {request.status}{by}{said}"
