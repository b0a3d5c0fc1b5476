"""What the writer of a webhook's document, or the server at its address, cannot do."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.admin.notify.notice import Failure
from services.admin.notify.sender import WebhookSender
from services.admin.notify.tries import Tries
from tests.patience import LIMIT_S
from tests.service.notify.receiver import Names, Receiver, answers, never_ends, running_receiver
from tests.unit.admin.notify.samples import NOW, SECRET, notice, webhook

INTERNAL = Failure("its address is internal; its document does not allow that")
UNUSABLE = Failure("its URL cannot be used")
BROKEN = Failure("the connection broke, or what answered was not HTTP", may_pass=True)
NO_CONNECTION = Failure("no connection", may_pass=True)
UNTRUSTED = Failure("its certificate is not trusted, or TLS failed")
QUICK = Tries(each_s=LIMIT_S, pauses_s=(0, 0))


def sender(receiver: Receiver, *names: tuple[str, ...]) -> WebhookSender:
    return WebhookSender(lambda: NOW, tries=QUICK, tls=receiver.trusting, resolver=Names(*names))


@asynccontextmanager
async def counting_listener() -> AsyncIterator[tuple[int, list[object]]]:
    """Listen on loopback; give the port, and a list that grows with every connection."""
    connections: list[object] = []

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], connections


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fd00:ec2::254]",
    ],
)
async def test_a_literal_internal_address_is_not_connected_to(receiver: Receiver, host: str) -> None:
    async with counting_listener() as (port, connections):
        assert await sender(receiver).send(webhook(f"https://{host}:{port}/"), notice()) == INTERNAL
    assert not connections


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
async def test_an_internal_address_written_as_a_name_is_not_connected_to(receiver: Receiver, host: str) -> None:
    systems_own = WebhookSender(lambda: NOW, tries=QUICK, tls=receiver.trusting)
    async with counting_listener() as (port, connections):
        assert await systems_own.send(webhook(f"https://{host}:{port}/"), notice()) in {INTERNAL, UNUSABLE}
    assert not connections


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("127.0.0.1", "127.0.0.2"), ("10.0.0.1", "169.254.169.254")])
async def test_a_name_that_resolves_to_internal_addresses_is_not_connected_to(
    receiver: Receiver,
    addresses: tuple[str, ...],
) -> None:
    assert await sender(receiver, addresses).send(webhook(receiver.url), notice()) == INTERNAL
    assert not receiver.received


async def test_a_name_that_turns_internal_at_a_later_try_is_not_connected_to(receiver: Receiver) -> None:
    assert await sender(receiver, (), ("127.0.0.1",)).send(webhook(receiver.url), notice()) == INTERNAL
    assert not receiver.received


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with running_receiver() as elsewhere:
        receiver.behaviours = [answers(307, Location=elsewhere.url)]
        outcome = await sender(receiver).send(webhook(receiver.url, "allow_private: true"), notice())
    assert outcome == Failure("it answered 307")
    assert (len(receiver.received), elsewhere.received) == (1, [])


async def test_an_untrusted_certificate_is_refused(receiver: Receiver) -> None:
    strangers = WebhookSender(lambda: NOW, tries=QUICK, tls=ssl.create_default_context(), resolver=Names())
    assert await strangers.send(webhook(receiver.url, "allow_private: true"), notice()) == UNTRUSTED
    assert not receiver.received


async def test_without_a_trust_store_of_its_own_a_sender_uses_the_systems(receiver: Receiver) -> None:
    plain = WebhookSender(lambda: NOW, tries=QUICK, resolver=Names())
    assert await plain.send(webhook(receiver.url, "allow_private: true"), notice()) == UNTRUSTED
    assert not receiver.received


async def test_a_certificate_for_another_name_is_refused() -> None:
    async with running_receiver(name="other.example") as other:
        assert await sender(other).send(webhook(other.url, "allow_private: true"), notice()) == UNTRUSTED
    assert not other.received


async def test_an_answer_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.behaviours = [never_ends]
    assert await sender(receiver).send(webhook(receiver.url, "allow_private: true"), notice()) is None


async def test_a_thousand_answer_headers_are_a_failure(receiver: Receiver) -> None:
    receiver.behaviours = [answers(200, **{f"X-{number}": "x" for number in range(1000)})]
    assert await sender(receiver).send(webhook(receiver.url, "allow_private: true"), notice()) == BROKEN


async def test_what_is_not_http_is_a_failure(receiver: Receiver) -> None:
    async with counting_listener() as (port, connections):
        outcome = await sender(receiver).send(webhook(f"https://127.0.0.1:{port}/", "allow_private: true"), notice())
    assert outcome in {BROKEN, NO_CONNECTION}
    assert connections


async def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with counting_listener() as (port, connections):
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        assert await sender(receiver).send(webhook(receiver.url, "allow_private: true"), notice()) is None
    assert not connections


async def test_a_cookie_is_not_sent_back(receiver: Receiver) -> None:
    receiver.behaviours = [answers(500, **{"Set-Cookie": "session=1"}), answers(200)]
    assert await sender(receiver).send(webhook(receiver.url, "allow_private: true"), notice()) is None
    assert all("Cookie" not in received.headers for received in receiver.received)


@pytest.mark.parametrize("status", [200, 302, 404, 500])
async def test_no_failure_names_the_url_or_the_secret(receiver: Receiver, status: int) -> None:
    receiver.behaviours = [answers(status)]
    for url in (receiver.url, "https://hooks.example:1/hook", "https://hooks.example:99999/hook"):
        outcome = await sender(receiver).send(webhook(url, "allow_private: true"), notice())
        assert "hooks.example" not in repr(outcome)
        assert "hook" not in repr(outcome)
        assert SECRET not in repr(outcome)
    assert all(SECRET.encode() not in received.body for received in receiver.received)
    assert all(SECRET not in str(received.headers) for received in receiver.received)
