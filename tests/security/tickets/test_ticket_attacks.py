"""What neither the requester of a ticket, nor the ticket system, nor the writer of its document can do."""

import asyncio
import ssl
from typing import Any

import pytest
from aiohttp import web

from services.admin.outbound.errors import CallError
from services.admin.tickets.call import ask
from shared.core.ticket_lookup import TicketState
from tests.patience import LIMIT_S
from tests.security.notify.test_webhook_attacks import counting_listener
from tests.service.notify.receiver import Names, Receiver, answers, running_receiver
from tests.tickets import SECRET, lookup, says, sends

INTERNAL = "its address is internal; its document does not allow that"
OPEN = TicketState("Open", is_accepted=True)


def url_at(host: str, port: int) -> str:
    return f"https://{host}:{port}/issue/{{ticket}}"


async def outcome(
    receiver: Receiver, *names: tuple[str, ...], host: str = "hooks.example", port: int = 0, **changes: Any
) -> TicketState | str:
    """Give the state, or the cause of the failure, of a look-up at a host."""
    asked = lookup(url_at(host, port or receiver.port), **changes)
    try:
        return await ask(asked, "INC-1", LIMIT_S, tls=receiver.trusting, resolver=Names(*names))
    except CallError as error:
        shown = f"{error!r} {error.cause} {error.__cause__!r}"
    assert SECRET not in shown
    assert host not in shown
    return shown.split("'")[1]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "localhost"],
)
async def test_an_internal_address_is_not_connected_to(receiver: Receiver, host: str) -> None:
    async with counting_listener() as (port, connections):
        assert await outcome(receiver, host=host, port=port) == INTERNAL
    assert not connections


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("10.0.0.1", "169.254.169.254")])
async def test_a_name_that_resolves_to_internal_addresses_is_not_connected_to(
    receiver: Receiver, addresses: tuple[str, ...]
) -> None:
    assert await outcome(receiver, addresses) == INTERNAL
    assert not receiver.received


async def test_a_redirect_is_not_followed_and_the_secret_goes_nowhere_else(receiver: Receiver) -> None:
    async with running_receiver(says("Open")) as elsewhere:
        receiver.behaviours = [answers(302, Location=elsewhere.url)]
        assert await outcome(receiver, allow_private=True) == "it answered 302"
    assert (len(receiver.received), elsewhere.received) == (1, [])


async def test_an_untrusted_certificate_gets_no_secret(receiver: Receiver) -> None:
    asked = lookup(url_at("hooks.example", receiver.port), allow_private=True)
    with pytest.raises(CallError, match="certificate is not trusted"):
        await ask(asked, "INC-1", LIMIT_S, tls=ssl.create_default_context(), resolver=Names())
    assert not receiver.received


async def test_an_answer_of_many_megabytes_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.behaviours = [sends(b"[" + b" " * (8 << 20))]
    assert await outcome(receiver, allow_private=True) == "its answer is over 64 KB"


async def test_64_kb_are_read_and_no_more(receiver: Receiver) -> None:
    begins = b'{"fields": {"status": {"name": "Open"}}'
    receiver.behaviours = [
        sends(begins + b" " * (64 * 1024 - len(begins) - 1) + b"}"),
        sends(begins + b" " * (64 * 1024 - len(begins)) + b"}"),
    ]
    assert await outcome(receiver, allow_private=True) == OPEN
    assert await outcome(receiver, allow_private=True) == "its answer is over 64 KB"


async def test_a_compressed_answer_is_not_expanded(receiver: Receiver) -> None:
    async def compresses(_: web.Request) -> web.Response:
        response = web.Response(body=b'{"fields": {"status": {"name": "Open"}}}')
        response.enable_compression(web.ContentCoding.gzip)
        return response

    receiver.behaviours = [compresses]
    assert await outcome(receiver, allow_private=True) == "its answer is not JSON"


async def test_a_thousand_answer_headers_are_a_failure(receiver: Receiver) -> None:
    receiver.behaviours = [answers(200, **{f"X-{number}": "x" for number in range(1000)})]
    assert await outcome(receiver, allow_private=True) == "the connection broke, or what answered was not HTTP"


async def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.behaviours = [says("Open")]
    async with counting_listener() as (port, connections):
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert await outcome(receiver, allow_private=True) == OPEN
    assert not connections


async def test_many_look_ups_share_nothing(receiver: Receiver) -> None:
    receiver.behaviours = [sends(b"", 401, **{"Set-Cookie": "session=1"}), says("Open")]
    assert await outcome(receiver, allow_private=True) == "it answered 401"
    found = await asyncio.gather(*(outcome(receiver, allow_private=True) for _ in range(3)))
    assert found == [OPEN] * 3
    assert all("Cookie" not in received.headers for received in receiver.received)
