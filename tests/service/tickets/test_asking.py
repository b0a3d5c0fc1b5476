"""Asking a ticket system that behaves, and one that does not, over real TLS."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from services.admin.outbound.errors import CallError
from services.admin.tickets.call import ask
from shared.core.ticket_lookup import NO_STATE, TicketState
from tests.patience import LIMIT_S
from tests.service.notify.receiver import HOST, Names, Receiver, answers, hangs
from tests.tickets import SECRET, lookup, says, sends


def url_of(receiver: Receiver) -> str:
    return f"https://{HOST}:{receiver.port}/rest/api/3/issue/{{ticket}}?fields=status"


async def ask_it(receiver: Receiver, limit_s: float = LIMIT_S, **changes: Any) -> TicketState:
    asked = lookup(url_of(receiver), allow_private=True, **changes)
    return await ask(asked, "INC-1", limit_s, tls=receiver.trusting, resolver=Names())


async def failure_of(receiver: Receiver, limit_s: float = LIMIT_S) -> str:
    with pytest.raises(CallError) as caught:
        await ask_it(receiver, limit_s)
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    return caught.value.cause


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("Open", TicketState("Open", is_accepted=True)),
        ("Closed", TicketState("Closed")),
        (2, TicketState("2")),
        (None, NO_STATE),
    ],
)
async def test_the_state_of_a_ticket_is_read(receiver: Receiver, state: object, found: TicketState) -> None:
    receiver.behaviours = [says(state)]
    assert await ask_it(receiver) == found
    [received] = receiver.received
    assert received.path == "/rest/api/3/issue/INC-1"
    assert (received.headers["Authorization"], received.body) == (SECRET, b"")
    assert (received.headers["Accept-Encoding"], received.headers["Accept"]) == ("identity", "application/json")


async def test_a_list_without_the_ticket_has_no_state(receiver: Receiver) -> None:
    receiver.behaviours = [sends(b'{"result": []}')]
    assert await ask_it(receiver, field="result.0.state") == NO_STATE


@pytest.mark.parametrize("status", [404, 410])
async def test_a_ticket_that_is_not_there_has_no_state(receiver: Receiver, status: int) -> None:
    receiver.behaviours = [answers(status)]
    assert await ask_it(receiver) == NO_STATE


@pytest.mark.parametrize("status", [201, 204, 301, 400, 401, 403, 429, 500, 503])
async def test_any_other_answer_is_a_failure_and_is_not_asked_for_again(receiver: Receiver, status: int) -> None:
    receiver.behaviours = [answers(status), says("Open")]
    assert await failure_of(receiver) == f"it answered {status}"
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>log in</html>", b'{"fields":', b'{"x": NaN}', b"\xff\xfe", b"[" * 60_000, b'{"a":' * 10_000],
    ids=["empty", "a page", "cut", "NaN", "UTF-16", "deep lists", "deep objects"],
)
async def test_what_is_not_json_is_a_failure(receiver: Receiver, body: bytes) -> None:
    receiver.behaviours = [sends(body)]
    assert await failure_of(receiver) == "its answer is not JSON"


async def test_a_ticket_system_that_hangs_is_given_up(receiver: Receiver) -> None:
    receiver.behaviours = [hangs]
    assert await failure_of(receiver, limit_s=0.2) == "no answer in time"


async def test_a_body_that_never_ends_is_given_up(receiver: Receiver) -> None:
    async def drips(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"fields": ')
        await asyncio.Event().wait()
        return response

    receiver.behaviours = [drips]
    assert await failure_of(receiver, limit_s=0.2) == "no answer in time"


@pytest.mark.parametrize("limit_s", [0, -1])
async def test_without_any_time_left_nothing_is_believed(receiver: Receiver, limit_s: float) -> None:
    receiver.behaviours = [says("Open")]
    assert await failure_of(receiver, limit_s) == "no answer in time"
