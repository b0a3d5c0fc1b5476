"""Asking a ticket system: one GET, of which a small JSON answer is read."""

import asyncio
from http import HTTPStatus
from ssl import SSLContext
from typing import Final

import orjson

from services.admin.outbound.errors import CallError
from services.admin.outbound.session import Resolver, Session, as_written, naming_failures, open_session
from shared.core.ticket_lookup import NO_STATE, TicketLookup, TicketState

_LARGEST: Final = 64 * 1024
_NOT_THERE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
# An answer that is compressed could grow beyond the limit, so none is asked for.
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Sentinel"}


async def ask(
    lookup: TicketLookup,
    ticket: str,
    limit_s: float,
    *,
    tls: SSLContext | None = None,
    resolver: Resolver | None = None,
) -> TicketState:
    """Ask for the state of a ticket that `can_be_looked_up`, within `limit_s` seconds, once, following no redirect.

    `tls` and `resolver` as for `open_session`.

    Raises:
        CallError: the system could not be asked, or its answer could not be read.

    """
    with naming_failures():
        async with (
            asyncio.timeout(limit_s),
            open_session(limit_s, allow_private=lookup.allow_private, tls=tls, resolver=resolver) as session,
        ):
            body = await _get(session, lookup, ticket)
    return NO_STATE if body is None else lookup.judge(_parse(body))


async def _get(session: Session, lookup: TicketLookup, ticket: str) -> bytes | None:
    """Give the body of the answer; None where the system says that there is no such ticket."""
    secret = {} if lookup.header is None else {lookup.header.name: lookup.header.value.get_secret_value()}
    url = as_written(lookup.url_of(ticket))
    async with session.get(url, headers={**_HEADERS, **secret}, allow_redirects=False) as response:
        if response.status in _NOT_THERE:
            return None
        if response.status != HTTPStatus.OK:
            raise CallError(f"it answered {response.status}")
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > _LARGEST:
                raise CallError(f"its answer is over {_LARGEST // 1024} KB")
        return bytes(body)


def _parse(body: bytes) -> object:
    try:
        # It refuses JSON that is nested too deep, rather than exhausting the stack.
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise CallError("its answer is not JSON") from None
