"""Waiting for an approval: filing the request or joining one that is there, and following it until it is decided."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import click

from sentinel.api.client import SentinelApi
from sentinel.api.grants import REQUESTS, ApprovalRequest
from sentinel.errors import ClientError, Refusal, RefusedError, ServiceUnreachableError, UsageError
from sentinel.terminal.grants import approve_words, warn_unnotified
from sentinel.terminal.output import Progress, accepted, is_terminal, note, progress
from sentinel.terminal.times import relative
from shared.clock import utc_now
from shared.core.durations import format_duration

# A person who waits wants to know within seconds at first; after a few minutes ten seconds do.
_FIRST_PAUSE_S: Final = 2.0
_LONGEST_PAUSE_S: Final = 10.0
_SLOWER: Final = 1.1
# Of one person's approvals of one profile at a time; the newest come first.
_MOST: Final = 20
_LOOKS: Final = 3
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
    request = await _find_own(api, ask.profile)
    if request is None:
        filed = await api.ask(REQUESTS, ask.body())
        if not isinstance(filed, Refusal):
            warn_unnotified(filed)
            return await _await_decision(api, filed.grant, filed.link)
        request = await _find_in_the_way(api, filed)
    note(f"{_joined_words(request, utc_now())}{_dropped_words(ask, request)}")
    return await _await_decision(api, request)


async def _await_decision(api: SentinelApi, request: ApprovalRequest, link: str | None = None) -> ApprovalRequest:
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


async def _find_in_the_way(api: SentinelApi, refusal: Refusal) -> ApprovalRequest:
    """Find the request that another command filed at the same moment, and that the refusal to file a second one names.

    Raises:
        RefusedError: it is refused for another reason, or the request cannot be found.

    """
    # The service finds ids in an index, which may have the newest a moment later.
    for pause_s in islice(_pauses(), _LOOKS if refusal.grant_id else 0):
        answer = await api.find(REQUESTS, refusal.grant_id)
        if not isinstance(answer, Refusal):
            return answer.grant
        await asyncio.sleep(pause_s)
    raise RefusedError(refusal)


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


def _joined_words(request: ApprovalRequest, now: datetime) -> str:
    """Say which request it is that is joined in place of a new one, and what it was filed for."""
    duration = format_duration(timedelta(seconds=request.duration_s))
    of = "" if request.extends is None else f", an extension of {request.extends}"
    filed = f"filed {relative(request.created_at, now)} for {duration}{of}: {request.reason}"
    if request.status == "approved" and request.window is not None:
        return f"uses your approval {request.id}, which ends {relative(request.window.ends_at, now)}, {filed}"
    return f"joins your request {request.id}, as one of {request.profile} can wait at a time, {filed}"


def _dropped_words(ask: Ask, request: ApprovalRequest) -> str:
    """Name the options that the request which is joined knows nothing of."""
    differs = {
        "--reason": ask.reason not in (None, request.reason),
        "--ticket": ask.ticket not in (None, request.ticket),
        "--duration": ask.duration_s not in (None, request.duration_s),
    }
    dropped = [name for name, is_dropped in differs.items() if is_dropped]
    return f"; not in it: your {', '.join(dropped)}" if dropped else ""


def _end_words(request: ApprovalRequest) -> str:
    ended = request.ended
    by = f" by {ended.by}" if ended is not None and ended.by else ""
    said = f": {ended.comment}" if ended is not None and ended.comment else ""
    return f"request {request.id} was {request.status}{by}{said}"
